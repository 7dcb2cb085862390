// Where path lines are anchored, and the lines as seen from there. A command runs anywhere in the checkout, the action at
// its top; both must come to the same paths, or their caches would never match.

import { posix, win32 } from "node:path";
import { type Folders, findCheckout, InputError, type Place } from "@cairn/core";
import type { CliContext } from "./context.ts";

/** What CI systems call the folder that they check out into. */
const WORKSPACE_VARIABLES = [
  "GITHUB_WORKSPACE",
  "CI_PROJECT_DIR",
  "BUILDKITE_BUILD_CHECKOUT_PATH",
  "CIRCLE_WORKING_DIRECTORY",
  "WORKSPACE",
];

/** @param workspace given explicitly; relative to the current folder. */
export function resolveFolders(context: CliContext, workspace: string | undefined): Folders {
  const path = context.platform === "win32" ? win32 : posix;
  return {
    workspace:
      workspace === undefined ? (ciWorkspace(context) ?? context.cwd) : path.resolve(context.cwd, workspace),
    home: context.home,
    temp: context.env["RUNNER_TEMP"] || context.jobTemp(),
  };
}

/** Where files of the checkout are looked for: from the current folder upward. @param top of it, where it is given. */
export function checkoutPlace(context: CliContext, top?: string): Place {
  const { cwd, home, platform } = context;
  const path = platform === "win32" ? win32 : posix;
  return {
    folder: cwd,
    top: top === undefined ? findCheckout(cwd, ciWorkspace(context)) : path.resolve(cwd, top),
    home,
  };
}

/** The folder that the CI system checks out into, where the command runs inside it. */
function ciWorkspace({ env, cwd, home, platform }: CliContext): string | undefined {
  const path = platform === "win32" ? win32 : posix;
  for (const name of WORKSPACE_VARIABLES) {
    const folder = env[name]?.replace(/^~(?=[\\/]|$)/, home);
    if (folder && path.isAbsolute(folder) && isInside(path.relative(folder, cwd), path))
      return path.resolve(folder);
  }
  return undefined;
}

function isInside(relative: string, path: typeof posix): boolean {
  return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/**
 * @param lines as typed: relative to the current folder, `~`, absolute, or `!excluded`; several in one by newlines.
 * @returns the same lines relative to the workspace.
 * @throws InputError when there is none.
 */
export function anchorLines(context: CliContext, folders: Folders, lines: readonly string[]): string[] {
  const path = context.platform === "win32" ? win32 : posix;
  const anchored = lines
    .flatMap((line) => line.split("\n"))
    .map((line) => line.replace(/^!\s+/, "!").trim())
    .filter((line) => line !== "" && line !== "!")
    .map((line) => {
      const sign = line.startsWith("!") ? "!" : "";
      const body = line.slice(sign.length);
      if (path.isAbsolute(body) || /^~(?=[\\/]|$)/.test(body)) return line;
      if (path.resolve(context.cwd) === path.resolve(folders.workspace)) return line;
      // Also for `../x`: what leaves the workspace becomes absolute and is anchored as that.
      const resolved = path.resolve(context.cwd, body);
      const relative = path.relative(folders.workspace, resolved);
      const trailing = /[\\/]$/.test(body) && relative !== "" ? "/" : "";
      return `${sign}${isInside(relative, path) ? `${relative || "."}${trailing}` : resolved}`;
    });
  if (!anchored.some((line) => !line.startsWith("!"))) {
    throw new InputError("no path is given", {
      hint: "name what to keep: cairn save --key K node_modules",
    });
  }
  return anchored;
}
