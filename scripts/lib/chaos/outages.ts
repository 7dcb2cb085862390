// What a server that is away costs a job of six cache steps, beside the same job with a server that is there; and what
// the steps say: the first warns, the later ones tell in their log that they did not wait.

import { join } from "node:path";
import type { Servers } from "./servers.ts";
import { makeTree, SAVED } from "./trees.ts";
import { createWorld, openHere, requestIn, type World } from "./world.ts";

export interface OutageCase {
  readonly name: string;
  readonly server: "s3" | "index";
  readonly how: "refuse" | "stall";
}

export const OUTAGES: readonly OutageCase[] = (["s3", "index"] as const).flatMap((server) =>
  (["refuse", "stall"] as const).map((how) => ({
    name: `${server === "s3" ? "the store" : "the index"} ${how === "refuse" ? "refuses connections" : "stalls"}`,
    ...{ server, how },
  })),
);

export interface OutageResult {
  readonly steps: number;
  /** More than the job with servers that answer. */
  readonly seconds: number;
  readonly problems: readonly string[];
}

const STEPS = [
  "restore-cache",
  "restore-cache",
  "save-cache",
  "restore-cache",
  "save-cache",
  "save-cache",
] as const;
/** The key that is there. */
const THERE = "deps";

export const OUTAGE_LIMIT_SECONDS = 10;

export async function meetOutage(
  { server, how }: OutageCase,
  servers: Servers,
  within: string,
): Promise<OutageResult> {
  const world = await createWorld(servers, within);
  const problems: string[] = [];
  try {
    const before = join(world.folder, "before");
    makeTree(join(before, "workspace"), SAVED);
    const cache = await openHere(world);
    await cache.save(requestIn(before, THERE));
    await cache.close();
    const healthyMs = await runJob(world, "healthy", () => {});
    const { toxics } = servers[server];
    await (how === "refuse" ? toxics.refuse() : toxics.stall());
    const ms = await runJob(world, "away", (index, annotations, log) => {
      const isTold = log.some((line) => line.includes("did not answer an earlier step of this job"));
      if (index === 0 && annotations !== 1) problems.push(`the first step makes ${annotations} annotations`);
      if (index > 0 && !isTold) problems.push(`step ${index + 1} does not say that it did not wait`);
    }).finally(() => toxics.heal());
    return { steps: STEPS.length, seconds: (ms - healthyMs) / 1000, problems };
  } finally {
    world.close();
  }
}

async function runJob(
  world: World,
  name: string,
  look: (index: number, annotations: number, log: readonly string[]) => void,
): Promise<number> {
  const job = world.job();
  makeTree(job.workspace, SAVED);
  let ms = 0;
  for (const [index, action] of STEPS.entries()) {
    const key = action === "restore-cache" ? THERE : `${name}-${index}`;
    const inputs = { key, path: "tree", ...world.places({ s3: "wire", index: "wire" }) };
    const { exitCode, annotations, log, durationMs } = await job.run(action, inputs);
    if (exitCode !== 0) throw new Error(`step ${index} of the job failed with exit code ${exitCode}`);
    ms += durationMs;
    look(index, annotations.length, log);
  }
  return ms;
}
