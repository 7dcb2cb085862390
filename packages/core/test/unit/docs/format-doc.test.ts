// docs/format.md against the code: its example is what the encoders write, its numbers are the constants.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "@jest/globals";
import { SCHEMA_VERSION } from "../../../src/indexes/sqlite-schema.ts";
import { sha256 } from "../../../src/lib/sha256.ts";
import { CONDEMNED_MAX } from "../../../src/maintain/plan-prune.ts";
import {
  type ArtifactHeader,
  decodeArtifact,
  encodeArtifact,
  FORMAT_VERSION,
  INLINE_PACK,
} from "../../../src/model/artifact-codec.ts";
import { decodeSegment } from "../../../src/model/decode-segment.ts";
import { encodeEntries, encodeSegment } from "../../../src/model/encode-segment.ts";
import type { Entry, StoredChunk } from "../../../src/model/entry.ts";
import * as limits from "../../../src/model/limits.ts";
import * as names from "../../../src/model/names.ts";
import { decodePackList, encodePackList } from "../../../src/model/pack-codec.ts";
import { cutsChunkAfter, cutsSegmentAfter, pathHash } from "../../../src/model/path-hash.ts";
import { signedBytes, signRef } from "../../../src/model/ref-signature.ts";
import { entriesOf } from "../../../src/model/segment.ts";
import { findCut } from "../../../src/workers/gear.ts";
import { ED25519_PRIVATE, ED25519_PUBLIC, HMAC_KEY, keyringOf } from "../../support/keys.ts";
import { makeRef } from "../../support/refs.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const root = resolve(import.meta.dirname, "../../../../..");
const page = readFileSync(join(root, "docs/format.md"), "utf8");
/** Line breaks are layout. */
const text = page.replace(/\s+/g, " ");

const HELLO = Buffer.from("hello\n");
const DIGEST = sha256(HELLO);
const TIMES = { mtimeSeconds: 1_767_225_600, mtimeNanos: 250_000 };
const ENTRIES: readonly Entry[] = [
  { kind: "directory", root: 0, path: "", mode: 0o755, ...TIMES },
  { kind: "file", root: 0, path: "a.txt", mode: 0o644, ...TIMES, ...content() },
  {
    kind: "file",
    root: 0,
    path: "a2.txt",
    mode: 0o644,
    mtimeSeconds: 1_767_225_599,
    mtimeNanos: 0,
    ...content(),
  },
  { kind: "hardlink", root: 0, path: "b", targetRoot: 0, target: "a.txt" },
  { kind: "symlink", root: 0, path: "c", target: "a.txt", ...TIMES },
];

function content() {
  return { size: HELLO.length, extents: [{ chunk: DIGEST, offset: 0, length: HELLO.length }] };
}

const CHUNK: StoredChunk = {
  digest: DIGEST,
  plainLength: 6,
  storedDigest: DIGEST,
  storedLength: 6,
  codec: "none",
  pack: INLINE_PACK,
  offset: 0,
};

/** The block behind `<!-- example:name -->`. */
function block(name: string): string {
  const found = new RegExp(`<!-- example:${name} -->\\n\`\`\`\\w*\\n([\\s\\S]*?)\\n\`\`\``).exec(page);
  if (!found) throw new Error(`docs/format.md has no example ${name}`);
  return found[1]!;
}

/** The bytes of a block: hex in front of each line, remarks behind two spaces. */
function bytesOf(name: string): string {
  return block(name)
    .split("\n")
    .map((line) => /^ *((?:[0-9a-f]{2})+(?: (?:[0-9a-f]{2})+)*)(?: {2}|$)/.exec(line)?.[1] ?? "")
    .join("")
    .replaceAll(" ", "");
}

function encodedSegment(): Buffer {
  return Buffer.from(encodeSegment(encodeEntries(ENTRIES), () => CHUNK));
}

function encodedArtifact(): Buffer {
  const segment = encodedSegment();
  const digest = sha256(segment);
  const place = { offset: 6, storedLength: segment.length, plainLength: segment.length, pack: INLINE_PACK };
  const header: ArtifactHeader = {
    entryCount: ENTRIES.length,
    treeBytes: 12,
    roots: [{ anchor: "workspace", path: "t" }],
    packs: [],
    inlineBytes: 6 + segment.length,
    segments: [{ entryCount: 5, chunk: { digest, storedDigest: digest, codec: "none", ...place } }],
  };
  return encodeArtifact(header, Buffer.concat([HELLO, segment]));
}

test("the segment of the example is what the encoder writes, and reads as the tree", () => {
  const segment = encodedSegment();
  expect(bytesOf("segment")).toBe(segment.toString("hex"));
  const decoded = decodeSegment(Buffer.from(bytesOf("segment"), "hex"), "the example");
  expect([...entriesOf(decoded)]).toEqual(ENTRIES);
  expect(text).toContain(`The segment, ${segment.length} bytes`);
});

test("so is the artifact", () => {
  const artifact = encodedArtifact();
  const header = block("header");
  expect(bytesOf("artifact")).toBe(artifact.subarray(0, 16).toString("hex"));
  expect(header).toBe(artifact.subarray(16, 16 + header.length).toString());
  const written = Buffer.concat([
    Buffer.from(bytesOf("artifact"), "hex"),
    Buffer.from(header),
    HELLO,
    Buffer.from(bytesOf("segment"), "hex"),
  ]);
  expect(written).toEqual(artifact);
  expect(decodeArtifact(written, "the example").header.entryCount).toBe(5);
  expect(text).toContain(`The artifact, ${artifact.length} bytes, \`contentHash\` \`${sha256(artifact)}\``);
});

test("so is the pack", () => {
  const { pack: _, ...packed } = CHUNK;
  const pack = Buffer.concat([HELLO, encodePackList([packed])]);
  expect(bytesOf("pack")).toBe(pack.toString("hex"));
  expect(decodePackList(pack, "the example")).toEqual([packed]);
  expect(text).toContain(`${pack.length} bytes, named \`${sha256(pack)}\``);
});

test("so are the signatures, and openssl comes to the same", () => {
  const contentHash = sha256(encodedArtifact());
  const [createdAtMs, notAfterMs] = [1_767_225_600_000, 1_798_761_600_000];
  const version = Buffer.from(bytesOf("signed"), "hex").subarray(35, 99).toString();
  const ref = makeRef({ key: "deps-1", version, contentHash, createdAtMs, notAfterMs });
  const bytes = signedBytes(ref)!;
  expect(bytesOf("signed")).toBe(bytes.toString("hex"));
  expect(text).toContain(`created at ${createdAtMs} and good until ${notAfterMs}`);
  const signatures = [HMAC_KEY, ED25519_PRIVATE].map((key) => {
    return signRef(ref, keyringOf({ CAIRN_SIGNING_KEY: key }).signer!);
  });
  expect(block("signatures").split("\n")).toEqual(signatures);
  const [hmac, ed25519] = signatures.map((signature) => signature.split(":")[3]!);
  const folder = temporaryFolder();
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const openssl = (...args: string[]) => execFileSync("openssl", args, { encoding: "utf8" });
  const signed = file("signed", bytes);
  const secret = HMAC_KEY.slice("hmac-sha256:".length);
  expect(openssl("dgst", "-sha256", "-mac", "HMAC", "-macopt", `hexkey:${secret}`, signed).trim()).toMatch(
    new RegExp(`= ${hmac}$`),
  );
  const der = file("key", Buffer.from(ED25519_PUBLIC.slice("ed25519:".length), "base64"));
  const signature = file("signature", Buffer.from(ed25519!, "hex"));
  expect(
    openssl(
      ...["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", der],
      ...["-rawin", "-in", signed, "-sigfile", signature],
    ),
  ).toMatch(/Verified Successfully/);
});

test("a packs line of a header has the fields that are listed", () => {
  const pack = { digest: DIGEST, domain: "pr", sizeBytes: 91, bornDay: 20_454, usedBytes: 6 } as const;
  const header = {
    entryCount: 0,
    treeBytes: 0,
    roots: [],
    packs: [pack],
    inlineBytes: 0,
    segments: [],
    salt: "s",
  };
  const artifact = encodeArtifact(header, new Uint8Array());
  const json = JSON.parse(artifact.subarray(16).toString()) as Record<string, unknown>;
  expect(json["packs"]).toEqual([[DIGEST, "pr", 91, 20_454, 6]]);
  expect(page).toContain("`[digest, domain, size, bornDay, used]`");
  const section = page.slice(page.indexOf("## Artifact"), page.indexOf("## Pack"));
  const fields = [...section.matchAll(/^\| `(\w+)` \| .*$/gm)].map((match) => match[1]!);
  expect(fields.filter((field) => field in json)).toEqual(Object.keys(json));
});

test("the sizes are those of the code", () => {
  const row = (what: string) => {
    const value = new RegExp(`^\\| ${what} \\| ([0-9,]+) \\|$`, "m").exec(page)?.[1];
    return Number(value?.replaceAll(",", ""));
  };
  expect(row("mean size of a chunk of small files \\(plain\\)")).toBe(limits.CHUNK_TARGET_BYTES);
  expect(row("mean size of a chunk of a big file \\(plain\\)")).toBe(limits.BIG_CHUNK_TARGET_BYTES);
  expect(row("smallest content-defined cut")).toBe(limits.CHUNK_MIN_BYTES);
  expect(row("largest chunk")).toBe(limits.CHUNK_MAX_BYTES);
  expect(row("a file is big from")).toBe(limits.BIG_FILE_BYTES);
  expect(row("mean number of entries in a segment")).toBe(limits.SEGMENT_TARGET_ENTRIES);
  expect(row("most entries in a segment")).toBe(limits.SEGMENT_MAX_ENTRIES);
  expect(FORMAT_VERSION).toBe(1);
  expect(page).toMatch(/^# The stored format, version 1$/m);
  const mib = 2 ** 20;
  expect(text).toContain(`no more than ${limits.INLINE_MAX_BYTES / mib} MiB (stored)`);
  expect(text).toContain(`sealed once it holds ${limits.PACK_TARGET_BYTES / mib} MiB`);
  expect(text).toContain(`no reader accepts one of more than ${limits.PACK_MAX_BYTES / mib} MiB`);
  expect(text).toContain(`a header of more than ${limits.HEADER_MAX_BYTES / mib} MiB`);
  const longest = limits.PATH_MAX_BYTES - limits.NAME_MAX_BYTES;
  expect(text).toContain(`a path of more than ${longest.toLocaleString("en-US")} bytes`);
  expect(text).toContain(`a path of more than ${limits.PATH_MAX_BYTES.toLocaleString("en-US")} bytes`);
  expect(text).toContain(
    `max(${limits.PACKS_BEFORE_REWRITE}, 2 x used / ${limits.PACK_TARGET_BYTES / mib} MiB)`,
  );
  expect(limits.REWRITE_SHARE).toBe(0.1);
});

test("the lifetimes are those of the code", () => {
  const days = (ms: number) => ms / 86_400_000;
  const { trusted, pr } = limits.LIFETIME_MS;
  expect(text).toContain(`L: ${days(trusted)} days for the \`trusted\` domain, ${days(pr)} days for \`pr\``);
  expect(text).toContain(`not used for ${days(limits.REF_TTL_MS)} days`);
  expect(limits.SAVE_MAX_AGE_MS).toBe(6 * 3_600_000);
  expect(limits.PRUNE_GRACE_MS).toBe(24 * 3_600_000);
  expect(text).toContain("waits at least 24 hours");
  expect(text).toContain(`At most ${CONDEMNED_MAX.toLocaleString("en-US")} names`);
  expect(text).toContain(`since version ${SCHEMA_VERSION} of the tables`);
});

test("names are those of the code", () => {
  for (const name of [
    names.STORE_IDENTITY_NAME,
    names.CONDEMNED_NAME,
    names.PRUNING_INDEX_NAME,
    names.STORE_CLOCK_NAME,
  ])
    expect(page).toContain(`| \`${name}\` |`);
  const shown = (name: string) => name.replaceAll(DIGEST, "<digest>").replace("trusted", "<domain>");
  expect(page).toContain(`| \`${shown(names.packName("trusted", DIGEST))}\` |`);
  expect(page).toContain(`| \`${shown(names.artifactName("trusted", DIGEST))}\` |`);
  expect(page).toContain(
    `| \`${shown(names.metadataName("trusted", DIGEST, "<run>-<attempt>")).replace("<digest>", "<contentHash>")}\` |`,
  );
  expect(page).toContain(`| \`${names.REFS_PREFIX}…\` |`);
});

test("the path hash and what is cut by it", () => {
  const hex = (number: number) => `0x${number.toString(16).padStart(8, "0")}`;
  expect(text).toContain(`\`a.txt\` gives ${hex(pathHash("a.txt"))}`);
  for (const byte of [0, 1, 255])
    expect(text).toContain(`\`gear[${byte}]\` is ${hex(pathHash(`cairn-gear-${byte}`))}`);
  const paths = Array.from({ length: 20_000 }, (_, i) => `folder/${i}`);
  const [weight, spread] = [9_064, 0x9e3779b1];
  expect(paths.filter((path) => cutsChunkAfter(path, weight))).toEqual(
    paths.filter((path) => pathHash(path) / 2 ** 32 < weight / 1_310_720),
  );
  expect(paths.filter(cutsSegmentAfter)).toEqual(
    paths.filter((path) => Math.imul(pathHash(path), spread) >>> 0 < 2 ** 32 / 4096),
  );
});

test("big files are cut as the page says", () => {
  const gear = Array.from({ length: 256 }, (_, byte) => pathHash(`cairn-gear-${byte}`));
  const [before, after] = [0xfffff800, 0xffff8000];
  expect(text).toContain(`hash & 0x${before.toString(16)}`);
  expect(text).toContain(`hash & 0x${after.toString(16)}`);
  const cutAsWritten = (bytes: Uint8Array): number => {
    let hash = 0;
    for (let at = 524_288 - 32; at < bytes.length; at++) {
      hash = (hash * 2 + gear[bytes[at]!]!) % 2 ** 32;
      const mask = at < 1_048_576 ? before : after;
      if (at >= 524_288 && (hash & mask) >>> 0 === 0) return at + 1;
    }
    return bytes.length;
  };
  let seed = 1;
  const bytes = Uint8Array.from({ length: 4 * 2 ** 20 }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed >>> 24;
  });
  const cuts: number[] = [];
  for (let at = 0; at < bytes.length; at += cuts.at(-1)!) {
    cuts.push(findCut(bytes.subarray(at), true));
    expect(cuts.at(-1)).toBe(cutAsWritten(bytes.subarray(at)));
  }
  expect(cuts.length).toBeGreaterThan(2);
  expect(findCut(new Uint8Array(5 * 2 ** 20), false)).toBe(4 * 2 ** 20);
});

test("every file that is named exists, and invariants are numbered without a gap", () => {
  for (const [, path] of page.matchAll(/\]\(\.\.\/([^)#]+)\)/g))
    expect([path, existsSync(join(root, path!))]).toEqual([path, true]);
  const numbers = [...page.matchAll(/^\| I(\d+) \|/gm)].map((match) => Number(match[1]));
  expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  expect(numbers.length).toBeGreaterThan(10);
});
