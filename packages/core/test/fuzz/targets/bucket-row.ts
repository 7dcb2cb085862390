// A row of the index in the bucket: whoever may write there chooses its bytes, but not what counts as its name.

import { usesName } from "../../../src/indexes/bucket-names.ts";
import { parse } from "../../../src/indexes/bucket-rows.ts";
import { isUsage } from "../../../src/indexes/is-usage.ts";
import { isRef } from "../../../src/model/is-ref.ts";
import { REF, REF_WORDS } from "../samples.ts";
import { bytesOf, type FuzzTarget } from "../target.ts";
import { checkRef } from "../use-ref.ts";

const usage = { of: REF, by: REF.scope, count: 2, lastAtMs: 5 };

export const target: FuzzTarget = {
  seeds: () => [
    bytesOf({ ...REF, writer: "01234567" }),
    bytesOf({ ...REF, signature: "v1:x", toolchain: "node-24", invalidatedAtMs: 5, buildSeconds: 2.5 }),
    bytesOf(usage),
    bytesOf({ removed: true }),
  ],
  dictionary: [...REF_WORDS, "writer", "removed", "of", "by", "count", "lastAtMs"],
  run(input) {
    const value: unknown = parse(input);
    if (isRef(value)) checkRef(value);
    if (isUsage(value)) usesName(value.of, value.by);
  },
};
