// What Cairn does with a Ref that came out of an index, so far as it needs no store: none of it may throw.

import { rowName, timeName } from "../../src/indexes/bucket-names.ts";
import { isoOf, itemOf } from "../../src/indexes/dynamo-items.ts";
import { refValues } from "../../src/indexes/sqlite-schema.ts";
import { isDigest } from "../../src/model/digest.ts";
import { artifactName } from "../../src/model/names.ts";
import { isLive, type Ref } from "../../src/model/ref.ts";
import { checkSignature, refuse } from "../../src/model/ref-signature.ts";
import { holds } from "./target.ts";

export function checkRef(ref: Ref): void {
  holds(isDigest(ref.contentHash), "a contentHash is a digest");
  holds(
    /^v1\/(trusted|pr)\/artifacts\/[0-9a-f]{64}$/.test(artifactName(ref.domain, ref.contentHash)),
    "its artifact's name",
  );
  for (const ms of [ref.createdAtMs, ref.lastAccessedAtMs, ref.expiresAtMs, ref.notAfterMs]) isoOf(ms);
  isLive(ref, 1_700_000_000_000);
  itemOf(ref);
  rowName(ref);
  timeName(ref, ref.createdAtMs, "01234567");
  refValues(ref);
  const check = checkSignature(ref, new Map());
  holds(check.status !== "valid", "nothing is valid without a key");
  refuse(ref, check);
}
