// The environment of a key: chosen variables, by name and by pattern. Their values never leave this file: what enters a
// key, and what is printed of it, are digests that hold the variable's name, too.

import { sha256 } from "../lib/sha256.ts";
import type { Digest } from "../model/digest.ts";
import { InputError } from "../model/errors.ts";
import { wordsOf } from "./words.ts";

export interface PickedVariable {
  readonly name: string;
  /** Undefined: named, but not set, which is not the same as empty. */
  readonly digest: Digest | undefined;
}

export interface PickedEnvironment {
  /** In the order of their names. */
  readonly variables: readonly PickedVariable[];
  readonly notices: readonly string[];
}

/** Known to the process of an action alone: a command line in the same job would come to another key. */
const OF_ONE_STEP = /^(ACTIONS|INPUT|STATE)_/;
/** What is made for one job changes every key, and a digest of a short secret can be guessed. */
const CREDENTIAL =
  /(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|PRIVATE_KEY|ACCESS_KEY(_ID)?|API_KEY|SIGNING_KEY|VERIFY_KEY)$/i;

/**
 * @param given names, patterns with `*` and `?`, and `!` in front of either to leave out; one or several in a line.
 * @throws InputError
 */
export function pickEnvironment(
  given: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): PickedEnvironment {
  const lines = wordsOf(given);
  for (const line of lines) check(line);
  const isLeftOut = matcherOf(lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1)));
  const included = lines.filter((line) => !line.startsWith("!"));
  const named = new Set(included.filter((line) => !isPattern(line)));
  const notices: string[] = [];
  const picked = new Set([...named].filter((name) => !isLeftOut(name)));
  for (const pattern of included.filter(isPattern)) {
    const matches = matcherOf([pattern]);
    const names = Object.keys(env).filter(
      (name) => env[name] !== undefined && matches(name) && !isLeftOut(name) && !OF_ONE_STEP.test(name),
    );
    const credentials = names.filter((name) => CREDENTIAL.test(name) && !named.has(name)).sort();
    for (const name of names) if (!credentials.includes(name)) picked.add(name);
    if (credentials.length > 0) {
      notices.push(
        `${pattern} leaves out ${credentials.join(", ")}, which look like credentials: name what belongs into the key`,
      );
    } else if (names.length === 0) notices.push(`no variable matches ${pattern}`);
  }
  return {
    variables: [...picked].sort().map((name) => ({ name, digest: digestOf(name, env[name]) })),
    notices,
  };
}

function check(line: string): void {
  const name = line.replace(/^!/, "");
  if (/^[*?]+$/.test(name) && !line.startsWith("!")) {
    throw new InputError(`the pattern ${name} takes every variable, and some change with every run`, {
      hint: "name those that change what is built: NODE_ENV, CARGO_*",
    });
  }
  if (/^[\w*?.()-]+$/.test(name) && !/^\d/.test(name)) return;
  // What stands after the sign may be a secret: it is not repeated.
  const isAssignment = line.includes("=");
  const shown = isAssignment ? `${line.slice(0, line.indexOf("="))}=…` : line;
  throw new InputError(`${JSON.stringify(shown.slice(0, 80))} is no name of an environment variable`, {
    hint: isAssignment
      ? "write the name alone: the value is read from the environment"
      : "write a name or a pattern, one each: NODE_ENV, CARGO_*, !CARGO_HOME",
  });
}

function isPattern(line: string): boolean {
  return /[*?]/.test(line);
}

function matcherOf(patterns: readonly string[]): (name: string) => boolean {
  const regexes = patterns.map((pattern) => {
    const source = pattern
      .replaceAll(/[.()-]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    return new RegExp(`^${source}$`, "s");
  });
  return (name) => regexes.some((regex) => regex.test(name));
}

function digestOf(name: string, value: string | undefined): Digest | undefined {
  return value === undefined ? undefined : sha256(Buffer.from(`cairn environment\0${name}\0${value}`));
}
