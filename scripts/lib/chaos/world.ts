// The world of one case: an empty store of its own on the servers of the run, jobs that use it through whichever route a
// case wants, and the questions that every case is judged by: is all that is visible whole, is the tree as it must be.

import { hash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import {
  type Cache,
  type CacheSettings,
  createTableInput,
  deriveAccess,
  isLive,
  openCache,
  openMaintenance,
  type SaveRequest,
} from "@cairn/core";
import {
  createJob,
  type Job,
  type JobOptions,
} from "../../../packages/action-kit/test/support/run-action.ts";
import { credentials } from "../services/parts.ts";
import type { Servers } from "./servers.ts";

const root = join(import.meta.dirname, "../../..");
const region = credentials.AWS_REGION;

/** How a job reaches a server. */
export type Way = "direct" | "wire" | "spoiled";

export interface Places {
  readonly store: string;
  readonly index: string;
}

export interface World {
  readonly servers: Servers;
  /** For trees, disks and whatever else a case needs; goes away with the world. */
  readonly folder: string;
  readonly bucket: string;
  places(ways?: { readonly s3?: Way; readonly index?: Way }): Places;
  /** A new job, whose steps run the actions as they are built from these sources. */
  job(options?: Omit<JobOptions, "dist">): Job;
  /** Files of the store with this word in their names: `packs`, `artifacts`. */
  objects(kind: string): string[];
  close(): void;
}

export interface WorldOptions {
  /** `s3` with DynamoDB, or a directory with SQLite. */
  readonly kind?: "s3" | "directory";
}

export async function createWorld(
  servers: Servers,
  within: string,
  { kind = "s3" }: WorldOptions = {},
): Promise<World> {
  const name = `chaos-${randomUUID()}`;
  const folder = join(within, name);
  mkdirSync(folder, { recursive: true });
  const dist = writeEntries(within);
  if (kind === "s3") await makeBucketAndTable(servers, name);
  const objectsFolder = kind === "s3" ? join(servers.data, name, "cache") : join(folder, "store");
  let jobs = 0;
  return {
    servers,
    folder,
    bucket: name,
    places: ({ s3 = "direct", index = "direct" } = {}) =>
      kind === "s3"
        ? {
            store: `s3://${name}/cache?${new URLSearchParams({ region, endpoint: servers.s3[s3] })}`,
            index: `dynamodb://${name}?${new URLSearchParams({ region, endpoint: servers.index[index] })}`,
          }
        : {
            store: pathToFileURL(join(folder, "store")).href,
            index: `sqlite://${join(folder, "store/index.sqlite")}`,
          },
    job: (options = {}) =>
      createJob({
        folder: join(folder, `job-${++jobs}`),
        ...options,
        dist,
        env: { ...credentials, ...options.env },
      }),
    objects: (word) =>
      filesBelow(objectsFolder).filter((file) => file.slice(objectsFolder.length).includes(`/${word}/`)),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function makeBucketAndTable({ s3, index }: Servers, name: string): Promise<void> {
  const [buckets, tables] = [
    new S3Client({ endpoint: s3.direct, region, forcePathStyle: true }),
    new DynamoDBClient({ endpoint: index.direct, region }),
  ];
  await Promise.all([
    buckets.send(new CreateBucketCommand({ Bucket: name })),
    tables.send(new CreateTableCommand(createTableInput(name))),
  ]);
  buckets.destroy();
  tables.destroy();
}

/** In the shape of `dist/`, but running the compiled sources as they are: what is judged is the working copy. */
function writeEntries(within: string): string {
  const entries = { "restore-cache": "main", "save-cache": "main", cache: "main", "cache-post": "post" };
  const dist = join(within, "entries");
  for (const [name, file] of Object.entries(entries)) {
    const compiled = join(root, "actions/dist", name.replace("-post", ""), `src/${file}.js`);
    mkdirSync(join(dist, name), { recursive: true });
    writeFileSync(
      join(dist, name, "index.js"),
      `await import(${JSON.stringify(pathToFileURL(compiled).href)});\n`,
    );
  }
  writeFileSync(join(dist, "package.json"), '{ "type": "module" }\n');
  return dist;
}

export function settingsOf(places: Places): CacheSettings {
  return {
    ...places,
    near: undefined,
    stampsFolder: undefined,
    mode: { restore: true, save: true },
    timeoutMs: undefined,
    notices: [],
  };
}

/** The event of every job of chaos: all share one scope, whichever program they run. */
export const EVENT: Readonly<Record<string, string>> = {
  GITHUB_ACTIONS: "true",
  GITHUB_EVENT_NAME: "push",
  GITHUB_REF: "refs/heads/main",
  GITHUB_REPOSITORY: "acme/api",
};

/** The store in this process: for what a case needs before its fault and asks after it. */
export function openHere(world: World, near?: string): Promise<Cache> {
  return openCache({ ...settingsOf(world.places()), near }, { env: { ...credentials } });
}

/** The path `tree` of a job whose folders lie in `base`. */
export function requestIn(base: string, key: string): SaveRequest {
  const folders = { workspace: join(base, "workspace"), home: join(base, "home"), temp: join(base, "temp") };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return { paths: ["tree"], key, access: deriveAccess({ env: EVENT }), folders, owner: "chaos" };
}

export interface StoreState {
  /** What is visible and not whole, and what stands under a name that is not its own. */
  readonly problems: string[];
  /** Keys that a look-up would find. */
  readonly keys: string[];
}

/** Cases take seconds. */
const CLOCK_MS = 10 * 60_000;

/**
 * What `cairn verify` says of every Ref, and a look at every object's own bytes.
 * @param clockMs how far from now a Ref may have been made.
 */
export async function inspectStore(world: World, clockMs: number = CLOCK_MS): Promise<StoreState> {
  const maintenance = await openMaintenance(settingsOf(world.places()), { env: { ...credentials } });
  const problems: string[] = [];
  const keys: string[] = [];
  try {
    for await (const ref of maintenance.list({})) {
      if (!isLive(ref, Date.now())) continue;
      keys.push(ref.key);
      if (Math.abs(ref.createdAtMs - Date.now()) > clockMs) problems.push(`${ref.key}: has a wrong time`);
      const report = await maintenance.verify(ref);
      problems.push(...report.problems.map((problem) => `${ref.key}: ${problem}`));
    }
  } finally {
    await maintenance.close();
  }
  for (const file of [...world.objects("packs"), ...world.objects("artifacts")]) {
    const name = file.slice(file.lastIndexOf("/") + 1);
    if (/^[0-9a-f]{64}$/.test(name) && hash("sha256", readFileSync(file)) !== name)
      problems.push(`${file} has other bytes than its name says`);
  }
  return { problems, keys: keys.sort() };
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
