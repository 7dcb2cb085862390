// How requests leave this machine: the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name, and the certificate
// authorities of AWS_CA_BUNDLE. NODE_EXTRA_CA_CERTS is Node's own and needs nothing here. Node's agents know proxies, so
// that nothing is loaded for them; what they would pass over in silence is an error here.

import { readFile } from "node:fs/promises";
import { StoreUnavailableError } from "../model/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Options of Node's HTTP agents. */
export interface Network {
  readonly proxyEnv?: Readonly<Record<string, string>>;
  readonly ca?: string;
}

/** The lower case wins, as everywhere. */
const PROXIES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"] as const;
const EXCEPTIONS = ["no_proxy", "NO_PROXY"] as const;
const CA_BUNDLE = "AWS_CA_BUNDLE";

/** @throws StoreUnavailableError for a proxy or a file that can't be used. */
export async function readNetwork(env: Environment, nodeVersion: string = process.version): Promise<Network> {
  const proxyEnv = readProxies(env, nodeVersion);
  const file = env[CA_BUNDLE];
  return { ...(proxyEnv && { proxyEnv }), ...(file && { ca: await readBundle(file) }) };
}

function readProxies(env: Environment, nodeVersion: string): Record<string, string> | undefined {
  const proxies: Record<string, string> = {};
  for (const name of PROXIES) {
    const value = env[name]?.trim();
    if (!value) continue;
    proxies[name] = checkedProxy(name, value);
  }
  if (Object.keys(proxies).length === 0) return undefined;
  if (!knowsProxies(nodeVersion)) {
    throw new StoreUnavailableError(`Node ${nodeVersion} can't use the proxy that the environment names`, {
      hint: "update the runner: Node 24.5 and newer can",
    });
  }
  for (const name of EXCEPTIONS) if (env[name]) proxies[name] = env[name];
  return proxies;
}

/** Without a scheme it is a plain proxy, as for curl. */
function checkedProxy(name: string, value: string): string {
  const text = value.includes("://") ? value : `http://${value}`;
  const url = URL.parse(text);
  if (url && (url.protocol === "http:" || url.protocol === "https:")) return text;
  // The value may hold a password.
  const what = url ? `a proxy that speaks ${url.protocol.slice(0, -1)}` : "no proxy";
  throw new StoreUnavailableError(`${name} names ${what}`, {
    hint: `write ${name}=http://host:port, or add the host of the store to NO_PROXY and unset ${name}`,
  });
}

/** `proxyEnv` of Node's agents came with 24.5; before, it is ignored. */
function knowsProxies(version: string): boolean {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 24 || (Number(major) === 24 && Number(minor) >= 5);
}

/** In place of the authorities that Node knows, as the AWS command line does. */
async function readBundle(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new StoreUnavailableError(`${CA_BUNDLE} names a file that can't be read: ${file} (${cause.code})`, {
      hint: "check its path and its permissions; in a container the file must be inside it",
      cause,
    });
  });
  if (/^-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/m.test(text)) return text;
  throw new StoreUnavailableError(`${CA_BUNDLE} names a file without a certificate: ${file}`, {
    hint: "it must hold certificates in PEM form: -----BEGIN CERTIFICATE-----",
  });
}

/** What Node says of a certificate that it does not trust. */
const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** The remedy, where a failed connection is the proxy's or the certificate's doing. @param code of Node's error. */
export function networkRemedy(code: string): string | undefined {
  if (CERTIFICATE_CODES.has(code)) {
    return "its certificate is of an authority that is not known here: name that in NODE_EXTRA_CA_CERTS (adds to those of Node) or AWS_CA_BUNDLE (replaces them)";
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return "its certificate is for another name: use that one in the endpoint, or path-style=true if only the host names of buckets lack";
  }
  if (code === "CERT_HAS_EXPIRED")
    return "its certificate has expired: renew it, or check this machine's clock";
  if (code === "ERR_PROXY_TUNNEL") {
    return "the proxy refused to connect to it: check HTTPS_PROXY and the user and password in it, or add the host to NO_PROXY";
  }
  return undefined;
}
