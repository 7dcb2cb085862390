// Packs explain themselves: the list at the end comes back, and zstd reads straight through a pack of zstd frames.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { compress } from "../../../src/lib/codec.ts";
import { sha256 } from "../../../src/lib/sha256.ts";
import { CorruptError } from "../../../src/model/errors.ts";
import {
  decodePackList,
  encodePackList,
  type PackedChunk,
  randomSkippableFrame,
} from "../../../src/model/pack-codec.ts";
import { check } from "../../support/properties.ts";

/** A pack of these plain chunks, as a save lays it out. */
function packOf(
  plains: readonly Uint8Array[],
  front: Uint8Array = new Uint8Array(),
): { bytes: Buffer; chunks: PackedChunk[] } {
  let offset = front.length;
  const parts: Uint8Array[] = [front];
  const chunks = plains.map((plain): PackedChunk => {
    const { codec, stored } = compress(plain, { codec: "zstd", level: 3 });
    parts.push(stored);
    const chunk = {
      digest: sha256(plain),
      storedDigest: sha256(stored),
      offset,
      storedLength: stored.length,
      plainLength: plain.length,
      codec,
    };
    offset += stored.length;
    return chunk;
  });
  return { bytes: Buffer.concat([...parts, encodePackList(chunks)]), chunks };
}

const compressible = ["first ", "second ", "third "].map((text) => Buffer.from(text.repeat(1000)));

test("the list comes back", () => {
  const plains = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 10 });
  check(
    fc.property(plains, (list) => {
      const { bytes, chunks } = packOf(list);
      expect(decodePackList(bytes, "test")).toEqual(chunks);
    }),
  );
});

/** What `zstd -d` writes. */
function readThrough(pack: Uint8Array): Buffer {
  return execFileSync("zstd", ["-d", "-q", "-c"], { input: pack });
}

test("zstd reads through a pack, with a random frame in front too", () => {
  for (const front of [new Uint8Array(), randomSkippableFrame()]) {
    const { bytes, chunks } = packOf(compressible, front);
    expect(chunks.map((chunk) => chunk.codec)).toEqual(["zstd", "zstd", "zstd"]);
    const whole = Buffer.concat(compressible);
    expect(Buffer.compare(readThrough(bytes), whole)).toBe(0);
  }
});

test("a random frame in front gives the pack another name, and another one each time", () => {
  const names = [0, 1, 2].map(() => sha256(packOf(compressible, randomSkippableFrame()).bytes));
  expect(new Set([...names, sha256(packOf(compressible).bytes)]).size).toBe(4);
});

function expectNoSurprise(bytes: Uint8Array): void {
  try {
    decodePackList(bytes, "test");
  } catch (error) {
    if (!(error instanceof CorruptError)) throw error;
  }
}

test("malformed packs are corrupt", () => {
  const { bytes } = packOf([...compressible, randomBytes(100)]);
  const list = bytes.length - encodePackList(packOf([...compressible, randomBytes(100)]).chunks).length;
  check(
    fc.property(fc.integer({ min: list, max: bytes.length - 1 }), fc.nat({ max: 255 }), (at, value) => {
      const changed = Buffer.from(bytes);
      changed[at] = value;
      expectNoSurprise(changed);
      expect(() => decodePackList(bytes.subarray(0, at), "test")).toThrow(CorruptError);
    }),
    500,
  );
  check(fc.property(fc.uint8Array({ maxLength: 100 }), expectNoSurprise));
});

test("a chunk outside the pack is refused", () => {
  const { chunks } = packOf(compressible);
  const far = encodePackList([{ ...chunks[0]!, offset: 1_000_000 }]);
  expect(() => decodePackList(far, "test")).toThrow(/outside/);
});
