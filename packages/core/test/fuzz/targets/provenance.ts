// What a job says of a save: a pull request writes it, and every reader of the store shows it.

import { decodeProvenance, encodeProvenance } from "../../../src/model/provenance.ts";
import { DIGEST } from "../samples.ts";
import { bytesOf, type FuzzTarget, holds } from "../target.ts";

const record = {
  contentHash: `sha256:${DIGEST}`,
  domain: "trusted",
  cacheKey: "k",
  repository: "acme/api",
  ref: "refs/heads/main",
  buildTime: "2026-01-01T00:00:00.000Z",
  toolchain: { node: "24" },
  dependencies: [`sha256:${DIGEST}`],
  run: { system: "github" },
  buildDuration: 5,
  commitSha: "abc",
};

export const target: FuzzTarget = {
  seeds: () => [bytesOf(record)],
  dictionary: [...Object.keys(record), "sha256:", DIGEST, "null", "[]", "{}", "NaN", "__proto__", "system"],
  run(input) {
    const found = decodeProvenance(input, { domain: "trusted", contentHash: DIGEST });
    if (!found) return;
    holds(found.contentHash === `sha256:${DIGEST}`, "it speaks of what was asked for");
    new Date(found.buildTime).toISOString();
    encodeProvenance(found);
  },
};
