// cairn key diff: what differs between two keys, and what to do about it. Each side is a key, a job's log that holds the
// key (explained or not), or a document of `cairn key --json`. With two bare keys, git is asked which lock files they are.

import { isAbsolute, join } from "node:path";
import {
  diffKeys,
  type Explanation,
  explanationOfKey,
  findKeys,
  InputError,
  type KeyDifference,
  readExplanations,
} from "@cairn/core";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { adviceFor, digitsOf, type LockfileVersions } from "../key-advice.ts";
import { addOutputOptions, newCommand } from "../options.ts";
import type { OutputFlags } from "../output.ts";
import { runLocalCommand, type Session } from "../session.ts";
import { formatTable, printable } from "../text.ts";

interface KeyDiffOptions extends OutputFlags {
  readonly name?: string;
}

export function keyDiffCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand("diff", "Say which part differs between two keys, and what to do about it.", [
    "cairn key diff deps:acme/api:…:lock-5d41402abc4b2a76 deps:acme/api:…:lock-9f86d081884c7d65",
    "gh run view 123 --log >hit.log; gh run view 124 --log >miss.log; cairn key diff hit.log miss.log",
    'cairn key diff ci.log "$(cairn key)"',
  ])
    .argument("<a>", "a key, or a file that holds one: the log of a job, or what cairn key --json printed")
    .argument("<b>", "the same")
    .optionsGroup("Which:")
    .option("-n, --name <name>", "the keys of this name, where a log holds several");
  return addOutputOptions(command).action(async (a: string, b: string, options: KeyDiffOptions) =>
    done(
      await runLocalCommand(context, options, "a comparison changes nothing", (session) =>
        diff(session, [a, b], options.name),
      ),
    ),
  );
}

async function diff(
  { context, output }: Session,
  [a, b]: readonly [string, string],
  name: string | undefined,
): Promise<ExitCode> {
  const [one, other] = [await readSide(context, a, name), await readSide(context, b, name)];
  const difference = diffKeys(one, other);
  const versions = await lockfileVersions(context, difference);
  const advice = adviceFor(difference, versions);
  await output.result(
    ...summaryLines(difference),
    ...(advice.length > 0 ? ["", ...advice.map(printable)] : []),
  );
  await output.document({
    status: difference.different.length === 0 ? "same" : "different",
    a: one.key,
    b: other.key,
    ...difference,
    lockfileVersions: Object.fromEntries(versions),
    advice,
  });
  return EXIT.ok;
}

async function readSide(context: CliContext, given: string, name: string | undefined): Promise<Explanation> {
  const asKey = explanationOfKey(given.trim());
  if (asKey) return asKey;
  const text = await readText(context, given);
  const isWanted = (each: Explanation) => name === undefined || each.parts[0]!.text === name;
  const explained = readExplanations(text).filter(isWanted);
  const found =
    explained.length > 0
      ? explained
      : findKeys(text)
          .map((key) => explanationOfKey(key)!)
          .filter(isWanted);
  if (found.length === 1) return found[0]!;
  const what = name === undefined ? "key of cairn key" : `key of the name ${name}`;
  if (found.length === 0) {
    throw new InputError(`${given} holds no ${what}`, {
      hint: "give a job's log, what cairn key --explain or --json printed, or the key itself",
    });
  }
  throw new InputError(`${given} holds ${found.length} keys: ${found.map(({ key }) => key).join(", ")}`, {
    hint: "pick one by --name, or give the key itself",
  });
}

async function readText(context: CliContext, given: string): Promise<string> {
  const path = isAbsolute(given) ? given : join(context.cwd, given);
  try {
    return Buffer.from(await context.readFile(path)).toString("utf8");
  } catch (error) {
    throw new InputError(`${given} is neither a key of cairn key nor a file`, {
      hint: "such a key has seven parts: deps:acme/api:linux-x64:node-24.21.0:env-…:cfg-…:lock-…",
      cause: error,
    });
  }
}

async function lockfileVersions(
  context: CliContext,
  { different }: KeyDifference,
): Promise<LockfileVersions> {
  const lockfile = different.find(({ part }) => part === "lockfile");
  const digits = [lockfile?.a, lockfile?.b].flatMap((text) => digitsOf(text ?? "") ?? []);
  return digits.length === 0 ? new Map() : context.findLockfileVersions(context.cwd, digits);
}

function summaryLines({ same, different }: KeyDifference): string[] {
  if (different.length === 0) return ["the keys are the same"];
  const rows = different.flatMap(({ part, a, b, items }) => [
    [part, a, b],
    ...(items ?? []).map((item) => [`  - ${item.name}`, item.a ?? "-", item.b ?? "-"]),
  ]);
  const table = formatTable(
    [{ title: "DIFFERENT" }, { title: "A" }, { title: "B" }],
    rows.map((row) => row.map(printable)),
  );
  return [...table, `the same: ${same.join(", ") || "nothing"}`];
}
