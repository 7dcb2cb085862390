// Empty stores with names of their own, made by `cairn setup` of the same bundle, and what a job needs to open them.

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { credentials } from "../../../../../scripts/lib/services/parts.ts";
import { service } from "../../../../core/test/support/services.ts";
import { root } from "./consumer-repository.ts";
import { workFolder } from "./work-folder.ts";

export interface TestStore {
  /** Inputs of the actions. */
  readonly inputs: StoreInputs;
  /** What a job must have in its environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface StoreInputs extends Readonly<Record<string, string>> {
  readonly store: string;
}

/** By the name that the suites show. */
export const stores: readonly (readonly [name: string, open: () => TestStore])[] = [
  ["a directory", directoryStore],
  ["S3 and DynamoDB", tableStore],
  ["a bucket alone", bucketStore],
];

/** A folder, with SQLite beside it. */
export function directoryStore(): TestStore {
  const folder = workFolder();
  // Jobs of different users meet here.
  chmodSync(folder, 0o777);
  return { inputs: { store: pathToFileURL(join(folder, "store")).href }, env: {} };
}

/** A bucket of versitygw, with a table of DynamoDB Local. */
export function tableStore(): TestStore {
  return setUp({ store: s3Dsn(service("versitygw"), newName()), index: tableDsn(newName()) });
}

/** A bucket of MinIO that is the index too. */
export function bucketStore(): TestStore {
  return setUp({ store: s3Dsn(service("minio"), newName()), index: "bucket" });
}

export function s3Dsn(endpoint: string, bucket: string): string {
  return `s3://${bucket}/cache?${new URLSearchParams({ region: credentials.AWS_REGION, endpoint })}`;
}

export function tableDsn(table: string): string {
  return `dynamodb://${table}?${new URLSearchParams({ region: credentials.AWS_REGION, endpoint: service("dynamodb") })}`;
}

const newName = (): string => `e2e-${randomUUID()}`;

function setUp(inputs: StoreInputs & { readonly index: string }): TestStore {
  const cli = join(root, "dist/cli/index.js");
  const args = ["setup", "--apply", "--quiet", "--store", inputs.store, "--index", inputs.index];
  execFileSync(process.execPath, [cli, ...args], {
    env: { ...process.env, ...credentials },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return { inputs, env: credentials };
}
