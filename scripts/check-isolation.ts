/**
 * The isolation test on a real account: with the credentials of the roles that packages/infra ships, normal saves and
 * restores work and hostile requests are denied. All it touches is what it made itself, and what would do harm if it were
 * allowed is left out. Not run on AWS so far; in the suites it runs against a simulator of IAM.
 */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { DeleteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { openPlaces, type Places, partitionKey } from "@cairn/core";
import {
  type HostileRequest,
  type HostileTarget,
  OBJECT_REQUESTS,
  ROW_REQUESTS,
  refusalOf,
} from "../packages/infra/test/support/hostile-requests.ts";

const usage = `usage: scripts/check-isolation --store DSN --index DSN --repository OWNER/NAME --trusted PROFILE --pull PROFILE [--reader PROFILE]

DSN      s3://bucket/prefix?region=… and dynamodb://table?region=…, as for cairn
PROFILE  of the AWS configuration: one that has the role of a trusted writer, of a pull-request writer, of a reader

It saves a small tree as a branch and one as a pull request, tries what a hostile pull request would ask for, and takes its
two keys out of the index. What it leaves: a few kilobytes of objects, which the lifecycle rules take.`;

const cli = join(import.meta.dirname, "../packages/cli/dist/bin.js");
const BRANCH = "refs/heads/cairn-isolation";
const PULL = "refs/pull/0/merge";

interface Options {
  readonly store: string;
  readonly index: string;
  readonly repository: string;
  readonly trusted: string;
  readonly pull: string;
  readonly reader: string | undefined;
}

let failed = 0;
let passed = 0;

function report(isRight: boolean, what: string, detail = ""): void {
  if (isRight) passed += 1;
  else failed += 1;
  console.log(`${isRight ? "ok    " : "FAILED"} ${what}${detail === "" ? "" : `: ${detail}`}`);
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  const run = randomUUID().slice(0, 8);
  const keys = { branch: `isolation-${run}-branch`, pull: `isolation-${run}-pull` };
  const folder = mkdtempSync(join(tmpdir(), "cairn-isolation-"));
  try {
    const saved = await normalWork(options, folder, keys);
    if (saved !== undefined) await hostileWork(options, folder, keys, saved);
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function readOptions(): Options | undefined {
  const names = ["store", "index", "repository", "trusted", "pull", "reader"] as const;
  try {
    const { values } = parseArgs({
      options: {
        ...Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
        help: { type: "boolean" as const },
      },
    });
    const given = values as Partial<Record<(typeof names)[number], string>> & { help?: boolean };
    const missing = names.filter((name) => name !== "reader" && given[name] === undefined);
    if (given.help !== true && missing.length === 0) return given as Options;
    if (given.help !== true) console.error(`error: --${missing.join(", --")} is missing`);
  } catch (error) {
    console.error(`error: ${(error as Error).message}`);
  }
  console.error(usage);
  return undefined;
}

interface Saved {
  readonly version: string;
  /** Of the artifacts of the branch and of the pull request. */
  readonly branchHash: string;
  readonly pullHash: string;
}

/** @returns undefined when what is to be attacked could not even be saved. */
async function normalWork(
  options: Options,
  folder: string,
  keys: { branch: string; pull: string },
): Promise<Saved | undefined> {
  mkdirSync(join(folder, "tree"));
  writeFileSync(join(folder, "tree", "file"), `of the branch ${keys.branch}`);
  const branch = as(options, BRANCH);
  const pull = [...as(options, PULL), "--read-scope", BRANCH];
  const step = async (what: string, profile: string, args: string[]) => {
    const { code, document } = await cairn(options, profile, folder, [...args, "--json"]);
    report(code === 0, what, code === 0 ? "" : JSON.stringify(document));
    return document;
  };
  const saved = await step("a branch saves", options.trusted, [
    "save",
    "--key",
    keys.branch,
    ...branch,
    "tree",
  ]);
  await step("a branch restores", options.trusted, ["restore", "--key", keys.branch, ...branch, "tree"]);
  await step("a pull request restores what the branch saved", options.pull, [
    "restore",
    "--key",
    keys.branch,
    ...pull,
    "tree",
  ]);
  writeFileSync(join(folder, "tree", "file"), `of the pull request ${keys.pull}`);
  const own = await step("a pull request saves", options.pull, ["save", "--key", keys.pull, ...pull, "tree"]);
  if (options.reader !== undefined) {
    await step("a reader restores", options.reader, ["restore", "--key", keys.branch, ...branch, "tree"]);
    const save = ["save", "--key", `${keys.branch}-reader`, ...branch, "tree"];
    const { code } = await cairn(options, options.reader, folder, [...save, "--json"]);
    report(code === 4, "a reader may not save", `exit code ${code}`);
  }
  const refOf = (document: unknown) => (document as { ref?: { version: string; contentHash: string } }).ref;
  const [ofBranch, ofPull] = [refOf(saved), refOf(own)];
  if (ofBranch === undefined || ofPull === undefined) return undefined;
  return { version: ofBranch.version, branchHash: ofBranch.contentHash, pullHash: ofPull.contentHash };
}

async function hostileWork(
  options: Options,
  folder: string,
  keys: { branch: string; pull: string },
  saved: Saved,
): Promise<void> {
  const places = openPlaces(
    {
      store: options.store,
      index: options.index,
      near: undefined,
      stampsFolder: undefined,
      mode: { restore: true, save: true },
      timeoutMs: undefined,
      notices: [],
    },
    { env: process.env, repository: options.repository },
  );
  const { target, s3, dynamo } = attackFrom(places, options, keys, saved);
  /** By its key: looking for it would need the rights of who looks after the store. */
  const forget = async (profile: string, ref: string, key: string) => {
    const client = clientOf(places, profile);
    const partition = partitionKey({ repository: options.repository, ref }, saved.version);
    const Key = { pk: { S: partition }, sk: { S: key } };
    await client.send(new DeleteItemCommand({ TableName: target.table, Key }));
    client.destroy();
  };
  const attack = async (
    client: { send(command: never): Promise<unknown> },
    requests: readonly HostileRequest[],
  ) => {
    for (const request of requests) {
      if (request.dangerous) {
        console.log(`-      not tried, since it would do harm if it were allowed: ${request.what}`);
        continue;
      }
      const refusal = await refusalOf(client, request, target);
      const isDenied = refusal === "AccessDenied" || refusal === "AccessDeniedException";
      report(isDenied, `a pull request can't ${request.what}`, refusal ?? "it was allowed");
    }
  };
  try {
    await attack(dynamo, ROW_REQUESTS);
    await attack(s3, OBJECT_REQUESTS);
    const restore = ["restore", "--key", keys.branch, ...as(options, BRANCH), "tree"];
    const { code } = await cairn(options, options.trusted, folder, restore);
    report(code === 0, "the branch still restores what it saved");
  } finally {
    await forget(options.trusted, BRANCH, keys.branch);
    await forget(options.pull, PULL, keys.pull);
    s3.destroy();
    dynamo.destroy();
    await places.close();
  }
}

function attackFrom(
  { store, index }: Places,
  { repository, pull }: Options,
  keys: { branch: string },
  { version, branchHash, pullHash }: Saved,
): { target: HostileTarget; s3: S3Client; dynamo: DynamoDBClient } {
  if (store.kind !== "s3" || index.kind !== "dynamodb") {
    throw new Error(
      "the store has to be in S3 and the index in DynamoDB: elsewhere these policies mean nothing",
    );
  }
  const { bucket, region, endpoint, pathStyle } = store.target;
  const prefix = store.target.prefix === "" ? "" : `${store.target.prefix}/`;
  return {
    target: {
      bucket,
      prefix,
      table: index.place.table,
      repository,
      branch: BRANCH,
      pull: PULL,
      key: keys.branch,
      version,
      trustedObject: `${prefix}v1/trusted/artifacts/${branchHash}`,
      ownObject: `${prefix}v1/pr/artifacts/${pullHash}`,
    },
    s3: new S3Client({
      profile: pull,
      maxAttempts: 1,
      ...(region && { region }),
      ...(endpoint && { endpoint }),
      forcePathStyle: pathStyle,
    }),
    dynamo: clientOf({ index }, pull),
  };
}

function clientOf({ index }: Pick<Places, "index">, profile: string): DynamoDBClient {
  const { region, endpoint } = index.kind === "dynamodb" ? index.place : {};
  return new DynamoDBClient({
    profile,
    maxAttempts: 1,
    ...(region && { region }),
    ...(endpoint && { endpoint }),
  });
}

const as = ({ repository }: Options, ref: string): string[] => ["--repository", repository, "--scope", ref];

async function cairn(
  { store, index }: Options,
  profile: string,
  cwd: string,
  args: readonly string[],
): Promise<{ code: number; document: unknown }> {
  const env: Record<string, string | undefined> = { ...process.env, AWS_PROFILE: profile };
  // They would win over the profile.
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]) delete env[name];
  const all = [cli, ...args, "--store", store, "--index", index];
  const { code, stdout } = await promisify(execFile)(process.execPath, all, { cwd, env }).then(
    (done) => ({ code: 0, stdout: done.stdout }),
    (error: { code: number; stdout: string }) => error,
  );
  return { code, document: stdout.startsWith("{") ? JSON.parse(stdout) : stdout };
}

process.exitCode = await main().catch((error: Error) => {
  console.error(`error: ${error.message}`);
  return 1;
});
