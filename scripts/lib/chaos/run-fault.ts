// One fault, met by a save or by a restore. Judged is the step (it ends, its result is that of the failure policy), the
// tree (complete and right, or as it was), the store (nothing visible is broken), and that the next run succeeds.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Job, StepResult } from "../../../packages/action-kit/test/support/run-action.ts";
import type { Fault, FaultPlace, FaultyStep } from "./faults.ts";
import type { Servers } from "./servers.ts";
import { contentOf, differences, file, makeTree, SAVED, snapshot, THERE, type TreeSpec } from "./trees.ts";
import { createWorld, inspectStore, openHere, requestIn, type World } from "./world.ts";

export interface FaultResult {
  readonly phase: FaultPlace["phase"];
  readonly outcome: string;
  readonly seconds: number;
  /** Empty: as it must be. */
  readonly problems: readonly string[];
}

/** No step may take longer, whatever happens to it. Generous, since the machine may be busy. */
const LONGEST_STEP_MS = 120_000;
const FIRST_KEY = "deps-0";
const KEY = "deps-1";
const CHANGED: TreeSpec = {
  ...SAVED,
  "tree/new": file("new"),
  "tree/more": file(Buffer.alloc(300_000, "more")),
};

export async function meetFault(
  fault: Fault,
  phase: FaultPlace["phase"],
  servers: Servers,
  within: string,
): Promise<FaultResult> {
  const world = await createWorld(servers, within);
  try {
    return phase === "save" ? await meetInSave(world, fault) : await meetInRestore(world, fault);
  } finally {
    world.close();
  }
}

async function meetInSave(world: World, fault: Fault): Promise<FaultResult> {
  const problems: string[] = [];
  // A base to rely on, which the save of the faulty step shares content with.
  const before = join(world.folder, "before");
  makeTree(join(before, "workspace"), SAVED);
  await saveHere(world, before, { key: FIRST_KEY, problems, when: "before the fault" });
  const { job, step } = await faultyJob(world, fault, "save");
  makeTree(job.workspace, CHANGED);
  const complete = contentOf(snapshot(job.workspace));
  const result = await run(job, "save-cache", world, fault, step);
  const outcome = result.log.some((line) => line.startsWith("Cache saved with key")) ? "saved" : "not saved";
  judgeStep(result, fault, outcome, fault.save ?? "not saved", problems);
  await judgeStore(world, { fault, isVisible: outcome === "saved", before: FIRST_KEY }, problems);

  const next = join(world.folder, "next");
  makeTree(join(next, "workspace"), CHANGED);
  if (outcome !== "saved") await saveHere(world, next, { key: KEY, problems, when: "the next run" });
  await expectRestored(world, complete, problems);
  return { phase: "save", outcome, seconds: result.durationMs / 1000, problems };
}

async function meetInRestore(world: World, fault: Fault): Promise<FaultResult> {
  const problems: string[] = [];
  const from = join(world.folder, "from");
  makeTree(join(from, "workspace"), SAVED);
  await saveHere(world, from, { key: KEY, problems, when: "before the fault" });
  const complete = contentOf(snapshot(join(from, "workspace")));
  const { job, step, base } = await faultyJob(world, fault, "restore");
  makeTree(job.workspace, THERE);
  const asItWas = snapshot(job.workspace);
  const result = await run(job, "restore-cache", world, fault, step, (done) => {
    const found = snapshot(job.workspace);
    const isHit = done.outputs["cache-hit"] === "true";
    const wrong = isHit ? differences(contentOf(found), complete) : differences(found, asItWas);
    problems.push(...wrong.slice(0, 3).map((each) => `${isHit ? "incomplete" : "not as it was"}: ${each}`));
  });
  const outcome = result.outputs["cache-hit"] === "true" ? "hit" : "miss";
  judgeStep(result, fault, outcome, fault.restore ?? "miss", problems);
  await judgeStore(world, { fault, isVisible: true, before: KEY }, problems);
  // Damage heals by the save of the job that met it, all else by itself.
  if (fault.damages) {
    rmSync(join(job.workspace, "tree"), { recursive: true, force: true });
    makeTree(job.workspace, SAVED);
    await saveHere(world, base, { key: KEY, problems, when: "the save that heals" });
    const { problems: left } = await inspectStore(world);
    problems.push(...left.map((each) => `not healed: ${each}`));
  }
  await expectRestored(world, complete, problems);
  return { phase: "restore", outcome, seconds: result.durationMs / 1000, problems };
}

/** A job with its folders in `base`; the case may have put something there before the program starts. */
async function faultyJob(world: World, fault: Fault, phase: FaultPlace["phase"]) {
  const base = join(world.folder, "faulty");
  const workspace = join(base, "workspace");
  mkdirSync(workspace, { recursive: true });
  const step = await fault.begin(world, { phase, workspace });
  const within = ["timeout", "-s", "KILL", String(LONGEST_STEP_MS / 1000), ...(step.within ?? [])];
  return { base, step, job: world.job({ folder: base, env: step.env ?? {}, within }) };
}

async function run(
  job: Job,
  action: "save-cache" | "restore-cache",
  world: World,
  fault: Fault,
  step: FaultyStep,
  look?: (result: StepResult) => void,
): Promise<StepResult> {
  try {
    const result = await job.run(action, {
      key: KEY,
      path: "tree",
      ...world.places(fault.ways),
      ...step.inputs,
    });
    look?.(result);
    return result;
  } finally {
    await step.end?.();
  }
}

function judgeStep(
  { exitCode, signal, stderr, log, annotations }: StepResult,
  fault: Fault,
  outcome: string,
  expected: string,
  problems: string[],
): void {
  if (signal === "SIGKILL" || exitCode === 137)
    problems.push(`it did not end within ${LONGEST_STEP_MS / 1000} s`);
  else if (exitCode !== 0)
    problems.push(`it failed the job with exit code ${exitCode}: ${stderr.slice(-300)}`);
  const levels = annotations.map(({ level }) => level);
  const said = [...annotations.map(({ message }) => message), ...log].join("\n");
  if (outcome !== expected) problems.push(`${outcome} instead of ${expected}: ${said.slice(0, 400)}`);
  if (outcome === "hit" || outcome === "saved") {
    if (levels.length > 0) problems.push(`it worked, and complains: ${said.slice(0, 300)}`);
    return;
  }
  const level = fault.level ?? "warning";
  if (levels[0] !== level)
    problems.push(`it says ${levels[0] ?? "nothing"} instead of ${level}: ${said.slice(0, 300)}`);
  if (fault.says && !fault.says.test(said))
    problems.push(`it does not say ${fault.says}: ${said.slice(0, 300)}`);
}

/** @param before the key whose save the fault may have damaged. */
async function judgeStore(
  world: World,
  { fault, isVisible, before }: { fault: Fault; isVisible: boolean; before: string },
  problems: string[],
): Promise<void> {
  const { problems: found, keys } = await inspectStore(world);
  const own = fault.damages ? found.filter((each) => !each.startsWith(`${before}: `)) : found;
  problems.push(...own.map((each) => `visible and broken: ${each}`));
  if (keys.includes(KEY) !== isVisible) problems.push(`the key is ${isVisible ? "not " : ""}visible`);
}

/** By this process, with the store itself. */
async function saveHere(
  world: World,
  base: string,
  { key, problems, when }: { key: string; problems: string[]; when: string },
): Promise<void> {
  const cache = await openHere(world);
  const saved = await cache.save(requestIn(base, key)).catch((error: unknown) => error as Error);
  await cache.close();
  if (!("status" in saved) || saved.status !== "saved")
    problems.push(`${when}: not saved: ${"status" in saved ? saved.status : saved}`);
}

async function expectRestored(
  world: World,
  complete: Readonly<Record<string, string>>,
  problems: string[],
): Promise<void> {
  const cache = await openHere(world);
  const base = join(world.folder, "after");
  const found = await cache
    .restore({ ...requestIn(base, KEY), restoreKeys: [] })
    .catch((error: unknown) => error as Error);
  await cache.close();
  if (!("status" in found) || found.status !== "hit") problems.push(`the next restore is no hit: ${found}`);
  const wrong = differences(contentOf(snapshot(join(base, "workspace"))), complete);
  problems.push(...wrong.slice(0, 3).map((each) => `the next restore: ${each}`));
}
