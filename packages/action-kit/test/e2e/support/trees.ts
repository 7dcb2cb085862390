// Real trees to cache: what npm, pip and go install, and what cargo leaves behind. Made once and kept in the user's
// cache folder, under a name that changes with what they are made from; tests work on copies.

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../../../../../scripts/lib/lock.ts";
import { type Command, run } from "../../../../../scripts/lib/run.ts";
import { cacheFolder } from "../../../../../scripts/lib/services/install.ts";
import { writeCargoTarget } from "./cargo-target.ts";

const fixtures = join(import.meta.dirname, "../fixtures");
const trees = join(cacheFolder, "trees");
const buildTimeoutMs = 120_000;

/** What npm keeps between runs: shared with the workflows that act runs. */
export const npmCache: string = join(cacheFolder, "npm");

/** A project with its dependencies in node_modules: 7,600 files, 50 MB, links in .bin. */
export function jsProject(): Promise<string> {
  return made("js", async (folder, step) => {
    cpSync(join(fixtures, "js"), folder, { recursive: true });
    const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    await step(["npm", "ci", ...flags, "--cache", npmCache], folder);
  });
}

/** A virtual environment: links to an interpreter outside of the tree, byte code beside its sources. */
export function pythonEnvironment(): Promise<string> {
  return made("python", async (folder, step) => {
    await step(["python3", "-m", "venv", folder], folder);
    const pip = join(folder, "bin/pip");
    await step(
      [pip, "install", "--disable-pip-version-check", "-r", join(fixtures, "python/requirements.txt")],
      folder,
    );
  });
}

/** A project in `project` and the module cache in `modules`, whose files and folders are read-only. */
export function goModules(): Promise<string> {
  return made("go", async (folder, step) => {
    cpSync(join(fixtures, "go"), join(folder, "project"), { recursive: true });
    const env = { GOMODCACHE: join(folder, "modules"), GOFLAGS: "" };
    await step(["go", "mod", "download"], join(folder, "project"), env);
  });
}

/** What `cargo build` leaves: binaries above 32 MiB that have two names, and many small files about them. */
export function cargoTarget(): Promise<string> {
  return made("cargo", async (folder) => writeCargoTarget(folder));
}

type RunStep = (command: Command, cwd: string, env?: Readonly<Record<string, string>>) => Promise<void>;

async function made(name: string, build: (folder: string, step: RunStep) => Promise<void>): Promise<string> {
  const folder = join(trees, `${name}-${sourceDigest(name)}`);
  const stamp = `${folder}.done`;
  const signal = AbortSignal.timeout(buildTimeoutMs);
  await withLock(join(trees, "locks", name), signal, async () => {
    if (existsSync(stamp)) return;
    const log = `${folder}.log`;
    rmSync(log, { force: true });
    await removeTree(folder);
    mkdirSync(folder, { recursive: true });
    await build(folder, async (command, cwd, env = {}) => {
      const code = await run(command, { cwd, env, log, signal });
      if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}; log: ${log}\n${tail(log)}`);
    });
    writeFileSync(stamp, "");
  });
  return folder;
}

/** Removes a tree with read-only folders in it, as any user. */
export async function removeTree(folder: string): Promise<void> {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    await run(["chmod", "-R", "u+rwX", folder], { signal: AbortSignal.timeout(buildTimeoutMs) });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A copy with the same times, modes and links: hard ones too, which cpSync would make files of their own. */
export async function copyTree(from: string, to: string): Promise<void> {
  const code = await run(["cp", "-a", from, to], { signal: AbortSignal.timeout(buildTimeoutMs) });
  if (code !== 0) throw new Error(`cp -a ${from} ${to} ended with ${code}`);
}

/** Of all that decides how a tree looks: this folder's code, and the fixture. */
function sourceDigest(name: string): string {
  const hash = createHash("sha256");
  const sources = [import.meta.filename, join(import.meta.dirname, "cargo-target.ts")];
  const fixture = join(fixtures, name);
  if (existsSync(fixture)) sources.push(...readdirSync(fixture).map((file) => join(fixture, file)));
  for (const file of sources.sort()) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 12);
}

const tail = (file: string): string => readFileSync(file, "utf8").trimEnd().split("\n").slice(-20).join("\n");
