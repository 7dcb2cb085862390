// `toolchain: auto` of a save: the tool that the lock file belongs to and its version, as the tool of the job's PATH
// tells it, since it has just built what is saved. Whatever goes wrong is a notice: a save goes on without a toolchain.

import { ASK_LIMIT_MS, askVersion } from "./ask-version.ts";
import { findLockfiles, toolsOf } from "./lockfiles.ts";
import type { Place } from "./select-files.ts";
import { TOOLS } from "./tools.ts";

export interface DetectRequest {
  /** Lines that name lock files; `auto` where there are none. */
  readonly lockfiles: readonly string[];
  readonly place: Place;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** For each question. Default: 5 s. */
  readonly limitMs?: number;
}

export interface DetectedToolchain {
  /** `node-24.21.0`. Undefined: a notice says why. */
  readonly toolchain?: string;
  readonly notice?: string;
}

/** @throws the reason of the signal, and nothing else. */
export async function detectToolchain(request: DetectRequest): Promise<DetectedToolchain> {
  const { lockfiles, place, env, signal, limitMs = ASK_LIMIT_MS } = request;
  try {
    const { files } = await findLockfiles(lockfiles.length > 0 ? lockfiles : ["auto"], place);
    const folders = toolsOf(files);
    const [tool, ...others] = TOOLS.filter((each) => folders.has(each));
    if (!tool) return unknown(`finds no lock file that it knows in ${place.folder}`);
    const answer = await askVersion(tool, { folder: folders.get(tool)!, env, signal, limitMs });
    if (answer.version === undefined) return unknown(`gets no version of ${tool}: ${answer.why}`);
    const toolchain = `${tool}-${answer.version}`;
    if (others.length === 0) return { toolchain };
    return {
      toolchain,
      notice: `toolchain: auto records ${toolchain}; there are lock files of ${others.join(", ")}, too`,
    };
  } catch (error) {
    if (signal.aborted) throw error;
    return unknown(`fails: ${Error.isError(error) ? error.message : String(error)}`);
  }
}

function unknown(why: string): DetectedToolchain {
  return { notice: `toolchain: auto ${why.replace(/\.$/, "")}; none is recorded` };
}
