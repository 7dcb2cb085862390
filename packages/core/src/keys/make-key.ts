// makeKey: from what a job depends on to its key, with every part told. Equal inputs give equal keys on every machine and
// in every checkout: names are relative, orders are by name, no clock and no path of this machine enters.

import { sha256 } from "../lib/sha256.ts";
import type { Digest } from "../model/digest.ts";
import { InputError } from "../model/errors.ts";
import {
  checkText,
  digestedPart,
  digestOfParts,
  type KeyPart,
  keyOf,
  plainPart,
  restoreKeysOf,
} from "./key-parts.ts";
import { AUTO, combineDigests, findLockfiles, lookBelow, NONE } from "./lockfiles.ts";
import { pickEnvironment } from "./pick-environment.ts";
import { digestOfFile, type FoundFile, type Place, selectFiles } from "./select-files.ts";
import { resolveToolchain, type ToolchainSource } from "./toolchain.ts";

export interface KeyRequest {
  /** What is cached: `deps`, `build`. The first part of the key. */
  readonly name: string;
  /** `owner/name`. */
  readonly repository: string;
  /** `linux-x64`; `any` for what does not depend on it. */
  readonly platform: string;
  /** Lines: paths, patterns, `!` lines, `auto`, `none`. Empty: `auto`. */
  readonly lockfiles: readonly string[];
  /** Lines: tools, `tool@major`, texts, `auto`, `none`. Empty: `auto`. */
  readonly toolchain: readonly string[];
  readonly toolchainFrom: ToolchainSource;
  /** Lines: names of variables, patterns, `!` lines. */
  readonly environment: readonly string[];
  /** Lines: paths, patterns, `!` lines. */
  readonly configuration: readonly string[];
  readonly place: Place;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface MadeKey {
  readonly key: string;
  /** Prefixes of the key, the longest first. */
  readonly restoreKeys: readonly string[];
  /** Of the whole key, with all digits of its parts. */
  readonly digest: Digest;
  readonly parts: readonly KeyPart[];
  /** As the part of the key; undefined where there is none. */
  readonly toolchain: string | undefined;
  readonly lockfiles: readonly FoundFile[];
  /** As it is recorded with a save: `sha256:…`. */
  readonly lockfileHash: string | undefined;
  /** What the user should know, one line each. */
  readonly notices: readonly string[];
}

/** @throws InputError, LocalFileError, the reason of the signal */
export async function makeKey(request: KeyRequest): Promise<MadeKey> {
  const { place, env, signal } = request;
  const notices: string[] = [];
  const name = checkText("name", request.name, "use letters, digits, and - . _ /");
  const repository = checkText("repository", request.repository, "write it as owner/name");
  const platform = checkText("platform", request.platform, "write it as linux-x64, or none");

  const lockfiles = await requireLockfiles(request, notices);
  const { tools, notices: aboutTools } = await resolveToolchain({
    lines: orAuto(request.toolchain),
    from: request.toolchainFrom,
    lockfiles,
    ...{ place, env, signal },
  });
  const environment = pickEnvironment(request.environment, env);
  const configuration = await requireConfiguration(request, notices);
  notices.push(...aboutTools, ...environment.notices);

  const lockfileItems = await digestsOf(lockfiles);
  const digest = combineDigests(lockfileItems.map((item) => item.digest));
  const toolchain = tools.map(({ text }) => text).join("+");
  const parts: KeyPart[] = [
    plainPart("name", name),
    plainPart("repository", repository),
    plainPart("platform", platform),
    plainPart(
      "toolchain",
      toolchain || NONE,
      tools.map(({ name, text, source }) => ({ name, digest: sha256(Buffer.from(text)), note: source })),
    ),
    digestedPart(
      "environment",
      environment.variables.map((variable) => ({
        ...variable,
        note: variable.digest === undefined ? "not set" : "set",
      })),
    ),
    digestedPart("configuration", await digestsOf(configuration)),
    digestedPart("lockfile", lockfileItems, digest),
  ];
  return {
    key: keyOf(parts),
    restoreKeys: restoreKeysOf(parts),
    digest: digestOfParts(parts),
    parts,
    toolchain: toolchain || undefined,
    lockfiles,
    lockfileHash: digest && `sha256:${digest}`,
    notices,
  };
}

function orAuto(lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? lines : [AUTO];
}

interface DigestedFile {
  readonly name: string;
  readonly digest: Digest;
}

async function digestsOf(files: readonly FoundFile[]): Promise<DigestedFile[]> {
  const digested: DigestedFile[] = [];
  for (const file of files) digested.push({ name: file.name, digest: await digestOfFile(file) });
  return digested;
}

/** A key without a lock file would be the same for ever: it must be meant. */
async function requireLockfiles(
  { lockfiles, configuration, place }: KeyRequest,
  notices: string[],
): Promise<readonly FoundFile[]> {
  const lines = orAuto(lockfiles);
  const { files, missing } = await findLockfiles(lines, place);
  const named = missing.filter((line) => line !== AUTO);
  if (named.length > 0) {
    throw new InputError(`lockfile: there is no ${named.join(", no ")} in ${place.folder}`, {
      hint: "paths and patterns are relative to that folder; auto looks for the nearest upward",
    });
  }
  if (files.length > 0 || lines.includes(NONE)) return files;
  const upTo = place.folder === place.top ? "" : ` or above it, up to ${place.top}`;
  const where = `no lock file that is known is in ${place.folder}${upTo}`;
  if (configuration.length === 0) {
    const below = await lookBelow(place.folder);
    const shown = below.length > 3 ? [...below.slice(0, 3), "…"] : below;
    throw new InputError(where, {
      hint:
        below.length > 0
          ? `make the key where it is, or name it as lockfile; below there are ${shown.join(", ")}`
          : "name the file that says what is installed as lockfile, or none if nothing does",
    });
  }
  notices.push(`${where}: the key goes by the configuration alone`);
  return files;
}

async function requireConfiguration(
  { configuration, place }: KeyRequest,
  notices: string[],
): Promise<readonly FoundFile[]> {
  const { files, unmatched } = await selectFiles(configuration, place);
  const named = unmatched.filter(({ isPattern }) => !isPattern).map(({ line }) => line);
  if (named.length > 0) {
    throw new InputError(`config: there is no file ${named.join(", no file ")} in ${place.folder}`, {
      hint: "write a folder as folder/**, and what may be missing as a pattern: tsconfig.jso[n]",
    });
  }
  for (const { line } of unmatched) notices.push(`config: nothing matches ${line} in ${place.folder}`);
  return files;
}
