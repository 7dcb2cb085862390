// The toolchain of a key: for each tool its version and, where the repository asks for another one, that too. So a key
// is right both where the tool is set up before it and where it is set up after it.

import { suggestion } from "../lib/dsn.ts";
import { sha256 } from "../lib/sha256.ts";
import { InputError } from "../model/errors.ts";
import { ASK_LIMIT_MS, askVersion } from "./ask-version.ts";
import { type AskedVersion, findAskedVersion, isMet } from "./asked-version.ts";
import { relativeWithin } from "./folders-upward.ts";
import { AUTO, NONE, toolsOf } from "./lockfiles.ts";
import type { FoundFile, Place } from "./select-files.ts";
import { factsOf, isTool, TOOLS, type Tool } from "./tools.ts";
import { wordsOf } from "./words.ts";

/** `tools`: as they say themselves; `files`: as the repository asks; `auto`: both. */
export const TOOLCHAIN_SOURCES = ["auto", "tools", "files"] as const;
export type ToolchainSource = (typeof TOOLCHAIN_SOURCES)[number];

export interface ToolchainRequest {
  /** `auto`: the tools of the lock files; `none`; a tool, as `node` or `node@major`; or a text as `gcc-13`. One or several in a line. */
  readonly lines: readonly string[];
  readonly from: ToolchainSource;
  readonly lockfiles: readonly FoundFile[];
  readonly place: Place;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface ToolVersion {
  /** `node`, or the text that was given. */
  readonly name: string;
  /** As it stands in the key: `node-24.21.0`, `node-20.20.2~24` where the repository asks for 24, `node-unknown`. */
  readonly text: string;
  /** Where it comes from, for a person: `node --version; .nvmrc asks for 24`. */
  readonly source: string;
}

export interface KeyToolchain {
  readonly tools: readonly ToolVersion[];
  readonly notices: readonly string[];
}

/** @throws InputError, LocalFileError, the reason of the signal */
export async function resolveToolchain(request: ToolchainRequest): Promise<KeyToolchain> {
  const wishes = parseWishes(request);
  const found = await Promise.all(wishes.map((wish) => resolveWish(wish, request)));
  return { tools: found.map(({ tool }) => tool), notices: found.flatMap(({ notices }) => notices) };
}

type Precision = "major" | "minor";

type Wish =
  | { readonly text: string }
  | {
      readonly text?: undefined;
      readonly tool: Tool;
      readonly precision: Precision | undefined;
      /** Where it is asked. */
      readonly folder: string;
      /** Named, not found by its lock file: it must be there. */
      readonly isNamed: boolean;
    };

/** In the order of TOOLS, whatever the order of the lines; texts come last. */
function parseWishes({ lines, lockfiles, place }: ToolchainRequest): Wish[] {
  const byLockfile = toolsOf(lockfiles);
  const folderFor = (tool: Tool) => closest(byLockfile.get(tool), place.folder);
  const wishes = new Map<Tool, Wish>();
  const texts = new Set<string>();
  for (const line of wordsOf(lines)) {
    if (line === AUTO) {
      for (const tool of byLockfile.keys()) {
        const wish = { tool, precision: undefined, folder: folderFor(tool), isNamed: false };
        if (!wishes.has(tool)) wishes.set(tool, wish);
      }
      continue;
    }
    if (line === NONE) continue;
    const [, name = "", precision] = /^([a-z]+)(?:@(major|minor))?$/.exec(line) ?? [];
    if (isTool(name)) {
      wishes.set(name, {
        tool: name,
        precision: precision as Precision | undefined,
        folder: folderFor(name),
        isNamed: true,
      });
    } else if (/^[a-z][\w.+]*-\d[\w.+-]*$/i.test(line)) texts.add(line);
    else throw unknownTool(line);
  }
  return [
    ...TOOLS.flatMap((tool) => wishes.get(tool) ?? []),
    ...[...texts].sort().map((text): Wish => ({ text })),
  ];
}

/** A lock file beside or below the place decides; above it the place itself does. */
function closest(lockfileFolder: string | undefined, folder: string): string {
  if (lockfileFolder === undefined) return folder;
  return relativeWithin(folder, lockfileFolder) === undefined ? lockfileFolder : folder;
}

function unknownTool(line: string): InputError {
  const [name = "", behind] = line.split("@", 2);
  const own = `a version of your own is written ${name}-${behind && /^\d/.test(behind) ? behind : "1.2"}`;
  return new InputError(`toolchain: ${JSON.stringify(line)} is neither a tool that is known nor a version`, {
    hint:
      behind === undefined
        ? `${suggestion(name, [...TOOLS, AUTO, NONE])} (${own})`
        : `after @ stands major or minor: ${isTool(name) ? name : "node"}@major; ${own}`,
  });
}

interface Resolved {
  readonly tool: ToolVersion;
  readonly notices: readonly string[];
}

async function resolveWish(wish: Wish, request: ToolchainRequest): Promise<Resolved> {
  if (wish.text !== undefined) {
    return { tool: { name: wish.text, text: wish.text, source: "as given" }, notices: [] };
  }
  const { tool, precision, folder } = wish;
  const { from, place, env, signal } = request;
  const [answer, { asked, notices }] = await Promise.all([
    from === "files" ? undefined : askVersion(tool, { folder, env, signal, limitMs: ASK_LIMIT_MS }),
    from === "tools" ? { asked: undefined, notices: [] } : findAskedVersion(tool, folder, place),
  ]);
  const wanted = asked && { ...asked, version: cut(asked.version, precision) };
  if (answer?.version !== undefined) {
    const version = cut(answer.version, precision);
    const isRight = wanted === undefined || isMet(tool, wanted, version);
    return {
      tool: {
        name: tool,
        text: `${tool}-${spell(version)}${isRight ? "" : `~${spell(wanted.version)}`}`,
        source: `${answer.command}${wanted ? `; ${wanted.file} asks for ${wanted.version}` : ""}`,
      },
      notices: isRight ? notices : [...notices, otherVersion(tool, answer.version, asked!)],
    };
  }
  const silence = answer ? [`no version of ${tool} from the tool: ${answer.why}`] : [];
  if (wanted) {
    return {
      tool: { name: tool, text: `${tool}-${spell(wanted.version)}`, source: wanted.file },
      notices: [...notices, ...silence, ...looseness(tool, wanted)],
    };
  }
  const why = [...silence, ...(from === "tools" ? [] : [`no file asks for a version of ${tool}`])].join("; ");
  if (wish.isNamed) {
    throw new InputError(`toolchain: ${why}`, {
      hint: `${from === "files" ? `ask for one in ${factsOf(tool).versionFiles[0]![0]}` : `set ${tool} up before the key is made`}, or write the version yourself: ${tool}-1.2`,
    });
  }
  return {
    tool: { name: tool, text: `${tool}-unknown`, source: "not found" },
    notices: [...notices, `${why}; the key says ${tool}-unknown`],
  };
}

function otherVersion(tool: Tool, version: string, { file, version: wanted }: AskedVersion): string {
  return `${tool} is ${version} here, ${file} asks for ${wanted}: the key holds both; if the tool is set up later in this job, do it before`;
}

function looseness(tool: Tool, { version, file, isFixed }: AskedVersion): string[] {
  if (isFixed) return [];
  return [
    `${file} asks for ${tool} ${version}, which is no one version: what different versions build shares this key`,
  ];
}

/** `major` keeps the first number of a version, `minor` two. Text without numbers stays. */
function cut(version: string, precision: Precision | undefined): string {
  if (precision === undefined) return version;
  const pattern = precision === "major" ? /\d+/ : /\d+(?:\.\d+)?/;
  return pattern.exec(version)?.[0] ?? version;
}

/** A version as it may stand in a key: a range in odd characters is known by its digest. */
function spell(version: string): string {
  const text = version.replaceAll(" ", "");
  return /^[\w.+*<>=^~|/-]{1,40}$/.test(text) ? text : `asked.${sha256(Buffer.from(version)).slice(0, 8)}`;
}
