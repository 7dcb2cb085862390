// Provenance records: the names that others read, and that nothing else is taken for one.

import { describe, expect, test } from "@jest/globals";
import { toInTotoStatement, toSlsaPredicate } from "../../../src/maintain/provenance-formats.ts";
import {
  decodeProvenance,
  encodeProvenance,
  makeProvenance,
  parseToolchain,
  type RunFacts,
  recordName,
} from "../../../src/model/provenance.ts";
import { digestOf, makeRef, START_MS } from "../../support/refs.ts";

const REF = makeRef({
  key: "deps:acme/api:1",
  contentHash: digestOf("artifact"),
  toolchain: "node-20.1.0 npm-9.6.7",
  lockfileHash: "sha256:def",
});
const RUN: RunFacts = {
  system: "github",
  runId: "123",
  attempt: "2",
  url: "https://github.com/acme/api/actions/runs/123",
  server: "https://github.com",
  commitSha: "4b22",
  commitMessage: "Fix it",
  branch: "main",
  tools: { pnpm: "10.0.0", node: "0" },
  buildSeconds: 92.5,
};
const BASE = digestOf("base");

describe("a record", () => {
  const record = makeProvenance(REF, RUN, [BASE, BASE, REF.contentHash]);

  test("has the fields of the contract by name", () => {
    expect(record).toEqual({
      contentHash: `sha256:${REF.contentHash}`,
      domain: "trusted",
      cacheKey: "deps:acme/api:1",
      repository: "acme/api",
      ref: "refs/heads/main",
      commitSha: "4b22",
      commitMessage: "Fix it",
      branch: "main",
      workflowRunId: "123",
      toolchain: { pnpm: "10.0.0", node: "20.1.0", npm: "9.6.7" },
      lockfileHash: "sha256:def",
      buildTime: "2026-01-01T00:00:00.000Z",
      buildDuration: 92.5,
      dependencies: [`sha256:${BASE}`],
      run: {
        system: "github",
        runId: "123",
        attempt: "2",
        url: "https://github.com/acme/api/actions/runs/123",
        server: "https://github.com",
      },
    });
  });

  test("leaves out what is unknown, and cuts a long message", () => {
    const bare = makeProvenance(makeRef(), { system: "git", commitMessage: "x".repeat(5_000) }, []);
    expect(Object.keys(bare)).not.toContain("commitSha");
    expect(Object.keys(bare)).not.toContain("workflowRunId");
    expect(Object.keys(bare)).not.toContain("buildDuration");
    expect(bare.toolchain).toEqual({});
    expect(bare.commitMessage).toHaveLength(1_000);
  });

  test("comes back as it was written, of its own artifact only", () => {
    const bytes = encodeProvenance(record);
    expect(decodeProvenance(bytes, REF)).toEqual(record);
    expect(decodeProvenance(bytes, { ...REF, contentHash: BASE })).toBeUndefined();
    expect(decodeProvenance(bytes, { ...REF, domain: "pr" })).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a text", "text"],
    ["a list", []],
    ["no key", { ...record, cacheKey: undefined }],
    ["a time that is none", { ...record, buildTime: "soon" }],
    ["dependencies that lead elsewhere", { ...record, dependencies: ["sha256:../../x"] }],
    ["dependencies that are none", { ...record, dependencies: "x" }],
    ["a commit that is an object", { ...record, commitSha: {} }],
    ["tools that are objects", { ...record, toolchain: { node: {} } }],
    ["a run that is none", { ...record, run: { system: 1 } }],
    ["a duration that is none", { ...record, buildDuration: "long" }],
  ])("%s is no record", (_name, value) => {
    expect(decodeProvenance(Buffer.from(JSON.stringify(value) ?? ""), REF)).toBeUndefined();
  });
});

test.each<[string | undefined, Record<string, string>]>([
  [undefined, {}],
  ["", {}],
  ["node-24.21.0", { node: "24.21.0" }],
  ["node-20.1.0,npm-9.6.7", { node: "20.1.0", npm: "9.6.7" }],
  ["rustc-1.80.0-nightly + cargo-1.80.0", { rustc: "1.80.0-nightly", cargo: "1.80.0" }],
  ["stable", { stable: "" }],
  ["node-v20", { node: "20" }],
])("the toolchain %j is %j", (label, tools) => {
  expect(parseToolchain(label)).toEqual(tools);
});

test.each<[RunFacts, string]>([
  [{ system: "github", runId: "123", attempt: "2" }, "123-2"],
  [{ system: "jenkins", runId: "jenkins-acme/api-12" }, "jenkins_acme_api_12-1"],
  [{ system: "x", runId: "../..", attempt: "a/b" }, ".._..-a_b"],
  [{ system: "git" }, `local_${START_MS}-1`],
])("the record of %j is called %s", (run, name) => {
  expect(recordName(run, START_MS)).toBe(name);
});

describe("formats", () => {
  const record = makeProvenance(REF, { ...RUN, workflow: "CI", job: "build", event: "push" }, [BASE]);

  test("an in-toto statement about the artifact, whose predicate is SLSA provenance", () => {
    const statement = toInTotoStatement(record);
    expect(statement).toEqual({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ name: "deps:acme/api:1", digest: { sha256: REF.contentHash } }],
      predicateType: "https://slsa.dev/provenance/v1",
      predicate: toSlsaPredicate(record),
    });
  });

  test("SLSA provenance has what the specification requires, and the source and what was restored as dependencies", () => {
    expect(toSlsaPredicate(record)).toEqual({
      buildDefinition: {
        buildType: "urn:cairn:save:v1",
        externalParameters: {
          cacheKey: "deps:acme/api:1",
          repository: "acme/api",
          ref: "refs/heads/main",
          branch: "main",
          workflow: "CI",
          job: "build",
          event: "push",
        },
        internalParameters: {
          domain: "trusted",
          toolchain: { pnpm: "10.0.0", node: "20.1.0", npm: "9.6.7" },
          lockfileHash: "sha256:def",
        },
        resolvedDependencies: [
          { uri: "git+https://github.com/acme/api@refs/heads/main", digest: { gitCommit: "4b22" } },
          { uri: `cairn:${BASE}`, digest: { sha256: BASE } },
        ],
      },
      runDetails: {
        builder: { id: "urn:cairn:builder:github:https://github.com" },
        metadata: {
          invocationId: "https://github.com/acme/api/actions/runs/123",
          startedOn: "2025-12-31T23:58:27Z",
          finishedOn: "2026-01-01T00:00:00Z",
        },
      },
    });
  });

  test("what is unknown is left out", () => {
    const { buildDefinition, runDetails } = toSlsaPredicate(makeProvenance(makeRef(), { system: "git" }, []));
    expect(buildDefinition.resolvedDependencies).toEqual([]);
    expect(runDetails).toEqual({
      builder: { id: "urn:cairn:builder:git" },
      metadata: { finishedOn: "2026-01-01T00:00:00Z" },
    });
  });
});
