// A DSN (`s3://bucket/prefix?region=…`) parsed strictly: an unknown parameter is an error that names the nearest known
// one, so that a typo never silently changes where a cache lives. Also durations and sizes, as DSNs write them.

import { closest, distance } from "fastest-levenshtein";
import { SettingsError } from "../model/errors.ts";

export interface Dsn {
  readonly scheme: string;
  readonly host: string;
  /** Percent-decoded, with its leading slash, or empty. */
  readonly path: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * @param setting where the text came from, for messages: `CAIRN_STORE`.
 * @param known parameters by scheme.
 * @throws SettingsError
 */
export function parseDsn(
  text: string,
  setting: string,
  known: Readonly<Record<string, readonly string[]>>,
): Dsn {
  const schemes = Object.keys(known);
  const examples = `use ${schemes.map((scheme) => `${scheme}://…`).join(" or ")}`;
  const notUrl = () =>
    new SettingsError(setting, `${setting} is not a URL: ${quoted(text)}`, { hint: examples });
  const match = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text);
  // URL parsers drop control characters without a word.
  if (!match || hasControlCharacter(text)) throw notUrl();
  const scheme = match[1]!.toLowerCase();
  const allowed = Object.hasOwn(known, scheme) ? known[scheme] : undefined;
  if (!allowed) {
    throw new SettingsError(setting, `${setting} has an unknown scheme "${scheme}"`, {
      hint: suggestion(scheme, schemes),
    });
  }
  // A form's parameters write a space as "+"; in a DSN a plus is a plus.
  const [beforeQuery, ...query] = text.slice(match[1]!.length).split("?");
  const url = URL.parse(`dsn${[beforeQuery, query.join("?").replaceAll("+", "%2B")].join("?")}`);
  const path = url ? decoded(url.pathname) : undefined;
  if (!url || path === undefined || hasControlCharacter(path)) throw notUrl();
  if (url.username || url.password) {
    throw new SettingsError(setting, `${setting} holds credentials`, {
      hint: "leave them out: credentials come from the environment (AWS_*), a profile or the instance's role",
    });
  }
  if (text.includes("#")) {
    throw new SettingsError(setting, `${setting} has a part behind "#", which means nothing`, {
      hint: "write %23 for a # that belongs to a name",
    });
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (!allowed.includes(name)) {
      throw new SettingsError(setting, `${setting} has an unknown parameter "${name}"`, {
        hint: suggestion(name, allowed),
      });
    }
    if (parameters.has(name))
      throw new SettingsError(setting, `${setting} gives "${name}" twice`, { hint: "keep one" });
    parameters.set(name, value);
  }
  return { scheme, host: url.host, path, parameters };
}

const DURATION_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * `90s`, `10m`, `24h`, `7d` -> milliseconds.
 * @param parameter which one of the setting, where it has several.
 * @throws SettingsError
 */
export function parseDuration(text: string, setting: string, parameter?: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text.trim());
  if (!match) {
    throw new SettingsError(setting, `${named(setting, parameter)} is not a duration: ${quoted(text)}`, {
      hint: "write 90s, 10m, 24h or 7d",
    });
  }
  return Math.round(Number(match[1]) * DURATION_MS[match[2]!]!);
}

const SIZE_BYTES: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** `20GiB`, `500MB`, `1024` -> bytes; `parameter` as for parseDuration. @throws SettingsError */
export function parseSize(text: string, setting: string, parameter?: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text.trim());
  const unit = match && SIZE_BYTES[match[2]!.toUpperCase()];
  if (!match || typeof unit !== "number") {
    throw new SettingsError(setting, `${named(setting, parameter)} is not a size: ${quoted(text)}`, {
      hint: "write 500MB or 20GiB",
    });
  }
  return Math.floor(Number(match[1]) * unit);
}

/** `true`/`false`; `parameter` as for parseDuration. @throws SettingsError */
export function parseBoolean(text: string, setting: string, parameter?: string): boolean {
  if (text === "true" || text === "1" || text === "") return true;
  if (text === "false" || text === "0") return false;
  throw new SettingsError(
    setting,
    `${named(setting, parameter)} is neither true nor false: ${quoted(text)}`,
    {
      hint: "write true or false",
    },
  );
}

/** "did you mean …" for a near miss, else the list of what there is. */
export function suggestion(given: string, known: readonly string[]): string {
  const nearest = known.length > 0 ? closest(given, [...known]) : "";
  if (nearest && distance(given, nearest) <= Math.max(2, nearest.length / 3))
    return `did you mean "${nearest}"?`;
  return known.length > 0 ? `known here: ${known.join(", ")}` : "it takes none";
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}

function named(setting: string, parameter: string | undefined): string {
  return parameter === undefined ? setting : `${parameter} of ${setting}`;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
