// AwsSession: what all AWS clients of one opened cache share: how their requests leave this machine, and whose
// credentials sign them. Nothing is read or loaded before a client is made.

import { type Network, readNetwork } from "./network.ts";
import { type AwsRole, createRoleCredentials, type FetchIdentityToken } from "./role-credentials.ts";

export { networkRemedy } from "./network.ts";

export interface AwsSession {
  /** Undefined: the SDK's default chain. */
  readonly credentials: ReturnType<typeof createRoleCredentials> | undefined;
  /** Proxy and authorities, as options of Node's HTTP agents. @throws StoreUnavailableError */
  network(): Promise<Network>;
  /** For the client of a service that is asked a few times only. @throws StoreUnavailableError */
  clientOptions(): Promise<ClientOptions>;
}

export interface ClientOptions {
  readonly requestHandler: import("@smithy/node-http-handler").NodeHttpHandler;
  readonly credentials?: NonNullable<AwsSession["credentials"]>;
}

export interface AwsSessionOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly role?: AwsRole | undefined;
  /** Needed with a role. */
  readonly fetchIdentityToken?: FetchIdentityToken | undefined;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** Without a byte in either direction for so long, a request fails. */
const IDLE_TIMEOUT_MS = 20_000;

export function createAwsSession({ env, role, fetchIdentityToken }: AwsSessionOptions): AwsSession {
  let reading: Promise<Network> | undefined;
  const network = (): Promise<Network> => {
    reading ??= readNetwork(env);
    return reading;
  };
  const createHandler = async () => {
    const [{ NodeHttpHandler }, agent] = await Promise.all([import("@smithy/node-http-handler"), network()]);
    return new NodeHttpHandler({
      httpAgent: { ...agent },
      httpsAgent: { ...agent },
      connectionTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: IDLE_TIMEOUT_MS,
    });
  };
  const credentials =
    role && fetchIdentityToken
      ? createRoleCredentials({
          role,
          fetchToken: fetchIdentityToken,
          region: env["AWS_REGION"] || env["AWS_DEFAULT_REGION"],
          endpoint: env["AWS_ENDPOINT_URL_STS"] || env["AWS_ENDPOINT_URL"],
          createHandler,
        })
      : undefined;
  return {
    credentials,
    network,
    clientOptions: async () => ({
      requestHandler: await createHandler(),
      ...(credentials && { credentials }),
    }),
  };
}
