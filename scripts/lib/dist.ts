/**
 * Builds `dist/`: one shared bundle of compiled JavaScript, and a tiny entry for each step and for the command line that
 * calls into it. The same sources give the same bytes, wherever they are built.
 *
 * What ncc 0.45 does with workers: `-a` finds `new URL("./worker.js", import.meta.url)`, also as a default value, in a
 * constant or in a lazy chunk, and bundles the file as an entry of its own, whose chunks are named `*.worker.js`, so
 * nothing clashes. The URL becomes an absolute path in a string: `new Worker()` takes it, `.href` would not. A module
 * with syntax newer than ES2020 is not searched: its worker is copied raw under a hashed name, which check() refuses.
 * So the worker needs no part of the main bundle, and the main bundle no `isMainThread`.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const root: string = dirname(dirname(import.meta.dirname));
const compiled = join(root, "actions/dist");

/** Folder of `dist/` -> the compiled source of its entry. */
export const entries: Readonly<Record<string, string>> = {
  cache: "cache/src/main.js",
  "cache-post": "cache/src/post.js",
  "restore-cache": "restore-cache/src/main.js",
  "save-cache": "save-cache/src/main.js",
  "cache-key": "cache-key/src/main.js",
  "setup-cairn": "setup-cairn/src/main.js",
  cli: "bundle/src/cli.js",
};
const shared = "shared";
const licences = "LICENSES.txt";

/** @param folder is emptied first. @throws when a step fails or the result would not run everywhere. */
export function buildDist(folder: string): void {
  command(join(root, "node_modules/typescript/bin/tsc"), "-b");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  bundle(join(folder, shared), "--asset-builds");
  collectLicences(folder);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  for (const [name, source] of Object.entries(entries)) writeEntry(folder, name, source);
  check(folder);
}

/** Leaves the licences of what it bundled in the folder, too. */
function bundle(folder: string, ...options: string[]): void {
  command(
    join(root, "node_modules/@vercel/ncc/dist/ncc/cli.js"),
    ...["build", join(compiled, "bundle/src/main.js"), "--out", folder],
    ...["--license", licences, "--no-cache", "--quiet", ...options],
  );
}

/** With `--asset-builds` the worker's licences replace those of all the rest: a build without it has the others. */
function collectLicences(folder: string): void {
  const place = mkdtempSync(join(tmpdir(), "licences-"));
  try {
    bundle(place);
    const all = readFileSync(join(place, licences), "utf8");
    const worker = readFileSync(join(folder, shared, licences), "utf8");
    if (!worker.split("\n").every((line) => all.split("\n").includes(line))) {
      throw new Error(`the worker bundles a package of its own, whose licence is not collected:\n${worker}`);
    }
    writeFileSync(join(folder, licences), all);
    rmSync(join(folder, shared, licences));
  } finally {
    rmSync(place, { recursive: true });
  }
}

/** The compiled entry, with the shared bundle in the place of the module it imports. */
function writeEntry(folder: string, name: string, source: string): void {
  const code = readFileSync(join(compiled, source), "utf8");
  const parts = code.split(/"(?:\.\.\/\.\.\/bundle\/src|\.)\/main\.js"/);
  if (parts.length !== 2) throw new Error(`${source} does not import the shared module once`);
  const file = join(folder, name, "index.js");
  mkdirSync(dirname(file));
  writeFileSync(file, parts.join(`"../${shared}/index.js"`));
  if (code.startsWith("#!")) chmodSync(file, 0o755);
}

/** What would fail only on another machine, or in a path that is seldom taken. */
function check(folder: string): void {
  for (const name of listFiles(folder).filter((name) => name.endsWith(".js"))) {
    const code = readFileSync(join(folder, name), "utf8");
    if (code.includes('eval("require")')) throw new Error(`${name} imports what ncc could not find`);
    if (code.includes(root)) throw new Error(`${name} names a folder of this machine: ${root}`);
  }
  const lines = readFileSync(join(folder, licences), "utf8").split("\n");
  for (const name of ["@actions/cache", "@actions/core", "@aws-sdk/client-s3", "commander"]) {
    if (!lines.includes(name)) throw new Error(`${licences} lacks the licence of ${name}`);
  }
  const raw = listFiles(folder).filter((name) => /[/\\][0-9a-f]{20}\./.test(name));
  if (raw.length > 0) throw new Error(`${raw.join(", ")}: copied as it is, without what it imports`);
  const manifest = JSON.parse(readFileSync(join(folder, shared, "package.json"), "utf8")) as {
    type?: string;
  };
  if (manifest.type !== "module")
    throw new Error(`${shared}/package.json does not say that it holds modules`);
}

/** Paths below a folder, of files only, in a fixed order. */
export function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function command(script: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${[script, ...args].join(" ")}\n${stdout}${stderr}`);
}
