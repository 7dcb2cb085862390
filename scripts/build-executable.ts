/**
 * Builds one executable of the command line from `dist/`, for images without Node 24, by Node's own means: a blob with the
 * bundle as assets, written into a copy of the workspace's Node by postject. It is for the system and the processor of the
 * machine that it is built on. Usage: scripts/build-executable [FILE], by default .cache/cairn.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { listFiles, root } from "./lib/dist.ts";

/** What Node looks for to know that a blob is in it. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

const file = resolve(process.argv[2] ?? join(root, ".cache/cairn"));
const dist = join(root, "dist");
const place = mkdtempSync(join(tmpdir(), "executable-"));
try {
  const names = listFiles(dist).filter((name) => /^(shared|cli)\/.*\.js$|^LICENSES\.txt$/.test(name));
  const config = {
    main: join(root, "scripts/lib/executable/main.cjs"),
    output: join(place, "blob"),
    disableExperimentalSEAWarning: true,
    // The loader of main.cjs is one of them, and a build must not be told about it each time.
    execArgv: ["--disable-warning=ExperimentalWarning"],
    assets: Object.fromEntries(names.map((name) => [name, join(dist, name)])),
  };
  writeFileSync(join(place, "config.json"), JSON.stringify(config));
  command(process.execPath, "--experimental-sea-config", join(place, "config.json"));
  // Beside its place, and moved there: an executable that runs can't be written to.
  const made = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  copyFileSync(process.execPath, made);
  chmodSync(made, 0o755);
  const postject = join(root, "node_modules/postject/dist/cli.js");
  command(process.execPath, postject, made, "NODE_SEA_BLOB", config.output, "--sentinel-fuse", FUSE);
  renameSync(made, file);
} finally {
  rmSync(place, { recursive: true, force: true });
}
console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(0)} MB, ${process.platform} ${process.arch}`);

function command(program: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${[program, ...args].join(" ")}\n${stdout}${stderr}`);
}
