// ls, inspect, rm, export and verify over a fake Maintenance.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { CorruptError, type Digest, type Ref, type VerifyReport } from "@cairn/core";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ARTIFACT, cairn, fakeMaintenance, fakeRef, NOW_MS } from "./support/fakes.ts";

const OTHER = { repository: "acme/web", ref: "refs/heads/main" };
const TOPIC = { repository: "acme/api", ref: "refs/heads/topic" };

function someRefs(): Ref[] {
  return [
    fakeRef(),
    fakeRef({ scope: TOPIC, createdAtMs: NOW_MS - 60_000, contentHash: "b".repeat(64) as Digest }),
    fakeRef({ key: "old", invalidatedAtMs: 1 }),
    fakeRef({ key: "build-1", treeBytes: 5, toolchain: "node-24" }),
    fakeRef({ key: "elsewhere", scope: OTHER }),
  ];
}

function keysOf(stdout: string): string[] {
  return (JSON.parse(stdout) as { refs: { key: string }[] }).refs.map((ref) => ref.key);
}

describe("ls", () => {
  test("is a table, newest first, of live saves in this repository", async () => {
    const ran = await cairn(["ls"], { maintenance: fakeMaintenance(someRefs()) });
    expect(ran.code).toBe(0);
    expect(ran.stdout.split("\n")).toEqual([
      "KEY      REF      SIZE  STORED    AGE  USES  CONTENT",
      "deps-1   topic  855 MB  120 MB  1 min    42  bbbbbbbbbbbb",
      "deps-1   main   855 MB  120 MB    3 d    42  9f86d0819f86",
      "build-1  main      5 B  120 MB    3 d    42  9f86d0819f86",
      "",
    ]);
    expect(ran.stderr).toContain("3 saves in acme/api");
  });

  test.each([
    [["deps"], ["deps-1", "deps-1"]],
    [
      ["--dead", "--sort", "key"],
      ["build-1", "deps-1", "deps-1", "old"],
    ],
    [["--repository", "acme/web"], ["elsewhere"]],
    [
      ["--repository", "*", "--sort", "key", "--limit", "2"],
      ["build-1", "deps-1"],
    ],
    [["--ref", "refs/heads/topic"], ["deps-1"]],
    [["--toolchain", "node-24"], ["build-1"]],
    [["nothing"], []],
  ])("%j", async (args, keys) => {
    const ran = await cairn(["ls", "--json", ...args], { maintenance: fakeMaintenance(someRefs()) });
    expect(ran.code).toBe(0);
    expect(keysOf(ran.stdout)).toEqual(keys);
  });

  test("a key can't write to the terminal by itself", async () => {
    const maintenance = fakeMaintenance([fakeRef({ key: "a\u001b[2Jb\u202e" })]);
    const ran = await cairn(["ls"], { maintenance });
    expect(ran.stdout).toContain("a\\u001b[2Jb\\u202e");
  });
});

describe("a key that is a command to GitHub's runner", () => {
  const key = "::set-output name=a::b ##[set-output name=cache-hit;]true";
  const maintenance = fakeMaintenance([
    fakeRef({ key, scope: { repository: "acme/api", ref: `refs/heads/${key}` } }),
  ]);

  test("is text in a table", async () => {
    const { stdout } = await cairn(["ls"], { maintenance });
    expect(stdout).toContain("\\u003a:set-output name=a::b ##\\u005bset-output");
    expect(stdout).not.toContain("##[");
    expect(stdout).not.toMatch(/^\s*::/m);
  });

  test("and in a document, which holds the key as it is", async () => {
    const { stdout } = await cairn(["ls", "--json"], { maintenance });
    expect(stdout).not.toContain("##[");
    expect(keysOf(stdout)).toEqual([key]);
  });
});

describe("inspect", () => {
  test.each([["deps-1"], ["bbbbbbbbbb"], [`sha256:${"b".repeat(64)}`]])("finds %s", async (name) => {
    const ran = await cairn(["inspect", "--json", name], { maintenance: fakeMaintenance(someRefs()) });
    expect(ran.code).toBe(0);
    const document = JSON.parse(ran.stdout) as { ref: unknown; artifact: unknown };
    expect(document.ref).toMatchObject({ ref: "refs/heads/topic", contentHash: "b".repeat(64) });
    expect(document.artifact).toEqual({
      ...ARTIFACT,
      packs: [{ name: "c".repeat(64), sizeBytes: 7, bornAt: "2026-05-31T12:00:00.000Z" }],
    });
  });

  test("what begins two content hashes is not guessed", async () => {
    const refs = [
      fakeRef({ contentHash: `${"d".repeat(60)}0000` as Digest }),
      fakeRef({ key: "x", contentHash: `${"d".repeat(60)}1111` as Digest }),
    ];
    const ran = await cairn(["inspect", "dddddddd"], { maintenance: fakeMaintenance(refs) });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("more digits");
  });

  test("an unknown one is 3", async () => {
    const ran = await cairn(["inspect", "nothing", "--json"], { maintenance: fakeMaintenance(someRefs()) });
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.stdout)).toMatchObject({ status: "not-found", name: "nothing" });
  });

  test("--entries lists them, escaped", async () => {
    const ran = await cairn(["inspect", "deps-1", "--entries"], { maintenance: fakeMaintenance(someRefs()) });
    expect(ran.stdout.split("\n")[1]).toBe(
      "-rw-r--r--          11 1970-01-01T00:00:00 node_modules/a\\u001b[31m",
    );
  });
});

describe("rm", () => {
  test("asks, and removes nothing on anything but yes", async () => {
    const refs = someRefs();
    const asked: string[] = [];
    for (const answer of ["", "n", "yess"]) {
      const ask = async (question: string) => {
        asked.push(question);
        return answer;
      };
      const ran = await cairn(["rm", "deps-1"], { maintenance: fakeMaintenance(refs), context: { ask } });
      expect(ran.code).toBe(0);
    }
    expect(asked).toHaveLength(3);
    expect(refs).toHaveLength(5);
    await cairn(["rm", "deps-1"], { maintenance: fakeMaintenance(refs), context: { ask: async () => "y" } });
    expect(refs.map((ref) => ref.key)).toEqual(["old", "build-1", "elsewhere"]);
  });

  test("--ref narrows, --yes does not ask, other keys with the same start stay", async () => {
    const refs = [...someRefs(), fakeRef({ key: "deps-10" })];
    const ran = await cairn(["rm", "deps-1", "--ref", "refs/heads/main", "--yes", "--json"], {
      maintenance: fakeMaintenance(refs),
    });
    expect(JSON.parse(ran.stdout)).toMatchObject({
      status: "removed",
      removed: [{ key: "deps-1" }],
      changed: [],
    });
    expect(refs.filter((ref) => ref.key.startsWith("deps"))).toHaveLength(2);
  });

  test("without a terminal it wants --yes", async () => {
    const refs = someRefs();
    const ran = await cairn(["rm", "deps-1"], { maintenance: fakeMaintenance(refs) });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("--yes");
    expect(refs).toHaveLength(5);
  });
});

describe("export", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cairn-export-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("to a file", async () => {
    const maintenance = fakeMaintenance(someRefs());
    const ran = await cairn(["export", "build-1", "-o", "x.tar", "--json"], {
      maintenance,
      context: { cwd: folder },
    });
    expect(ran.code).toBe(0);
    expect(readFileSync(join(folder, "x.tar"), "utf8")).toBe("tar bytes");
    expect(JSON.parse(ran.stdout)).toMatchObject({ status: "exported", output: "x.tar", sizeBytes: 9 });
  });

  test("to stdout, which then holds nothing else", async () => {
    const ran = await cairn(["export", "build-1", "-o", "-"], { maintenance: fakeMaintenance(someRefs()) });
    expect(ran.stdout).toBe("tar bytes");
  });

  test("to an object", async () => {
    const targets: string[] = [];
    const maintenance = fakeMaintenance(someRefs(), {
      exportToObject: async (_ref, target) => {
        targets.push(target);
        return { sizeBytes: 9 };
      },
    });
    expect((await cairn(["export", "build-1", "-o", "s3://b/k.tar"], { maintenance })).code).toBe(0);
    expect(targets).toEqual(["s3://b/k.tar"]);
  });

  test("what breaks half way leaves no file, and the one that was there", async () => {
    const maintenance = fakeMaintenance(someRefs(), {
      exportTar: async () =>
        Readable.from(
          (async function* () {
            yield Buffer.from("half");
            throw new CorruptError("pack x", "wrong digest");
          })(),
        ),
    });
    const ran = await cairn(["export", "build-1", "-o", "x.tar"], { maintenance, context: { cwd: folder } });
    expect(ran.code).toBe(5);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a folder that isn't there is a local fault", async () => {
    const target = join(folder, "none", "x.tar");
    const ran = await cairn(["export", "build-1", "-o", target], {
      maintenance: fakeMaintenance(someRefs()),
    });
    expect(ran.code).toBe(6);
    expect(existsSync(target)).toBe(false);
  });

  test("--json and stdout exclude each other", async () => {
    const ran = await cairn(["export", "build-1", "-o", "-", "--json"], { maintenance: {} });
    expect(ran.code).toBe(2);
  });
});

describe("verify", () => {
  const report = (ref: Ref, problems: string[] = []): VerifyReport => ({
    contentHash: ref.contentHash,
    packs: 1,
    chunks: 2,
    storedBytes: 7,
    entries: 3,
    problems,
  });

  test("--all checks each live content once", async () => {
    const checked: string[] = [];
    const maintenance = fakeMaintenance(someRefs(), {
      verify: async (ref) => {
        checked.push(ref.key);
        return report(ref);
      },
    });
    const ran = await cairn(["verify", "--all"], { maintenance });
    expect(ran.code).toBe(0);
    expect(checked).toHaveLength(2);
  });

  test("--all looks at each Ref whose signature is judged otherwise, though its content is checked already", async () => {
    const checked: string[] = [];
    const refs = ["good", "bad", "good-too"].map((key) => fakeRef({ key }));
    const maintenance = fakeMaintenance(refs, {
      signatureOf: ({ key }) => (key === "bad" ? { status: "unsigned" } : { status: "valid", keyId: "0123" }),
      verify: async (ref) => {
        checked.push(ref.key);
        return report(ref, ref.key === "bad" ? ["it is not signed"] : []);
      },
    });
    const ran = await cairn(["verify", "--all"], { maintenance });
    expect(ran.code).toBe(5);
    expect(checked).toHaveLength(2);
    expect(checked).toContain("bad");
  });

  test("damage is 5, with each problem", async () => {
    const maintenance = fakeMaintenance(someRefs(), {
      verify: async (ref) => report(ref, ["pack cc is missing"]),
    });
    const text = await cairn(["verify", "build-1"], { maintenance });
    expect(text.code).toBe(5);
    expect(text.stdout).toContain("pack cc is missing");
    const json = await cairn(["verify", "build-1", "--json"], { maintenance });
    expect(JSON.parse(json.stdout)).toMatchObject({
      status: "damaged",
      checked: [{ ref: { key: "build-1" }, report: { problems: ["pack cc is missing"] } }],
    });
  });
});
