// The statements of a store in the policy of its bucket. S3 has one policy for a bucket, so the statements of others are
// read and sent back. A server that takes the policy but does not know its condition keys would refuse every save from
// then on: so a write that is meant to be allowed is tried afterwards, and the policy taken back where it is refused.

import { bucketPolicy, sidSuffix } from "../blueprint/bucket.ts";
import type { PolicyDocument, Statement } from "../blueprint/documents.ts";
import type { BucketContext } from "./bucket-context.ts";
import { isEqual } from "./is-equal.ts";
import { type Setting, UnsupportedSetting } from "./setting.ts";
import { probeName, tryUpload } from "./try-upload.ts";

export function policySetting(context: BucketContext): Setting<PolicyDocument> {
  const {
    connection: { sdk, client },
    target,
    abort,
  } = context;
  const Bucket = target.bucket;
  const { Statement: wanted } = wantedPolicy(context);
  const isOurs = ({ Sid }: Statement) => wanted.some((statement) => statement.Sid === Sid);
  const put = (policy: PolicyDocument | undefined) =>
    policy === undefined
      ? client.send(new sdk.DeleteBucketPolicyCommand({ Bucket }), abort)
      : client.send(new sdk.PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) }), abort);
  return {
    resource: `s3://${Bucket} policy`,
    actions: { read: "s3:GetBucketPolicy", write: "s3:PutBucketPolicy" },
    absentCodes: ["NoSuchBucketPolicy"],
    optional: target.endpoint !== undefined,
    // It knows policies, but not these conditions.
    refusedCodes: ["MalformedPolicy"],
    async read() {
      const { Policy } = await client.send(new sdk.GetBucketPolicyCommand({ Bucket }), abort);
      return JSON.parse(Policy ?? "{}") as PolicyDocument;
    },
    judge(found) {
      const there = statementsOf(found);
      const foreign = there.filter((statement) => !isOurs(statement));
      const kept =
        foreign.length === 0
          ? ""
          : `; ${foreign.length === 1 ? "1 statement" : `${foreign.length} statements`} of others stay${foreign.length === 1 ? "s" : ""}`;
      const detail = `objects are written once, names only under a condition${kept}`;
      // Whatever they are called: a template may have made them.
      const has = ({ Sid: _, ...statement }: Statement) =>
        there.some(({ Sid: __, ...other }) => isEqual(other, statement));
      if (wanted.every(has)) return { state: "present", detail };
      return { state: there.some(isOurs) ? "outdated" : "missing", detail };
    },
    async write(found) {
      const before = await mayPut(context);
      const foreign = statementsOf(found).filter((statement) => !isOurs(statement));
      await put({ Version: "2012-10-17", Statement: [...foreign, ...wanted] });
      const after = await mayPut(context);
      if (before && !after) {
        await put(found);
        throw new UnsupportedSetting("it refuses every write under this policy");
      }
      return undefined;
    },
  };
}

/** Over plain HTTP the statement that refuses plain HTTP would lock everyone out. */
function wantedPolicy({ names, target }: BucketContext): PolicyDocument {
  const policy = bucketPolicy(names, sidSuffix(names.prefix));
  if (!target.endpoint?.startsWith("http:")) return policy;
  return { ...policy, Statement: policy.Statement.filter(({ Sid }) => !Sid.startsWith("CairnTlsOnly")) };
}

function statementsOf(policy: PolicyDocument | undefined): readonly Statement[] {
  const statements: unknown = policy?.Statement ?? [];
  return (Array.isArray(statements) ? statements : [statements]) as readonly Statement[];
}

/** Whether an object may be created as a save does it. */
async function mayPut({ connection, target, abort }: BucketContext): Promise<boolean> {
  const { outcome } = await tryUpload(connection, { target }, probeName("trusted"), abort.abortSignal);
  return outcome !== "denied";
}
