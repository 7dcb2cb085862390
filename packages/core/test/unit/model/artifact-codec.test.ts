// The artifact's own bytes: a round trip, and CorruptError for everything that is none.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  type ArtifactHeader,
  decodeArtifact,
  encodeArtifact,
  FORMAT_VERSION,
} from "../../../src/model/artifact-codec.ts";
import { CorruptError, FormatVersionError } from "../../../src/model/errors.ts";
import { digests, storedChunks } from "../../support/arbitraries.ts";
import { check } from "../../support/properties.ts";

const headers: fc.Arbitrary<ArtifactHeader> = fc
  .record({
    entryCount: fc.maxSafeNat(),
    treeBytes: fc.maxSafeNat(),
    roots: fc.array(
      fc.record({
        anchor: fc.constantFrom("workspace", "home", "absolute"),
        path: fc.string({ unit: "grapheme" }),
      }),
    ),
    packs: fc.array(
      fc.record({
        digest: digests,
        domain: fc.constantFrom("trusted", "pr"),
        sizeBytes: fc.nat({ max: 32 * 2 ** 20 }),
        bornDay: fc.nat(),
        usedBytes: fc.maxSafeNat(),
      }),
    ),
    inlineBytes: fc.constant(0),
    segments: fc.array(fc.record({ entryCount: fc.nat(), chunk: storedChunks })),
    salt: fc.option(fc.uuid(), { nil: undefined }),
  })
  .map(({ salt, ...header }) => ({ ...header, ...(salt !== undefined && { salt }) }) as ArtifactHeader);

test("every artifact comes back", () => {
  check(
    fc.property(headers, fc.uint8Array(), (header, inlinePack) => {
      const whole = { ...header, inlineBytes: inlinePack.length };
      const decoded = decodeArtifact(encodeArtifact(whole, inlinePack), "test");
      expect(decoded.header).toEqual(whole);
      expect([...decoded.inlinePack]).toEqual([...inlinePack]);
    }),
  );
});

function expectNoSurprise(bytes: Uint8Array): void {
  try {
    decodeArtifact(bytes, "test");
  } catch (error) {
    if (!(error instanceof CorruptError) && !(error instanceof FormatVersionError)) throw error;
  }
}

test("any byte changed gives an artifact or a CorruptError, any byte less or more a CorruptError", () => {
  check(
    fc.property(headers, fc.nat(), fc.nat({ max: 255 }), (header, at, value) => {
      const bytes = encodeArtifact(header, new Uint8Array());
      const changed = Buffer.from(bytes);
      changed[at % bytes.length] = value;
      expectNoSurprise(changed);
      expect(() => decodeArtifact(bytes.subarray(0, at % bytes.length), "test")).toThrow(CorruptError);
      expect(() => decodeArtifact(Buffer.concat([bytes, Buffer.of(value)]), "test")).toThrow(CorruptError);
    }),
  );
});

/** An artifact whose header is this JSON. */
function withJson(json: string): Buffer {
  const preamble = Buffer.alloc(16);
  preamble.write("CAIRNART", "latin1");
  preamble.writeUInt32LE(FORMAT_VERSION, 8);
  preamble.writeUInt32LE(Buffer.byteLength(json), 12);
  return Buffer.concat([preamble, Buffer.from(json)]);
}

const good = { entries: 1, bytes: 1, roots: [["workspace", "a"]], packs: [], inline: 0, segments: [] };
const hex = "ab".repeat(32);
const segment = [1, hex, hex, "zstd", 10, hex, 0, 10];

test("the smallest header is fine, so that what is refused below is refused for its own reason", () => {
  expect(decodeArtifact(withJson(JSON.stringify(good)), "test").header.roots).toEqual([
    { anchor: "workspace", path: "a" },
  ]);
  expect(decodeArtifact(withJson(JSON.stringify({ ...good, segments: [segment] })), "test")).toBeTruthy();
});

test.each<[string, unknown]>([
  ["no object", []],
  ["null", null],
  ["a negative count", { ...good, entries: -1 }],
  ["a count that is no whole number", { ...good, bytes: 1.5 }],
  ["a count beyond exact numbers", { ...good, bytes: 2 ** 53 }],
  ["a text for a count", { ...good, entries: "1" }],
  ["roots that are no list", { ...good, roots: {} }],
  ["an unknown anchor", { ...good, roots: [["etc", "a"]] }],
  ["a root without a path", { ...good, roots: [["home"]] }],
  ["a pack that is no digest", { ...good, packs: [["../../x", "trusted", 1, 1, 1]] }],
  ["a pack of an unknown domain", { ...good, packs: [[hex, "../pr", 1, 1, 1]] }],
  ["a pack larger than any", { ...good, packs: [[hex, "trusted", 2 ** 30, 1, 1]] }],
  ["an inline pack that is not there", { ...good, inline: 5 }],
  ["a segment of an unknown codec", { ...good, segments: [[1, hex, hex, "lzma", 10, hex, 0, 10]] }],
  ["a segment of a gigabyte", { ...good, segments: [[1, hex, hex, "zstd", 2 ** 30, hex, 0, 10]] }],
  ["a segment at a negative offset", { ...good, segments: [[1, hex, hex, "zstd", 10, hex, -1, 10]] }],
  ["a digest in upper case", { ...good, segments: [[1, hex.toUpperCase(), hex, "zstd", 10, hex, 0, 10]] }],
  ["a salt that is no text", { ...good, salt: 1 }],
])("refuses a header with %s", (_what, json) => {
  expect(() => decodeArtifact(withJson(JSON.stringify(json)), "test")).toThrow(CorruptError);
});

test.each(["", "{", '{"entries":1', "[1,2", "nul", "\u0000"])("refuses a header that is %j", (json) => {
  expect(() => decodeArtifact(withJson(json), "test")).toThrow(CorruptError);
});

test("a header of a hostile prototype sets none", () => {
  const json = `{"__proto__":{"polluted":true},"entries":1,"bytes":1,"roots":[],"packs":[],"inline":0,"segments":[]}`;
  decodeArtifact(withJson(json), "test");
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test("refuses another magic and a header length past the end", () => {
  const bytes = withJson(JSON.stringify(good));
  const other = Buffer.from(bytes);
  other.write("CAIRNARX", "latin1");
  expect(() => decodeArtifact(other, "test")).toThrow(/not an artifact/);
  const long = Buffer.from(bytes);
  long.writeUInt32LE(0xffffffff, 12);
  expect(() => decodeArtifact(long, "test")).toThrow(/cut off/);
});

test("a newer format is not corrupt: Cairn has to be updated", () => {
  const bytes = withJson(JSON.stringify(good));
  bytes.writeUInt32LE(FORMAT_VERSION + 1, 8);
  expect(() => decodeArtifact(bytes, "test")).toThrow(FormatVersionError);
});
