// Old bytes stay readable: the committed objects of each format version are restored to the committed listing. They are
// never made again; see make-golden.ts.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { readArtifact, readSegments } from "../../src/lib/read-artifact.ts";
import { sha256 } from "../../src/lib/sha256.ts";
import { FORMAT_VERSION } from "../../src/model/artifact-codec.ts";
import { type Digest, parseDigest } from "../../src/model/digest.ts";
import { decodePackList } from "../../src/model/pack-codec.ts";
import { anchorLines, versionOf } from "../../src/model/root.ts";
import { createDirectoryStore } from "../../src/objects/directory-store.ts";
import { createJob, MAIN, testBackend } from "../support/job.ts";
import { snapshotTree, type TreeSnapshot } from "../support/tree.ts";

const versions = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const json = <T>(version: string, name: string): T =>
  JSON.parse(readFileSync(join(import.meta.dirname, version, name), "utf8")) as T;

test("the format that is written now has golden files", () => {
  expect(versions).toContain(`v${FORMAT_VERSION}`);
});

for (const version of versions) {
  const names = json<Record<"inline" | "packed", Digest>>(version, "names.json");
  const store = createDirectoryStore({ root: join(import.meta.dirname, version, "objects") });

  test.each(["inline", "packed"] as const)(`${version}: the tree of the artifact that is %s comes back`, async (which) => {
    const job = createJob();
    const paths = ["tree", "single"];
    const backend = testBackend();
    const contentHash = parseDigest(names[which]);
    const nowMs = Date.now();
    await backend.index.commit({
      scope: MAIN,
      version: versionOf(anchorLines(paths, job.folders), { windows: false, crossOs: false }),
      key: "key",
      domain: "trusted",
      contentHash,
      createdAtMs: nowMs,
      lastAccessedAtMs: nowMs,
      accessCount: 0,
      expiresAtMs: nowMs + 1e9,
      notAfterMs: nowMs + 1e9,
      treeBytes: 0,
      storedBytes: 0,
      entryCount: 0,
    });
    expect(await job.restore({ ...backend, store }, { paths })).toMatchObject({ status: "hit", notices: [] });
    const trees = json<Record<string, TreeSnapshot>>(version, "trees.json");
    expect(Object.fromEntries(paths.map((path) => [path, snapshotTree(job.path(path))]))).toEqual(trees);
  });

  test(`${version}: its packs list their chunks as the artifact does, by every codec`, async () => {
    const place = { store, domain: "trusted" as const, contentHash: parseDigest(names.packed) };
    const artifact = await readArtifact(place);
    const listed = new Map<string, unknown>();
    for (const { digest } of artifact.header.packs) {
      const bytes = await store.get(`v1/trusted/packs/${digest}`);
      expect(sha256(bytes)).toBe(digest);
      for (const chunk of decodePackList(bytes, digest)) listed.set(chunk.digest, { ...chunk, pack: digest });
    }
    const codecs = new Set<string>();
    for await (const { chunks } of readSegments(place, artifact)) {
      for (const chunk of chunks) {
        expect(listed.get(chunk.digest)).toEqual(chunk);
        codecs.add(chunk.codec);
      }
    }
    expect([...codecs].sort()).toEqual(["gzip", "none", "zstd"]);
  });
}
