// Many processes at one store at once: a single key, different keys with common content, two runners of one machine that
// share store and near cache for a while. One wins, the others notice it quickly; nothing is lost, nothing is stale.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cairn, type Ended } from "./commands.ts";
import type { Servers } from "./servers.ts";
import { contentOf, differences, file, makeTree, noise, SAVED, snapshot } from "./trees.ts";
import { createWorld, inspectStore, type World, type WorldOptions } from "./world.ts";

export interface Crowd {
  readonly name: string;
  readonly store: NonNullable<WorldOptions["kind"]>;
  /** Also in the quick choice. */
  readonly isQuick: boolean;
  /** @returns what is wrong. */
  readonly meet: (world: World, processes: number) => Promise<CrowdResult>;
}

export interface CrowdResult {
  readonly processes: number;
  readonly outcome: string;
  readonly problems: readonly string[];
}

/** A large tree in the memory of all of them at once would only measure the machine. */
const TREE = Object.fromEntries(Object.entries(SAVED).filter(([path]) => /\/f\d+$/.test(path)));
/** Saves and restores of each of the two runners: as many as half of the processes of the other crowds. */
const ROUNDS_SHARE = 0.5;

const MEETINGS: Readonly<Record<string, Crowd["meet"]>> = {
  "all save one key": saveOneKey,
  "each saves a key of its own, with common content": saveOwnKeys,
  "two runners share the store and the near cache": shareWithTwoRunners,
};

export const CROWDS: readonly Crowd[] = (["s3", "directory"] as const).flatMap((store) =>
  Object.entries(MEETINGS).map(([name, meet]) => ({
    name: `${name}: ${store === "s3" ? "S3 and DynamoDB" : "a directory and SQLite"}`,
    store,
    // Content in common is found by the same code in every store; near caches and sessions are not.
    isQuick: store === "s3" || meet !== saveOwnKeys,
    meet,
  })),
);

export async function meetCrowd(
  crowd: Crowd,
  { servers, within, processes }: { servers: Servers; within: string; processes: number },
): Promise<CrowdResult> {
  const world = await createWorld(servers, within, { kind: crowd.store });
  try {
    const result = await crowd.meet(world, processes);
    const { problems } = await inspectStore(world);
    return { ...result, problems: [...result.problems, ...problems] };
  } finally {
    world.close();
  }
}

async function saveOneKey(world: World, processes: number): Promise<CrowdResult> {
  const base = join(world.folder, "job");
  makeTree(join(base, "workspace"), TREE);
  const ended = await Promise.all(
    Array.from({ length: processes }, (_, i) =>
      run(world, join(world.folder, `job-${i}`), "save", "key", join(base, "workspace")),
    ),
  );
  const counts = countBy(ended.map(statusOf));
  const problems = ended.flatMap(failureOf);
  if (counts["saved"] !== 1) problems.push(`${counts["saved"] ?? 0} of them saved`);
  const others = (counts["exists"] ?? 0) + (counts["busy"] ?? 0);
  if (others !== processes - 1) problems.push(`only ${others} noticed that another was first`);
  const { keys } = await inspectStore(world);
  if (keys.join() !== "key") problems.push(`visible: ${keys.join(", ")}`);
  return { processes, outcome: describe(counts), problems };
}

async function saveOwnKeys(world: World, processes: number): Promise<CrowdResult> {
  const bases = Array.from({ length: processes }, (_, i) => join(world.folder, `job-${i}`));
  for (const [i, base] of bases.entries())
    makeTree(join(base, "workspace"), { ...TREE, "tree/own": file(noise(i, 50_000 + i)) });
  const ended = await Promise.all(bases.map((base, i) => run(world, base, "save", `key-${i}`)));
  const counts = countBy(ended.map(statusOf));
  const problems = ended.flatMap(failureOf);
  if (counts["saved"] !== processes) problems.push(`only ${counts["saved"] ?? 0} of them saved`);
  for (const [i, base] of bases.entries()) {
    // A few of them end to end; all are verified in the store.
    if (i % Math.ceil(processes / 5) !== 0) continue;
    const to = join(world.folder, `to-${i}`);
    problems.push(...failureOf(await run(world, to, "restore", `key-${i}`)));
    problems.push(...notAlike(to, base));
  }
  return { processes, outcome: describe(counts), problems };
}

/** Each saves a new state and restores the other's newest, over and over. */
async function shareWithTwoRunners(world: World, processes: number): Promise<CrowdResult> {
  const rounds = Math.max(2, Math.round(processes * ROUNDS_SHARE));
  const problems: string[] = [];
  const saved: { key: string; base: string }[] = [];
  let restored = 0;
  const runner = async (name: string): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      const base = join(world.folder, `${name}-${round}`);
      makeTree(join(base, "workspace"), {
        ...TREE,
        "tree/own": file(`${name} ${round}`),
        "tree/big": file(noise(round, 400_000)),
      });
      const key = `deps-${name}-${round}`;
      problems.push(...failureOf(await run(world, base, "save", key)));
      saved.push({ key, base });
      const newest = saved.findLast((each) => !each.key.startsWith(`deps-${name}`));
      if (!newest) continue;
      const to = join(world.folder, `${name}-to`);
      problems.push(...failureOf(await run(world, to, "restore", newest.key)), ...notAlike(to, newest.base));
      restored++;
      if (round % 2 === 1) rmSync(to, { recursive: true, force: true });
    }
  };
  await Promise.all([runner("one"), runner("two")]);
  return {
    processes: saved.length + restored,
    outcome: `${saved.length} saved, ${restored} restored`,
    problems,
  };
}

function run(
  world: World,
  base: string,
  action: "save" | "restore",
  key: string,
  cwd?: string,
): Promise<Ended> {
  const workspace = cwd ?? join(base, "workspace");
  mkdirSync(workspace, { recursive: true });
  const { store, index } = world.places();
  const near = store.startsWith("s3:") ? { CAIRN_NEAR: pathToFileURL(join(world.folder, "near")).href } : {};
  return cairn(
    [action, "--json", "--key", key, "--repository", "acme/api", "--scope", "refs/heads/main", "tree"],
    {
      base,
      cwd: workspace,
      env: { CAIRN_STORE: store, CAIRN_INDEX: index, ...near },
    },
  );
}

function statusOf({ stdout }: Ended): string {
  return /"status": ?"(\w+)"/.exec(stdout)?.[1] ?? "nothing";
}

function failureOf({ code, stderr }: Ended): string[] {
  return code === 0 ? [] : [`exit code ${code}: ${stderr.slice(-300)}`];
}

function notAlike(to: string, from: string): string[] {
  const [found, wanted] = [to, from].map((base) => contentOf(snapshot(join(base, "workspace"))));
  return differences(found!, wanted!).slice(0, 3);
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function describe(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([word, count]) => `${count} ${word}`)
    .join(", ");
}
