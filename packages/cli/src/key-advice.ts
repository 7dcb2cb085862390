// What a difference of two keys means, and what to do about it: the lines below the table of `cairn key diff`. Pure.

import type { ItemDifference, KeyDifference, PartDifference, PartName } from "@cairn/core";
import type { LockfileVersion } from "./lockfile-versions.ts";

export type LockfileVersions = ReadonlyMap<string, LockfileVersion>;

/** @param versions by the digits that stand in a key. */
export function adviceFor({ different }: KeyDifference, versions: LockfileVersions): string[] {
  if (different.length === 0) return [];
  return [
    ...different.flatMap((each) => ADVICE[each.part](each, versions).map((line) => `${each.part}: ${line}`)),
    ...whereToLook(different, versions),
    reach(different),
  ];
}

const ADVICE: Readonly<
  Record<PartName, (difference: PartDifference, versions: LockfileVersions) => string[]>
> = {
  name: () => ["two caches, which are not meant to match"],
  repository: () => ["a checkout without a remote is called local; --repository names it"],
  platform: () => ["what one builds may not run on the other; --platform none is for what runs everywhere"],
  toolchain: adviceOnToolchain,
  environment: ({ items }) => [
    items
      ? `${namesOf(items)}; --env '!NAME' leaves one out of a pattern`
      : "a variable has another value, or others are chosen",
  ],
  configuration: ({ items }) => [items ? namesOf(items) : "a file has another content, or others are chosen"],
  lockfile: adviceOnLockfile,
};

function adviceOnToolchain({ a, b }: PartDifference): string[] {
  const sides = (sign: string) => sidesWhere([a, b], (text) => text.includes(sign));
  const lines = [
    [sides("~"), "has another version than the repository asks for (behind the ~)"],
    [sides("-unknown"), "was made where a tool did not answer"],
  ].flatMap(([side, what]) => (side ? [`${side} ${what}: set the tool up before the key is made`] : []));
  return lines.length > 0
    ? lines
    : [
        "what one version builds may not work with the other; node@major, python@minor keep less of a version",
      ];
}

function adviceOnLockfile({ a, b, items }: PartDifference, versions: LockfileVersions): string[] {
  const [one, other] = [a, b].map((text) => versions.get(digitsOf(text) ?? ""));
  const known = [
    ...(one ? [`A is ${describe(one)}`] : []),
    ...(other ? [`B is ${describe(other)}`] : []),
    ...(one && other && one.path === other.path ? compareCommand(one, other) : []),
  ];
  if (known.length > 0) return known;
  return [
    items ? namesOf(items) : "another content, or other files; of one file it is what sha256sum prints",
  ];
}

/** The digits of a lock file's digest in a key. @returns undefined: it has none. */
export function digitsOf(text: string): string | undefined {
  return /^lock-([0-9a-f]{16})$/.exec(text)?.[1];
}

function describe({ path, commit }: LockfileVersion): string {
  return commit
    ? `${path} of commit ${commit.id}, ${commit.date}: ${commit.subject}`
    : `${path} as it is in this folder`;
}

function compareCommand(one: LockfileVersion, other: LockfileVersion): string[] {
  const commits = [one, other].flatMap(({ commit }) => commit?.id ?? []);
  return commits.length === 0 ? [] : [`git diff ${commits.join(" ")} -- ${one.path}`];
}

function whereToLook(different: readonly PartDifference[], versions: LockfileVersions): string[] {
  const untold = different.filter(
    ({ part, items }) =>
      items === undefined &&
      (part === "environment" || part === "configuration" || (part === "lockfile" && versions.size === 0)),
  );
  if (untold.length === 0) return [];
  return [
    "which file or variable it is, a key does not tell: give the logs of both jobs in place of the keys (the action cache-key and cairn key --explain write it there)",
  ];
}

/** Whether one of them finds what was saved under the other. */
function reach(different: readonly PartDifference[]): string {
  if (different.some(({ part }) => part !== "lockfile" && part !== "configuration")) {
    return "no restore-key of one finds the other";
  }
  const configuration = different.find(({ part }) => part === "configuration");
  if (!configuration) return "the first restore-key of each finds the other";
  // Without configuration there is no second one.
  const side = sidesWhere([configuration.a, configuration.b], (text) => text !== "cfg-none");
  return `the second restore-key of ${side} finds the other`;
}

function namesOf(items: readonly ItemDifference[]): string {
  return items
    .map(({ name, how }) => (how === "changed" ? `${name} changed` : `${name} is ${how}`))
    .join(", ");
}

function sidesWhere([a, b]: readonly [string, string], holds: (text: string) => boolean): string {
  return [...(holds(a) ? ["A"] : []), ...(holds(b) ? ["B"] : [])].join(" and ").replace("A and B", "each");
}
