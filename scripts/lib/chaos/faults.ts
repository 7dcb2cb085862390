// The faults, as data: what goes wrong, and what the step that meets it has to come to. `saved` and `hit` say that the
// fault is survived; anything else is the failure policy's result: the step goes on, says why, and has changed nothing.

import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Decide, Passing, Spoiling } from "./faulty-proxy.ts";
import type { Way, World } from "./world.ts";

export interface Fault {
  readonly name: string;
  /** Also in the quick choice. */
  readonly isQuick?: boolean;
  /** Where it is met; left out: at both. */
  readonly only?: "save" | "restore";
  readonly ways?: { readonly s3?: Way; readonly index?: Way };
  readonly save?: "saved" | "not saved";
  readonly restore?: "hit" | "miss";
  /** Damage is an error annotation, what is away a warning. */
  readonly level?: "warning" | "error";
  /** Added to what the step says it is about, so that it is the fault we mean. */
  readonly says?: RegExp;
  /** It is the store that is damaged: what was saved before is broken until a save heals it. */
  readonly damages?: boolean;
  /** Makes it so, right before the step; what it returns ends it. */
  readonly begin: (world: World, place: FaultPlace) => Promise<FaultyStep> | FaultyStep;
}

/** The job in which it happens. */
export interface FaultPlace {
  readonly phase: "save" | "restore";
  /** The job's workspace, which the step's tree is made in afterwards. */
  readonly workspace: string;
}

export interface FaultyStep {
  readonly end?: () => Promise<unknown> | unknown;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** In front of the program. */
  readonly within?: readonly string[];
}

/** Faults of connections, to the store or to the index. */
function wire(server: "s3" | "index", name: string, how: (world: World) => Promise<void>): Fault {
  return {
    name: `${server === "s3" ? "store" : "index"}: ${name}`,
    ways: { [server]: "wire" },
    begin: async (world) => {
      await how(world);
      return { end: () => world.servers[server].toxics.heal() };
    },
  };
}

/** Faults of answers. */
function spoiled(server: "s3" | "index", decide: Decide): Pick<Fault, "ways" | "begin"> {
  return {
    ways: { [server]: "spoiled" },
    begin: ({ servers }) => {
      servers[server].proxy.decide = decide;
      return { end: () => servers[server].proxy.heal() };
    },
  };
}

const always =
  (spoiling: Spoiling): Decide =>
  () =>
    spoiling;
const content =
  (spoiling: Spoiling, times = Infinity): Decide =>
  ({ kind, index }: Passing) =>
    kind === "pack" && index < times ? spoiling : undefined;
const answer = (status: number, code: string): Spoiling => ({ kind: "answer", status, code });

/** Runs first in the process and in each of its threads. */
const preloaded = (code: string, options = ""): FaultyStep => ({
  env: { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(code)} ${options}` },
});
const IN_WORKER = `import { isMainThread } from "node:worker_threads";`;

export const FAULTS: readonly Fault[] = [
  wire("s3", "connection refused", ({ servers }) => servers.s3.toxics.refuse()),
  wire("index", "connection refused", ({ servers }) => servers.index.toxics.refuse()),
  wire("s3", "stalled", ({ servers }) => servers.s3.toxics.stall()),
  wire("index", "stalled", ({ servers }) => servers.index.toxics.stall()),
  wire("s3", "every connection is reset", ({ servers }) => servers.s3.toxics.reset(5)),
  wire("index", "every connection is reset", ({ servers }) => servers.index.toxics.reset(5)),

  {
    name: "a body is reset in the middle, twice",
    isQuick: true,
    save: "saved",
    restore: "hit",
    ...spoiled("s3", content({ kind: "reset" }, 2)),
  },
  { name: "a body is reset in the middle, always", ...spoiled("s3", content({ kind: "reset" })) },
  {
    name: "a body is cut short, twice",
    save: "saved",
    restore: "hit",
    ...spoiled("s3", content({ kind: "close" }, 2)),
  },
  { name: "a body is cut short, always", isQuick: true, ...spoiled("s3", content({ kind: "close" })) },
  { name: "a body stops in the middle", ...spoiled("s3", content({ kind: "stall" })) },
  // A restore asks once more before it says that the store is damaged.
  {
    name: "one bit flips on the way, once",
    save: "saved",
    restore: "hit",
    ...spoiled("s3", content({ kind: "flip" }, 1)),
  },
  {
    name: "one bit flips on the way, always",
    isQuick: true,
    level: "error",
    ...spoiled("s3", content({ kind: "flip" })),
  },
  {
    name: "one bit of a pack has flipped in the store",
    only: "restore",
    damages: true,
    level: "error",
    says: /corrupt/,
    begin: (world) => {
      const [pack] = world.objects("packs");
      damage(pack!);
      return { end: () => damage(pack!) };
    },
  },
  {
    name: "a pack that an artifact names is gone",
    isQuick: true,
    // A save relies on no pack that it has not seen.
    save: "saved",
    damages: true,
    level: "error",
    says: /not in the store/,
    begin: (world) => {
      for (const pack of world.objects("packs")) rmSync(pack);
      return {};
    },
  },

  { name: "store: 500", ...spoiled("s3", always(answer(500, "InternalError"))) },
  {
    name: "store: 503, slow down",
    says: /fewer requests/,
    ...spoiled("s3", always(answer(503, "SlowDown"))),
  },
  {
    name: "store: 503, slow down, twice for one pack",
    save: "saved",
    restore: "hit",
    ...spoiled("s3", content(answer(503, "SlowDown"), 2)),
  },
  { name: "store: 429", says: /fewer requests/, ...spoiled("s3", always(answer(429, "TooManyRequests"))) },
  {
    name: "store: 403",
    isQuick: true,
    says: /not allowed/,
    ...spoiled("s3", always(answer(403, "AccessDenied"))),
  },
  { name: "store: expired token", says: /expired/, ...spoiled("s3", always(answer(400, "ExpiredToken"))) },
  { name: "index: 500", ...spoiled("index", always(answer(500, "InternalServerError"))) },
  {
    name: "index: throttled",
    isQuick: true,
    says: /fewer requests/,
    ...spoiled("index", always(answer(400, "ProvisionedThroughputExceededException"))),
  },
  { name: "index: 403", says: /refuses/, ...spoiled("index", always(answer(400, "AccessDeniedException"))) },
  {
    name: "index: expired token",
    says: /refuses.*Expired/,
    ...spoiled("index", always(answer(400, "ExpiredTokenException"))),
  },

  {
    name: "DNS gone",
    begin: (world) => ({
      inputs: { store: `${world.places().store.replace("127.0.0.1", "store.invalid")}&path-style=true` },
    }),
  },
  {
    name: "the clock of the runner is two hours wrong",
    isQuick: true,
    save: "saved",
    restore: "hit",
    begin: () =>
      preloaded(
        "const now = Date.now; const Own = Date; Date.now = () => now() - 7_200_000; globalThis.Date = class extends Own { constructor(...all) { super(...(all.length ? all : [Date.now()])); } static now() { return now() - 7_200_000; } };",
      ),
  },
  {
    name: "the server is killed and started again in the middle",
    isQuick: true,
    save: "saved",
    restore: "hit",
    ways: { s3: "spoiled" },
    begin: ({ servers }) => {
      servers.s3.proxy.decide = ({ kind, index }) =>
        kind === "pack" && index === 0 ? { kind: "after", what: () => servers.restartS3() } : undefined;
      return { end: () => servers.s3.proxy.heal() };
    },
  },
  {
    name: "the bucket is deleted",
    says: /does not exist/,
    begin: ({ servers, bucket }) => {
      const [there, away] = [join(servers.data, bucket), join(servers.data, `${bucket}-away`)];
      execFileSync("mv", [there, away]);
      return { end: () => execFileSync("mv", [away, there]) };
    },
  },

  {
    name: "disk full on the runner",
    isQuick: true,
    only: "restore",
    says: /ENOSPC|disk is full|space/,
    begin: (_, { workspace }) => smallDisk(workspace, 4),
  },
  {
    name: "disk full on the near cache",
    isQuick: true,
    save: "saved",
    restore: "hit",
    begin: (world) => {
      const near = join(world.folder, "near");
      mkdirSync(near, { recursive: true });
      const { end } = smallDisk(near, 1);
      return { inputs: { near: pathToFileURL(near).href }, end };
    },
  },
  {
    name: "temporary folder full",
    save: "saved",
    restore: "hit",
    begin: (world) => {
      const temp = join(world.folder, "full");
      mkdirSync(temp, { recursive: true });
      const disk = smallDisk(temp, 1);
      execFileSync("sh", ["-c", 'head -c 2000000 /dev/zero > "$1/zeros" 2>/dev/null || true', "sh", temp]);
      return { ...disk, env: { RUNNER_TEMP: temp } };
    },
  },
  {
    name: "out of file handles",
    isQuick: true,
    begin: () => ({ within: ["sh", "-c", 'ulimit -n 26; exec "$@"', "sh"] }),
  },
  {
    name: "out of memory in a worker",
    begin: () =>
      preloaded(
        `${IN_WORKER} if (!isMainThread) { const all = []; setTimeout(() => { for (;;) all.push(new Array(1e6).fill(Math.random())); }); }`,
        "--max-old-space-size=192",
      ),
  },
  {
    name: "a worker dies",
    isQuick: true,
    begin: () => preloaded(`${IN_WORKER} if (!isMainThread) setTimeout(() => process.exit(9));`),
  },
];

/** Flips one bit in the middle; twice is as before. */
function damage(path: string): void {
  const program = `import sys
f = open(sys.argv[1], "r+b"); f.seek(0, 2); at = f.tell() // 2; f.seek(at); b = f.read(1)[0]; f.seek(at); f.write(bytes([b ^ 1]))`;
  execFileSync("python3", ["-c", program, path]);
}

/** A file system of so many MiB; only root may mount one. */
function smallDisk(folder: string, sizeMiB: number): { end: () => void } {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMiB}m`, "tmpfs", folder]);
  return { end: () => void execFileSync("umount", ["-l", folder]) };
}
