/**
 * Installs the demo's node_modules once into a cache folder, and beside it what an upgrade of one package changes.
 * Whole or not there: each is made under another name and renamed.
 */
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { run } from "../run.ts";

/** Small, without dependencies of its own. */
export const UPGRADE = { name: "zod", version: "4.1.12" } as const;

/** What npm changes below node_modules: the package, and its own record of what is installed. */
const UPGRADED_PATHS = [UPGRADE.name, ".package-lock.json"];

const NPM_FLAGS = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

export interface DemoTrees {
  /** A node_modules folder. */
  readonly tree: string;
  /** Those of its entries that the upgrade replaces, as they are afterwards. */
  readonly upgrade: string;
  readonly upgraded: readonly string[];
  /** How long `npm ci` took. */
  readonly installMs: number;
}

export async function installDemoTrees(options: {
  readonly appFolder: string;
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
}): Promise<DemoTrees> {
  const { appFolder, cacheFolder } = options;
  const manifests = ["package.json", "package-lock.json"].map((name) => join(appFolder, name));
  const digest = createHash("sha256").update(JSON.stringify(UPGRADE));
  for (const path of manifests) digest.update(readFileSync(path));
  const ready = join(cacheFolder, `trees-${digest.digest("hex").slice(0, 16)}`);
  if (!existsSync(ready)) await install(ready, options);
  const { installMs } = JSON.parse(readFileSync(join(ready, "measured.json"), "utf8")) as {
    installMs: number;
  };
  return {
    tree: join(ready, "app/node_modules"),
    upgrade: join(ready, "upgrade"),
    upgraded: UPGRADED_PATHS,
    installMs,
  };
}

async function install(
  ready: string,
  options: { readonly appFolder: string; readonly cacheFolder: string; readonly signal: AbortSignal },
): Promise<void> {
  process.stderr.write("installing the demo's dependencies (once)\n");
  const making = mkdtempSync(join(options.cacheFolder, "making-"));
  try {
    const app = join(making, "app");
    cpSync(options.appFolder, app, { recursive: true });
    const begun = performance.now();
    await npm(["ci"], app, options.signal);
    const installMs = performance.now() - begun;

    const later = join(making, "later");
    cpSync(app, later, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    await npm(["install", "--no-save", `${UPGRADE.name}@${UPGRADE.version}`], later, options.signal);
    mkdirSync(join(making, "upgrade"));
    for (const path of UPGRADED_PATHS) {
      renameSync(join(later, "node_modules", path), join(making, "upgrade", path));
    }
    rmSync(later, { recursive: true });
    writeFileSync(join(making, "measured.json"), JSON.stringify({ installMs }));
    renameSync(making, ready);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

async function npm(args: readonly string[], cwd: string, signal: AbortSignal): Promise<void> {
  const log = join(cwd, "npm.log");
  const code = await run(["npm", ...args, ...NPM_FLAGS], { cwd, log, signal });
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`npm ${args[0]} failed:\n${readFileSync(log, "utf8").slice(-2_000)}`);
}
