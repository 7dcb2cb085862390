// provenance and why, with a core of fakes; and what a save tells of its run.

import type { Digest, Maintenance, Provenance, WhyNode } from "@cairn/core";
import { describe, expect, test } from "@jest/globals";
import { cairn, fakeMaintenance, fakeRef, recordingCache } from "./support/fakes.ts";

const [A, B, C] = ["a", "b", "c"].map((letter) => letter.repeat(64) as Digest) as [Digest, Digest, Digest];

function record(contentHash: Digest, changes: Partial<Provenance> = {}): Provenance {
  return {
    contentHash: `sha256:${contentHash}`,
    domain: "trusted",
    cacheKey: "deps-1",
    repository: "acme/api",
    ref: "refs/heads/main",
    commitSha: "4b220de5058abfd0",
    commitMessage: "Fix it\n\nBody",
    branch: "main",
    workflowRunId: "123",
    toolchain: { node: "20.1.0" },
    buildTime: "2026-01-01T00:00:00.000Z",
    buildDuration: 92.5,
    dependencies: [`sha256:${B}`],
    run: { system: "github", runId: "123", attempt: "1" },
    ...changes,
  };
}

function maintenance(more: Partial<Maintenance>): Partial<Maintenance> {
  return fakeMaintenance([fakeRef({ contentHash: A })], { findContent: async () => undefined, ...more });
}

describe("provenance", () => {
  const two = maintenance({
    provenance: async () => [record(A), record(A, { cacheKey: "other\u001b[2J", workflowRunId: "99" })],
  });

  test("is told by lines, of the newest run", async () => {
    const ran = await cairn(["provenance", "deps-1"], { maintenance: two });
    expect(ran.code).toBe(0);
    expect(ran.stdout.split("\n")).toEqual([
      `content     ${A}`,
      "domain      trusted",
      "key         deps-1",
      "repository  acme/api",
      "ref         refs/heads/main",
      "branch      main",
      "commit      4b220de5058abfd0",
      "message     Fix it",
      "run         github 123 1",
      "toolchain   node 20.1.0",
      "saved       2026-01-01T00:00:00.000Z",
      "took        1 min 33 s",
      `made with   ${B}`,
      "",
    ]);
    expect(ran.stderr).toContain("1 other run made the same content");
  });

  test("--all tells every run, and no record writes to the terminal by itself", async () => {
    const ran = await cairn(["provenance", A, "--all"], { maintenance: two });
    expect(ran.stdout).toContain("other\\u001b[2J");
  });

  test("--json has all records", async () => {
    const ran = await cairn(["provenance", "deps-1", "--json"], { maintenance: two });
    expect(JSON.parse(ran.stdout)).toMatchObject({
      status: "found",
      contentHash: A,
      provenance: [{ workflowRunId: "123" }, { workflowRunId: "99" }],
    });
  });

  test.each([
    [
      "in-toto",
      { _type: "https://in-toto.io/Statement/v1", predicateType: "https://slsa.dev/provenance/v1" },
    ],
    ["slsa", { buildDefinition: { buildType: "urn:cairn:save:v1" } }],
    ["json", { contentHash: `sha256:${A}`, workflowRunId: "123" }],
  ])("--format %s is one JSON document", async (format, expected) => {
    const ran = await cairn(["provenance", "deps-1", "--format", format], { maintenance: two });
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject(expected);
    const all = await cairn(["provenance", "deps-1", "--format", format, "--all"], { maintenance: two });
    expect(
      all.stdout
        .trim()
        .split("\n")
        .map((line) => typeof JSON.parse(line)),
    ).toEqual(["object", "object"]);
  });

  test("a hash that no save has any more is looked for among the records", async () => {
    const asked: string[] = [];
    const ran = await cairn(["provenance", "sha256:cccccccc", "--json"], {
      maintenance: maintenance({
        findContent: async (digits) => {
          asked.push(digits);
          return { domain: "pr", contentHash: C };
        },
        provenance: async ({ contentHash, domain }) => [record(contentHash, { domain })],
      }),
    });
    expect(asked).toEqual(["cccccccc"]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ domain: "pr", contentHash: C });
  });

  test.each<[string[], Partial<Maintenance>, number, RegExp]>([
    [["nothing"], {}, 3, /nothing is saved as nothing/],
    [["deps-1"], { provenance: async () => [] }, 3, /nothing is recorded/],
    [["deps-1", "--format", "spdx"], {}, 2, /in-toto/],
    [["deps-1", "--format", "slsa", "--json"], {}, 2, /give one of them/],
  ])("%j exits with its code and says why", async (args, more, code, message) => {
    const ran = await cairn(["provenance", ...args], { maintenance: maintenance(more) });
    expect(ran.code).toBe(code);
    expect(ran.stderr).toMatch(message);
  });
});

describe("why", () => {
  const node = (
    contentHash: Digest,
    depth: number,
    dependencies: Digest[],
    more: Partial<WhyNode> = {},
  ): WhyNode => ({
    ...{
      domain: "trusted",
      contentHash,
      depth,
      dependencies,
      isStored: true,
      records: [record(contentHash)],
    },
    ...more,
  });

  test("is a tree, each artifact told once", async () => {
    const nodes = [node(A, 0, [B, C]), node(B, 1, [C]), node(C, 1, [A], { records: [], isStored: false })];
    const ran = await cairn(["why", "deps-1"], { maintenance: maintenance({ why: async () => nodes }) });
    expect(ran.code).toBe(0);
    const line = "deps-1: acme/api at 4b220de5058a on main, by github 123, 2026-01-01T00:00:00Z";
    expect(ran.stdout.split("\n")).toEqual([
      `aaaaaaaaaaaa ${line}`,
      `├─ bbbbbbbbbbbb ${line}`,
      "│  └─ cccccccccccc (no longer in the store)",
      "│     └─ aaaaaaaaaaaa (above)",
      "└─ cccccccccccc (above)",
      "",
    ]);
  });

  test("goes back as far as it is asked to", async () => {
    const depths: number[] = [];
    const why: Maintenance["why"] = async (_of, { depth }) => {
      depths.push(depth);
      return [node(A, 0, [B])];
    };
    const ran = await cairn(["why", "deps-1", "--depth", "0"], { maintenance: maintenance({ why }) });
    expect(ran.stdout).toContain("└─ bbbbbbbbbbbb (further back: --depth)");
    await cairn(["why", "deps-1", "--json"], { maintenance: maintenance({ why }) });
    expect(depths).toEqual([0, 20]);
    expect(
      (await cairn(["why", "deps-1", "--depth", "far"], { maintenance: maintenance({ why }) })).code,
    ).toBe(2);
  });
});

describe("a save tells of its run", () => {
  test("from git, where no CI system does", async () => {
    const { cache, saves } = recordingCache();
    const readGit = async () => ({
      branch: "topic",
      repository: "acme/api",
      commitSha: "abc",
      commitMessage: "m",
    });
    await cairn(["save", "--key", "k", "--build-seconds", "12.5", "dist"], { cache, context: { readGit } });
    expect(saves[0]!.run).toEqual({
      system: "git",
      commitSha: "abc",
      commitMessage: "m",
      branch: "topic",
      buildSeconds: 12.5,
    });
  });

  test("from the event, and without starting git, in GitHub's", async () => {
    const { cache, saves } = recordingCache();
    const asked: string[] = [];
    await cairn(["save", "--key", "k", "dist"], {
      cache,
      env: {
        GITHUB_ACTIONS: "true",
        GITHUB_REPOSITORY: "acme/api",
        GITHUB_REF: "refs/heads/main",
        GITHUB_EVENT_NAME: "push",
        GITHUB_EVENT_PATH: "/event.json",
        GITHUB_RUN_ID: "5",
      },
      context: {
        readFile: async () => Buffer.from('{"head_commit":{"message":"Fix it"}}'),
        readGit: async (cwd) => {
          asked.push(cwd);
          return undefined;
        },
      },
    });
    expect(saves[0]!.run).toMatchObject({ system: "github", runId: "5", commitMessage: "Fix it" });
    expect(asked).toEqual([]);
  });

  test("--build-seconds that is no number is refused", async () => {
    const { cache, saves } = recordingCache();
    const ran = await cairn(["save", "--key", "k", "--build-seconds", "long", "dist"], { cache });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("write how many seconds");
    expect(saves).toEqual([]);
  });
});
