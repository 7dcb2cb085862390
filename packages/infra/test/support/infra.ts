// Opens infra on stores and tables of the real servers.

import { randomUUID } from "node:crypto";
import type { CacheSettings } from "@cairn/core";
import { type ServiceName, service } from "../../../core/test/support/services.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { type Infra, openInfra } from "../../src/open-infra.ts";

export const REGION = "us-east-1";

export interface Named {
  readonly bucket: string;
  readonly table: string;
  readonly store: string;
  readonly index: string;
}

/** A bucket and a table that do not exist yet. */
export function newNames(
  server: ServiceName,
  { parameters = "", prefix = "/team", tables = "dynamodb" as ServiceName } = {},
): Named {
  const name = `infra-${randomUUID()}`;
  return {
    bucket: name,
    table: name,
    store: `s3://${name}${prefix}?region=${REGION}&endpoint=${service(server)}${parameters}`,
    index: `dynamodb://${name}?region=${REGION}&endpoint=${service(tables)}`,
  };
}

export function settingsOf({ store, index }: Pick<Named, "store" | "index">): CacheSettings {
  return {
    store,
    index,
    near: undefined,
    stampsFolder: undefined,
    mode: { restore: true, save: true },
    timeoutMs: undefined,
    notices: [],
  };
}

export async function withInfra<T>(
  named: Pick<Named, "store" | "index">,
  use: (infra: Infra) => Promise<T>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<T> {
  const infra = openInfra(settingsOf(named), { env });
  try {
    return await use(infra);
  } finally {
    await infra.close();
  }
}

/** How fast a busy machine is says nothing about the code. */
const SPEED = ["download", "upload", "latency of the store", "latency of the index"];

/** Problems and warnings, but not those that are measurements. */
export function faultsOf(findings: readonly Finding[]): Finding[] {
  return findings.filter(
    ({ check, state }) => (state === "problem" || state === "warning") && !SPEED.includes(check),
  );
}
