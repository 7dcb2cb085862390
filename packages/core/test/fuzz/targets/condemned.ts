// The list of what the last prune is going to delete.

import { decodeCondemned, encodeCondemned } from "../../../src/model/condemned.ts";
import { bytesOf, decoded, type FuzzTarget, holds } from "../target.ts";

export const target: FuzzTarget = {
  seeds: () => [
    encodeCondemned([
      { names: ["v1/a", "v1/b"], condemnedAtMs: 5, waitsFor: ["s"] },
      { names: ["v1/c"], deletingSinceMs: 6 },
    ]),
    bytesOf({ names: ["v1/a"] }),
  ],
  dictionary: [
    "names",
    "batches",
    "count",
    "condemnedAtMs",
    "waitsFor",
    "deletingSinceMs",
    "null",
    "1e308",
    "-1",
    "[]",
    "{}",
  ],
  run(input) {
    const batches = decoded(() => decodeCondemned(input));
    if (!batches) return;
    const names = (list: typeof batches) => JSON.stringify(list.flatMap((batch) => batch.names));
    holds(names(decodeCondemned(encodeCondemned(batches))) === names(batches), "no name is lost");
  },
};
