// Cancelling and deadlines, as data: a step is seen at work, its server stalls or its disk hangs, and then it is told to
// end, or its time is over. It ends soon, says so, and leaves nothing visible and the tree as it was.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Job, StepOptions, StepResult } from "../../../packages/action-kit/test/support/run-action.ts";
import type { Servers } from "./servers.ts";
import { contentOf, differences, file, makeTree, noise, SAVED, snapshot, THERE } from "./trees.ts";
import { createWorld, inspectStore, type World } from "./world.ts";

export interface EndingCase {
  readonly name: string;
  readonly step: "save" | "restore";
  /** What the step hangs in. */
  readonly hang: "the store stalls" | "the disk of the store hangs";
  readonly by: "SIGINT" | "SIGTERM" | "its deadline";
  /** From the signal, or beyond the deadline, to the end of the process. */
  readonly limitSeconds: number;
}

const HANGS = ["the store stalls", "the disk of the store hangs"] as const;
/** Under a deadline a restore may need a while to give the old tree back. */
const GRACES = { save: 2.5, restore: 12 };

export const ENDINGS: readonly EndingCase[] = HANGS.flatMap((hang) =>
  (["save", "restore"] as const).flatMap((step) =>
    (["SIGINT", "SIGTERM", "its deadline"] as const).map((by) => ({
      name: `${step} ended by ${by} while ${hang}`,
      ...{ step, hang, by },
      limitSeconds: by === "its deadline" ? GRACES[step] : 2,
    })),
  ),
);

export interface EndingResult {
  readonly seconds: number;
  readonly problems: readonly string[];
}

const KEY = "deps";
const DEADLINE_S = 2;

export async function meetEnding(
  ending: EndingCase,
  servers: Servers,
  within: string,
): Promise<EndingResult> {
  const kind = ending.hang === "the store stalls" ? "s3" : "directory";
  const world = await createWorld(servers, within, { kind });
  const problems: string[] = [];
  try {
    const [from, job] = [world.job(), world.job()];
    makeTree(from.workspace, SAVED);
    await from.run("save-cache", {
      key: ending.step === "save" ? "other" : KEY,
      path: "tree",
      ...world.places(),
    });
    makeTree(
      job.workspace,
      ending.step === "save" ? { ...SAVED, "tree/new": file(noise(7, 3_000_000)) } : THERE,
    );
    const before = snapshot(job.workspace);

    const hang = kind === "s3" ? stallAtFirstPack(world, ending) : hangInDisk(world, ending);
    const seconds = await endStep(world, ending, { job, hang, problems });
    await hang.end();

    const { problems: broken, keys } = await inspectStore(world);
    problems.push(...broken);
    if (ending.step === "save" && keys.includes(KEY)) problems.push("the key is visible");
    const wrong = differences(contentOf(snapshot(job.workspace)), contentOf(before));
    if (wrong.length > 0) problems.push(`the tree is not as it was: ${wrong.slice(0, 3).join("; ")}`);
    const next = await job.run(ending.step === "save" ? "save-cache" : "restore-cache", {
      ...{ key: KEY, path: "tree", ...world.places() },
    });
    if (!/^Cache (saved with|restored from) key/m.test(next.stdout))
      problems.push(`the next run: ${next.stdout.slice(0, 300)}`);
    return { seconds, problems };
  } finally {
    world.close();
  }
}

interface Hang {
  /** The step hangs. */
  readonly isAtWork: Promise<unknown>;
  end(): Promise<unknown> | unknown;
}

async function endStep(
  world: World,
  { step, by }: EndingCase,
  { job, hang, problems }: { job: Job; hang: Hang; problems: string[] },
): Promise<number> {
  const isDeadline = by === "its deadline";
  const inputs = {
    key: KEY,
    path: "tree",
    ...world.places({ s3: "spoiled" }),
    ...(isDeadline && { timeout: `${DEADLINE_S}s` }),
  };
  const options: StepOptions = isDeadline ? {} : { signal: { name: by, after: hang.isAtWork } };
  const ended = await job.run(step === "save" ? "save-cache" : "restore-cache", inputs, options);
  problems.push(...(isDeadline ? judgeDeadline(ended, step) : judgeSignal(ended, by)));
  return (isDeadline ? ended.durationMs - DEADLINE_S * 1000 : ended.sinceSignalMs!) / 1000;
}

function judgeSignal({ exitCode, log, annotations }: StepResult, by: string): string[] {
  return [
    ...(exitCode === 130 ? [] : [`exit code ${exitCode}`]),
    ...(log.at(-1) === `[warning]cancelled by ${by}`
      ? []
      : [`it does not say that it was cancelled: ${log.at(-1)}`]),
    ...annotations.map(({ message }) => `it complains: ${message}`),
  ];
}

function judgeDeadline({ exitCode, annotations }: StepResult, step: string): string[] {
  const [first] = annotations;
  const isTold = first?.level === "warning" && first.message.includes(`the ${step} took longer than`);
  return [
    ...(exitCode === 0 ? [] : [`exit code ${exitCode}`]),
    ...(isTold ? [] : [`it does not say that it took too long: ${first?.message}`]),
  ];
}

/** Everything works until content is moved; from then on no byte comes through. */
function stallAtFirstPack({ servers: { s3 } }: World, { step }: EndingCase): Hang {
  const { promise, resolve } = Promise.withResolvers<void>();
  const method = step === "save" ? "PUT" : "GET";
  s3.proxy.decide = (passing) =>
    passing.kind === "pack" && passing.method === method
      ? { kind: "after", what: () => s3.toxics.stall().then(resolve, resolve) }
      : undefined;
  return {
    isAtWork: promise,
    end: async () => {
      s3.proxy.decide = undefined;
      await s3.toxics.heal();
    },
  };
}

/** A dead file system, in small: opening a FIFO without a writer never returns. */
function hangInDisk(world: World, { step }: EndingCase): Hang {
  const file =
    step === "save"
      ? world.objects("v1").find((path) => path.endsWith("store.json"))
      : world.objects("artifacts")[0];
  const aside = `${file}.aside`;
  execFileSync("mv", [file!, aside]);
  execFileSync("mkfifo", [file!]);
  let isOver = false;
  const isAtWork = (async () => {
    while (!isOver && !hangsInFifo(join(world.folder, "store")))
      await new Promise((resolve) => setTimeout(resolve, 50));
  })();
  return {
    isAtWork,
    end: () => {
      isOver = true;
      if (existsSync(aside)) {
        rmSync(file!);
        execFileSync("mv", [aside, file!]);
      }
    },
  };
}

/** Whether a process that was given this store waits for someone to write into a FIFO: what the kernel calls that place. */
function hangsInFifo(store: string): boolean {
  const read = (path: string): string => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      // It has ended meanwhile.
      return "";
    }
  };
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/environ`).includes(store))
    .flatMap((pid) => readdirSync(`/proc/${pid}/task`).map((task) => read(`/proc/${pid}/task/${task}/wchan`)))
    .some((place) => place === "wait_for_partner" || place === "fifo_open");
}
