// Whose credentials these are, and for how long they are good.

import type { S3Connection } from "@cairn/core";
import { failureOf } from "../setup/setting.ts";
import { type Finding, ok, problem, unknown, warning } from "./finding.ts";

const MINUTE_MS = 60_000;
/** A job whose last save comes later than that has none left. */
const SHORT_MS = 15 * MINUTE_MS;

const GET_SOME =
  "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or give the machine or the job a role (in GitHub Actions: role-to-assume of the actions, or aws-actions/configure-aws-credentials before this step)";

/** @param asksSts whether there is an STS to ask: a server that only speaks S3 has none. */
export async function examineCredentials(
  { client }: S3Connection,
  asksSts: boolean,
  signal: AbortSignal | undefined,
): Promise<Finding[]> {
  const check = "credentials";
  let expiration: Date | undefined;
  let keyId: string;
  try {
    ({ accessKeyId: keyId, expiration } = await client.config.credentials());
  } catch (error) {
    return [problem(check, `no AWS credentials were found (${failureOf(error).code})`, GET_SOME)];
  }
  const whose = `key ${keyId.slice(0, 4)}…${keyId.slice(-4)}`;
  if (!asksSts) return [lifeOf(check, whose, expiration)];
  const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  const { region, credentials, requestHandler } = client.config;
  // The handler is the S3 client's, which knows the proxy, and is not ours to close.
  const sts = new STSClient({ region, credentials, requestHandler });
  try {
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}), signal ? { abortSignal: signal } : {});
    return [lifeOf(check, `${Arn}, ${whose}`, expiration)];
  } catch (error) {
    signal?.throwIfAborted();
    const { code, status } = failureOf(error);
    if (status === 0 || status >= 500)
      return [unknown(check, `${whose}; STS, which knows whose it is, can't be reached (${code})`)];
    return [problem(check, `AWS does not accept ${whose} (${code})`, GET_SOME)];
  }
}

function lifeOf(check: string, whose: string, expiration: Date | undefined): Finding {
  if (expiration === undefined) return ok(check, `${whose}, without an end`);
  const leftMs = expiration.getTime() - Date.now();
  if (leftMs <= 0) return problem(check, `${whose} ended at ${expiration.toISOString()}`, "get new ones");
  const found = `${whose}, good for ${Math.floor(leftMs / MINUTE_MS)} more minutes`;
  return leftMs < SHORT_MS
    ? warning(
        check,
        found,
        "ask for a longer session (role-duration-seconds): the save at the end of the job needs them too",
      )
    : ok(check, found);
}
