// What steps of one job leave for each other, and what a job leaves on the machine: files that other programs can write.

import { parseHandover } from "../../../src/lib/handover.ts";
import { isOneArtifact } from "../../../src/lib/seal.ts";
import { createTrust, newestStamp } from "../../../src/lib/stamp.ts";
import { artifactName } from "../../../src/model/names.ts";
import { DIGEST, REF, REF_WORDS } from "../samples.ts";
import { bytesOf, type FuzzTarget, textOf } from "../target.ts";
import { checkRef } from "../use-ref.ts";

const identity = { device: 1, inode: 2, birth: "3" };
const stamp = {
  folder: "/w",
  identity,
  domain: "trusted",
  contentHash: DIGEST,
  root: { anchor: "workspace", path: "t" },
  beforeMs: 9,
  seal: { rootCtimeNs: "6", sinceMs: 7, roots: 1 },
  folders: "\0d",
  inodes: [2, 4],
};
const walked = {
  path: "d",
  absolute: "/w/d",
  kind: "directory",
  device: 1,
  inodeNumber: 4,
  ctimeMs: 3,
} as never;

export const target: FuzzTarget = {
  seeds: () => [
    bytesOf({
      restored: [REF],
      broken: [{ domain: "pr", contentHash: DIGEST, objects: ["v1/x"] }],
      stamps: [stamp],
    }),
    bytesOf({ stamps: [{ ...stamp, seal: undefined }, stamp] }),
  ],
  dictionary: [
    ...REF_WORDS,
    "restored",
    "broken",
    "stamps",
    ...Object.keys(stamp),
    "rootCtimeNs",
    "sinceMs",
    "roots",
  ],
  run(input) {
    const { restored, broken, stamps } = parseHandover(textOf(input));
    restored.forEach(checkRef);
    for (const { domain, contentHash, objects } of broken)
      [artifactName(domain, contentHash), new Set(objects)];
    newestStamp(stamps, "/w", identity);
    isOneArtifact(stamps);
    for (const each of stamps) {
      createTrust(each, 100)(walked);
      if (each.seal) [BigInt(each.seal.rootCtimeNs), BigInt(Math.floor(each.seal.sinceMs))];
    }
  },
};
