// The bytes of an artifact's entries, and the judgement of their paths.

import { decodeSegment } from "../../../src/model/decode-segment.ts";
import { judgePaths } from "../judge-paths.ts";
import { segmentBytes } from "../samples.ts";
import { decoded, type FuzzTarget } from "../target.ts";

export const target: FuzzTarget = {
  seeds: () => [segmentBytes()],
  dictionary: ["..", "../", "/", "./", "\0", "\\", "C:", "nul", "con.txt", ".cairn-", "A", "a", "é", "\xff"],
  run(input) {
    const segment = decoded(() => decodeSegment(input, "x"));
    if (!segment) return;
    judgePaths(segment);
  },
};
