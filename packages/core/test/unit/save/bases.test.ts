// Which keys are looked up for bases, which packs are young enough, and which ones are better rewritten.

import { describe, expect, test } from "@jest/globals";
import type { ArtifactHeader, PackInfo } from "../../../src/model/artifact-codec.ts";
import { parseDigest } from "../../../src/model/digest.ts";
import { dayOf, endOfArtifact, isYoung, keyPrefixes, packsToRewrite } from "../../../src/save/bases.ts";

describe("prefixes of a key", () => {
  test.each([
    ["linux-npm-abc123", ["linux-npm-abc123", "linux-npm-", "linux-", ""]],
    ["a-b-c-d-e", ["a-b-c-d-e", "a-b-c-d-", "a-b-c-", "a-b-", ""]],
    ["plain", ["plain", ""]],
    ["", [""]],
    ["ends-", ["ends-", ""]],
    ["v1.2/x:y|z_q", ["v1.2/x:y|z_q", "v1.2/x:y|z_", "v1.2/x:y|", "v1.2/x:", ""]],
    ["--", ["--", "-", ""]],
  ])("%s", (key, prefixes) => {
    expect(keyPrefixes(key)).toEqual(prefixes);
  });
});

describe("lifetimes", () => {
  const day = 86_400_000;
  const born = 20_000;
  test("a pack is young for half its life, counted from the day of its birth", () => {
    expect(isYoung(born, "trusted", born * day)).toBe(true);
    expect(isYoung(born, "trusted", born * day + 182.5 * day - 1)).toBe(true);
    expect(isYoung(born, "trusted", born * day + 182.5 * day)).toBe(false);
    expect(isYoung(born, "pr", born * day + 15 * day - 1)).toBe(true);
    expect(isYoung(born, "pr", born * day + 15 * day)).toBe(false);
  });

  test("a birth late in the day counts from its morning: never too late", () => {
    expect(dayOf(born * day + day - 1)).toBe(born);
    expect(endOfArtifact(born * day, "trusted", { packs: [] } as unknown as ArtifactHeader)).toBe(
      (born + 365) * day,
    );
    expect(endOfArtifact(born * day, "pr", { packs: [] } as unknown as ArtifactHeader)).toBe(
      (born + 30) * day,
    );
  });
});

describe("packs to rewrite", () => {
  const pack = (n: number, usedBytes: number): PackInfo => ({
    digest: parseDigest(n.toString(16).padStart(64, "0")),
    domain: "trusted",
    sizeBytes: 20_000_000,
    bornDay: 1,
    usedBytes,
  });
  const rewritten = (packs: readonly PackInfo[]) => packsToRewrite({ packs } as unknown as ArtifactHeader);

  test("few packs are left alone", () => {
    expect(rewritten([])).toEqual([]);
    expect(rewritten(Array.from({ length: 55 }, (_, i) => pack(i, i)))).toEqual([]);
  });

  test("of many, the least used go, for a tenth of the tree at most", () => {
    const small = Array.from({ length: 40 }, (_, i) => pack(i, 10_000));
    const large = Array.from({ length: 24 }, (_, i) => pack(100 + i, 16_000_000));
    const gone = rewritten([...large, ...small]);
    expect(gone.length).toBeGreaterThan(20);
    expect(gone.every((digest) => small.some((one) => one.digest === digest))).toBe(true);
    const used = (list: readonly PackInfo[]) => list.reduce((sum, one) => sum + one.usedBytes, 0);
    const goneBytes = used([...small, ...large].filter((one) => gone.includes(one.digest)));
    expect(goneBytes).toBeLessThanOrEqual(used([...small, ...large]) * 0.1);
  });

  test("equally used packs go one tenth at a time", () => {
    const packs = Array.from({ length: 64 }, (_, i) => pack(i, 1_000_000));
    expect(rewritten(packs)).toHaveLength(6);
  });

  test("a tree that needs many full packs keeps them", () => {
    const packs = Array.from({ length: 200 }, (_, i) => pack(i, 17_000_000));
    expect(rewritten(packs)).toEqual([]);
  });
});
