// The real process over a directory store: what a tree is after a save and a restore, what a shell sees, and how a
// cancelled command ends. Runs the built program.

import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { differences } from "../../../scripts/lib/demo/compare-trees.ts";

const BIN = join(import.meta.dirname, "../dist/bin.js");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cairn-cli-"));
  for (const name of ["one", "two", "job"]) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param interrupt what ends it: a signal, once it is seen to be at work. */
function cairn(
  cwd: string,
  args: readonly string[],
  interrupt?: {
    readonly name: NodeJS.Signals;
    readonly isAtWork: (pid: number) => boolean;
    readonly twice?: boolean;
  },
): Promise<Ended> {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: join(folder, cwd),
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      CAIRN_STORE: `file://${join(folder, "store")}`,
      RUNNER_TEMP: join(folder, "job"),
      GIT_CEILING_DIRECTORIES: folder,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  if (interrupt) {
    const polling = setInterval(() => {
      if (!interrupt.isAtWork(child.pid!)) return;
      clearInterval(polling);
      child.kill(interrupt.name);
      // A signal that is still pending swallows a second one.
      if (interrupt.twice) setTimeout(() => child.kill(interrupt.name), 200);
    }, 20);
    child.once("close", () => clearInterval(polling));
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
  });
}

/** Whether a thread of the process waits for someone to write into a FIFO: what the kernel calls that place. */
function hangsInFifo(pid: number): boolean {
  const tasks = `/proc/${pid}/task`;
  const places = readdirSync(tasks).map((task) => {
    try {
      return readFileSync(`${tasks}/${task}/wchan`, "utf8");
    } catch {
      // That thread has ended meanwhile.
      return "";
    }
  });
  return places.some((place) => ["wait_for_partner", "fifo_open"].includes(place));
}

function makeTree(root: string): void {
  mkdirSync(join(root, "pkg/empty"), { recursive: true });
  writeFileSync(join(root, "pkg/a.js"), "export const a = 1;\n");
  writeFileSync(join(root, "pkg/run.sh"), "#!/bin/sh\n");
  chmodSync(join(root, "pkg/run.sh"), 0o755);
  linkSync(join(root, "pkg/a.js"), join(root, "pkg/same.js"));
  symlinkSync("pkg/a.js", join(root, "link"));
  symlinkSync("nowhere", join(root, "dangling"));
  writeFileSync(join(root, "big.bin"), Buffer.alloc(3_000_000, "cairn "));
  utimesSync(join(root, "big.bin"), 1_700_000_000.123456, 1_700_000_000.123456);
}

describe("a tree", () => {
  test("comes back as it was, in another folder", async () => {
    makeTree(join(folder, "one/tree"));
    const miss = await cairn("one", ["restore", "-k", "k", "tree", "--json"]);
    expect([miss.code, (JSON.parse(miss.stdout) as { status: string }).status]).toEqual([3, "miss"]);

    const saved = await cairn("one", ["save", "-k", "k", "tree", "--json"]);
    expect(saved.stderr).toBe("");
    expect(saved.code).toBe(0);
    expect(JSON.parse(saved.stdout)).toMatchObject({ status: "saved", key: "k", replaced: false });

    const restored = await cairn("two", ["restore", "-k", "k", "tree", "--json"]);
    expect(restored.code).toBe(0);
    expect(JSON.parse(restored.stdout)).toMatchObject({ status: "hit", exact: true, matchedKey: "k" });
    expect(differences(join(folder, "one/tree"), join(folder, "two/tree"))).toEqual([]);

    const again = await cairn("one", ["save", "-k", "k", "tree", "--json"]);
    expect([again.code, (JSON.parse(again.stdout) as { status: string }).status]).toEqual([0, "exists"]);
  });

  test("is found by its restore-key, and lookup touches nothing", async () => {
    makeTree(join(folder, "one/tree"));
    await cairn("one", ["save", "-k", "deps-1", "tree"]);
    const found = await cairn("two", ["lookup", "-k", "deps-2", "-r", "deps-", "tree", "--json"]);
    expect(found.code).toBe(0);
    expect(JSON.parse(found.stdout)).toMatchObject({ status: "hit", exact: false, matchedKey: "deps-1" });
    expect(readdirSync(join(folder, "two"))).toEqual([]);
  });

  test("that is damaged in the store is refused, and the files stay as they were", async () => {
    makeTree(join(folder, "one/tree"));
    writeFileSync(join(folder, "one/tree/noise.bin"), noise(2_000_000));
    expect((await cairn("one", ["save", "-k", "k", "tree"])).code).toBe(0);
    for (const pack of packs()) {
      const bytes = readFileSync(pack);
      bytes[bytes.length >> 1]! ^= 1;
      chmodSync(pack, 0o600);
      writeFileSync(pack, bytes);
    }
    mkdirSync(join(folder, "two/tree"));
    writeFileSync(join(folder, "two/tree/mine"), "mine");
    const refused = await cairn("two", ["restore", "-k", "k", "tree", "--json"]);
    expect(refused.code).toBe(5);
    expect(JSON.parse(refused.stdout)).toMatchObject({ status: "error", exitCode: 5 });
    expect(readdirSync(join(folder, "two/tree"))).toEqual(["mine"]);
    expect((await cairn("two", ["restore", "-k", "k", "tree", "--soft"])).code).toBe(0);
  });
});

describe("a shell sees", () => {
  test("the version, and no trouble from a reader that goes away", async () => {
    const version = execFileSync(process.execPath, [BIN, "--version"], { encoding: "utf8" });
    expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
    const piped = execFileSync("sh", ["-c", `"${process.execPath}" "${BIN}" --help | true; echo done`], {
      encoding: "utf8",
    });
    expect(piped).toBe("done\n");
  });

  test("6 when the paths match nothing", async () => {
    const ran = await cairn("one", ["save", "-k", "k", "nothing"]);
    expect(ran.code).toBe(6);
    expect(ran.stderr).toMatch(/^error: /m);
  });
});

describe("cancelling", () => {
  /** Reads for a long time, and takes no space. */
  function makeLongSave(): void {
    mkdirSync(join(folder, "one/tree"));
    writeFileSync(join(folder, "one/tree/sparse"), "");
    truncateSync(join(folder, "one/tree/sparse"), 200 * 2 ** 30);
  }

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends a save with %i; nothing is visible", async (name, code) => {
    makeLongSave();
    const isAtWork = () => existsSync(join(folder, "store/v1/store.json"));
    const ended = await cairn("one", ["save", "-k", "k", "tree"], { name, isAtWork });
    expect(ended.stderr).toContain("cancelled: nothing was saved");
    expect(ended.code).toBe(code);
    expect((await cairn("two", ["lookup", "-k", "k", "tree"])).code).toBe(3);
  });

  test("a command that hangs is ended by a second signal, or after the grace", async () => {
    makeTree(join(folder, "one/tree"));
    // A dead file system, in small: opening it never returns.
    mkdirSync(join(folder, "store"), { recursive: true });
    expect((await cairn("one", ["save", "-k", "k", "tree"])).code).toBe(0);
    const [artifact] = filesBelow(join(folder, "store/v1/trusted/artifacts"));
    rmSync(artifact!);
    execFileSync("mkfifo", [artifact!]);
    const args = ["restore", "-k", "k", "tree"];
    for (const [name, isTwice] of [
      ["SIGINT", false],
      ["SIGTERM", true],
    ] as const) {
      const ended = await cairn("two", args, { name, isAtWork: hangsInFifo, twice: isTwice });
      expect(ended.signal).toBe(name);
    }
  });
});

function packs(): string[] {
  return filesBelow(join(folder, "store/v1/trusted/packs"));
}

function filesBelow(root: string): string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Does not shrink, so that it must be in a pack. Always the same. */
function noise(sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = 1;
  for (let at = 0; at < sizeBytes; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
