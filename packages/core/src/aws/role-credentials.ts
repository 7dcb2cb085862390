// Credentials of a role that the job takes with its own identity token (OIDC): AssumeRoleWithWebIdentity, made anew
// before they end, with a token that is fetched anew. Keys that other steps have exported are not looked at.

import { AccessDeniedError, CacheError, StoreUnavailableError } from "../model/errors.ts";
import { networkRemedy } from "./network.ts";

type Provider = typeof import("@aws-sdk/credential-provider-web-identity");
export type RoleCredentials = Awaited<ReturnType<ReturnType<Provider["fromWebToken"]>>>;

export interface AwsRole {
  readonly arn: string;
  readonly sessionName: string;
  /** Whom the token is for. */
  readonly audience: string;
}

/** Asks the CI system for a token of this job. @throws CacheError */
export type FetchIdentityToken = (audience: string) => Promise<string>;

export interface RoleOptions {
  readonly role: AwsRole;
  readonly fetchToken: FetchIdentityToken;
  /** Of STS. */
  readonly region: string | undefined;
  /** Undefined: AWS itself. */
  readonly endpoint: string | undefined;
  readonly createHandler: () => Promise<import("@smithy/node-http-handler").NodeHttpHandler>;
}

/** The SDK asks again 5 minutes before the end. */
const RENEW_BEFORE_END_MS = 6 * 60_000;

/** One session for all clients: who asks while it is being opened waits for the same one. */
export function createRoleCredentials(options: RoleOptions): () => Promise<RoleCredentials> {
  let session: Promise<RoleCredentials> | undefined;
  return async () => {
    const seen = session;
    const current = await seen?.catch(() => undefined);
    if (current && (current.expiration?.getTime() ?? Infinity) - Date.now() > RENEW_BEFORE_END_MS)
      return current;
    // Of several who find it ended, the first one opens the next.
    if (session === undefined || session === seen) session = assume(options);
    return session;
  };
}

async function assume({
  role,
  fetchToken,
  region,
  endpoint,
  createHandler,
}: RoleOptions): Promise<RoleCredentials> {
  const webIdentityToken = await fetchToken(role.audience);
  const { fromWebToken } = await import("@aws-sdk/credential-provider-web-identity");
  try {
    return await fromWebToken({
      roleArn: role.arn,
      roleSessionName: role.sessionName,
      webIdentityToken,
      clientConfig: {
        ...(region !== undefined && { region }),
        ...(endpoint !== undefined && { endpoint }),
        requestHandler: await createHandler(),
      },
    })();
  } catch (error) {
    throw translate(error, role);
  }
}

/** The SDK's message can hold parts of the token; only its name is shown. */
function translate(error: unknown, { arn, audience }: AwsRole): unknown {
  if (error instanceof CacheError || !Error.isError(error)) return error;
  const { name, code, $metadata } = error as NodeJS.ErrnoException & {
    $metadata?: { httpStatusCode?: number };
  };
  const what = code ?? name;
  const cause = new Error(`AssumeRoleWithWebIdentity failed: ${what}`);
  const status = $metadata?.httpStatusCode;
  if (status === undefined || status >= 500 || status === 429) {
    return new StoreUnavailableError(`STS, which lends the role ${arn}, can't be reached (${what})`, {
      hint: networkRemedy(what) ?? "check the network and aws-region",
      cause,
    });
  }
  const remedy = REMEDIES[name] ?? "check the ARN of the role and its trust policy";
  return new AccessDeniedError(`AWS does not lend the role ${arn} to this job (${what})`, {
    hint: remedy.replaceAll("AUDIENCE", audience),
    cause,
  });
}

const TRUST =
  "its trust policy must allow sts:AssumeRoleWithWebIdentity to the token of this repository and event (sub), for the audience AUDIENCE (aud): cairn policy --trust prints one";

const REMEDIES: Readonly<Record<string, string>> = {
  AccessDenied: TRUST,
  AccessDeniedException: TRUST,
  InvalidIdentityToken:
    "the account of the role must have an identity provider for this issuer (token.actions.githubusercontent.com), with the audience AUDIENCE",
  InvalidIdentityTokenException:
    "the account of the role must have an identity provider for this issuer (token.actions.githubusercontent.com), with the audience AUDIENCE",
  ExpiredTokenException: "the token had ended: check the clock of this machine",
  IDPRejectedClaim: TRUST,
  IDPRejectedClaimException: TRUST,
  RegionDisabledException: "STS is turned off in this region: set aws-region to another one",
  ValidationError: "check the ARN of the role and the session's name",
};
