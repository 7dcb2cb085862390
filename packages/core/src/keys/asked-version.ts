// The version that a repository asks for: .nvmrc, go.mod, rust-toolchain.toml and their kin, the nearest upward. Reading
// only; whether the tool of this machine is that version is compared here, too.

import { basename, join } from "node:path";
import { foldersUpward, relativeWithin } from "./folders-upward.ts";
import { isFile, type Place, read } from "./select-files.ts";
import { factsOf, type Tool, type VersionFormat } from "./tools.ts";

export interface AskedVersion {
  /** As the file has it, but for a `v` in front, spaces and the `.x` of `20.x`. */
  readonly version: string;
  /** The file, relative to the top of the checkout. */
  readonly file: string;
  /** One version, or one line of versions as `20` and `3.12`; not a range, an alias or a channel. */
  readonly isFixed: boolean;
}

export interface Asked {
  readonly asked: AskedVersion | undefined;
  readonly notices: readonly string[];
}

/** @throws LocalFileError */
export async function findAskedVersion(
  tool: Tool,
  folder: string,
  { top }: Pick<Place, "top">,
): Promise<Asked> {
  const notices: string[] = [];
  for (const each of foldersUpward(folder, top)) {
    for (const [name, format] of factsOf(tool).versionFiles) {
      const path = join(each, name);
      if (!(await isFile(path))) continue;
      const file = relativeWithin(path, top) ?? basename(path);
      const text = (await read(path)).toString("utf8");
      const version = await parse(format, text, tool).catch((error: Error) => {
        const why = error.message.split("\n", 1)[0]!;
        notices.push(`${file} can't be parsed, so no version of ${tool} is read from it: ${why}`);
        return undefined;
      });
      if (version) return { asked: { version, file, isFixed: isFixed(version) }, notices };
    }
  }
  return { asked: undefined, notices };
}

async function parse(format: VersionFormat, text: string, tool: Tool): Promise<string | undefined> {
  return READERS[format](text, tool);
}

type Reader = (text: string, tool: Tool) => string | undefined | Promise<string | undefined>;

const READERS: Readonly<Record<VersionFormat, Reader>> = {
  plain: (text, tool) => normalise(linesOf(text)[0], tool),
  "tool-versions": (text, tool) => {
    const words = linesOf(text).map((line) => line.split(/\s+/));
    const line = words.find(([name]) => factsOf(tool).pluginNames.includes(name!));
    // Several versions are alternatives; the first is the one that is used where all are installed.
    return line?.[1] === "system" ? undefined : normalise(line?.[1], tool);
  },
  "package-json": (text, tool) => {
    const manifest = JSON.parse(text) as { engines?: Record<string, unknown> } | null;
    const range = manifest?.engines?.[tool];
    return typeof range === "string" && range.trim() !== "*" ? normalise(range.trim(), tool) : undefined;
  },
  "go-mod": (text) => /^toolchain\s+go(\S+)/m.exec(text)?.[1] ?? /^go\s+(\S+)/m.exec(text)?.[1],
  "rust-toolchain": async (text, tool) => {
    // A file without an extension may hold the channel alone.
    if (!/^\s*(\[|toolchain\b)/m.test(text)) return normalise(linesOf(text)[0], tool);
    const { parse } = await import("smol-toml");
    const { toolchain } = parse(text) as { toolchain?: { channel?: unknown } };
    return typeof toolchain?.channel === "string" ? normalise(toolchain.channel, tool) : undefined;
  },
};

/** Without comments and empty lines. */
function linesOf(text: string): string[] {
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
    .filter((line) => line !== "");
}

function normalise(text: string | undefined, tool: Tool): string | undefined {
  return text
    ?.replaceAll(/\s+/g, " ")
    .replace(new RegExp(`^${tool}-(?=\\d)`), "")
    .replace(/^[v=](?=\d)/, "")
    .replace(/^(\d+(?:\.\d+)*)(?:\.[xX*])+$/, "$1");
}

function isFixed(version: string): boolean {
  return /\d/.test(version) && !/[<>=^~*|\s/]/.test(version);
}

/** Whether a tool of this version is what is asked for. A range, an alias or a channel can't be told from outside: true. */
export function isMet(tool: Tool, asked: AskedVersion, version: string): boolean {
  if (!asked.isFixed) return true;
  const wanted = numbersOf(asked.version);
  const given = numbersOf(version);
  // What go.mod names is the oldest version that will do.
  if (tool === "go" && basename(asked.file) === "go.mod") return compare(given, wanted) >= 0;
  return wanted.length > 0 && wanted.every((number, index) => number === given[index]);
}

function numbersOf(version: string): number[] {
  return (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? "").split(".").filter(Boolean).map(Number);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
