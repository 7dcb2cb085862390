// The identity token of this job (OIDC), to take a role with. Each step asks anew, the post step too: a token is good for
// some minutes only.

import { AccessDeniedError, type Environment, StoreUnavailableError } from "@cairn/core";
import type { Runner } from "./runner.ts";

/** The runner sets both, where the workflow gives the permission. */
const VARIABLES = ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"] as const;

/** @throws CacheError */
export async function fetchIdentityToken(
  runner: Pick<Runner, "getIdToken">,
  env: Environment,
  audience: string,
): Promise<string> {
  if (VARIABLES.some((name) => !env[name])) {
    throw new AccessDeniedError("this job gets no identity token from GitHub, which role-to-assume needs", {
      hint: "add `permissions: { id-token: write, contents: read }` to the workflow or the job; pull requests of forks get none, whatever it says",
    });
  }
  try {
    return await runner.getIdToken(audience);
  } catch (error) {
    const reason = String(Error.isError(error) ? error.message : error).replace(/\s+/g, " ");
    throw new StoreUnavailableError("GitHub gave no identity token for role-to-assume", {
      hint: `try the job again, and look whether a proxy is in the way: ${reason.slice(0, 300)}`,
      cause: error,
    });
  }
}
