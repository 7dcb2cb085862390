// Where the bucket itself is the index, its rows are objects, and the kind of git ref stands in their names: whether this
// job may write its own, and whether a pull request is kept from those of branches.

import { randomUUID } from "node:crypto";
import { REFS_PREFIX } from "@cairn/core";
import type { S3Place } from "../setup/bucket-context.ts";
import { tryUpload } from "../setup/try-upload.ts";
import { type Examination, IAM_GUIDE } from "./examination.ts";
import { type Finding, ok, problem, unknown, warning } from "./finding.ts";

/** @throws CacheError */
export async function examineBucketIndex(
  place: S3Place,
  { access, mayWrite, signal }: Examination,
): Promise<Finding[]> {
  const check = "writing rows";
  const { writes } = access;
  if (!mayWrite || writes === undefined) return [unknown(check, "not tried: this job does not save")];
  return place.call("examination of the index", undefined, { signal }, async (connection) => {
    const mayMake = async (kind: string) => {
      const name = `${REFS_PREFIX}doctor/key/${randomUUID()}/${kind}-doctor`;
      return (await tryUpload(connection, place, name, signal)).outcome !== "denied";
    };
    const kind = kindOf(writes.ref);
    const findings = [
      (await mayMake(kind))
        ? ok(check, `allowed for ${writes.ref}`)
        : problem(
            check,
            `s3:PutObject is denied for rows of ${writes.ref}, ${REFS_PREFIX}*/key/*/${kind}-*: nothing can be saved`,
            `allow it for this role: ${IAM_GUIDE}`,
          ),
    ];
    if (access.domain === "pr") {
      findings.push(
        (await mayMake("heads"))
          ? warning(
              "isolation of rows",
              "these credentials may write the rows of branches: what keeps this pull request from them is only advice",
              `give pull requests a role of their own: ${IAM_GUIDE}`,
            )
          : ok("isolation of rows", "this pull request can't write the rows of branches"),
      );
    }
    return findings;
  });
}

function kindOf(ref: string): string {
  return /^refs\/(heads|tags|pull)\//.exec(ref)?.[1] ?? "other";
}
