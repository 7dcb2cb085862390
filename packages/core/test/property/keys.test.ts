// A key against a naive model: it is the same wherever the checkout lies, in whatever order its files were made and with
// whatever times; and it changes with a file if and only if that file is one of its parts.

import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "@jest/globals";
import fc from "fast-check";
import { makeKey } from "../../src/keys/make-key.ts";
import { checkAsync } from "../support/properties.ts";
import { temporaryFolder } from "../support/temporary.ts";

type Files = Readonly<Record<string, string>>;

const LOCKFILES = ["package-lock.json", "yarn.lock", "requirements.txt", "requirements-dev.txt", "go.sum"];
const CONFIGURATION = ["tsconfig.json", "tsconfig.build.json", "config/a.json", "config/deep/b.json"];
const OTHERS = [
  "README.md",
  "src/index.ts",
  "src/yarn.lock",
  "node_modules/x/tsconfig.json",
  "config/c.yaml",
];
const PATTERNS = ["tsconfig*.json", "config/**/*.json"];

const content = fc.string({ maxLength: 8 });
/** At least one lock file, beside others. */
const project: fc.Arbitrary<Files> = fc
  .tuple(
    fc.constantFrom(...LOCKFILES),
    content,
    fc.dictionary(fc.constantFrom(...LOCKFILES, ...CONFIGURATION, ...OTHERS), content, {
      noNullPrototype: true,
    }),
  )
  .map(([lockfile, text, others]) => ({ ...others, [lockfile]: text }));

/** What a checkout has and its content does not. */
const circumstances = fc.record({
  folder: fc.constantFrom("a", "b/c/d", "with blanks [1]", "node_modules/e"),
  seed: fc.nat(),
  seconds: fc.integer({ min: 1, max: 2_000_000_000 }),
});

async function keyOf(
  files: Files,
  { folder, seed, seconds }: { folder: string; seed: number; seconds: number },
) {
  const root = temporaryFolder();
  const top = join(root, folder);
  const order = Object.keys(files)
    .map((name, index) => ({ name, rank: Math.imul(seed + index, 0x9e3779b1) >>> 0 }))
    .sort((a, b) => a.rank - b.rank);
  for (const { name } of order) {
    mkdirSync(dirname(join(top, name)), { recursive: true });
    writeFileSync(join(top, name), files[name]!);
    utimesSync(join(top, name), seconds, seconds);
  }
  const { key } = await makeKey({
    name: "deps",
    repository: "acme/api",
    platform: "linux-x64",
    lockfiles: [],
    toolchain: ["none"],
    toolchainFrom: "files",
    environment: ["B", "A_*"],
    configuration: PATTERNS,
    place: { folder: top, top, home: root },
    env: seed % 2 === 0 ? { A_1: "x", A_2: "y", B: "z" } : { B: "z", A_2: "y", C: String(seed), A_1: "x" },
    signal: new AbortController().signal,
  });
  return key;
}

test("is the same for equal files, wherever and whenever they were written", async () => {
  await checkAsync(
    fc.asyncProperty(project, circumstances, circumstances, async (files, one, other) => {
      const [a, b] = [await keyOf(files, one), await keyOf(files, other)];
      if (a !== b) throw new Error(`${a}\n${b}`);
    }),
    100,
  );
});

test("changes with a file if and only if it is one of its parts", async () => {
  await checkAsync(
    fc.asyncProperty(
      project,
      fc.constantFrom(...LOCKFILES, ...CONFIGURATION, ...OTHERS),
      fc.option(content, { nil: undefined }),
      circumstances,
      async (files, name, text, place) => {
        const { [name]: before, ...rest } = files;
        const after: Files = text === undefined ? rest : { ...rest, [name]: text };
        // Without any lock file there is no key.
        fc.pre(LOCKFILES.some((lockfile) => after[lockfile] !== undefined));
        const isPart = LOCKFILES.includes(name) || CONFIGURATION.includes(name);
        const isChange = before !== text;
        const differs = (await keyOf(files, place)) !== (await keyOf(after, place));
        if (differs !== (isPart && isChange))
          throw new Error(`${name}: ${before} -> ${text}, differs: ${differs}`);
      },
    ),
    150,
  );
});
