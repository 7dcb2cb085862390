export const id = 952;
export const ids = [952];
export const modules = {

/***/ 12952:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  ROLES: () => (/* reexport */ ROLES),
  generatedFiles: () => (/* reexport */ generatedFiles),
  openInfra: () => (/* reexport */ openInfra)
});

// EXTERNAL MODULE: ./packages/core/dist/index.js + 208 modules
var dist = __webpack_require__(22779);
;// CONCATENATED MODULE: ./packages/infra/dist/blueprint/documents.js
// Policy documents as AWS writes them: the form that `setup`, the templates and the tests of the policies share.
function policyOf(...statements) {
    return { Version: "2012-10-17", Statement: statements };
}
//# sourceMappingURL=documents.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/blueprint/policies.js
// Who may do what: the policies of a trusted writer (branches), a pull-request writer, a reader and whoever looks after
// the store. What they rest on: partition keys of the table start with `repository:ref:` (docs/format.md), names of
// objects with their domain, and an allowed upload is one that replaces nothing.


const ROLES = ["trusted-writer", "pull-request-writer", "reader", "maintainer"];
/** The partition of the row that holds the identity of the store. */
const IDENTITY_PARTITION = ":identity";
/** Of the lease that a prune holds. */
const PRUNE_PARTITION = "%3Aprune:*";
function rolePolicy(role, names) {
    switch (role) {
        case "trusted-writer":
            return policyOf(listNames(names), readObjects(names, ["store.json", "condemned/*", "trusted/*"]), createObjects(names, ["store.json", "trusted/*"]), readRows(names), nameOtherBranches(names), writeRows(names, [`${names.repository}:*`, IDENTITY_PARTITION]), publishMetrics("trusted"));
        case "pull-request-writer":
            return policyOf(listNames(names), readObjects(names, ["store.json", "condemned/*", "trusted/*", "pr/*"]), createObjects(names, ["pr/*"]), readRows(names), nameOtherBranches(names), 
            // Its counters, too: their partition is `refs/pull/`.
            writeRows(names, [`${names.repository}:refs/pull/*`]), publishMetrics("pr"));
        case "reader":
            return policyOf(listNames(names), readObjects(names, ["store.json", "condemned/*", "trusted/*", "pr/*"]), readRows(names), nameOtherBranches(names));
        case "maintainer":
            return policyOf(listNames(names), readObjects(names, ["*"]), {
                Sid: "Condemn",
                Effect: "Allow",
                Action: "s3:PutObject",
                Resource: objectArn(names, "condemned/*"),
            }, {
                Sid: "PruneObjects",
                Effect: "Allow",
                Action: "s3:DeleteObject",
                Resource: ["trusted/*", "pr/*"].map((path) => objectArn(names, path)),
            }, {
                Sid: "LookAtRows",
                Effect: "Allow",
                Action: [...READ_ROWS, "dynamodb:Scan"],
                Resource: [tableArn(names), `${tableArn(names)}/index/*`],
            }, {
                Sid: "LookAfterRows",
                Effect: "Allow",
                Action: ["dynamodb:UpdateItem", "dynamodb:DeleteItem"],
                Resource: tableArn(names),
            }, {
                Sid: "HoldPruneLease",
                Effect: "Allow",
                Action: "dynamodb:PutItem",
                Resource: tableArn(names),
                Condition: leadingKeys([PRUNE_PARTITION]),
            }, {
                Sid: "ExamineBucket",
                Effect: "Allow",
                Action: [
                    "s3:GetBucketLocation",
                    "s3:GetBucketPolicy",
                    "s3:GetBucketPublicAccessBlock",
                    "s3:GetBucketVersioning",
                    "s3:GetEncryptionConfiguration",
                    "s3:GetLifecycleConfiguration",
                ],
                Resource: bucketArn(names),
            }, {
                Sid: "ExamineTable",
                Effect: "Allow",
                Action: [
                    "dynamodb:DescribeContinuousBackups",
                    "dynamodb:DescribeTable",
                    "dynamodb:DescribeTimeToLive",
                ],
                Resource: tableArn(names),
            }, publishMetrics("trusted"));
    }
}
/** What a role needs beside its policy where the bucket is encrypted by a key of KMS. */
function keyPolicy(role, { kmsKey }) {
    const actions = role === "reader" ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:GenerateDataKey"];
    return policyOf({ Sid: "UseKey", Effect: "Allow", Action: actions, Resource: kmsKey });
}
/**
 * What a role needs beside its policy where the bucket itself is the index. Rows are objects that are swapped under a
 * condition; the kind of git ref stands in each name, which keeps pull requests away from the rows of branches. A
 * repository is a hash in these names, so the policy does not tell repositories apart: give each a prefix.
 */
function bucketIndexPolicy(role, names) {
    const all = objectArn(names, "refs/*");
    const read = { Sid: "ReadRefs", Effect: "Allow", Action: "s3:GetObject", Resource: all };
    if (role === "reader")
        return policyOf(read);
    const own = role === "pull-request-writer"
        ? ["key/*/pull-*", "time/pull-*", "lease/*/pull-*", "uses/pull-*", "counters/pr/*"].map((path) => objectArn(names, `refs/*/${path}`))
        : [all];
    return policyOf(read, { ...createObjects(names, []), Sid: "CreateRefs", Resource: own }, {
        Sid: "SwapRefs",
        Effect: "Allow",
        Action: "s3:PutObject",
        Resource: own,
        Condition: { Null: { "s3:if-match": "false" } },
    }, { Sid: "DropRefNames", Effect: "Allow", Action: "s3:DeleteObject", Resource: own });
}
const READ_ROWS = ["dynamodb:GetItem", "dynamodb:Query"];
const WRITE_ROWS = ["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"];
/**
 * Without it S3 answers "denied" for an object that is not there, and a miss looks like a fault. Without a condition on
 * the prefix: a request for one object has none that could be compared.
 */
function listNames(names) {
    return { Sid: "ListNames", Effect: "Allow", Action: "s3:ListBucket", Resource: bucketArn(names) };
}
function readObjects(names, paths) {
    return {
        Sid: "ReadObjects",
        Effect: "Allow",
        Action: "s3:GetObject",
        Resource: paths.map((path) => objectArn(names, path)),
    };
}
/** Only by a request that says "if there is none": also a multipart upload, which can't say so when it begins, is out. */
function createObjects(names, paths) {
    return {
        Sid: "CreateObjects",
        Effect: "Allow",
        Action: "s3:PutObject",
        Resource: paths.map((path) => objectArn(names, path)),
        Condition: { StringEquals: { "s3:if-none-match": "*" } },
    };
}
function readRows(names) {
    return {
        Sid: "ReadRows",
        Effect: "Allow",
        Action: READ_ROWS,
        Resource: [tableArn(names), ...dist/* TABLE_SHAPE */.R_.local.map(({ name }) => indexArn(names, name))],
        Condition: leadingKeys([`${names.repository}:*`, IDENTITY_PARTITION]),
    };
}
/** For telling why a look-up missed. This index has keys and names of branches and no more; its partitions are cache keys. */
function nameOtherBranches(names) {
    return {
        Sid: "NameOtherBranches",
        Effect: "Allow",
        Action: "dynamodb:Query",
        Resource: dist/* TABLE_SHAPE */.R_.global
            .filter(({ projects }) => projects === "none")
            .map(({ name }) => indexArn(names, name)),
    };
}
function writeRows(names, partitions) {
    return {
        Sid: "WriteRows",
        Effect: "Allow",
        Action: WRITE_ROWS,
        Resource: tableArn(names),
        Condition: leadingKeys(partitions),
    };
}
/** "All values" holds for a request without any, hence the second condition. */
function leadingKeys(patterns) {
    return {
        "ForAllValues:StringLike": { "dynamodb:LeadingKeys": patterns },
        Null: { "dynamodb:LeadingKeys": "false" },
    };
}
/** A pull request's in a namespace that no alarm reads. */
function publishMetrics(domain) {
    return {
        Sid: "PublishMetrics",
        Effect: "Allow",
        Action: "cloudwatch:PutMetricData",
        Resource: "*",
        Condition: { StringEquals: { "cloudwatch:namespace": (0,dist/* namespaceOf */.N6)(dist/* METRIC_NAMESPACE */.BC, domain) } },
    };
}
function bucketArn({ partition, bucket }) {
    return `arn:${partition}:s3:::${bucket}`;
}
function objectArn(names, path) {
    return `${bucketArn(names)}/${names.prefix}v1/${path}`;
}
function tableArn({ partition, region, account, table }) {
    return `arn:${partition}:dynamodb:${region}:${account}:table/${table}`;
}
function indexArn(names, index) {
    return `${tableArn(names)}/index/${index}`;
}
//# sourceMappingURL=policies.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/blueprint/names.js
// The names that the blueprint is written with. For `cairn setup` they are those of one store; for the templates each is
// a token, which the renderer turns into a parameter. So every policy and rule has one source.
const TOKEN = /\{\{(\w+)\}\}/g;
/** Every name is a token of itself. */
const TOKENS = {
    partition: "{{partition}}",
    region: "{{region}}",
    account: "{{account}}",
    bucket: "{{bucket}}",
    prefix: "{{prefix}}",
    table: "{{table}}",
    repository: "{{repository}}",
    kmsKey: "{{kmsKey}}",
};
function hasTokens(text) {
    return text.search(TOKEN) >= 0;
}
/** @param replace what stands for a token; what is around them is handed through `literal` first. */
function replaceTokens(text, replace, literal = (plain) => plain) {
    return text
        .split(TOKEN)
        .map((part, index) => (index % 2 === 0 ? literal(part) : replace(part)))
        .join("");
}
/** The account is not known from the settings: a policy that is printed has this in its place. */
const UNKNOWN_ACCOUNT = "ACCOUNT";
function namesOf(target, table, repository, account = UNKNOWN_ACCOUNT) {
    const region = table?.region ?? target.region ?? "us-east-1";
    return {
        partition: partitionOf(region),
        region,
        account,
        bucket: target.bucket,
        prefix: target.prefix === "" ? "" : `${target.prefix}/`,
        table: table?.table ?? "TABLE",
        repository,
        kmsKey: target.kmsKey ?? "",
    };
}
function partitionOf(region) {
    if (region.startsWith("cn-"))
        return "aws-cn";
    return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
//# sourceMappingURL=names.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/blueprint/trust.js
// Which jobs of GitHub Actions may take which role. The subject of GitHub's token is what AWS can compare: it names the
// branch or tag of a job, or says that the job is one of a pull request.
// https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims

const GITHUB_ISSUER = "token.actions.githubusercontent.com";
const AUDIENCE = "sts.amazonaws.com";
/** A save at the end of a long job needs the credentials of its beginning: as long as a hosted job may last. */
const MAX_SESSION_SECONDS = 6 * 3_600;
/** The roles that a workflow takes. Who looks after the store is a person, or a job with an environment of its own. */
const GITHUB_ROLES = [
    "trusted-writer",
    "pull-request-writer",
    "reader",
];
function githubTrust(role, names) {
    const subject = (what) => `repo:${names.repository}:${what}`;
    const subjects = {
        "trusted-writer": [subject("ref:refs/heads/*"), subject("ref:refs/tags/*")],
        "pull-request-writer": [subject("pull_request")],
        reader: [subject("*")],
    }[role];
    return policyOf({
        Sid: "GitHubActions",
        Effect: "Allow",
        Principal: { Federated: `arn:${names.partition}:iam::${names.account}:oidc-provider/${GITHUB_ISSUER}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
            StringEquals: { [`${GITHUB_ISSUER}:aud`]: AUDIENCE },
            StringLike: { [`${GITHUB_ISSUER}:sub`]: subjects },
        },
    });
}
//# sourceMappingURL=trust.js.map
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
;// CONCATENATED MODULE: ./packages/infra/dist/blueprint/bucket.js
// What the bucket of a store has to be. Days follow from the lifetime of the store (docs/format.md, Lifetime): a rule
// that deletes later than that can't take anything from a Ref that is not a miss.



const DAY_MS = 86_400_000;
/** Births are whole days of UTC and S3 counts from the next midnight: a day would do, five leave room to see a mistake. */
const SLACK_DAYS = 5;
/** How long what was replaced or deleted can still be brought back. */
const NONCURRENT_DAYS = 7;
/** Cairn's objects are single uploads: what is unfinished here for so long is nobody's. */
const ABORT_UPLOAD_DAYS = 7;
/** From then on a pack is read seldom; Glacier Instant Retrieval still answers at once. */
const ARCHIVE_DAYS = 90;
const ARCHIVE_CLASS = "GLACIER_IR";
/** The days of age at which objects of a domain may go, and not one earlier. */
function expireDays(domain) {
    return lifetimeDays(domain) + SLACK_DAYS;
}
function lifetimeDays(domain) {
    return Math.ceil(dist/* LIFETIME_MS */.xN[domain] / DAY_MS);
}
/** Of one store: other stores of the bucket have rules of their own. `store.json` and the names under `refs/` stay. */
function lifecycleRules({ prefix }) {
    return [
        {
            id: ruleId("trusted", prefix),
            prefix: `${prefix}v1/trusted/`,
            expireDays: expireDays("trusted"),
            archived: true,
        },
        { id: ruleId("pr", prefix), prefix: `${prefix}v1/pr/`, expireDays: expireDays("pr") },
        {
            id: ruleId("leftovers", prefix),
            prefix: `${prefix}v1/`,
            removeDeleteMarkers: true,
            noncurrentDays: NONCURRENT_DAYS,
            abortUploadDays: ABORT_UPLOAD_DAYS,
        },
    ];
}
/** `cairn-pr:team/`: the rules of one store among all of a bucket. */
function ruleId(what, prefix) {
    return `cairn-${what}:${prefix}`;
}
/**
 * The policy of the bucket, which holds for everyone who writes, whatever their own policy says: objects are written
 * once, names under `refs/` (where the bucket is the index) change only under a condition, and nothing goes over plain
 * HTTP. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
 */
function bucketPolicy(names, sidSuffix = "") {
    const objects = (path) => `arn:${names.partition}:s3:::${names.bucket}/${names.prefix}v1/${path}`;
    const deny = (Sid, rest) => ({
        Sid: `${Sid}${sidSuffix}`,
        Effect: "Deny",
        Principal: "*",
        ...rest,
    });
    // Of the requests of a multipart upload only the last makes an object, and only it can carry a condition.
    const creates = { Bool: { "s3:ObjectCreationOperation": "true" } };
    return policyOf(deny("CairnWriteOnce", {
        Action: "s3:PutObject",
        Resource: [objects("trusted/*"), objects("pr/*"), objects("store.json")],
        Condition: { Null: { "s3:if-none-match": "true" }, ...creates },
    }), deny("CairnSwapOnly", {
        Action: "s3:PutObject",
        Resource: objects("refs/*"),
        Condition: { Null: { "s3:if-none-match": "true", "s3:if-match": "true" }, ...creates },
    }), deny("CairnTlsOnly", {
        Action: "s3:*",
        Resource: objects("*"),
        Condition: { Bool: { "aws:SecureTransport": "false" } },
    }));
}
/** Sids of one store among the statements of a bucket; they may hold letters and digits only. */
function sidSuffix(prefix) {
    return prefix === "" ? "" : (0,external_node_crypto_.createHash)("sha256").update(prefix).digest("hex").slice(0, 8);
}
//# sourceMappingURL=bucket.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/setup/is-equal.js
// Whether two settings say the same, however their server orders fields and lists of texts.
/** Undefined fields count as none; a list of one text is equal to that text, as in policies. */
function isEqual(a, b) {
    return JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}
function canonical(value) {
    if (Array.isArray(value)) {
        if (value.length === 1 && typeof value[0] === "string")
            return value[0];
        const items = value.map(canonical);
        return items.every((item) => typeof item === "string") ? items.toSorted() : items;
    }
    if (typeof value !== "object" || value === null)
        return value;
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return Object.fromEntries(fields.toSorted(([x], [y]) => (x < y ? -1 : 1)).map(([name, field]) => [name, canonical(field)]));
}
//# sourceMappingURL=is-equal.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/setup/judge-lifecycle.js
// Which lifecycle rules of a bucket touch a store, and what they do to it: pure. A rule that deletes before the lifetime
// is over, that deletes names or the identity, or that moves objects where they must be thawed first breaks live Refs.

/** Storage classes that answer only hours after they were asked. */
const FROZEN = ["GLACIER", "DEEP_ARCHIVE"];
const DOMAINS = ["trusted", "pr"];
/** @param prefix of the store: empty, or with a slash at its end. */
function judgeLifecycle(rules, prefix) {
    const enabled = rules.filter(({ Status }) => Status === "Enabled");
    const faults = enabled.flatMap((rule) => faultsOf(rule, prefix));
    const covers = (rule, path) => !isNarrowed(rule) && `${prefix}${path}`.startsWith(prefixOf(rule));
    return {
        faults,
        endless: DOMAINS.filter((domain) => !enabled.some((rule) => covers(rule, `v1/${domain}/`) && expires(rule) !== undefined)),
        dropsNoncurrent: enabled.some((rule) => covers(rule, "v1/") && rule.NoncurrentVersionExpiration?.NoncurrentDays !== undefined),
        abortsUploads: enabled.some((rule) => covers(rule, "v1/") && rule.AbortIncompleteMultipartUpload !== undefined),
    };
}
/** A rule may be narrowed by tags and sizes; its effect is judged as if it were not, its protection as if it had none. */
function faultsOf(rule, prefix) {
    const id = rule.ID ?? `(without a name, prefix "${prefixOf(rule)}")`;
    const touches = (path) => overlap(prefixOf(rule), `${prefix}${path}`);
    const faults = [];
    const days = expires(rule);
    for (const domain of DOMAINS) {
        const least = lifetimeDays(domain) + 1;
        if (days !== undefined && days < least && touches(`v1/${domain}/`)) {
            faults.push({
                id,
                what: `it deletes after ${days} days under v1/${domain}/, where saves count on ${least - 1}`,
            });
        }
        const frozen = rule.Transitions?.find(({ StorageClass = "" }) => FROZEN.includes(StorageClass));
        if (frozen && touches(`v1/${domain}/`)) {
            faults.push({
                id,
                what: `it moves objects under v1/${domain}/ to ${frozen.StorageClass}, which can't be read at once`,
            });
        }
    }
    if (days !== undefined && touches("v1/store.json")) {
        faults.push({ id, what: "it deletes v1/store.json, the identity of the store" });
    }
    if (days !== undefined && touches("v1/refs/")) {
        faults.push({ id, what: "it deletes names under v1/refs/ by age, whether or not they are in use" });
    }
    return faults;
}
/** A date is a rule that deletes everything from then on, whatever its age. */
function expires({ Expiration }) {
    if (Expiration?.Date !== undefined)
        return 0;
    return Expiration?.Days;
}
/** Old rules have their prefix beside the filter, new ones in it, or in an And with tags and sizes. */
function prefixOf(rule) {
    return rule.Filter?.Prefix ?? rule.Filter?.And?.Prefix ?? rule.Prefix ?? "";
}
function isNarrowed({ Filter }) {
    if (!Filter)
        return false;
    const { And, Tag, ObjectSizeGreaterThan, ObjectSizeLessThan } = Filter;
    return [And, Tag, ObjectSizeGreaterThan, ObjectSizeLessThan].some((part) => part !== undefined);
}
function overlap(a, b) {
    return a.startsWith(b) || b.startsWith(a);
}
//# sourceMappingURL=judge-lifecycle.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/setup/bucket-lifecycle.js
// The lifecycle rules of a store among those of its bucket. S3 replaces all rules of a bucket at once, so those of
// others are read and sent back as they were; one that would break live Refs is told and left alone.



function lifecycleSetting(context) {
    const { connection: { sdk, client }, target, names, abort, archive, } = context;
    const Bucket = target.bucket;
    const blueprint = lifecycleRules(names);
    const isOurs = ({ ID }) => blueprint.some(({ id }) => id === ID);
    // Who asked for the archive once need not ask at every later run.
    const isArchived = (found) => archive || (found?.rules.some((rule) => isOurs(rule) && (rule.Transitions?.length ?? 0) > 0) ?? false);
    const wantedFor = (found) => blueprint.map((rule) => toS3(rule, isArchived(found)));
    const summaryOf = (found) => [
        `objects go after ${expireDays("trusted")} days, those of pull requests after ${expireDays("pr")}`,
        `what was replaced after ${NONCURRENT_DAYS}`,
        ...(isArchived(found) ? [`packs are archived after ${ARCHIVE_DAYS}`] : []),
    ].join(", ");
    return {
        resource: `s3://${Bucket} lifecycle`,
        actions: { read: "s3:GetLifecycleConfiguration", write: "s3:PutLifecycleConfiguration" },
        absentCodes: ["NoSuchLifecycleConfiguration"],
        // A server that has no such storage class.
        refusedCodes: ["InvalidStorageClass"],
        async read() {
            const answer = await client.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket }), abort);
            return { rules: answer.Rules ?? [], minimumSize: answer.TransitionDefaultMinimumObjectSize };
        },
        judge(found) {
            const rules = found?.rules ?? [];
            const wanted = wantedFor(found);
            const summary = summaryOf(found);
            const foreign = rules.filter((rule) => !isOurs(rule));
            const [fault, ...more] = judgeLifecycle(foreign, names.prefix).faults;
            if (fault) {
                return {
                    state: "differs",
                    detail: `the rule "${fault.id}" is in the way: ${fault.what}${more.length > 0 ? `; ${more.length} more like it` : ""}`,
                    hint: "change or remove that rule, then run this again: until then a restore can meet objects that are gone",
                };
            }
            const kept = foreign.length === 0
                ? ""
                : `; ${counted(foreign.length)} of others stay${foreign.length === 1 ? "s" : ""}`;
            const ours = rules.filter(isOurs);
            if (ours.length === 0)
                return { state: "missing", detail: summary + kept };
            const dropped = target.endpoint !== undefined && !ours.some((rule) => rule.AbortIncompleteMultipartUpload);
            const compared = dropped
                ? wanted.map(({ AbortIncompleteMultipartUpload: _, ...rule }) => rule)
                : wanted;
            const isSame = ours.length === wanted.length &&
                compared.every((rule) => ours.some((one) => isEqual(plain(one), plain(rule))));
            const note = dropped ? "; this server keeps no rule for unfinished uploads" : "";
            return { state: isSame ? "present" : "outdated", detail: summary + (isSame ? note : "") + kept };
        },
        async write(found) {
            const foreign = found?.rules.filter((rule) => !isOurs(rule)) ?? [];
            await client.send(new sdk.PutBucketLifecycleConfigurationCommand({
                Bucket,
                LifecycleConfiguration: { Rules: [...foreign, ...wantedFor(found)] },
                ...(found?.minimumSize ? { TransitionDefaultMinimumObjectSize: found.minimumSize } : {}),
            }), abort);
            return undefined;
        },
    };
}
function toS3(rule, archive) {
    const { noncurrentDays, abortUploadDays } = rule;
    return {
        ID: rule.id,
        Status: "Enabled",
        Filter: { Prefix: rule.prefix },
        ...(rule.expireDays !== undefined && { Expiration: { Days: rule.expireDays } }),
        ...(rule.removeDeleteMarkers && { Expiration: { ExpiredObjectDeleteMarker: true } }),
        ...(rule.archived && archive && { Transitions: [{ Days: ARCHIVE_DAYS, StorageClass: ARCHIVE_CLASS }] }),
        ...(noncurrentDays !== undefined && { NoncurrentVersionExpiration: { NoncurrentDays: noncurrentDays } }),
        ...(abortUploadDays !== undefined && {
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortUploadDays },
        }),
    };
}
/** Servers write the prefix in two places, and leave empty parts in. */
function plain(rule) {
    const { Filter: _, Prefix: __, ...rest } = rule;
    const parts = Object.entries(rest).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
    return { ...Object.fromEntries(parts), prefix: prefixOf(rule) };
}
function counted(rules) {
    return rules === 1 ? "1 rule" : `${rules} rules`;
}
//# sourceMappingURL=bucket-lifecycle.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/setup/setting.js
// A setting of a bucket, a table or an account: how it is read, judged and written. ensureSetting() is the one place
// that decides what is looked at, changed, left alone or told to a person.
async function ensureSetting(setting, { apply }) {
    const { resource, actions } = setting;
    const found = await attempt(() => setting.read(), setting);
    if (found.kind === "unsupported")
        return unsupported(resource);
    if (found.kind === "denied")
        return denied(resource, actions.read);
    const judgement = setting.judge(found.kind === "absent" ? undefined : found.value);
    if (!apply || judgement.state === "present" || judgement.state === "differs")
        return { resource, ...judgement, ...(setting.optional && { optional: true }) };
    const written = await attempt(() => setting.write(found.kind === "absent" ? undefined : found.value), {
        absentCodes: [],
        refusedCodes: setting.refusedCodes ?? [],
    });
    switch (written.kind) {
        case "unsupported":
            return unsupported(resource);
        case "denied":
            return denied(resource, actions.write);
        default: {
            const detail = (written.kind === "found" && written.value) || judgement.detail;
            return { resource, state: judgement.state === "missing" ? "created" : "changed", detail };
        }
    }
}
/** Thrown by a write that found the server unable to keep the setting. */
class UnsupportedSetting extends Error {
}
function unsupported(resource) {
    return { resource, state: "unsupported", detail: "this server has no such setting" };
}
function denied(resource, action) {
    return {
        resource,
        state: "denied",
        detail: `these credentials lack ${action}`,
        hint: `allow ${action}, or run this with an administrator's credentials`,
    };
}
function failureOf(error) {
    const { name, $metadata } = error;
    return { code: name ?? "unknown", status: $metadata?.httpStatusCode ?? 0 };
}
const UNSUPPORTED = new Set([
    "NotImplemented",
    "XNotImplemented",
    "VersioningNotConfigured",
    "MethodNotAllowed",
    "UnknownOperationException",
    "UnknownOperation",
    "InvalidAction",
]);
const DENIED = new Set([
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "UnauthorizedOperation",
    "UnauthorizedAccess",
]);
function isUnsupported({ code, status }) {
    return UNSUPPORTED.has(code) || status === 501 || status === 405;
}
function isDenied({ code }) {
    return DENIED.has(code);
}
/** @throws what is none of the three: a network that is away, credentials that are not valid. */
async function attempt(action, { absentCodes, refusedCodes = [] }) {
    try {
        return { kind: "found", value: await action() };
    }
    catch (error) {
        if (error instanceof UnsupportedSetting)
            return { kind: "unsupported" };
        const failure = failureOf(error);
        if (absentCodes.includes(failure.code))
            return { kind: "absent" };
        if (refusedCodes.includes(failure.code) || isUnsupported(failure))
            return { kind: "unsupported" };
        if (isDenied(failure))
            return { kind: "denied" };
        throw error;
    }
}
//# sourceMappingURL=setting.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/setup/try-upload.js
// An upload that finds something out: it names the digest of other bytes, so a server that would allow it refuses it for
// that, and makes nothing of it. Where digests are not checked, what was made is removed again.


const WRONG_DIGEST_CODES = new Set([
    "BadDigest",
    "InvalidDigest",
    "XAmzContentChecksumMismatch",
    "XAmzContentSHA256Mismatch",
]);
const WRONG_DIGEST = (0,external_node_crypto_.createHash)("sha256").update("other bytes").digest("base64");
/** @param name without the prefix of the store; no object has it. */
async function tryUpload(connection, place, name, signal, body = Buffer.from("probe")) {
    const { sdk, client } = connection;
    const object = { Bucket: place.target.bucket, Key: keyOf(place, name) };
    try {
        const { VersionId } = await client.send(new sdk.PutObjectCommand({
            ...object,
            ...encryptionOf(place),
            Body: body,
            ChecksumSHA256: WRONG_DIGEST,
            IfNoneMatch: "*",
        }), signal ? { abortSignal: signal } : {});
        const leftover = await removeProbe(connection, { ...object, VersionId }, signal);
        return { outcome: "unchecked", code: "", leftover };
    }
    catch (error) {
        const { code, status } = failureOf(error);
        if (status === 401 || status === 403)
            return { outcome: "denied", code, leftover: "" };
        // Everything else about the request was right.
        if (WRONG_DIGEST_CODES.has(code))
            return { outcome: "allowed", code, leftover: "" };
        throw error;
    }
}
/** By its version where the bucket has versions and the credentials allow it: then nothing at all stays. */
async function removeProbe({ sdk, client }, object, signal) {
    const { VersionId, ...key } = object;
    const abort = signal ? { abortSignal: signal } : {};
    const tries = [
        ...(VersionId === undefined ? [] : [{ ...key, VersionId, leftover: "" }]),
        {
            ...key,
            leftover: VersionId === undefined ? "" : `; a version of ${key.Key} stays until the lifecycle takes it`,
        },
    ];
    for (const { leftover, ...input } of tries) {
        try {
            await client.send(new sdk.DeleteObjectCommand(input), abort);
            return leftover;
        }
        catch (error) {
            const { status } = failureOf(error);
            if (status !== 403 && status !== 501 && status !== 400)
                throw error;
        }
    }
    return `; ${key.Key} stays, a few bytes which these credentials may not delete and the lifecycle takes`;
}
/** No object has it. Where it is made for a moment, the lifecycle of its domain would take it. */
function probeName(domain) {
    return `v1/${domain}/doctor/${(0,external_node_crypto_.randomUUID)()}`;
}
/** With the prefix of the store. */
function keyOf({ target }, name) {
    return target.prefix === "" ? name : `${target.prefix}/${name}`;
}
/** As a save sends it: a policy may ask for it. */
function encryptionOf({ target: { sse, kmsKey } }) {
    return {
        ...(sse === undefined ? {} : { ServerSideEncryption: sse }),
        ...(kmsKey === undefined ? {} : { SSEKMSKeyId: kmsKey }),
    };
}
//# sourceMappingURL=try-upload.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/setup/bucket-policy.js
// The statements of a store in the policy of its bucket. S3 has one policy for a bucket, so the statements of others are
// read and sent back. A server that takes the policy but does not know its condition keys would refuse every save from
// then on: so a write that is meant to be allowed is tried afterwards, and the policy taken back where it is refused.




function policySetting(context) {
    const { connection: { sdk, client }, target, abort, } = context;
    const Bucket = target.bucket;
    const { Statement: wanted } = wantedPolicy(context);
    const isOurs = ({ Sid }) => wanted.some((statement) => statement.Sid === Sid);
    const put = (policy) => policy === undefined
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
            return JSON.parse(Policy ?? "{}");
        },
        judge(found) {
            const there = statementsOf(found);
            const foreign = there.filter((statement) => !isOurs(statement));
            const kept = foreign.length === 0
                ? ""
                : `; ${foreign.length === 1 ? "1 statement" : `${foreign.length} statements`} of others stay${foreign.length === 1 ? "s" : ""}`;
            const detail = `objects are written once, names only under a condition${kept}`;
            // Whatever they are called: a template may have made them.
            const has = ({ Sid: _, ...statement }) => there.some(({ Sid: __, ...other }) => isEqual(other, statement));
            if (wanted.every(has))
                return { state: "present", detail };
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
function wantedPolicy({ names, target }) {
    const policy = bucketPolicy(names, sidSuffix(names.prefix));
    if (!target.endpoint?.startsWith("http:"))
        return policy;
    return { ...policy, Statement: policy.Statement.filter(({ Sid }) => !Sid.startsWith("CairnTlsOnly")) };
}
function statementsOf(policy) {
    const statements = policy?.Statement ?? [];
    return (Array.isArray(statements) ? statements : [statements]);
}
/** Whether an object may be created as a save does it. */
async function mayPut({ connection, target, abort }) {
    const { outcome } = await tryUpload(connection, { target }, probeName("trusted"), abort.abortSignal);
    return outcome !== "denied";
}
//# sourceMappingURL=bucket-policy.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/setup/bucket-steps.js
// The bucket of a store: exists, keeps replaced versions for a while, is encrypted and private, lets objects go by age,
// and takes only writes that replace nothing. Everything of others in the bucket's configuration stays as it is.



/** @throws CacheError for what is no state of a setting: no credentials, a bucket in another region, a network away. */
async function bucketSteps({ target, call }, names, options) {
    return call("set-up of the bucket", undefined, options, async (connection) => {
        const abort = options.signal === undefined ? {} : { abortSignal: options.signal };
        const context = { connection, target, names, abort, archive: options.archive };
        const bucket = await bucketStep(context, options.apply);
        const steps = [bucket];
        if (bucket.state === "missing" || bucket.state === "denied")
            return steps;
        const ensure = async (setting) => steps.push(await ensureSetting(setting, options));
        await ensure(versioningSetting(context));
        await ensure(encryptionSetting(context));
        await ensure(publicAccessSetting(context));
        await ensure(lifecycleSetting(context));
        await ensure(policySetting(context));
        return steps;
    });
}
async function bucketStep({ connection, target, abort }, apply) {
    const { sdk, client } = connection;
    const resource = `s3://${target.bucket}`;
    try {
        const { BucketRegion } = await client.send(new sdk.HeadBucketCommand({ Bucket: target.bucket }), abort);
        const region = await client.config.region();
        if (BucketRegion === undefined || BucketRegion === region)
            return { resource, state: "present", detail: "the bucket exists" };
        return {
            resource,
            state: "differs",
            detail: `the bucket is in ${BucketRegion}, the store says ${region}`,
            hint: `write region=${BucketRegion} in the store, or use a bucket in ${region}`,
        };
    }
    catch (error) {
        const { status } = failureOf(error);
        // A HEAD has no body that could tell who owns it.
        if (status === 403)
            return denied(resource, "s3:ListBucket (or the name is someone else's)");
        if (status !== 404)
            throw error;
    }
    if (!apply)
        return { resource, state: "missing", detail: "the bucket does not exist" };
    const location = await client.config.region();
    const command = new sdk.CreateBucketCommand({
        Bucket: target.bucket,
        // us-east-1 has no name here: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
        ...(location === "us-east-1" || target.endpoint !== undefined
            ? {}
            : { CreateBucketConfiguration: { LocationConstraint: location } }),
    });
    try {
        await client.send(command, abort);
    }
    catch (error) {
        const failure = failureOf(error);
        if (isDenied(failure))
            return denied(resource, "s3:CreateBucket");
        if (failure.code !== "BucketAlreadyOwnedByYou")
            throw error;
        return { resource, state: "present", detail: "the bucket exists" };
    }
    return { resource, state: "created", detail: `created in ${location}` };
}
function versioningSetting({ connection: { sdk, client }, target, abort, }) {
    const Bucket = target.bucket;
    return {
        resource: `s3://${Bucket} versioning`,
        actions: { read: "s3:GetBucketVersioning", write: "s3:PutBucketVersioning" },
        absentCodes: [],
        optional: target.endpoint !== undefined,
        read: async () => (await client.send(new sdk.GetBucketVersioningCommand({ Bucket }), abort)).Status,
        judge: (status) => status === "Enabled"
            ? { state: "present", detail: "what is replaced or deleted is kept for a while" }
            : {
                state: status === undefined ? "missing" : "outdated",
                detail: "versioning on: what is replaced or deleted is kept for a while",
            },
        async write() {
            const VersioningConfiguration = { Status: "Enabled" };
            await client.send(new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }), abort);
            return undefined;
        },
    };
}
function encryptionSetting(context) {
    const { connection: { sdk, client }, target, abort, } = context;
    const { bucket: Bucket, sse, kmsKey, endpoint } = target;
    const algorithm = sse ?? "AES256";
    const wanted = kmsKey === undefined ? algorithm : `${algorithm} with the key ${kmsKey}`;
    return {
        resource: `s3://${Bucket} encryption`,
        actions: { read: "s3:GetEncryptionConfiguration", write: "s3:PutEncryptionConfiguration" },
        absentCodes: ["ServerSideEncryptionConfigurationNotFoundError"],
        async read() {
            const answer = await client.send(new sdk.GetBucketEncryptionCommand({ Bucket }), abort);
            return answer.ServerSideEncryptionConfiguration?.Rules?.[0];
        },
        judge(rule) {
            const { SSEAlgorithm, KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
            const found = KMSMasterKeyID === undefined ? `${SSEAlgorithm}` : `${SSEAlgorithm} with the key ${KMSMasterKeyID}`;
            if (SSEAlgorithm === undefined) {
                return sse === undefined && endpoint !== undefined
                    ? { state: "present", detail: "as its server has it: the store asks for none (sse=AES256 would)" }
                    : { state: "missing", detail: `new objects are encrypted with ${wanted}` };
            }
            const isSame = SSEAlgorithm === algorithm && (kmsKey === undefined || isSameKey(KMSMasterKeyID, kmsKey));
            if (isSame || sse === undefined)
                return { state: "present", detail: `new objects are encrypted with ${found}` };
            if (SSEAlgorithm === "AES256")
                return { state: "outdated", detail: `encryption with ${wanted} in place of ${found}` };
            return {
                state: "differs",
                detail: `new objects are encrypted with ${found}, the store says ${wanted}`,
                hint: "write the bucket's encryption in the store (sse=, kms-key=), or change the bucket yourself",
            };
        },
        async write() {
            const rule = {
                ApplyServerSideEncryptionByDefault: {
                    SSEAlgorithm: algorithm,
                    ...(kmsKey === undefined ? {} : { KMSMasterKeyID: kmsKey }),
                },
                // One data key for many objects: far fewer requests to KMS.
                ...(algorithm === "aws:kms" ? { BucketKeyEnabled: true } : {}),
            };
            await client.send(new sdk.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } }), abort);
            return undefined;
        },
    };
}
/** A key has an id, an ARN that ends in it, and aliases, which say nothing. */
function isSameKey(found, wanted) {
    return (found !== undefined && (found === wanted || found.endsWith(`/${wanted}`) || wanted.endsWith(`/${found}`)));
}
const BLOCKED = {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
};
function publicAccessSetting({ connection: { sdk, client }, target, abort, }) {
    const Bucket = target.bucket;
    return {
        resource: `s3://${Bucket} public access`,
        actions: { read: "s3:GetBucketPublicAccessBlock", write: "s3:PutBucketPublicAccessBlock" },
        absentCodes: ["NoSuchPublicAccessBlockConfiguration"],
        async read() {
            const answer = await client.send(new sdk.GetPublicAccessBlockCommand({ Bucket }), abort);
            return answer.PublicAccessBlockConfiguration ?? {};
        },
        judge(found) {
            const detail = "public access is blocked, by lists and by policies";
            if (found === undefined)
                return { state: "missing", detail };
            const isBlocked = Object.keys(BLOCKED).every((name) => found[name] === true);
            return { state: isBlocked ? "present" : "outdated", detail };
        },
        async write() {
            const PublicAccessBlockConfiguration = BLOCKED;
            await client.send(new sdk.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }), abort);
            return undefined;
        },
    };
}
//# sourceMappingURL=bucket-steps.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/setup/table-steps.js
// The table of an index: exists with its keys and indexes, lets rows go that have ended, and can be brought back to any
// moment. A table with other keys is told and left alone: nothing is deleted on doubt.


const POLL_MS = 500;
/** A new index on a table with many rows takes minutes. */
const PATIENCE_MS = 15 * 60_000;
/** @throws CacheError */
async function tableSteps({ place, call }, options) {
    return call(options, async (connection, abort) => {
        const table = await tableStep(connection, place.table, options);
        if (["missing", "differs", "denied"].includes(table.state))
            return [table];
        const context = { connection, table: place.table, abort };
        return [
            table,
            await ensureSetting(timeToLiveSetting(context), options),
            await ensureSetting(recoverySetting(context), options),
        ];
    });
}
async function tableStep({ sdk, client }, TableName, { apply, signal }) {
    const resource = `dynamodb://${TableName}`;
    const abort = signal === undefined ? {} : { abortSignal: signal };
    let action = "dynamodb:DescribeTable";
    try {
        const found = await describe();
        if (!found && !apply)
            return { resource, state: "missing", detail: "the table does not exist" };
        if (!found) {
            action = "dynamodb:CreateTable";
            await create();
            await untilReady();
            return { resource, state: "created", detail: "created, billed by request" };
        }
        const difference = differenceOf(found);
        if (difference) {
            return {
                resource,
                state: "differs",
                detail: difference,
                hint: "name another table in the index, and setup makes it; this one is left as it is",
            };
        }
        const missing = dist/* TABLE_SHAPE */.R_.global.filter(({ name }) => !indexOf(found, name));
        if (missing.length === 0)
            return { resource, state: "present", detail: "the table and its indexes exist" };
        const names = missing.map(({ name }) => name).join(", ");
        if (!apply)
            return { resource, state: "outdated", detail: `it lacks the index ${names}` };
        action = "dynamodb:UpdateTable";
        // DynamoDB makes one index at a time.
        for (const index of missing) {
            await untilReady();
            await addIndex(index);
        }
        await untilReady();
        return { resource, state: "changed", detail: `made the index ${names}` };
    }
    catch (error) {
        if (isDenied(failureOf(error)))
            return denied(resource, action);
        throw error;
    }
    async function describe() {
        try {
            return (await client.send(new sdk.DescribeTableCommand({ TableName }), abort)).Table;
        }
        catch (error) {
            if (failureOf(error).code === "ResourceNotFoundException")
                return undefined;
            throw error;
        }
    }
    async function create() {
        try {
            await client.send(new sdk.CreateTableCommand((0,dist/* createTableInput */.dQ)(TableName)), abort);
        }
        catch (error) {
            // Another setup was faster.
            if (failureOf(error).code !== "ResourceInUseException")
                throw error;
        }
    }
    async function addIndex(index) {
        const input = new sdk.UpdateTableCommand({
            TableName,
            AttributeDefinitions: (0,dist/* keyAttributes */.PD)().map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
            GlobalSecondaryIndexUpdates: [{ Create: (0,dist/* indexInput */.zB)(index) }],
        });
        await client.send(input, abort);
    }
    async function untilReady() {
        const deadline = Date.now() + PATIENCE_MS;
        for (;;) {
            const table = await describe();
            const indexes = table?.GlobalSecondaryIndexes ?? [];
            const isReady = table?.TableStatus === "ACTIVE" && indexes.every(({ IndexStatus }) => IndexStatus === "ACTIVE");
            if (isReady)
                return;
            if (Date.now() > deadline) {
                throw new dist/* StoreUnavailableError */.o2(`the table ${TableName} is not ready after 15 minutes`, {
                    hint: "run setup again later: what is being made goes on by itself",
                });
            }
            await new Promise((resolve) => setTimeout(resolve, POLL_MS));
            signal?.throwIfAborted();
        }
    }
}
/** What can't be changed in a table that exists. Also for doctor. */
function differenceOf(table) {
    const keys = spell(table.KeySchema);
    if (keys !== spell(dist/* TABLE_SHAPE */.R_))
        return `its key is (${keys}) instead of (${spell(dist/* TABLE_SHAPE */.R_)})`;
    for (const wanted of [...dist/* TABLE_SHAPE */.R_.local, ...dist/* TABLE_SHAPE */.R_.global]) {
        const found = indexOf(table, wanted.name);
        if (found && spell(found.KeySchema) !== spell(wanted))
            return `its index ${wanted.name} is on (${spell(found.KeySchema)}) instead of (${spell(wanted)})`;
    }
    const local = dist/* TABLE_SHAPE */.R_.local.find(({ name }) => !indexOf(table, name));
    return local && `it lacks the local index ${local.name}, which can only be made with the table`;
}
function indexOf(table, name) {
    const indexes = [...(table.LocalSecondaryIndexes ?? []), ...(table.GlobalSecondaryIndexes ?? [])];
    return indexes.find(({ IndexName }) => IndexName === name);
}
/** `pk, sk`, the partition first. */
function spell(key) {
    if (!Array.isArray(key))
        return key === undefined ? "" : [key.partition, key.sort].filter(Boolean).join(", ");
    const sorted = key.toSorted((a) => (a.KeyType === "HASH" ? -1 : 1));
    return sorted.map(({ AttributeName }) => AttributeName).join(", ");
}
function timeToLiveSetting({ connection: { sdk, client }, table: TableName, abort }) {
    return {
        resource: `dynamodb://${TableName} time to live`,
        actions: { read: "dynamodb:DescribeTimeToLive", write: "dynamodb:UpdateTimeToLive" },
        absentCodes: [],
        async read() {
            const answer = await client.send(new sdk.DescribeTimeToLiveCommand({ TableName }), abort);
            const { TimeToLiveStatus: status, AttributeName: attribute } = answer.TimeToLiveDescription ?? {};
            return { status, attribute };
        },
        judge(found) {
            const isOn = found?.status === "ENABLED" || found?.status === "ENABLING";
            if (isOn && found.attribute !== undefined && found.attribute !== dist/* TABLE_SHAPE */.R_.ttlAttribute) {
                return {
                    state: "differs",
                    detail: `it is on the attribute ${found.attribute}, which no row of Cairn's has`,
                    hint: `turn it off there; an hour later it can be on ${dist/* TABLE_SHAPE */.R_.ttlAttribute}`,
                };
            }
            return {
                state: isOn ? "present" : "missing",
                detail: "rows that have ended are removed by themselves",
            };
        },
        async write() {
            const TimeToLiveSpecification = { AttributeName: dist/* TABLE_SHAPE */.R_.ttlAttribute, Enabled: true };
            try {
                await client.send(new sdk.UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }), abort);
            }
            catch (error) {
                // Another setup was faster.
                const isOn = error.name === "ValidationException" && /already enabled/.test(error.message);
                if (!isOn)
                    throw error;
            }
            return undefined;
        },
    };
}
function recoverySetting({ connection: { sdk, client }, table: TableName, abort, }) {
    return {
        resource: `dynamodb://${TableName} recovery`,
        actions: { read: "dynamodb:DescribeContinuousBackups", write: "dynamodb:UpdateContinuousBackups" },
        absentCodes: [],
        async read() {
            const answer = await client.send(new sdk.DescribeContinuousBackupsCommand({ TableName }), abort);
            return answer.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
        },
        judge: (status) => ({
            state: status === "ENABLED" ? "present" : "missing",
            detail: "the table can be brought back to any moment of its last weeks",
        }),
        async write() {
            const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
            await client.send(new sdk.UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }), abort);
            return undefined;
        },
    };
}
//# sourceMappingURL=table-steps.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/doctor/examination.js
// What every check is made with: the job's rights, the settings, and how a check that can't go on is told.
/** Where the guide on roles is, for remedies. */
const IAM_GUIDE = "docs/guides/iam.md";
//# sourceMappingURL=examination.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/doctor/finding.js
// What an examination finds. Each says what to do where something is to be done.
function ok(check, found) {
    return { check, state: "ok", found };
}
function warning(check, found, remedy) {
    return { check, state: "warning", found, remedy };
}
function problem(check, found, remedy) {
    return { check, state: "problem", found, remedy };
}
function unknown(check, found, remedy) {
    return { check, state: "unknown", found, ...(remedy !== undefined && { remedy }) };
}
/** The middle one of some measurements. */
function median(values) {
    return values.toSorted((a, b) => a - b)[values.length >> 1];
}
//# sourceMappingURL=finding.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/doctor/bucket-index-checks.js
// Where the bucket itself is the index, its rows are objects, and the kind of git ref stands in their names: whether this
// job may write its own, and whether a pull request is kept from those of branches.





/** @throws CacheError */
async function examineBucketIndex(place, { access, mayWrite, signal }) {
    const check = "writing rows";
    const { writes } = access;
    if (!mayWrite || writes === undefined)
        return [unknown(check, "not tried: this job does not save")];
    return place.call("examination of the index", undefined, { signal }, async (connection) => {
        const mayMake = async (kind) => {
            const name = `${dist/* REFS_PREFIX */.a}doctor/key/${(0,external_node_crypto_.randomUUID)()}/${kind}-doctor`;
            return (await tryUpload(connection, place, name, signal)).outcome !== "denied";
        };
        const kind = kindOf(writes.ref);
        const findings = [
            (await mayMake(kind))
                ? ok(check, `allowed for ${writes.ref}`)
                : problem(check, `s3:PutObject is denied for rows of ${writes.ref}, ${dist/* REFS_PREFIX */.a}*/key/*/${kind}-*: nothing can be saved`, `allow it for this role: ${IAM_GUIDE}`),
        ];
        if (access.domain === "pr") {
            findings.push((await mayMake("heads"))
                ? warning("isolation of rows", "these credentials may write the rows of branches: what keeps this pull request from them is only advice", `give pull requests a role of their own: ${IAM_GUIDE}`)
                : ok("isolation of rows", "this pull request can't write the rows of branches"));
        }
        return findings;
    });
}
function kindOf(ref) {
    return /^refs\/(heads|tags|pull)\//.exec(ref)?.[1] ?? "other";
}
//# sourceMappingURL=bucket-index-checks.js.map
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
;// CONCATENATED MODULE: ./packages/infra/dist/doctor/folder-checks.js
// Examines a store or an index on a disk of this machine: written, read and removed; room; and whether the disk is one
// that SQLite can be trusted with.




const PROBE_BYTES = 32 * 1024 * 1024;
const SMALL_BYTES = 1024 ** 3;
/** statfs(2): file systems whose locks do not hold between machines. */
const NETWORK_FILE_SYSTEMS = new Map([
    [0x6969, "NFS"],
    [0xff534d42, "CIFS"],
    [0xfe534d42, "SMB2"],
    [0x517b, "SMB"],
]);
async function examineFolder(folder, { mayWrite, signal }) {
    const found = await (0,promises_.stat)(folder).catch((error) => error);
    if (found instanceof Error || "code" in found) {
        const { code } = found;
        return [
            code === "ENOENT"
                ? warning("folder", `${folder} does not exist yet`, "the first save makes it; cairn setup --apply does, too")
                : problem("folder", `${folder} can't be looked at (${code})`, "check who owns it and its parent folders"),
        ];
    }
    if (!found.isDirectory())
        return [problem("folder", `${folder} is not a folder`, "name a folder in the store")];
    const { bavail, bsize } = await (0,promises_.statfs)(folder);
    const free = bavail * bsize;
    const room = `${(free / 1e9).toFixed(1)} GB are free`;
    return [
        ok("folder", `${folder} exists`),
        free < SMALL_BYTES ? warning("room", room, "free some, or keep the store elsewhere") : ok("room", room),
        ...(mayWrite
            ? await examineDisk(folder, signal)
            : [unknown("writing", "not tried: the mode allows no save")]),
    ];
}
async function examineDisk(folder, signal) {
    // Names that start with a dot are never objects.
    const file = (0,external_node_path_.join)(folder, `.doctor-${(0,external_node_crypto_.randomUUID)()}`);
    const bytes = (0,external_node_crypto_.randomBytes)(PROBE_BYTES);
    try {
        const begun = performance.now();
        const handle = await (0,promises_.open)(file, "wx");
        try {
            await handle.writeFile(bytes, { signal });
            await handle.sync();
        }
        finally {
            await handle.close();
        }
        const writtenMs = performance.now() - begun;
        const read = await (0,promises_.readFile)(file, { signal });
        if (!read.equals(bytes))
            return [problem("writing", "the disk gives back other bytes", "replace it")];
        return [ok("writing", `${(PROBE_BYTES / 1e3 / writtenMs).toFixed(0)} MB/s, through to the disk`)];
    }
    catch (error) {
        signal?.throwIfAborted();
        const { code = "unknown" } = error;
        return [
            problem("writing", `${folder} can't be written (${code})`, "check who owns it, its mode and its room"),
        ];
    }
    finally {
        await (0,promises_.rm)(file, { force: true });
    }
}
async function examineSqlite(file) {
    const check = "disk of the index";
    try {
        const { type } = await (0,promises_.statfs)(await nearestFolder((0,external_node_path_.dirname)(file)));
        const network = NETWORK_FILE_SYSTEMS.get(type);
        return [
            network === undefined
                ? ok(check, "a disk of this machine")
                : problem(check, `${file} is on ${network}, where several machines can destroy the database`, "use --index bucket (CAIRN_INDEX=bucket), which keeps names as files"),
        ];
    }
    catch (error) {
        return [unknown(check, `can't be looked at (${error.code})`)];
    }
}
async function nearestFolder(folder) {
    const exists = await (0,promises_.stat)(folder).then(() => true, () => false);
    return exists || (0,external_node_path_.dirname)(folder) === folder ? folder : nearestFolder((0,external_node_path_.dirname)(folder));
}
//# sourceMappingURL=folder-checks.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/doctor/clock-check.js
// Whether this machine's clock agrees with that of the servers, whose answers carry the time.

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** AWS refuses requests that are signed further away: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const REFUSED_MS = 15 * MINUTE_MS;
const NOTABLE_MS = MINUTE_MS;
const REMEDY = "let the machine keep its clock (timedatectl set-ntp true, chrony); a container has that of its host";
function examineClock({ skewMs }) {
    const check = "clock";
    if (Math.abs(skewMs) < NOTABLE_MS)
        return ok(check, "agrees with the server's");
    const found = `this machine's clock is ${clock_check_spell(Math.abs(skewMs))} ${skewMs > 0 ? "behind" : "ahead of"} the server's`;
    return Math.abs(skewMs) >= REFUSED_MS
        ? problem(check, `${found}: requests signed with it are refused at first`, REMEDY)
        : warning(check, found, REMEDY);
}
function clock_check_spell(ms) {
    const minutes = Math.round(ms / MINUTE_MS);
    return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
//# sourceMappingURL=clock-check.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/doctor/conditions.js
// Whether a server honours conditions, tried on an object that is there already, where there is one that may be written
// again as it is, else on one that is made for it and removed again.




/** Whether "only if there is none" is honoured, which all writing rests on. */
async function examineConditions(connection, place, { access, signal }) {
    const check = "conditional writes";
    const { sdk, client } = connection;
    const abort = signal ? { abortSignal: signal } : {};
    const put = (object, Body) => client.send(new sdk.PutObjectCommand({ ...object, ...encryptionOf(place), Body, IfNoneMatch: "*" }), abort);
    const base = place.target.prefix === "" ? "" : `${place.target.prefix}/`;
    const identity = { Bucket: place.target.bucket, Key: `${base}${dist/* STORE_IDENTITY_NAME */.pO}` };
    const bytes = access.domain === "trusted" ? await bytesOf() : undefined;
    if (bytes !== undefined) {
        const outcome = await refusal(() => put(identity, bytes));
        if (outcome === "refused")
            return [ok(check, "honoured")];
        // The same bytes again: nothing was lost.
        if (outcome === "stored")
            return [ignored(check, "")];
    }
    const probe = { Bucket: place.target.bucket, Key: keyOf(place, probeName(access.domain)) };
    const body = Buffer.from("examined by cairn doctor\n");
    const { VersionId } = await put(probe, body);
    let outcome;
    try {
        outcome = await refusal(() => put(probe, body));
    }
    catch (error) {
        await removeProbe(connection, { ...probe, VersionId }, signal);
        throw error;
    }
    const leftover = await removeProbe(connection, { ...probe, VersionId }, signal);
    if (outcome === "stored")
        return [ignored(check, leftover)];
    if (outcome === "refused")
        return [ok(check, `honoured${leftover}`)];
    return [unknown(check, `the second upload was denied before it came to that${leftover}`)];
    async function bytesOf() {
        try {
            const { Body } = await client.send(new sdk.GetObjectCommand(identity), abort);
            return await Body?.transformToByteArray();
        }
        catch (error) {
            const { status } = failureOf(error);
            if (status === 404 || status === 403)
                return undefined;
            throw error;
        }
    }
}
function ignored(check, leftover) {
    return problem(check, `the server overwrites an object that was to be made only if there is none${leftover}`, "use a server that honours If-None-Match on PUT: without it two saves can destroy each other's objects");
}
async function refusal(write) {
    try {
        await write();
        return "stored";
    }
    catch (error) {
        const { status } = failureOf(error);
        if (status === 412)
            return "refused";
        if (status === 401 || status === 403)
            return "denied";
        throw error;
    }
}
//# sourceMappingURL=conditions.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/doctor/credentials.js
// Whose credentials these are, and for how long they are good.


const credentials_MINUTE_MS = 60_000;
/** A job whose last save comes later than that has none left. */
const SHORT_MS = 15 * credentials_MINUTE_MS;
const GET_SOME = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or give the machine or the job a role (in GitHub Actions: role-to-assume of the actions, or aws-actions/configure-aws-credentials before this step)";
/** @param asksSts whether there is an STS to ask: a server that only speaks S3 has none. */
async function examineCredentials({ client }, asksSts, signal) {
    const check = "credentials";
    let expiration;
    let keyId;
    try {
        ({ accessKeyId: keyId, expiration } = await client.config.credentials());
    }
    catch (error) {
        return [problem(check, `no AWS credentials were found (${failureOf(error).code})`, GET_SOME)];
    }
    const whose = `key ${keyId.slice(0, 4)}…${keyId.slice(-4)}`;
    if (!asksSts)
        return [lifeOf(check, whose, expiration)];
    const { STSClient, GetCallerIdentityCommand } = await Promise.all(/* import() */[__webpack_require__.e(858), __webpack_require__.e(897), __webpack_require__.e(572), __webpack_require__.e(484)]).then(__webpack_require__.t.bind(__webpack_require__, 21484, 19));
    const { region, credentials, requestHandler } = client.config;
    // The handler is the S3 client's, which knows the proxy, and is not ours to close.
    const sts = new STSClient({ region, credentials, requestHandler });
    try {
        const { Arn } = await sts.send(new GetCallerIdentityCommand({}), signal ? { abortSignal: signal } : {});
        return [lifeOf(check, `${Arn}, ${whose}`, expiration)];
    }
    catch (error) {
        signal?.throwIfAborted();
        const { code, status } = failureOf(error);
        if (status === 0 || status >= 500)
            return [unknown(check, `${whose}; STS, which knows whose it is, can't be reached (${code})`)];
        return [problem(check, `AWS does not accept ${whose} (${code})`, GET_SOME)];
    }
}
function lifeOf(check, whose, expiration) {
    if (expiration === undefined)
        return ok(check, `${whose}, without an end`);
    const leftMs = expiration.getTime() - Date.now();
    if (leftMs <= 0)
        return problem(check, `${whose} ended at ${expiration.toISOString()}`, "get new ones");
    const found = `${whose}, good for ${Math.floor(leftMs / credentials_MINUTE_MS)} more minutes`;
    return leftMs < SHORT_MS
        ? warning(check, found, "ask for a longer session (role-duration-seconds): the save at the end of the job needs them too")
        : ok(check, found);
}
//# sourceMappingURL=credentials.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/doctor/s3-speed.js
// How fast the store answers and carries bytes, from this machine. Uploads are measured with bytes that the server
// refuses at their end for their digest; downloads with what the store holds.



const ROUND_TRIPS = 9;
/** Within one region a request takes 10 to 50 ms; a restore makes a handful before its first byte. */
const SLOW_ROUND_TRIP_MS = 150;
const STREAMS = 4;
const UPLOAD_BYTES = 8 * 1024 * 1024;
const DOWNLOAD_BYTES = 32 * 1024 * 1024;
/** MB/s below which installing from the network is often as fast. */
const SLOW_RATE = 10;
/** Names that are looked through for one large enough to read. */
const LISTED = 200;
async function examineSpeed(connection, place, examination) {
    return [
        await examineLatency(connection, place, examination),
        await examineDownload(connection, place, examination),
        await examineUpload(connection, place, examination),
    ];
}
async function examineLatency({ sdk, client }, place, { access, signal }) {
    const input = { Bucket: place.target.bucket, Key: keyOf(place, probeName(access.domain)) };
    const times = [];
    for (let round = 0; round < ROUND_TRIPS; round++) {
        const begun = performance.now();
        // It is not there, which takes as long to find out.
        await client
            .send(new sdk.HeadObjectCommand(input), signal ? { abortSignal: signal } : {})
            .catch(() => undefined);
        signal?.throwIfAborted();
        times.push(performance.now() - begun);
    }
    const found = `${median(times).toFixed(1)} ms a request (median of ${ROUND_TRIPS})`;
    return median(times) > SLOW_ROUND_TRIP_MS
        ? warning("latency of the store", found, "keep the bucket in the region of the runners, or use a near cache (CAIRN_NEAR)")
        : ok("latency of the store", found);
}
async function examineDownload({ sdk, client }, { target }, { access, signal }) {
    const check = "download";
    const abort = signal ? { abortSignal: signal } : {};
    const base = target.prefix === "" ? "" : `${target.prefix}/`;
    const { Contents = [] } = await client
        .send(new sdk.ListObjectsV2Command({
        Bucket: target.bucket,
        Prefix: `${base}v1/${access.domain}/packs/`,
        MaxKeys: LISTED,
    }), abort)
        .catch(() => ({ Contents: undefined }));
    const [largest] = Contents.toSorted((a, b) => (b.Size ?? 0) - (a.Size ?? 0));
    const size = largest?.Size ?? 0;
    if (largest?.Key === undefined || size < 1024 * 1024)
        return unknown(check, "not measured: the store holds no pack of a megabyte yet");
    const part = Math.floor(size / STREAMS);
    const begun = performance.now();
    let bytes = 0;
    while (bytes < DOWNLOAD_BYTES && performance.now() - begun < 5_000) {
        const parts = await Promise.all(Array.from({ length: STREAMS }, async (_, stream) => {
            const Range = `bytes=${stream * part}-${(stream + 1) * part - 1}`;
            const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket: target.bucket, Key: largest.Key, Range }), abort);
            return (await Body.transformToByteArray()).byteLength;
        }));
        bytes += parts.reduce((sum, length) => sum + length, 0);
    }
    return rate(check, bytes, performance.now() - begun);
}
async function examineUpload(connection, place, { access, mayWrite, signal }) {
    const check = "upload";
    if (!mayWrite || access.writes === undefined)
        return unknown(check, "not measured: this job does not save");
    const body = (0,external_node_crypto_.randomBytes)(UPLOAD_BYTES);
    const begun = performance.now();
    const trials = await Promise.all(Array.from({ length: STREAMS }, () => tryUpload(connection, place, probeName(access.domain), signal, body)));
    const elapsedMs = performance.now() - begun;
    if (trials.some(({ outcome }) => outcome === "denied"))
        return unknown(check, "not measured: uploads are denied");
    const finding = rate(check, STREAMS * UPLOAD_BYTES, elapsedMs);
    return { ...finding, found: finding.found + trials.map(({ leftover }) => leftover).join("") };
}
function rate(check, bytes, elapsedMs) {
    const megabytes = bytes / 1e6 / (elapsedMs / 1e3);
    const found = `${megabytes.toFixed(0)} MB/s with ${STREAMS} requests at once`;
    return megabytes < SLOW_RATE
        ? warning(check, found, "keep the bucket near the runners, look for a proxy in between, or use a near cache (CAIRN_NEAR)")
        : ok(check, found);
}
//# sourceMappingURL=s3-speed.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/doctor/s3-checks.js
// Examines the bucket of a store with what the job's credentials may do. Nothing stays behind: rights to write are
// tried by uploads that the server refuses for their digest, and what has to be made for a moment is removed again.









/** @throws CacheError for what makes the rest pointless: no credentials, no bucket, no network. */
async function examineBucket(place, clock, examination) {
    const { signal, env } = examination;
    return place.call("examination", undefined, { signal }, async (connection) => {
        const asksSts = place.target.endpoint === undefined || Boolean(env["AWS_ENDPOINT_URL_STS"] || env["AWS_ENDPOINT_URL"]);
        const findings = await examineCredentials(connection, asksSts, signal);
        if (findings.some(({ state }) => state === "problem"))
            return findings;
        const reading = await examineReading(connection, place, examination);
        // Every answer told the server's time.
        findings.push(examineClock(clock), ...reading);
        findings.push(...(await examineWriting(connection, place, examination)));
        findings.push(...(await examineSpeed(connection, place, examination)));
        return findings;
    });
}
/** Listing comes first: unlike the answer to a HEAD, its error says what is wrong. */
async function examineReading({ sdk, client }, { target }, { signal }) {
    const abort = signal === undefined ? {} : { abortSignal: signal };
    const Bucket = target.bucket;
    const base = target.prefix === "" ? "" : `${target.prefix}/`;
    const findings = [];
    const list = () => client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix: `${base}v1/`, MaxKeys: 1 }), abort);
    try {
        // A clock that is wrong is refused once; the SDK has learnt the difference by then.
        await list().catch((error) => {
            if (isSkewed(failureOf(error)))
                return list();
            throw error;
        });
        findings.push(ok("listing", "s3:ListBucket is allowed"));
    }
    catch (error) {
        // What else is answered with 403 says that the credentials themselves are not valid.
        const { code } = failureOf(error);
        if (code !== "AccessDenied")
            throw error;
        findings.push(problem("listing", `s3:ListBucket on ${Bucket} is denied: a miss would look like a fault`, `allow it for this role: ${IAM_GUIDE}`));
    }
    findings.push(await examineRegion());
    try {
        await client.send(new sdk.HeadObjectCommand({ Bucket, Key: `${base}${dist/* STORE_IDENTITY_NAME */.pO}` }), abort);
        findings.push(ok("reading", "s3:GetObject is allowed"));
    }
    catch (error) {
        const { status } = failureOf(error);
        if (status === 404) {
            findings.push(ok("reading", "the store is new: the first trusted save makes it"));
        }
        else if (status === 403) {
            findings.push(problem("reading", "s3:GetObject is denied: nothing can be restored", `allow it for this role: ${IAM_GUIDE}`));
        }
        else
            throw error;
    }
    return findings;
    async function examineRegion() {
        const configured = await client.config.region();
        try {
            const { BucketRegion } = await client.send(new sdk.HeadBucketCommand({ Bucket }), abort);
            if (BucketRegion === undefined || BucketRegion === configured)
                return ok("region", target.endpoint ? `the server is ${target.endpoint}` : `the bucket is in ${configured}`);
            return problem("region", `the bucket is in ${BucketRegion}, the store says ${configured}`, `write region=${BucketRegion} in the store, or set AWS_REGION`);
        }
        catch (error) {
            const { status } = failureOf(error);
            if (status !== 403)
                throw error;
            return unknown("region", "the bucket may not be asked where it is");
        }
    }
}
function isSkewed({ code }) {
    return code === "RequestTimeTooSkewed" || code === "RequestInTheFuture";
}
async function examineWriting(connection, place, examination) {
    const { access, mayWrite } = examination;
    if (!mayWrite)
        return [unknown("writing", "not tried: the mode of this job allows no save")];
    if (access.writes === undefined)
        return [unknown("writing", "not tried: this job may save nothing, whatever its credentials allow")];
    const findings = [];
    const own = await tryUpload(connection, place, probeName(access.domain), examination.signal);
    switch (own.outcome) {
        case "allowed":
            findings.push(ok("writing", `s3:PutObject is allowed under v1/${access.domain}/, and digests are checked`));
            break;
        case "unchecked":
            findings.push(problem("writing", `the server takes an upload whose bytes do not have the digest sent with them${own.leftover}`, "use a server that checks x-amz-checksum-sha256: saves rely on it"));
            break;
        case "denied":
            findings.push(problem("writing", `s3:PutObject is denied under v1/${access.domain}/ (${own.code}): nothing can be saved`, `allow it for this role (${IAM_GUIDE}), or set CAIRN_MODE=read where it only reads`));
            return findings;
    }
    findings.push(...(await examineConditions(connection, place, examination)));
    if (access.domain === "pr") {
        const other = await tryUpload(connection, place, probeName("trusted"), examination.signal);
        findings.push(other.outcome === "denied"
            ? ok("isolation of objects", "this pull request can't write what branches read")
            : warning("isolation of objects", `these credentials may write under v1/trusted/: what keeps this pull request from branches is only advice${other.leftover}`, `give pull requests a role of their own: ${IAM_GUIDE}`));
    }
    return findings;
}
//# sourceMappingURL=s3-checks.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/doctor/settings-checks.js
// The settings of bucket and table, as `cairn setup` sees them without --apply; and the lifecycle rules against the times
// that rows live.




const settings_checks_DAY_MS = 86_400_000;
const SET_UP = "run cairn setup --apply with an administrator's credentials";
function findingOf({ resource, state, detail, hint, optional }) {
    switch (state) {
        case "differs":
            return problem(resource, detail, hint ?? SET_UP);
        case "missing":
        case "outdated":
            return optional
                ? unknown(resource, "not set; this server may not have it")
                : warning(resource, `not as it should be: ${detail}`, SET_UP);
        case "denied":
            return unknown(resource, detail);
        case "unsupported":
            return unknown(resource, detail);
        default:
            return ok(resource, detail);
    }
}
async function examineLifecycle(place, refTtlMs, { signal }) {
    return place.call("examination of the lifecycle", undefined, { signal }, async (connection) => {
        const check = "lifecycle against lifetimes";
        const rules = await readRules(connection, place.target.bucket, signal);
        if (typeof rules === "string")
            return [unknown(check, rules), ...examineTtl(refTtlMs)];
        const prefix = place.target.prefix === "" ? "" : `${place.target.prefix}/`;
        const verdict = judgeLifecycle(rules, prefix);
        const findings = verdict.faults.map(({ id, what }) => problem(check, `the rule "${id}" breaks live saves: ${what}`, "change or remove that rule"));
        if (verdict.endless.length > 0) {
            findings.push(warning(check, `nothing ever goes under ${verdict.endless.map((domain) => `v1/${domain}/`).join(" and ")}`, SET_UP));
        }
        if (findings.length === 0) {
            findings.push(ok(check, `no rule deletes before the ${lifetimeDays("trusted")} days (pr: ${lifetimeDays("pr")}) that saves count on`));
        }
        return [...findings, ...examineTtl(refTtlMs)];
    });
}
function examineTtl(refTtlMs) {
    const check = "ttl of the store";
    const days = refTtlMs / settings_checks_DAY_MS;
    if (days <= lifetimeDays("trusted"))
        return [ok(check, `a save that is not used is a miss after ${round(days)} days`)];
    return [
        warning(check, `it is ${round(days)} days, but saves end after ${lifetimeDays("trusted")} (pr: ${lifetimeDays("pr")}), used or not`, `write ttl=${lifetimeDays("trusted")}d or less in the store`),
    ];
}
function round(days) {
    return Number.isInteger(days) ? String(days) : days.toFixed(2);
}
/** @returns why they can't be read, where they can't. */
async function readRules({ sdk, client }, Bucket, signal) {
    try {
        const answer = await client.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket }), signal ? { abortSignal: signal } : {});
        return answer.Rules ?? [];
    }
    catch (error) {
        const failure = failureOf(error);
        if (failure.code === "NoSuchLifecycleConfiguration")
            return [];
        if (isDenied(failure))
            return "these credentials lack s3:GetLifecycleConfiguration";
        if (isUnsupported(failure))
            return "this server has no lifecycle rules: objects stay until they are pruned";
        throw error;
    }
}
//# sourceMappingURL=settings-checks.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/doctor/table-checks.js
// Examines the table of an index with what the job's credentials may do. Rights to write are tried by changes of a row
// that does not exist under the condition that it does: allowed or denied, nothing is written.





/** What no save calls itself: the rows of this version do not exist. */
const NO_VERSION = "doctor";
const table_checks_ROUND_TRIPS = 9;
/** Within a region a request takes below 10 ms. */
const table_checks_SLOW_ROUND_TRIP_MS = 100;
/** @throws CacheError for what makes the rest pointless. */
async function examineTable(place, examination) {
    return place.call(examination, async (connection) => {
        const findings = [await examineShape(connection, place.place.table, examination)];
        if (findings[0].state === "problem")
            return findings;
        const probe = createProbe(connection, place.place.table, examination);
        findings.push(await table_checks_examineReading(probe, examination), ...(await table_checks_examineWriting(probe, examination)));
        findings.push(await table_checks_examineLatency(probe, examination));
        return findings;
    });
}
async function examineShape({ sdk, client }, TableName, { signal }) {
    const check = "table";
    const abort = signal ? { abortSignal: signal } : {};
    try {
        const { Table = {} } = await client.send(new sdk.DescribeTableCommand({ TableName }), abort);
        const difference = differenceOf(Table);
        if (difference !== undefined) {
            return problem(check, `${TableName} is not a table of Cairn's: ${difference}`, "name another table in the index, and cairn setup --apply makes it; this one is left as it is");
        }
        const missing = dist/* TABLE_SHAPE */.R_.global.filter(({ name }) => !indexOf(Table, name)).map(({ name }) => name);
        if (missing.length > 0)
            return warning(check, `${TableName} lacks the index ${missing.join(", ")}`, "run cairn setup --apply");
        return ok(check, `${TableName} has its keys and indexes`);
    }
    catch (error) {
        const failure = failureOf(error);
        if (failure.code === "ResourceNotFoundException")
            return problem(check, `the table ${TableName} does not exist`, "run cairn setup --apply, or check name and region");
        if (!isDenied(failure))
            throw error;
    }
    // Who may not ask for the description learns at least whether the keys are right.
    try {
        const key = { [dist/* TABLE_SHAPE */.R_.partition]: { S: ":identity" }, [dist/* TABLE_SHAPE */.R_.sort]: { S: "store" } };
        await client.send(new sdk.GetItemCommand({ TableName, Key: key }), abort);
        return unknown(check, `${TableName} has the right key; its indexes may not be looked at (dynamodb:DescribeTable)`);
    }
    catch (error) {
        const failure = failureOf(error);
        if (failure.code === "ValidationException") {
            return problem(check, `${TableName} is not a table of Cairn's: it has another key`, "name another table in the index, and cairn setup --apply makes it; this one is left as it is");
        }
        if (failure.code === "ResourceNotFoundException")
            return problem(check, `the table ${TableName} does not exist`, "run cairn setup --apply, or check name and region");
        if (!isDenied(failure))
            throw error;
        return problem(check, `dynamodb:GetItem on ${TableName} is denied: nothing can be restored`, `allow it for this role: ${IAM_GUIDE}`);
    }
}
function createProbe({ sdk, client }, TableName, { signal }) {
    const abort = signal ? { abortSignal: signal } : {};
    const keyOf = (scope) => ({
        [dist/* TABLE_SHAPE */.R_.partition]: { S: (0,dist/* partitionKey */.Ab)(scope, NO_VERSION) },
        [dist/* TABLE_SHAPE */.R_.sort]: { S: "doctor" },
    });
    const exists = { TableName, ConditionExpression: `attribute_exists(${dist/* TABLE_SHAPE */.R_.partition})` };
    return {
        read: (scope) => right(client.send(new sdk.GetItemCommand({ TableName, Key: keyOf(scope) }), abort)),
        query: (scope, IndexName) => right(client.send(new sdk.QueryCommand({
            TableName,
            ...(IndexName !== undefined && { IndexName }),
            KeyConditionExpression: `${dist/* TABLE_SHAPE */.R_.partition} = :pk`,
            ExpressionAttributeValues: { ":pk": { S: (0,dist/* partitionKey */.Ab)(scope, NO_VERSION) } },
            Limit: 1,
        }), abort)),
        put: (scope) => right(client.send(new sdk.PutItemCommand({ ...exists, Item: keyOf(scope) }), abort)),
        update: (scope) => right(client.send(new sdk.UpdateItemCommand({
            ...exists,
            Key: keyOf(scope),
            UpdateExpression: "SET #ttl = :ttl",
            ExpressionAttributeNames: { "#ttl": dist/* TABLE_SHAPE */.R_.ttlAttribute },
            ExpressionAttributeValues: { ":ttl": { N: "0" } },
        }), abort)),
        remove: (scope) => right(client.send(new sdk.DeleteItemCommand({ ...exists, Key: keyOf(scope) }), abort)),
    };
}
/** A condition that did not hold was asked only after the right to ask. */
async function right(request) {
    try {
        await request;
        return "allowed";
    }
    catch (error) {
        const failure = failureOf(error);
        if (failure.code === "ConditionalCheckFailedException")
            return "allowed";
        if (isDenied(failure))
            return "denied";
        throw error;
    }
}
async function table_checks_examineReading(probe, { access }) {
    const check = "reading rows";
    const denied = new Set();
    for (const scope of access.reads) {
        if ((await probe.read(scope)) === "denied")
            denied.add(`dynamodb:GetItem for ${scope.ref}`);
        if ((await probe.query(scope)) === "denied")
            denied.add(`dynamodb:Query for ${scope.ref}`);
        for (const { name } of dist/* TABLE_SHAPE */.R_.local)
            if ((await probe.query(scope, name)) === "denied")
                denied.add(`dynamodb:Query on its index ${name}`);
    }
    if (denied.size === 0)
        return ok(check, "allowed for every scope that this job reads");
    return problem(check, `denied: ${[...denied].join(", ")}`, `allow it for this role: ${IAM_GUIDE}`);
}
async function table_checks_examineWriting(probe, { access, mayWrite }) {
    const check = "writing rows";
    const { writes } = access;
    if (!mayWrite || writes === undefined)
        return [unknown(check, "not tried: this job does not save")];
    const tries = [
        ["dynamodb:PutItem", probe.put],
        ["dynamodb:UpdateItem", probe.update],
        ["dynamodb:DeleteItem", probe.remove],
    ];
    const denied = [];
    for (const [action, attempt] of tries)
        if ((await attempt(writes)) === "denied")
            denied.push(action);
    const findings = [
        denied.length === 0
            ? ok(check, `allowed for ${writes.ref}`)
            : problem(check, `denied for ${writes.ref}: ${denied.join(", ")}`, `allow it for this role (${IAM_GUIDE}), or set CAIRN_MODE=read where it only reads`),
    ];
    const branch = access.reads.findLast(({ ref }) => ref.startsWith("refs/heads/"));
    if (access.domain === "pr" && branch !== undefined) {
        findings.push((await probe.put(branch)) === "denied" && (await probe.update(branch)) === "denied"
            ? ok("isolation of rows", `this pull request can't write the rows of ${branch.ref}`)
            : warning("isolation of rows", `these credentials may write the rows of ${branch.ref}: what keeps this pull request from it is only advice`, `give pull requests a role of their own: ${IAM_GUIDE}`));
    }
    return findings;
}
async function table_checks_examineLatency(probe, { access }) {
    const [scope] = access.reads;
    if (!scope)
        return unknown("latency of the index", "not measured: this job reads no scope");
    const times = [];
    for (let round = 0; round < table_checks_ROUND_TRIPS; round++) {
        const begun = performance.now();
        await probe.read(scope);
        times.push(performance.now() - begun);
    }
    const found = `${median(times).toFixed(1)} ms a request (median of ${table_checks_ROUND_TRIPS})`;
    return median(times) > table_checks_SLOW_ROUND_TRIP_MS
        ? warning("latency of the index", found, "keep the table in the region of the runners")
        : ok("latency of the index", found);
}
//# sourceMappingURL=table-checks.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/doctor/diagnose.js
// doctor: examines store and index as this job sees them, one group of checks after another. A group that can't go on
// is itself a finding, and the others are still made.










/** In the order of the checks. @throws only an abort's reason, and faults of Cairn itself. */
async function diagnose(places, examination) {
    const { store, index } = places;
    const findings = [];
    const group = async (name, checks) => {
        try {
            findings.push(...(await checks()));
            return true;
        }
        catch (error) {
            examination.signal?.throwIfAborted();
            if (!(error instanceof dist/* CacheError */.xA))
                throw error;
            findings.push(problem(name, error.message, error.hint ?? "see --verbose"));
            return false;
        }
    };
    let isStoreThere = true;
    switch (store.kind) {
        case "s3": {
            isStoreThere = await group("store", () => examineBucket(store, places.clock, examination));
            isStoreThere &&= !findings.some(({ check, state }) => check === "credentials" && state === "problem");
            if (!isStoreThere)
                break;
            await group("settings of the bucket", async () => {
                const names = namesOf(store.target, undefined, "");
                const steps = await bucketSteps(store, names, { ...examination, apply: false, archive: false });
                // The bucket itself was examined, and its lifecycle is judged by what it does.
                return steps
                    .slice(1)
                    .filter(({ resource }) => !resource.endsWith(" lifecycle"))
                    .map(findingOf);
            });
            await group("lifecycle", () => examineLifecycle(store, places.refTtlMs, examination));
            break;
        }
        case "file":
            await group("store", () => examineFolder(store.root, examination));
            break;
        case "memory":
            findings.push(ok("store", "lives in this process"));
    }
    switch (index.kind) {
        case "dynamodb": {
            const isThere = await group("index", () => examineTable(index, examination));
            if (!isThere || findings.at(-1)?.check === "table")
                break;
            await group("settings of the table", async () => {
                const steps = await tableSteps(index, { ...examination, apply: false });
                return steps.slice(1).map(findingOf);
            });
            break;
        }
        case "sqlite":
            await group("index", () => examineSqlite(index.file));
            break;
        case "bucket":
            findings.push(ok("index", "the bucket holds the names, too"));
            if (store.kind === "s3" && isStoreThere)
                await group("index", () => examineBucketIndex(store, examination));
            break;
        case "memory":
            findings.push(ok("index", "lives in this process"));
    }
    return findings;
}
//# sourceMappingURL=diagnose.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/setup/folder-step.js
// A store that is a folder: exists and can be written.


/** @throws StoreMissingError where something else has the name; LocalFileError */
async function folderStep(folder, { apply }) {
    try {
        const found = await (0,promises_.stat)(folder).catch((error) => {
            if (error.code !== "ENOENT")
                throw error;
            return undefined;
        });
        if (found && !found.isDirectory()) {
            throw new dist/* StoreMissingError */.gz(`${folder} is not a folder`, {
                hint: "name a folder, or a path where one can be made",
            });
        }
        if (found) {
            await (0,promises_.access)(folder, promises_.constants.R_OK | promises_.constants.W_OK | promises_.constants.X_OK);
            return { resource: folder, state: "present", detail: "the folder exists and can be written" };
        }
        if (!apply)
            return { resource: folder, state: "missing", detail: "the folder does not exist" };
        await (0,promises_.mkdir)(folder, { recursive: true });
        return { resource: folder, state: "created", detail: "the folder was created" };
    }
    catch (error) {
        if (error instanceof dist/* StoreMissingError */.gz)
            throw error;
        const { code = "unknown" } = error;
        if (code === "ENOTDIR") {
            throw new dist/* StoreMissingError */.gz(`a part of ${folder} is a file`, {
                hint: "name a path where a folder can be made",
            });
        }
        throw new dist/* LocalFileError */.QD(`${folder} can't be used (${code})`, {
            hint: "check who owns it and what its parent folder allows",
            cause: error,
        });
    }
}
//# sourceMappingURL=folder-step.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/blueprint/monitoring.js
// The dashboard of a store and its two alarms. What publishes the metrics reads their names from the same place as this
// does: core's model/metric-names.ts.

/** From fewer look-ups a day a rate says nothing. */
const LOOKUPS_THAT_COUNT = 20;
/** Per cent; the target that the docs give. */
const LOW_HIT_RATE = 60;
/** Uploaded in a day; the docs' target is less than so much for a repository in all. */
const FAST_GROWTH_BYTES = 100 * 1024 ** 3;
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;
function alarms(where) {
    const common = { periodSeconds: DAY_SECONDS, store: storeValue(where) };
    return [
        {
            ...common,
            name: `${monitoringName(where)}-low-hit-rate`,
            description: `Fewer than ${LOW_HIT_RATE} % of a day's look-ups found something: keys that change too often, or saves that fail.`,
            comparison: "LessThanThreshold",
            threshold: LOW_HIT_RATE,
            queries: [
                {
                    id: "rate",
                    label: "hit rate, %",
                    // Too few look-ups count as a good day.
                    expression: `IF(hits + partial + misses >= ${LOOKUPS_THAT_COUNT}, ${HIT_RATE}, 100)`,
                },
                ...LOOKUPS,
            ],
        },
        {
            ...common,
            name: `${monitoringName(where)}-fast-growth`,
            description: "More than 100 GiB were uploaded in a day: a cache without end in its paths, or a key for each commit of a large tree.",
            comparison: "GreaterThanThreshold",
            threshold: FAST_GROWTH_BYTES,
            queries: [{ id: "uploaded", label: "uploaded bytes", metric: dist/* METRICS */.Cb.uploadedBytes }],
        },
    ];
}
const HIT_RATE = "100 * (hits + partial) / (hits + partial + misses)";
const LOOKUPS = [
    { id: "hits", label: "hits", metric: dist/* METRICS */.Cb.hits },
    { id: "partial", label: "partial hits", metric: dist/* METRICS */.Cb.partialHits },
    { id: "misses", label: "misses", metric: dist/* METRICS */.Cb.misses },
];
/** With slashes in it: see plainName(). */
function monitoringName({ bucket, prefix }) {
    return `${bucket}/${prefix}cairn`;
}
/** CloudWatch takes letters, digits, hyphens and underscores in the name of a dashboard. */
function plainName(text) {
    return text.replace(/[^A-Za-z0-9_-]+/g, "-");
}
/** The value of the dimension that every metric of this store has; see storeDimension() in core. */
function storeValue({ bucket, prefix }) {
    return `${bucket}/${prefix}`;
}
function dashboard(where) {
    const dimension = [dist/* METRIC_DIMENSIONS */.nI.store, storeValue(where)];
    const metric = (name, id, rest = {}) => [
        dist/* METRIC_NAMESPACE */.BC,
        name,
        ...dimension,
        { id, ...rest },
    ];
    const hidden = { visible: false };
    const graph = (x, y, title, metrics, rest = {}) => ({
        type: "metric",
        x,
        y,
        width: 12,
        height: 6,
        properties: {
            title,
            region: where.region,
            view: "timeSeries",
            stat: "Sum",
            period: HOUR_SECONDS,
            metrics,
            ...rest,
        },
    });
    const byRepository = (name, id) => [
        {
            id,
            label: "",
            expression: `SEARCH('{${dist/* METRIC_NAMESPACE */.BC},${dist/* METRIC_DIMENSIONS */.nI.repository},${dist/* METRIC_DIMENSIONS */.nI.store}} MetricName="${name}" ${dist/* METRIC_DIMENSIONS */.nI.store}="${storeValue(where)}"', 'Sum', ${DAY_SECONDS})`,
        },
    ];
    return {
        widgets: [
            graph(0, 0, "Hit rate (%)", [
                [{ id: "rate", label: "hit rate", expression: HIT_RATE }],
                metric(dist/* METRICS */.Cb.hits, "hits", hidden),
                metric(dist/* METRICS */.Cb.partialHits, "partial", hidden),
                metric(dist/* METRICS */.Cb.misses, "misses", hidden),
            ], {
                yAxis: { left: { min: 0, max: 100 } },
                annotations: { horizontal: [{ label: "target", value: LOW_HIT_RATE }] },
            }),
            graph(12, 0, "Look-ups", LOOKUPS.map(({ metric: name, id, label }) => metric(name, id, { label })), {
                stacked: true,
            }),
            graph(0, 6, "Bytes", [
                metric(dist/* METRICS */.Cb.uploadedBytes, "uploaded", { label: "uploaded" }),
                metric(dist/* METRICS */.Cb.reusedBytes, "reused", { label: "reused by saves" }),
                metric(dist/* METRICS */.Cb.downloadedBytes, "downloaded", { label: "downloaded" }),
                metric(dist/* METRICS */.Cb.restoredBytes, "restored", { label: "restored" }),
            ]),
            graph(12, 6, "Time of a step (s, median)", [
                metric(dist/* METRICS */.Cb.restoreSeconds, "restore", { label: "restore" }),
                metric(dist/* METRICS */.Cb.saveSeconds, "save", { label: "save" }),
            ], { stat: "p50" }),
            graph(0, 12, "Uploaded a day, by repository (bytes)", [byRepository(dist/* METRICS */.Cb.uploadedBytes, "growth")]),
            graph(12, 12, "Work saved (s)", [metric(dist/* METRICS */.Cb.savedSeconds, "saved", { label: "seconds of work" })]),
        ],
    };
}
//# sourceMappingURL=monitoring.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/render/alarm-queries.js
// The queries of an alarm in the words of CloudWatch's API, which CloudFormation shares.

/** The first is the result. */
function alarmQueries({ queries, store, periodSeconds }) {
    return queries.map(({ id, label, metric, expression }, index) => ({
        Id: id,
        Label: label,
        ReturnData: index === 0,
        ...(expression === undefined
            ? {
                MetricStat: {
                    Metric: {
                        Namespace: dist/* METRIC_NAMESPACE */.BC,
                        MetricName: metric,
                        Dimensions: [{ Name: dist/* METRIC_DIMENSIONS */.nI.store, Value: store }],
                    },
                    Period: periodSeconds,
                    Stat: "Sum",
                },
            }
            : { Expression: expression }),
    }));
}
//# sourceMappingURL=alarm-queries.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/setup/monitoring-steps.js
// The dashboard of a store and its alarms in CloudWatch, whose SDK is imported here, on the first request, and nowhere
// else. A store that is not in AWS has none, unless the environment names a CloudWatch.





/** @throws CacheError */
async function monitoringSteps(names, options) {
    const { aws, region, alarmTopic, signal } = options;
    const sdk = await Promise.all(/* import() */[__webpack_require__.e(858), __webpack_require__.e(897), __webpack_require__.e(572), __webpack_require__.e(60)]).then(__webpack_require__.t.bind(__webpack_require__, 45060, 19));
    const client = new sdk.CloudWatchClient({
        ...(await aws.clientOptions()),
        ...(region !== undefined && { region }),
    });
    const context = { sdk, client, abort: signal === undefined ? {} : { abortSignal: signal } };
    try {
        const where = { ...names, region: await client.config.region() };
        const steps = [await ensureSetting(dashboardSetting(context, where), options)];
        for (const alarm of alarms(where)) {
            steps.push(await ensureSetting(alarmSetting(context, alarm, alarmTopic), options));
        }
        return steps;
    }
    catch (error) {
        signal?.throwIfAborted();
        throw translate(error);
    }
    finally {
        client.destroy();
    }
}
function dashboardSetting({ sdk, client, abort }, where) {
    const DashboardName = plainName(monitoringName(where));
    const body = dashboard(where);
    return {
        resource: `cloudwatch dashboard ${DashboardName}`,
        actions: { read: "cloudwatch:GetDashboard", write: "cloudwatch:PutDashboard" },
        absentCodes: ["ResourceNotFound", "DashboardNotFoundError", "ResourceNotFoundException"],
        async read() {
            const { DashboardBody } = await client.send(new sdk.GetDashboardCommand({ DashboardName }), abort);
            return JSON.parse(DashboardBody ?? "{}");
        },
        judge(found) {
            const detail = "hit rate, look-ups, bytes and times of this store";
            if (found === undefined)
                return { state: "missing", detail };
            if (isEqual(found, body))
                return { state: "present", detail };
            return { state: "outdated", detail: `${detail}: the one of this version in place of what is there` };
        },
        async write() {
            const DashboardBody = JSON.stringify(body);
            await client.send(new sdk.PutDashboardCommand({ DashboardName, DashboardBody }), abort);
            return undefined;
        },
    };
}
function alarmSetting({ sdk, client, abort }, alarm, alarmTopic) {
    const AlarmName = plainName(alarm.name);
    const wanted = {
        AlarmName,
        AlarmDescription: alarm.description,
        ComparisonOperator: alarm.comparison,
        Threshold: alarm.threshold,
        EvaluationPeriods: 1,
        TreatMissingData: "notBreaching",
        Metrics: alarmQueries(alarm),
    };
    return {
        resource: `cloudwatch alarm ${AlarmName}`,
        actions: { read: "cloudwatch:DescribeAlarms", write: "cloudwatch:PutMetricAlarm" },
        absentCodes: [],
        async read() {
            const answer = await client.send(new sdk.DescribeAlarmsCommand({ AlarmNames: [AlarmName] }), abort);
            return answer.MetricAlarms?.[0];
        },
        // A threshold that somebody moved is theirs; so is whom it tells, unless a topic is asked for.
        judge(found) {
            if (found === undefined)
                return { state: "missing", detail: alarm.description };
            const isTold = alarmTopic === undefined || found.AlarmActions?.includes(alarmTopic) === true;
            const isSame = found.ComparisonOperator === wanted.ComparisonOperator && isEqual(queriesOf(found), wanted.Metrics);
            if (isSame && isTold)
                return { state: "present", detail: alarm.description };
            return { state: "outdated", detail: isTold ? alarm.description : `it does not tell ${alarmTopic}` };
        },
        async write(found) {
            const AlarmActions = [
                ...new Set([...(found?.AlarmActions ?? []), ...(alarmTopic ? [alarmTopic] : [])]),
            ];
            const Threshold = found?.Threshold ?? wanted.Threshold;
            await client.send(new sdk.PutMetricAlarmCommand({ ...wanted, Threshold, AlarmActions }), abort);
            return undefined;
        },
    };
}
/** Fields that the service adds are left out. */
function queriesOf({ Metrics = [] }) {
    return Metrics.map(({ Id, Label, ReturnData, Expression, MetricStat }) => ({
        Id,
        Label,
        ReturnData,
        Expression,
        MetricStat: MetricStat && {
            Metric: MetricStat.Metric,
            Period: MetricStat.Period,
            Stat: MetricStat.Stat,
        },
    }));
}
function translate(error) {
    if (error instanceof dist/* CacheError */.xA)
        return error;
    const { code, status } = failureOf(error);
    const cause = new Error(`${code}${status > 0 ? ` (HTTP ${status})` : ""}`);
    if (status === 400 || status === 401 || status === 403) {
        return new dist/* AccessDeniedError */.Uk(`CloudWatch refuses the request (${code})`, {
            hint: "check the AWS credentials, or leave the dashboard and the alarms out with --no-monitoring",
            cause,
        });
    }
    return new dist/* StoreUnavailableError */.o2(`CloudWatch can't be reached (${code})`, {
        hint: "check the network and the region, or leave the dashboard and the alarms out with --no-monitoring",
        cause,
    });
}
//# sourceMappingURL=monitoring-steps.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/setup/setup.js
// setup: what a store and an index stand on, looked at, and made or changed under `apply`. Idempotent: a second run
// finds everything present. Nothing is ever deleted.





/** @throws CacheError; an abort rejects with the signal's reason. */
async function setup(places, env, request) {
    const { store, index } = places;
    const { archive = false, monitoring = true, alarmTopic } = request;
    const steps = [];
    switch (store.kind) {
        case "s3":
            steps.push(...(await bucketSteps(store, namesOf(store.target, undefined, ""), { ...request, archive })));
            break;
        case "file":
            steps.push(await folderStep(store.root, request));
            break;
        case "memory":
            steps.push({ resource: `memory://${store.name}`, state: "present", detail: "lives in this process" });
    }
    steps.push(...(await indexSteps(index, request)));
    if (store.kind !== "s3" || !monitoring)
        return steps;
    if (store.target.endpoint !== undefined && !namesCloudWatch(env)) {
        const detail = "the store is not in AWS, so there is no dashboard and no alarm";
        return [...steps, { resource: "cloudwatch", state: "unsupported", detail }];
    }
    const { target } = store;
    const names = namesOf(target, undefined, "");
    const { region } = target;
    const monitored = await monitoringSteps(names, { ...request, alarmTopic, region, aws: places.aws });
    return [...steps, ...monitored];
}
/** The SDK reads these by itself. */
function namesCloudWatch(env) {
    return Boolean(env["AWS_ENDPOINT_URL_CLOUDWATCH"] || env["AWS_ENDPOINT_URL"]);
}
async function indexSteps(index, request) {
    switch (index.kind) {
        case "dynamodb":
            return tableSteps(index, request);
        case "bucket":
            return [{ resource: "index", state: "present", detail: "the bucket holds the names, too" }];
        case "sqlite":
            return [
                { resource: `sqlite://${index.file}`, state: "present", detail: "the first save makes the file" },
            ];
        case "memory":
            return [{ resource: `memory://${index.name}`, state: "present", detail: "lives in this process" }];
    }
}
//# sourceMappingURL=setup.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/open-infra.js
// openInfra: what the command line asks of infra, on the places that the settings name. Makes no request by itself.






/** @throws SettingsError */
function openInfra(settings, options) {
    const places = (0,dist/* openPlaces */.j$)(settings, options);
    return {
        setup: (request) => setup(places, options.env, request),
        diagnose: (request) => diagnose(places, { ...request, env: options.env }),
        documents: (role, repository) => documents(places, role, repository),
        close: () => places.close(),
    };
}
function documents({ store, index }, role, repository) {
    if (store.kind !== "s3") {
        throw new dist/* SettingsError */.GN("store", "policies are for a store in S3", {
            hint: "name it with --store s3://bucket/prefix (CAIRN_STORE)",
        });
    }
    const names = namesOf(store.target, index.kind === "dynamodb" ? index.place : undefined, repository);
    const own = rolePolicy(role, names).Statement;
    const github = GITHUB_ROLES.find((name) => name === role);
    return {
        role,
        policy: {
            Version: "2012-10-17",
            Statement: [
                ...own.filter(({ Action }) => index.kind === "dynamodb" || !JSON.stringify(Action).includes("dynamodb:")),
                ...(index.kind === "bucket" ? bucketIndexPolicy(role, names).Statement : []),
                ...(names.kmsKey === "" ? [] : keyPolicy(role, names).Statement),
            ],
        },
        trust: github && githubTrust(github, names),
    };
}
//# sourceMappingURL=open-infra.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/render/cloudformation/words.js
// CloudFormation's words for what both templates have: references, parameters of the place, the condition on a key.

const REFERENCES = {
    partition: "AWS::Partition",
    region: "AWS::Region",
    account: "AWS::AccountId",
    bucket: "BucketName",
    prefix: "Prefix",
    table: "TableName",
    repository: "Repository",
    kmsKey: "KmsKeyArn",
};
const PARAMETERS = {
    BucketName: {
        Type: "String",
        Description: "Name of the bucket.",
        AllowedPattern: "^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
    },
    Prefix: {
        Type: "String",
        Description: "What stands before v1/ in the bucket: empty, or with a slash at its end (team/).",
        Default: "",
        AllowedPattern: "^$|^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*/$",
    },
    TableName: {
        Type: "String",
        Description: "Name of the table.",
        AllowedPattern: "^[A-Za-z0-9_.-]{3,255}$",
    },
    KmsKeyArn: {
        Type: "String",
        Description: "ARN of a KMS key that encrypts the bucket; empty: S3's own keys.",
        Default: "",
    },
};
const NO_VALUE = { Ref: "AWS::NoValue" };
const KEY_CONDITION = {
    HasKmsKey: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "KmsKeyArn" }, ""] }] },
};
/** What holds only where the bucket has a key of its own. */
function withKey(then, otherwise = NO_VALUE) {
    return { "Fn::If": ["HasKmsKey", then, otherwise] };
}
/** `trusted-writer` -> `TrustedWriter`, the logical ids of a template. */
function camelCase(text) {
    return text
        .split(/[^A-Za-z0-9]+/)
        .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
        .join("");
}
/** Every string that has a token becomes a Fn::Sub. */
function withReferences(value) {
    if (typeof value === "string")
        return hasTokens(value) ? substitution(value) : value;
    if (Array.isArray(value))
        return value.map(withReferences);
    if (typeof value !== "object" || value === null)
        return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withReferences(inner)]));
}
function substitution(text) {
    // What would look like a reference is escaped.
    return {
        "Fn::Sub": replaceTokens(text, (name) => `\${${REFERENCES[name]}}`, (plain) => plain.replaceAll("${", "${!")),
    };
}
/** plainName() in CloudFormation's functions; the parameters allow nothing but slashes to be replaced. */
function withoutSlashes(text) {
    return { "Fn::Join": ["-", { "Fn::Split": ["/", substitution(text)] }] };
}
//# sourceMappingURL=words.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/render/cloudformation/roles.js
// The template of the roles that the workflows of one repository take.




function rolesTemplate() {
    return {
        AWSTemplateFormatVersion: "2010-09-09",
        Description: "Cairn: the roles that the workflows of one repository on GitHub take.",
        Parameters: {
            ...PARAMETERS,
            Repository: {
                Type: "String",
                Description: "owner/name on GitHub; owner/* for all of an owner's, which then share their caches.",
                AllowedPattern: "^[A-Za-z0-9-]+/([A-Za-z0-9._-]+|\\*)$",
            },
            CreateProvider: {
                Type: "String",
                Description: "Whether to make GitHub's identity provider: an account has one, for all of its roles.",
                Default: "true",
                AllowedValues: ["true", "false"],
            },
        },
        Conditions: {
            ...KEY_CONDITION,
            CreatesProvider: { "Fn::Equals": [{ Ref: "CreateProvider" }, "true"] },
        },
        Resources: {
            Provider: {
                Type: "AWS::IAM::OIDCProvider",
                Condition: "CreatesProvider",
                DeletionPolicy: "Retain",
                UpdateReplacePolicy: "Retain",
                Properties: { Url: `https://${GITHUB_ISSUER}`, ClientIdList: [AUDIENCE] },
            },
            ...Object.fromEntries(GITHUB_ROLES.map((role) => [camelCase(role), roleResource(role)])),
            MaintainerPolicy: {
                Type: "AWS::IAM::ManagedPolicy",
                Properties: {
                    Description: "For whoever looks after the store: attach it to a person or a role of your own.",
                    PolicyDocument: withReferences(rolePolicy("maintainer", TOKENS)),
                },
            },
        },
        Outputs: Object.fromEntries([
            ...GITHUB_ROLES.map((role) => [
                `${camelCase(role)}Arn`,
                { Description: `role-to-assume of a ${role}`, Value: { "Fn::GetAtt": [camelCase(role), "Arn"] } },
            ]),
            [
                "MaintainerPolicyArn",
                { Description: "For whoever looks after the store", Value: { Ref: "MaintainerPolicy" } },
            ],
        ]),
    };
}
function roleResource(role) {
    return {
        Type: "AWS::IAM::Role",
        Properties: {
            Description: `Cairn: ${role} of a repository on GitHub`,
            MaxSessionDuration: MAX_SESSION_SECONDS,
            AssumeRolePolicyDocument: withReferences(githubTrust(role, TOKENS)),
            Policies: [
                { PolicyName: "cairn", PolicyDocument: withReferences(rolePolicy(role, TOKENS)) },
                withKey({ PolicyName: "cairn-key", PolicyDocument: withReferences(keyPolicy(role, TOKENS)) }),
            ],
        },
    };
}
//# sourceMappingURL=roles.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/render/cloudformation/store.js
// The template of a store: bucket, table, dashboard, alarms. JSON, which CloudFormation takes as it takes YAML.






function storeTemplate() {
    return {
        AWSTemplateFormatVersion: "2010-09-09",
        Description: "Cairn: the bucket and the table of a store, its dashboard and its alarms.",
        Parameters: {
            ...PARAMETERS,
            Archive: {
                Type: "String",
                Description: `Whether packs of branches move to Glacier Instant Retrieval after ${ARCHIVE_DAYS} days.`,
                Default: "false",
                AllowedValues: ["true", "false"],
            },
            AlarmTopicArn: {
                Type: "String",
                Description: "ARN of an SNS topic that the alarms tell; empty: they only show in CloudWatch.",
                Default: "",
            },
        },
        Conditions: {
            ...KEY_CONDITION,
            Archives: { "Fn::Equals": [{ Ref: "Archive" }, "true"] },
            HasAlarmTopic: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "AlarmTopicArn" }, ""] }] },
        },
        Resources: {
            Bucket: {
                Type: "AWS::S3::Bucket",
                DeletionPolicy: "Retain",
                UpdateReplacePolicy: "Retain",
                Properties: {
                    BucketName: { Ref: "BucketName" },
                    VersioningConfiguration: { Status: "Enabled" },
                    BucketEncryption: { ServerSideEncryptionConfiguration: [encryption()] },
                    PublicAccessBlockConfiguration: {
                        BlockPublicAcls: true,
                        BlockPublicPolicy: true,
                        IgnorePublicAcls: true,
                        RestrictPublicBuckets: true,
                    },
                    LifecycleConfiguration: { Rules: lifecycleRules(TOKENS).map(lifecycleRule) },
                },
            },
            BucketPolicy: {
                Type: "AWS::S3::BucketPolicy",
                Properties: { Bucket: { Ref: "Bucket" }, PolicyDocument: withReferences(bucketPolicy(TOKENS)) },
            },
            Table: {
                Type: "AWS::DynamoDB::Table",
                DeletionPolicy: "Retain",
                UpdateReplacePolicy: "Retain",
                Properties: {
                    ...(0,dist/* createTableInput */.dQ)(TOKENS.table),
                    TableName: { Ref: "TableName" },
                    TimeToLiveSpecification: { AttributeName: dist/* TABLE_SHAPE */.R_.ttlAttribute, Enabled: true },
                    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
                },
            },
            Dashboard: {
                Type: "AWS::CloudWatch::Dashboard",
                Properties: {
                    DashboardName: withoutSlashes(monitoringName(TOKENS)),
                    DashboardBody: withReferences(JSON.stringify(dashboard(TOKENS))),
                },
            },
            ...Object.fromEntries(alarms(TOKENS).map((alarm) => [logicalId(alarm), alarmResource(alarm)])),
        },
        Outputs: {
            Store: {
                Description: "CAIRN_STORE",
                Value: substitution("s3://{{bucket}}/{{prefix}}?region={{region}}"),
            },
            Index: {
                Description: "CAIRN_INDEX",
                Value: substitution("dynamodb://{{table}}?region={{region}}"),
            },
        },
    };
}
function encryption() {
    return {
        BucketKeyEnabled: withKey(true),
        ServerSideEncryptionByDefault: {
            SSEAlgorithm: withKey("aws:kms", "AES256"),
            KMSMasterKeyID: withKey({ Ref: "KmsKeyArn" }),
        },
    };
}
function lifecycleRule(rule) {
    return {
        Id: withReferences(rule.id),
        Status: "Enabled",
        Prefix: withReferences(rule.prefix),
        ...(rule.expireDays !== undefined && { ExpirationInDays: rule.expireDays }),
        ...(rule.archived && {
            Transitions: {
                "Fn::If": ["Archives", [{ StorageClass: ARCHIVE_CLASS, TransitionInDays: ARCHIVE_DAYS }], NO_VALUE],
            },
        }),
        ...(rule.removeDeleteMarkers && { ExpiredObjectDeleteMarker: true }),
        ...(rule.noncurrentDays !== undefined && {
            NoncurrentVersionExpiration: { NoncurrentDays: rule.noncurrentDays },
        }),
        ...(rule.abortUploadDays !== undefined && {
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: rule.abortUploadDays },
        }),
    };
}
function alarmResource(alarm) {
    return {
        Type: "AWS::CloudWatch::Alarm",
        Properties: {
            AlarmName: withoutSlashes(alarm.name),
            AlarmDescription: alarm.description,
            ComparisonOperator: alarm.comparison,
            Threshold: alarm.threshold,
            EvaluationPeriods: 1,
            TreatMissingData: "notBreaching",
            AlarmActions: { "Fn::If": ["HasAlarmTopic", [{ Ref: "AlarmTopicArn" }], NO_VALUE] },
            Metrics: withReferences(alarmQueries(alarm)),
        },
    };
}
/** `LowHitRate`. */
function logicalId({ name }) {
    return camelCase(name.slice(monitoringName(TOKENS).length));
}
//# sourceMappingURL=store.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/render/hcl.js
// As much of HCL as the Terraform modules need, formatted as `terraform fmt` does: names of a run of one-line attributes
// are padded to one width.
function attribute(name, value) {
    return { name, value };
}
function block(type, labels, ...body) {
    return { type, labels, body };
}
/** As it stands: `var.name`, a number, a call. */
function raw(hcl) {
    return { hcl };
}
function list(values) {
    if (values.length < 2)
        return raw(`[${values.map(({ hcl }) => hcl).join("")}]`);
    return raw(`[\n${values.map(({ hcl }) => `${indent(hcl)},\n`).join("")}]`);
}
/** One top-level block after another, an empty line between. */
function hclFile(comment, items) {
    return `${[comment.replace(/^/gm, "# "), ...items.map((item) => lines([item]).join("\n"))].join("\n\n")}\n`;
}
function lines(body) {
    const result = [];
    let run = [];
    const endRun = () => {
        const width = Math.max(0, ...run.map(({ name }) => name.length));
        result.push(...run.map(({ name, value }) => `${name.padEnd(width)} = ${value.hcl}`));
        run = [];
    };
    for (const [index, item] of body.entries()) {
        if ("value" in item) {
            run.push(item);
            // A value of several lines stands alone: nothing is aligned with it.
            if (item.value.hcl.includes("\n")) {
                const last = run.pop();
                endRun();
                result.push(`${last.name} = ${last.value.hcl}`);
            }
            continue;
        }
        endRun();
        if (index > 0)
            result.push("");
        const head = [item.type, ...item.labels.map((label) => JSON.stringify(label))].join(" ");
        const inner = lines(item.body);
        if (inner.length === 0)
            result.push(`${head} {}`);
        else
            result.push(`${head} {`, ...inner.map((line) => (line === "" ? "" : indent(line))), "}");
    }
    endRun();
    return result;
}
function indent(text) {
    return text.replace(/^(?=.)/gm, "  ");
}
//# sourceMappingURL=hcl.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/render/terraform/words.js
// Terraform's words for what both modules have: texts with references, variables of the place, policy documents.


const words_REFERENCES = {
    partition: "data.aws_partition.current.partition",
    region: "data.aws_region.current.region",
    account: "data.aws_caller_identity.current.account_id",
    bucket: "var.bucket",
    prefix: "var.prefix",
    table: "var.table",
    repository: "var.repository",
    kmsKey: "var.kms_key_arn",
};
const GENERATED = "Made by `node scripts/build-infra.ts` from packages/infra/src: change that, not this.";
function placeVariables() {
    return [
        variable("bucket", "string", "Name of the bucket."),
        variable("prefix", "string", "What stands before v1/ in the bucket: empty, or with a slash at its end (team/).", attribute("default", words_text("")), block("validation", [], attribute("condition", raw('var.prefix == "" || can(regex("^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*/$", var.prefix))')), attribute("error_message", words_text("Write a prefix with a slash at its end, team/, or none.")))),
        variable("table", "string", "Name of the table."),
        variable("kms_key_arn", "string", "ARN of a KMS key that encrypts the bucket; empty: S3's own keys.", attribute("default", words_text(""))),
    ];
}
function variable(name, type, description, ...rest) {
    return block("variable", [name], attribute("type", raw(type)), attribute("description", words_text(description)), ...rest);
}
function head() {
    return [
        block("terraform", [], attribute("required_version", words_text(">= 1.5")), block("required_providers", [], attribute("aws", raw('{\n  source  = "hashicorp/aws"\n  version = ">= 6.0"\n}')))),
        ...["aws_partition", "aws_region", "aws_caller_identity"].map((type) => block("data", [type, "current"])),
    ];
}
function output(name, description, value) {
    return block("output", [name], attribute("description", words_text(description)), attribute("value", words_text(value)));
}
function policyDocument(name, { Statement: statements }) {
    return block("data", ["aws_iam_policy_document", name], ...statements.map(statementBlock));
}
function statementBlock({ Sid, Effect, Principal, Action, Resource, Condition = {}, }) {
    return block("statement", [], attribute("sid", words_text(Sid)), attribute("effect", words_text(Effect)), attribute("actions", texts(many(Action))), ...(Resource === undefined ? [] : [attribute("resources", texts(many(Resource)))]), ...(Principal === undefined
        ? []
        : [
            block("principals", [], attribute("type", words_text(Principal === "*" ? "*" : "Federated")), attribute("identifiers", texts([Principal === "*" ? "*" : Principal.Federated]))),
        ]), ...Object.entries(Condition).flatMap(([test, keys]) => Object.entries(keys).map(([key, values]) => block("condition", [], attribute("test", words_text(test)), attribute("variable", words_text(key)), attribute("values", texts(many(values)))))));
}
function many(value) {
    return typeof value === "string" ? [value] : value;
}
function texts(values) {
    return list(values.map(words_text));
}
/** A quoted string, its tokens as interpolations. */
function words_text(value) {
    const body = replaceTokens(value, (name) => `\${${words_REFERENCES[name]}}`, (plain) => JSON.stringify(plain).slice(1, -1).replaceAll("${", "$${").replaceAll("%{", "%%{"));
    return raw(`"${body}"`);
}
/** plainName() in Terraform's functions; the variables allow nothing but slashes to be replaced. */
function words_withoutSlashes(value) {
    return raw(`replace(${words_text(value).hcl}, "/", "-")`);
}
function snakeCase(value) {
    return value.replaceAll("-", "_");
}
//# sourceMappingURL=words.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/render/terraform/roles.js
// The module of the roles that the workflows of one repository take.





/** @returns the text of main.tf. */
function rolesModule() {
    return hclFile(`Cairn: the roles that the workflows of one repository on GitHub take.\n${GENERATED}`, [
        ...head(),
        ...roleVariables(),
        ...provider(),
        ...GITHUB_ROLES.flatMap(roleResources),
        ...maintainer(),
    ]);
}
function roleVariables() {
    return [
        ...placeVariables(),
        variable("repository", "string", "owner/name on GitHub; owner/* for all of an owner's, which then share their caches."),
        variable("create_provider", "bool", "Whether to make GitHub's identity provider: an account has one, for all of its roles.", attribute("default", raw("true"))),
    ];
}
function provider() {
    return [
        block("resource", ["aws_iam_openid_connect_provider", "github"], attribute("count", raw("var.create_provider ? 1 : 0")), attribute("url", words_text(`https://${GITHUB_ISSUER}`)), attribute("client_id_list", texts([AUDIENCE]))),
    ];
}
function roleResources(role) {
    const name = snakeCase(role);
    const trust = `${name}_trust`;
    const key = `${name}_key`;
    return [
        policyDocument(trust, githubTrust(role, TOKENS)),
        policyDocument(name, rolePolicy(role, TOKENS)),
        policyDocument(key, keyPolicy(role, TOKENS)),
        block("resource", ["aws_iam_role", name], attribute("name_prefix", words_text(`cairn-${role}-`)), attribute("description", words_text(`Cairn: ${role} of a repository on GitHub`)), attribute("max_session_duration", raw(String(MAX_SESSION_SECONDS))), attribute("assume_role_policy", raw(`data.aws_iam_policy_document.${trust}.json`))),
        rolePolicyResource(name, "cairn", name, name),
        rolePolicyResource(key, "cairn-key", name, key, attribute("count", raw('var.kms_key_arn == "" ? 0 : 1'))),
        block("output", [`${name}_arn`], attribute("description", words_text(`role-to-assume of a ${role}`)), attribute("value", raw(`aws_iam_role.${name}.arn`))),
    ];
}
function rolePolicyResource(label, name, role, document, ...rest) {
    return block("resource", ["aws_iam_role_policy", label], ...rest, attribute("name", words_text(name)), attribute("role", raw(`aws_iam_role.${role}.id`)), attribute("policy", raw(`data.aws_iam_policy_document.${document}.json`)));
}
function maintainer() {
    return [
        policyDocument("maintainer", rolePolicy("maintainer", TOKENS)),
        block("resource", ["aws_iam_policy", "maintainer"], attribute("name_prefix", words_text("cairn-maintainer-")), attribute("description", words_text("For whoever looks after the store: attach it to a person or a role of your own.")), attribute("policy", raw("data.aws_iam_policy_document.maintainer.json"))),
        block("output", ["maintainer_policy_arn"], attribute("description", words_text("For whoever looks after the store")), attribute("value", raw("aws_iam_policy.maintainer.arn"))),
    ];
}
//# sourceMappingURL=roles.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/render/terraform/store.js
// The module of a store: bucket, table, dashboard, alarms.







/** @returns the text of main.tf. */
function storeModule() {
    return hclFile(`Cairn: the bucket and the table of a store, its dashboard and its alarms.\n${GENERATED}`, [
        ...head(),
        ...storeVariables(),
        ...bucketResources(),
        tableResource(),
        ...monitoringResources(),
        output("store", "CAIRN_STORE", "s3://{{bucket}}/{{prefix}}?region={{region}}"),
        output("index", "CAIRN_INDEX", "dynamodb://{{table}}?region={{region}}"),
    ]);
}
function storeVariables() {
    return [
        ...placeVariables(),
        variable("archive", "bool", `Whether packs of branches move to Glacier Instant Retrieval after ${ARCHIVE_DAYS} days.`, attribute("default", raw("false"))),
        variable("alarm_topic_arn", "string", "ARN of an SNS topic that the alarms tell; empty: they only show in CloudWatch.", attribute("default", words_text(""))),
    ];
}
function bucketResources() {
    const bucket = attribute("bucket", raw("aws_s3_bucket.store.id"));
    return [
        block("resource", ["aws_s3_bucket", "store"], attribute("bucket", raw("var.bucket")), block("lifecycle", [], attribute("prevent_destroy", raw("true")))),
        block("resource", ["aws_s3_bucket_versioning", "store"], bucket, block("versioning_configuration", [], attribute("status", words_text("Enabled")))),
        block("resource", ["aws_s3_bucket_server_side_encryption_configuration", "store"], bucket, block("rule", [], attribute("bucket_key_enabled", raw('var.kms_key_arn != ""')), block("apply_server_side_encryption_by_default", [], attribute("sse_algorithm", raw('var.kms_key_arn == "" ? "AES256" : "aws:kms"')), attribute("kms_master_key_id", raw('var.kms_key_arn == "" ? null : var.kms_key_arn'))))),
        block("resource", ["aws_s3_bucket_public_access_block", "store"], bucket, ...["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"].map((name) => attribute(name, raw("true")))),
        block("resource", ["aws_s3_bucket_lifecycle_configuration", "store"], bucket, attribute("depends_on", raw("[aws_s3_bucket_versioning.store]")), ...lifecycleRules(TOKENS).map(store_lifecycleRule)),
        policyDocument("bucket", bucketPolicy(TOKENS)),
        block("resource", ["aws_s3_bucket_policy", "store"], bucket, attribute("policy", raw("data.aws_iam_policy_document.bucket.json")), 
        // S3 refuses two changes of a bucket's access at once.
        attribute("depends_on", raw("[aws_s3_bucket_public_access_block.store]"))),
    ];
}
function store_lifecycleRule(rule) {
    const days = (type, name, value) => value === undefined ? [] : [block(type, [], attribute(name, raw(String(value))))];
    return block("rule", [], attribute("id", words_text(rule.id)), attribute("status", words_text("Enabled")), block("filter", [], attribute("prefix", words_text(rule.prefix))), ...days("expiration", "days", rule.expireDays), ...(rule.removeDeleteMarkers
        ? [block("expiration", [], attribute("expired_object_delete_marker", raw("true")))]
        : []), ...days("noncurrent_version_expiration", "noncurrent_days", rule.noncurrentDays), ...days("abort_incomplete_multipart_upload", "days_after_initiation", rule.abortUploadDays), ...(rule.archived
        ? [
            block("dynamic", ["transition"], attribute("for_each", raw(`var.archive ? [${ARCHIVE_DAYS}] : []`)), block("content", [], attribute("days", raw("transition.value")), attribute("storage_class", words_text(ARCHIVE_CLASS)))),
        ]
        : []));
}
function tableResource() {
    const { BillingMode } = (0,dist/* createTableInput */.dQ)(TOKENS.table);
    const keys = ({ partition, sort }) => [
        attribute("hash_key", words_text(partition)),
        ...(sort === undefined ? [] : [attribute("range_key", words_text(sort))]),
    ];
    return block("resource", ["aws_dynamodb_table", "index"], attribute("name", raw("var.table")), attribute("billing_mode", words_text(BillingMode)), ...keys(dist/* TABLE_SHAPE */.R_), ...(0,dist/* keyAttributes */.PD)().map((name) => block("attribute", [], attribute("name", words_text(name)), attribute("type", words_text("S")))), 
    // The partition of a local index is that of the table.
    ...dist/* TABLE_SHAPE */.R_.local.map((index) => block("local_secondary_index", [], attribute("name", words_text(index.name)), attribute("range_key", words_text(index.sort)), ...projection(index))), ...dist/* TABLE_SHAPE */.R_.global.map((index) => block("global_secondary_index", [], attribute("name", words_text(index.name)), ...keys(index), ...projection(index))), block("ttl", [], attribute("attribute_name", words_text(dist/* TABLE_SHAPE */.R_.ttlAttribute)), attribute("enabled", raw("true"))), block("point_in_time_recovery", [], attribute("enabled", raw("true"))), block("lifecycle", [], attribute("prevent_destroy", raw("true"))));
}
function projection({ projects }) {
    if (projects === "all")
        return [attribute("projection_type", words_text("ALL"))];
    if (projects === "none")
        return [attribute("projection_type", words_text("KEYS_ONLY"))];
    return [attribute("projection_type", words_text("INCLUDE")), attribute("non_key_attributes", texts(projects))];
}
function monitoringResources() {
    return [
        block("resource", ["aws_cloudwatch_dashboard", "store"], attribute("dashboard_name", words_withoutSlashes(monitoringName(TOKENS))), attribute("dashboard_body", words_text(JSON.stringify(dashboard(TOKENS))))),
        ...alarms(TOKENS).map(store_alarmResource),
    ];
}
function store_alarmResource(alarm) {
    return block("resource", ["aws_cloudwatch_metric_alarm", snakeCase(alarm.name.slice(monitoringName(TOKENS).length + 1))], attribute("alarm_name", words_withoutSlashes(alarm.name)), attribute("alarm_description", words_text(alarm.description)), attribute("comparison_operator", words_text(alarm.comparison)), attribute("threshold", raw(String(alarm.threshold))), attribute("evaluation_periods", raw("1")), attribute("treat_missing_data", words_text("notBreaching")), attribute("alarm_actions", raw('var.alarm_topic_arn == "" ? [] : [var.alarm_topic_arn]')), ...alarmQueries(alarm).map(({ Id, Label, ReturnData, Expression, MetricStat }) => block("metric_query", [], attribute("id", words_text(Id)), attribute("label", words_text(Label)), attribute("return_data", raw(String(ReturnData))), ...(Expression === undefined ? [] : [attribute("expression", words_text(Expression))]), ...(MetricStat === undefined
        ? []
        : [
            block("metric", [], attribute("namespace", words_text(MetricStat.Metric.Namespace)), attribute("metric_name", words_text(MetricStat.Metric.MetricName)), attribute("period", raw(String(MetricStat.Period))), attribute("stat", words_text(MetricStat.Stat)), attribute("dimensions", raw(`{\n${MetricStat.Metric.Dimensions.map(({ Name, Value }) => `  ${Name} = ${words_text(Value).hcl}\n`).join("")}}`))),
        ]))));
}
//# sourceMappingURL=store.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/render/templates.js
// Every file of packages/infra that is generated: its path and what has to be in it. scripts/build-infra.ts writes them,
// a test compares them.







/** What the documents that are plain JSON are written for. `cairn setup --policy` prints them for a store of yours. */
const EXAMPLE_NAMES = {
    partition: "aws",
    region: "eu-west-1",
    account: "111122223333",
    bucket: "acme-ci-cache",
    prefix: "team/",
    table: "acme-ci-cache",
    repository: "acme/api",
    kmsKey: "",
};
/** By path below packages/infra. */
function generatedFiles() {
    return new Map([
        entry("cloudformation/store.json", storeTemplate()),
        entry("cloudformation/roles.json", rolesTemplate()),
        ["terraform/store/main.tf", storeModule()],
        ["terraform/roles/main.tf", rolesModule()],
        ...ROLES.map((role) => entry(`policies/${role}.json`, rolePolicy(role, EXAMPLE_NAMES))),
        ...GITHUB_ROLES.map((role) => entry(`policies/trust-${role}.json`, githubTrust(role, EXAMPLE_NAMES))),
        entry("policies/bucket.json", bucketPolicy(EXAMPLE_NAMES)),
    ]);
}
function entry(path, value) {
    return [path, `${JSON.stringify(value, null, 2)}\n`];
}
//# sourceMappingURL=templates.js.map
;// CONCATENATED MODULE: ./packages/infra/dist/index.js
// The front door of infra: what the command line and the script that writes the templates may use.



//# sourceMappingURL=index.js.map

/***/ })

};
