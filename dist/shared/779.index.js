export const id = 779;
export const ids = [779];
export const modules = {

/***/ 22779:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Q8: () => (/* reexport */ AUTO),
  Uk: () => (/* reexport */ AccessDeniedError),
  D5: () => (/* reexport */ COUNTERS_KEPT_DAYS),
  xA: () => (/* reexport */ CacheError),
  cc: () => (/* reexport */ CancelledError),
  j3: () => (/* reexport */ DeadlineError),
  R$: () => (/* reexport */ EVICTION_POLICIES),
  dz: () => (/* reexport */ InputError),
  xN: () => (/* reexport */ LIFETIME_MS),
  QD: () => (/* reexport */ LocalFileError),
  Cb: () => (/* reexport */ METRICS),
  nI: () => (/* reexport */ METRIC_DIMENSIONS),
  BC: () => (/* reexport */ METRIC_NAMESPACE),
  x3: () => (/* reexport */ NONE),
  W7: () => (/* reexport */ NO_COUNTERS),
  _O: () => (/* reexport */ NothingToSaveError),
  a: () => (/* reexport */ REFS_PREFIX),
  oF: () => (/* reexport */ SIGNING_KEY),
  pO: () => (/* reexport */ STORE_IDENTITY_NAME),
  GN: () => (/* reexport */ SettingsError),
  oq: () => (/* reexport */ StoreAwayError),
  gz: () => (/* reexport */ StoreMissingError),
  o2: () => (/* reexport */ StoreUnavailableError),
  R_: () => (/* reexport */ TABLE_SHAPE),
  Bw: () => (/* reexport */ TOOLCHAIN_SOURCES),
  Zy: () => (/* reexport */ addCounters),
  dQ: () => (/* reexport */ createTableInput),
  ZC: () => (/* reexport */ dayOfTime),
  SU: () => (/* reexport */ deriveAccess),
  vZ: () => (/* reexport */ describeRun),
  iL: () => (/* reexport */ describeSignature),
  bf: () => (/* reexport */ detectToolchain),
  y$: () => (/* reexport */ diffKeys),
  J9: () => (/* reexport */ explainKey),
  gB: () => (/* reexport */ explanationOfKey),
  sq: () => (/* reexport */ exposedKeyWarning),
  I8: () => (/* reexport */ findCheckout),
  WB: () => (/* reexport */ findKeys),
  wN: () => (/* reexport */ findLockfiles),
  aq: () => (/* reexport */ hashLockfiles),
  zB: () => (/* reexport */ indexInput),
  DG: () => (/* reexport */ isLive),
  em: () => (/* reexport */ isLockfile),
  xD: () => (/* reexport */ keepKeysBack),
  PD: () => (/* reexport */ keyAttributes),
  PZ: () => (/* reexport */ keySecrets),
  og: () => (/* reexport */ makeKey),
  N6: () => (/* reexport */ namespaceOf),
  bp: () => (/* reexport */ openCache),
  qc: () => (/* reexport */ openMaintenance),
  j$: () => (/* reexport */ openPlaces),
  pM: () => (/* reexport */ parseBuildSeconds),
  E9: () => (/* reexport */ parseDuration),
  DB: () => (/* reexport */ parseSize),
  Ab: () => (/* reexport */ partitionKey),
  $b: () => (/* reexport */ readExplanations),
  _M: () => (/* reexport */ repositoryOf),
  R5: () => (/* reexport */ repositoryOfJob),
  Mo: () => (/* reexport */ resolveSettings),
  NU: () => (/* reexport */ signatureKeyId),
  cC: () => (/* reexport */ signerId),
  mw: () => (/* reexport */ sparedMs),
  h: () => (/* reexport */ suggestion),
  gA: () => (/* reexport */ thisPlatform),
  rb: () => (/* reexport */ timeOfDay),
  sv: () => (/* reexport */ toInTotoStatement),
  _g: () => (/* reexport */ toSlsaPredicate)
});

// UNUSED EXPORTS: CACHE_KEY_INDEX, CONDEMNED_NAME, COUNTERS, CREATED_AT_INDEX, CorruptError, FormatVersionError, IdentityError, METRIC_DIMENSION_SETS, ObjectMissingError, RefusedError, StoreFullError, UnfinishedRestoreError, UnsafePathError, UntrustedRefError, VERIFY_KEY, WorkerLostError, clampCounters, countersEndMs, countersOf, createClock, firstDayKept, fitsCounters, isDigest, metricUnit, parseDigest, storeDimension

;// CONCATENATED MODULE: ./packages/core/dist/access/ci-job.js
// CiJob: what one CI system says of the running job, before tokens and settings narrow or widen it. Each system has a
// file that reads its own variables into this; derive-access.ts turns it into an Access by one set of rules.
/** `main` -> `refs/heads/main`; undefined for an empty or missing name. */
function branchRef(name) {
    if (!name)
        return undefined;
    return name.startsWith("refs/") ? name : `refs/heads/${name}`;
}
/** `v1` -> `refs/tags/v1`; undefined for an empty or missing name. */
function tagRef(name) {
    return name ? `refs/tags/${name}` : undefined;
}
/** `https://host/acme/api.git`, `git@host:acme/api.git` -> `acme/api`; undefined for what is neither. */
function repositoryOf(url) {
    if (!url)
        return undefined;
    const path = /^[a-z][a-z0-9+.-]*:\/\/[^/]*\/(.+)$/i.exec(url)?.[1] ?? /^[^/:]+:(?!\/\/)(.+)$/.exec(url)?.[1];
    const name = path
        ?.replace(/[?#].*$/, "")
        .replace(/^\/+|\/+$/g, "")
        .replace(/\.git$/, "");
    return name || undefined;
}
//# sourceMappingURL=ci-job.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/access.js
// Access: what a job may read and write, derived once from its CI event and handed to every restore and save.
/** Whether a git ref is a pull request's (GitLab: a merge request's), as every CI system's file spells them. */
function isPullRequestRef(ref) {
    return /^refs\/(pull|merge-requests)\//.test(ref);
}
//# sourceMappingURL=access.js.map
;// CONCATENATED MODULE: ./packages/core/dist/access/buildkite.js
// Buildkite: variables -> CiJob. BUILDKITE_PULL_REQUEST is the number or "false"; a fork's branch arrives as
// "owner:branch" and never names a scope, since a fork builds as a pull request.

function readBuildkite(env) {
    const repository = repositoryOf(env["BUILDKITE_REPO"]) ?? slugOf(env);
    const defaultBranch = branchRef(env["BUILDKITE_PIPELINE_DEFAULT_BRANCH"]);
    const pullRequest = env["BUILDKITE_PULL_REQUEST"];
    if (pullRequest && pullRequest !== "false") {
        return {
            repository,
            ref: `refs/pull/${pullRequest}/head`,
            fallbacks: [branchRef(env["BUILDKITE_PULL_REQUEST_BASE_BRANCH"]), defaultBranch],
            domain: "pr",
            saves: "yes",
            subject: "a pull request build",
        };
    }
    const queueBase = env["BUILDKITE_MERGE_QUEUE_BASE_BRANCH"];
    return {
        repository,
        ref: tagRef(env["BUILDKITE_TAG"]) ?? branchRef(env["BUILDKITE_BRANCH"]),
        fallbacks: [branchRef(queueBase), defaultBranch],
        domain: "trusted",
        saves: queueBase ? "asked" : "yes",
        subject: queueBase ? "a merge queue build" : "this build",
        refHint: "BUILDKITE_BRANCH is not set",
    };
}
function slugOf(env) {
    const organization = env["BUILDKITE_ORGANIZATION_SLUG"];
    const pipeline = env["BUILDKITE_PIPELINE_SLUG"];
    return organization && pipeline ? `${organization}/${pipeline}` : undefined;
}
//# sourceMappingURL=buildkite.js.map
;// CONCATENATED MODULE: ./packages/core/dist/access/circleci.js
// CircleCI: variables -> CiJob. CIRCLE_PR_NUMBER is there for forks only; a branch of the repository itself counts as
// that branch, pull request or not. CircleCI has no variable for the default branch, so it comes from git.

function readCircleCi(env, git) {
    const owner = env["CIRCLE_PROJECT_USERNAME"];
    const project = env["CIRCLE_PROJECT_REPONAME"];
    const repository = owner && project ? `${owner}/${project}` : (repositoryOf(env["CIRCLE_REPOSITORY_URL"]) ?? git.repository);
    const fallbacks = [branchRef(git.defaultBranch)];
    const branch = env["CIRCLE_BRANCH"];
    const pullRequest = env["CIRCLE_PR_NUMBER"] || /^pull\/(\d+)/.exec(branch ?? "")?.[1];
    if (pullRequest) {
        return {
            repository,
            ref: `refs/pull/${pullRequest}/head`,
            fallbacks,
            domain: "pr",
            saves: "yes",
            subject: "a pull request build",
        };
    }
    return {
        repository,
        ref: tagRef(env["CIRCLE_TAG"]) ?? branchRef(branch),
        fallbacks,
        domain: "trusted",
        saves: "yes",
        subject: "this build",
        refHint: "neither CIRCLE_BRANCH nor CIRCLE_TAG is set",
    };
}
//# sourceMappingURL=circleci.js.map
;// CONCATENATED MODULE: ./packages/core/dist/access/github.js
// GitHub Actions: variables and event payload -> CiJob. The ref is always GITHUB_REF, which GitHub sets and a pull
// request can't choose; a head branch, above all a fork's, never names a scope.

/**
 * Events that only someone with write access can cause; the others that run on the default branch get a read-only
 * token from GitHub: https://github.blog/changelog/2026-06-26-read-only-actions-cache-for-untrusted-triggers
 */
const TRUSTED_EVENTS = new Set([
    "push",
    "schedule",
    "workflow_dispatch",
    "repository_dispatch",
    "create",
    "delete",
    "release",
    "deployment",
    "deployment_status",
    "registry_package",
    "page_build",
]);
const PULL_REQUEST_EVENTS = new Set([
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
]);
/** @param event the parsed payload of GITHUB_EVENT_PATH; undefined where there is none. */
function readGitHub(env, event) {
    const ref = env["GITHUB_REF"] || undefined;
    const isPullRef = ref?.startsWith("refs/pull/") === true;
    const name = env["GITHUB_EVENT_NAME"] || (isPullRef ? "pull_request" : "push");
    const common = {
        repository: env["GITHUB_REPOSITORY"] || undefined,
        ref,
        subject: `${/^[aeiou]/.test(name) ? "an" : "a"} ${name} event`,
        refHint: "GITHUB_REF is empty, as for a deployment by commit",
    };
    if (!ref)
        return { ...common, fallbacks: [], domain: "trusted", saves: "granted" };
    const defaultBranch = branchRef(github_text(event, "repository", "default_branch"));
    if (PULL_REQUEST_EVENTS.has(name)) {
        const base = branchRef(github_text(event, "pull_request", "base", "ref") ?? env["GITHUB_BASE_REF"]);
        // A merged and closed pull request runs on its base: saving there is the base's business, so it takes a grant.
        return isPullRef
            ? { ...common, fallbacks: [base, defaultBranch], domain: "pr", saves: "yes" }
            : {
                ...common,
                subject: "a merged pull request",
                fallbacks: [base, defaultBranch],
                domain: "trusted",
                saves: "granted",
            };
    }
    if (name === "merge_group") {
        const base = branchRef(github_text(event, "merge_group", "base_ref"));
        return { ...common, fallbacks: [base, defaultBranch], domain: "trusted", saves: "asked" };
    }
    if (name === "workflow_run") {
        const trusted = isTrustedRun(event);
        return {
            ...common,
            subject: trusted ? common.subject : "a workflow_run event that outsiders can cause",
            fallbacks: [defaultBranch],
            domain: "trusted",
            saves: trusted ? "yes" : "granted",
        };
    }
    // The payload of a schedule has no repository; its ref is the default branch, so nothing is missed.
    return {
        ...common,
        fallbacks: [defaultBranch],
        // Whatever an event on a pull request's ref is called, what it writes is the pull request's.
        domain: isPullRef ? "pr" : "trusted",
        saves: TRUSTED_EVENTS.has(name) ? "yes" : "granted",
    };
}
/** Whether the run that this one follows came from this repository and from an event that outsiders can't cause. */
function isTrustedRun(event) {
    const own = github_text(event, "repository", "full_name");
    const head = github_text(event, "workflow_run", "head_repository", "full_name");
    const cause = github_text(event, "workflow_run", "event");
    if (!own || own !== head || !cause)
        return false;
    return TRUSTED_EVENTS.has(cause) || PULL_REQUEST_EVENTS.has(cause) || cause === "merge_group";
}
/** The string at a path of the payload; undefined where there is none. */
function github_text(event, ...path) {
    let value = event;
    for (const name of path) {
        if (typeof value !== "object" || value === null)
            return undefined;
        value = value[name];
    }
    return typeof value === "string" && value !== "" ? value : undefined;
}
//# sourceMappingURL=github.js.map
;// CONCATENATED MODULE: ./packages/core/dist/access/gitlab.js
// GitLab CI: variables -> CiJob. Merge requests are GitLab's pull requests, merge trains its merge groups.

function readGitLab(env) {
    const repository = env["CI_PROJECT_PATH"] || undefined;
    const defaultBranch = branchRef(env["CI_DEFAULT_BRANCH"]);
    const mergeRequest = env["CI_MERGE_REQUEST_IID"];
    if (mergeRequest) {
        const isTrain = env["CI_MERGE_REQUEST_EVENT_TYPE"] === "merge_train";
        return {
            repository,
            // Detached, merged-result and train pipelines of one merge request share what they save.
            ref: `refs/merge-requests/${mergeRequest}/head`,
            fallbacks: [branchRef(env["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"]), defaultBranch],
            domain: "pr",
            saves: isTrain ? "asked" : "yes",
            subject: isTrain ? "a merge train" : "a merge request",
        };
    }
    const pullRequest = env["CI_EXTERNAL_PULL_REQUEST_IID"];
    if (pullRequest) {
        return {
            repository,
            ref: `refs/pull/${pullRequest}/head`,
            fallbacks: [branchRef(env["CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"]), defaultBranch],
            domain: "pr",
            saves: "yes",
            subject: "an external pull request",
        };
    }
    return {
        repository,
        ref: tagRef(env["CI_COMMIT_TAG"]) ?? branchRef(env["CI_COMMIT_BRANCH"]),
        fallbacks: [defaultBranch],
        domain: "trusted",
        saves: "yes",
        subject: "this pipeline",
        refHint: "neither CI_COMMIT_BRANCH nor CI_COMMIT_TAG is set",
    };
}
//# sourceMappingURL=gitlab.js.map
;// CONCATENATED MODULE: ./packages/core/dist/access/jenkins.js
// Jenkins: variables of multibranch jobs (CHANGE_*, BRANCH_NAME, TAG_NAME) and of the git plugin -> CiJob. Jenkins has
// no variable for the default branch, so it comes from git.

function readJenkins(env, git) {
    const repository = repositoryOf(env["GIT_URL"]) ?? repositoryOf(env["GIT_URL_1"]) ?? git.repository ?? projectOf(env);
    const primary = env["BRANCH_IS_PRIMARY"] === "true" ? env["BRANCH_NAME"] : undefined;
    const defaultBranch = branchRef(primary ?? git.defaultBranch);
    const change = env["CHANGE_ID"];
    if (change) {
        return {
            repository,
            ref: `refs/pull/${change}/merge`,
            fallbacks: [branchRef(env["CHANGE_TARGET"]), defaultBranch],
            domain: "pr",
            saves: "yes",
            subject: "a change request",
        };
    }
    // GIT_BRANCH carries the remote's name: origin/main.
    const gitBranch = env["GIT_LOCAL_BRANCH"] || env["GIT_BRANCH"]?.replace(/^(refs\/remotes\/)?origin\//, "");
    return {
        repository,
        ref: tagRef(env["TAG_NAME"]) ?? branchRef(env["BRANCH_NAME"] || gitBranch || git.branch),
        fallbacks: [defaultBranch],
        domain: "trusted",
        saves: "yes",
        subject: "this build",
        refHint: "neither BRANCH_NAME nor GIT_BRANCH is set",
    };
}
/** The job's folder and name; in a multibranch job the last part is the branch and is left out. */
function projectOf(env) {
    const parts = (env["JOB_NAME"] ?? "").split("/").filter(Boolean);
    if (env["BRANCH_NAME"] && parts.length > 1)
        parts.pop();
    return parts.length > 0 ? parts.join("/") : undefined;
}
//# sourceMappingURL=jenkins.js.map
;// CONCATENATED MODULE: ./packages/core/dist/access/plain-git.js
// No CI system that we know: what git says of the working tree -> CiJob. A folder without git has one scope of its own.

const LOCAL = "local";
function readPlainGit(git) {
    const rules = { domain: "trusted", saves: "yes", subject: "this checkout" };
    if (!git)
        return { ...rules, repository: LOCAL, ref: branchRef(LOCAL), fallbacks: [] };
    return {
        ...rules,
        repository: git.repository ?? LOCAL,
        ref: branchRef(git.branch),
        fallbacks: [branchRef(git.defaultBranch)],
        refHint: "HEAD is detached, check out a branch",
    };
}
//# sourceMappingURL=plain-git.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/errors.js
// The errors of Cairn. Callers decide by class or code, never by message; a message says what is wrong with which
// thing, the hint says what to do. Drivers translate what their SDK throws into these at the boundary.
class CacheError extends Error {
    /** Whether the same call may succeed when it is made again. */
    retryable = false;
    hint;
    constructor(message, details = {}) {
        super(message, details.cause === undefined ? undefined : { cause: details.cause });
        this.name = new.target.name;
        this.hint = details.hint;
    }
}
/** A setting of Cairn's own (a DSN, a mode, a duration) is wrong: the step fails and says what to change. */
class SettingsError extends CacheError {
    code = "SETTINGS";
    setting;
    constructor(setting, message, details) {
        super(message, details);
        this.setting = setting;
    }
}
/** An input of the actions/cache contract is wrong (key, path, restore-keys). */
class InputError extends CacheError {
    code = "INPUT";
}
/** The store or the index can't be reached, timed out, or answered 5xx or "slow down". */
class StoreUnavailableError extends CacheError {
    code = "STORE_UNAVAILABLE";
    retryable = true;
    /** The server asked for fewer requests (S3 503 SlowDown, DynamoDB throttling). */
    throttled;
    constructor(message, details) {
        super(message, details);
        this.throttled = details?.throttled ?? false;
    }
}
/** An earlier step of the job has told that the store or the index is away; it still is, and this step did not wait. */
class StoreAwayError extends StoreUnavailableError {
    retryable = false;
    constructor(description) {
        super(`${description} did not answer an earlier step of this job, nor now: this step goes on without it`, {
            hint: "the warning of that step says more; a later step asks again",
        });
    }
}
/** The credentials are missing, wrong or expired, or do not allow this request. */
class AccessDeniedError extends CacheError {
    code = "ACCESS_DENIED";
}
/** The bucket, table or folder itself does not exist (or is in another region). */
class StoreMissingError extends CacheError {
    code = "STORE_MISSING";
}
/** No space is left, or a quota is used up. */
class StoreFullError extends CacheError {
    code = "STORE_FULL";
}
/** One object that should exist does not. */
class ObjectMissingError extends CacheError {
    code = "OBJECT_MISSING";
    objectName;
    constructor(objectName, details) {
        super(`object ${objectName} is not in the store`, details);
        this.objectName = objectName;
    }
}
/** An object's bytes are not what its name or the artifact says: wrong digest, wrong size, undecodable. */
class errors_CorruptError extends CacheError {
    code = "CORRUPT";
    objectName;
    constructor(objectName, what, details) {
        super(`${objectName} is corrupt: ${what}`, details);
        this.objectName = objectName;
    }
}
/** The bytes are whole, but of a format version this Cairn does not read. */
class FormatVersionError extends CacheError {
    code = "FORMAT_VERSION";
}
/** A Ref whose signature does not hold was asked for by name. A look-up just does not find it. */
class UntrustedRefError extends CacheError {
    code = "UNTRUSTED_REF";
}
/** An artifact names a path that must not be written. Nothing of the artifact is restored. */
class UnsafePathError extends CacheError {
    code = "UNSAFE_PATH";
    path;
    constructor(path, why, details) {
        super(`refused to restore ${JSON.stringify(path)}: ${why}`, details);
        this.path = path;
    }
}
/** The paths to save match nothing. */
class NothingToSaveError extends CacheError {
    code = "NOTHING_TO_SAVE";
}
/** A root still carries the marker of a restore that did not finish. */
class UnfinishedRestoreError extends CacheError {
    code = "UNFINISHED_RESTORE";
    root;
    constructor(root, details) {
        super(`${root} holds an unfinished restore`, details);
        this.root = root;
    }
}
/** The deadline of a restore or a save has passed. */
class DeadlineError extends CacheError {
    code = "DEADLINE";
}
/** The user or the runner cancelled the work. */
class CancelledError extends CacheError {
    code = "CANCELLED";
}
/** The index belongs to another store (or the store to another index). */
class IdentityError extends CacheError {
    code = "IDENTITY";
}
/** Something is in doubt, and going on could destroy what is needed: a person has to decide. Nothing was changed. */
class RefusedError extends CacheError {
    code = "REFUSED";
}
/** The disk on this machine refused a read or a write of the tree (full, read-only, not permitted). */
class LocalFileError extends CacheError {
    code = "LOCAL_FILE";
}
/** A thread that does part of the work ended by itself, or could not be started: this machine is short of something. */
class WorkerLostError extends CacheError {
    code = "WORKER_LOST";
}
//# sourceMappingURL=errors.js.map
;// CONCATENATED MODULE: ./packages/core/dist/access/read-scopes.js
// The setting `read-scopes`: more scopes to look in, `refs/heads/x` of this repository or `owner/repo@refs/heads/x`
// of another one in the same store.

const REPOSITORY = /^[^\s@/]+(\/[^\s@/]+)+$/;
const REF = /^refs\/[^\s]+$/;
/**
 * @param lines one scope each; empty ones are skipped.
 * @param repository of the lines that name none.
 * @throws SettingsError
 */
function parseReadScopes(lines, repository) {
    return lines
        .map((line) => line.trim())
        .filter(Boolean)
        .map((line) => {
        const at = line.startsWith("refs/") ? -1 : line.indexOf("@");
        const ref = line.slice(at + 1);
        const named = at < 0 ? repository : line.slice(0, at);
        const isWhole = REF.test(ref) && (at < 0 || REPOSITORY.test(line.slice(0, at)));
        if (!isWhole || !named) {
            throw new SettingsError("read-scopes", `read-scopes names no scope: ${JSON.stringify(line)}`, {
                hint: isWhole
                    ? "this repository is unknown: write owner/repo@refs/heads/x"
                    : "write refs/heads/x, or owner/repo@refs/heads/x for another repository",
            });
        }
        return { repository: named, ref };
    });
}
//# sourceMappingURL=read-scopes.js.map
;// CONCATENATED MODULE: ./packages/core/dist/access/runtime-token.js
// The `ac` claim of ACTIONS_RUNTIME_TOKEN: which scopes the runner's own cache service lets this job read and write.
// It is read, not verified: it can only narrow what the event allows, or grant what GitHub itself would grant.
const READ = 1;
const WRITE = 2;
/**
 * The payload of the JWT holds `"ac": "[{\"Scope\":\"refs/heads/x\",\"Permission\":3}]"`: JSON inside a string.
 * @returns undefined where the token says nothing: absent, unparsable, or only entries without a scope, which is what
 * Gitea and Forgejo send.
 */
function parseGrants(token) {
    if (!token)
        return undefined;
    const entries = claimOf(token);
    if (!Array.isArray(entries))
        return undefined;
    const grants = new Map();
    for (const entry of entries) {
        if (typeof entry !== "object" || entry === null)
            return undefined;
        const { Scope: scope, Permission: permission } = entry;
        if (typeof scope !== "string" || typeof permission !== "number")
            return undefined;
        if (scope !== "")
            grants.set(scope, (grants.get(scope) ?? 0) | permission);
    }
    return entries.length > 0 && grants.size === 0 ? undefined : grants;
}
function claimOf(token) {
    try {
        const payload = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
        const claim = payload?.ac;
        return typeof claim === "string" ? JSON.parse(claim) : undefined;
    }
    catch {
        return undefined;
    }
}
//# sourceMappingURL=runtime-token.js.map
;// CONCATENATED MODULE: ./packages/core/dist/access/derive-access.js
// deriveAccess: which scopes a job reads and writes, from its CI event alone, so that an action and a command line in
// the same job come to the same answer. Pure: each CI system has its own file, and the rules are the same for all.









/** @throws SettingsError when a line of `readScopes` is no scope. */
function deriveAccess(facts) {
    const job = readJob(facts);
    const grants = parseGrants(facts.runtimeToken);
    const notes = [];
    const readable = [job.ref, ...job.fallbacks].filter((ref) => ref !== undefined && mayRead(ref, grants));
    const reads = readable.map((ref) => ({ repository: job.repository ?? "", ref }));
    const refusal = whyNotSaved(job, grants, facts.mergeGroupSaves ?? false);
    if (refusal)
        notes.push(refusal);
    for (const scope of parseReadScopes(facts.readScopes ?? [], job.repository)) {
        if (job.domain === "trusted" && isPullRequestRef(scope.ref)) {
            notes.push(`read-scopes: ${scope.ref} is left out, since only pull requests read what pull requests save`);
        }
        else
            reads.push(scope);
    }
    return {
        reads: job.repository === undefined ? [] : distinct(reads),
        writes: refusal ? undefined : { repository: job.repository, ref: job.ref },
        domain: job.domain,
        note: notes.length > 0 ? notes.join("; ") : undefined,
    };
}
/** The job's repository, `owner/name`, whether or not it has a scope there: on a detached HEAD, too. */
function repositoryOfJob(facts) {
    return readJob(facts).repository;
}
function readJob({ env, event, git }) {
    const isSet = (name) => Boolean(env[name]) && env[name] !== "false";
    if (isSet("GITHUB_ACTIONS"))
        return readGitHub(env, event);
    if (isSet("GITLAB_CI"))
        return readGitLab(env);
    if (isSet("BUILDKITE"))
        return readBuildkite(env);
    if (isSet("CIRCLECI"))
        return readCircleCi(env, git ?? {});
    if (isSet("JENKINS_URL"))
        return readJenkins(env, git ?? {});
    if (isSet("GITHUB_REPOSITORY"))
        return readGitHub(env, event);
    return readPlainGit(git);
}
function mayRead(ref, grants) {
    return grants === undefined || ((grants.get(ref) ?? 0) & READ) !== 0;
}
/** @returns a sentence without its full stop; undefined when the job may save to its own ref. */
function whyNotSaved(job, grants, asked) {
    if (job.repository === undefined)
        return `${job.subject} names no repository, so there is no cache to use`;
    if (job.ref === undefined) {
        return `${job.subject} has no branch or tag to save for${job.refHint ? ` (${job.refHint})` : ""}`;
    }
    const isGranted = grants !== undefined && ((grants.get(job.ref) ?? 0) & WRITE) !== 0;
    if (job.saves === "granted" && !isGranted)
        return `${job.subject} may only read`;
    if (job.saves === "asked" && !asked) {
        return `${job.subject} only reads unless the setting mode is given: nothing else would read what it saves`;
    }
    if (grants !== undefined && !isGranted)
        return `the job's token does not allow saving to ${job.ref}`;
    return undefined;
}
function distinct(scopes) {
    const byName = new Map(scopes.map((scope) => [`${scope.repository}@${scope.ref}`, scope]));
    return [...byName.values()];
}
//# sourceMappingURL=derive-access.js.map
;// CONCATENATED MODULE: ./packages/core/dist/access/run-facts.js
// RunFacts from a job's environment: which commit, which run, whose. The same systems as for the access, read from their
// own variables; where one does not say, git does.
function describeRun(sources) {
    const { env, git } = sources;
    const facts = readRun(sources);
    const message = facts.commitMessage ?? (isSameCommit(facts, git) ? git?.commitMessage : undefined);
    return known({
        ...facts,
        commitSha: facts.commitSha ?? git?.commitSha,
        commitMessage: message,
        branch: facts.branch ?? git?.branch,
        tools: toolsOf(env["npm_config_user_agent"]),
    });
}
function readRun({ env, event }) {
    const isSet = (name) => Boolean(env[name]) && env[name] !== "false";
    if (isSet("GITHUB_ACTIONS"))
        return gitHubRun(env, event);
    if (isSet("GITLAB_CI"))
        return gitLabRun(env);
    if (isSet("BUILDKITE"))
        return buildkiteRun(env);
    if (isSet("CIRCLECI"))
        return circleCiRun(env);
    if (isSet("JENKINS_URL"))
        return jenkinsRun(env);
    return { system: "git" };
}
function gitHubRun(env, event) {
    const [server, repository, runId] = [
        env["GITHUB_SERVER_URL"],
        env["GITHUB_REPOSITORY"],
        env["GITHUB_RUN_ID"],
    ];
    return {
        system: "github",
        runId,
        attempt: env["GITHUB_RUN_ATTEMPT"],
        url: server && repository && runId ? `${server}/${repository}/actions/runs/${runId}` : undefined,
        workflow: env["GITHUB_WORKFLOW"],
        job: env["GITHUB_JOB"],
        event: env["GITHUB_EVENT_NAME"],
        actor: env["GITHUB_ACTOR"],
        server,
        commitSha: env["GITHUB_SHA"],
        // A pull request's commit is a merge that nobody wrote: its title says more.
        commitMessage: run_facts_text(event, "head_commit", "message") ?? run_facts_text(event, "pull_request", "title"),
        branch: env["GITHUB_HEAD_REF"] || env["GITHUB_REF_NAME"],
    };
}
function gitLabRun(env) {
    return {
        system: "gitlab",
        runId: env["CI_PIPELINE_ID"],
        // A retried job of a pipeline has an id of its own.
        attempt: env["CI_JOB_ID"],
        url: env["CI_JOB_URL"] ?? env["CI_PIPELINE_URL"],
        workflow: env["CI_PIPELINE_NAME"],
        job: env["CI_JOB_NAME"],
        event: env["CI_PIPELINE_SOURCE"],
        actor: env["GITLAB_USER_LOGIN"],
        server: env["CI_SERVER_URL"],
        commitSha: env["CI_COMMIT_SHA"],
        commitMessage: env["CI_COMMIT_MESSAGE"],
        branch: env["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"] || env["CI_COMMIT_BRANCH"] || env["CI_COMMIT_TAG"],
    };
}
function buildkiteRun(env) {
    return {
        system: "buildkite",
        runId: env["BUILDKITE_BUILD_ID"],
        attempt: env["BUILDKITE_RETRY_COUNT"],
        url: env["BUILDKITE_BUILD_URL"],
        workflow: env["BUILDKITE_PIPELINE_SLUG"],
        job: env["BUILDKITE_LABEL"],
        event: env["BUILDKITE_SOURCE"],
        actor: env["BUILDKITE_BUILD_CREATOR"],
        commitSha: commitOf(env["BUILDKITE_COMMIT"]),
        commitMessage: env["BUILDKITE_MESSAGE"],
        branch: env["BUILDKITE_BRANCH"],
    };
}
function circleCiRun(env) {
    return {
        system: "circleci",
        runId: env["CIRCLE_WORKFLOW_ID"],
        attempt: env["CIRCLE_BUILD_NUM"],
        url: env["CIRCLE_BUILD_URL"],
        job: env["CIRCLE_JOB"],
        actor: env["CIRCLE_USERNAME"],
        commitSha: env["CIRCLE_SHA1"],
        branch: env["CIRCLE_BRANCH"] || env["CIRCLE_TAG"],
    };
}
function jenkinsRun(env) {
    return {
        system: "jenkins",
        runId: env["BUILD_TAG"],
        url: env["BUILD_URL"],
        workflow: env["JOB_NAME"],
        job: env["STAGE_NAME"],
        actor: env["CHANGE_AUTHOR"],
        server: env["JENKINS_URL"],
        commitSha: env["GIT_COMMIT"],
        commitMessage: env["CHANGE_TITLE"],
        branch: env["CHANGE_BRANCH"] ||
            env["BRANCH_NAME"] ||
            env["GIT_BRANCH"]?.replace(/^(refs\/remotes\/)?origin\//, ""),
    };
}
/** Buildkite says HEAD until the checkout has told which commit that is. */
function commitOf(text) {
    return text === "HEAD" ? undefined : text;
}
/** A message belongs to its own commit only. */
function isSameCommit(facts, git) {
    return !facts.commitSha || facts.commitSha === git?.commitSha;
}
/** `npm/9.6.7 node/v20.1.0 linux x64`: what a script of npm, yarn or pnpm runs under. */
function toolsOf(userAgent) {
    const tools = [...(userAgent ?? "").matchAll(/(?:^| )(npm|pnpm|yarn|bun|node)\/v?(\d\S*)/g)];
    return tools.length === 0
        ? undefined
        : Object.fromEntries(tools.map(([, name, version]) => [name, version]));
}
/** Without what is empty. */
function known(facts) {
    return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined && value !== ""));
}
/** The string at a path of the payload; undefined where there is none. */
function run_facts_text(event, ...path) {
    let value = event;
    for (const name of path) {
        if (typeof value !== "object" || value === null)
            return undefined;
        value = value[name];
    }
    return typeof value === "string" && value !== "" ? value : undefined;
}
//# sourceMappingURL=run-facts.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/table-shape.js
// What the table of a DynamoDB index has to be: names and no SDK. The driver, `cairn setup`, `cairn doctor` and the
// templates of packages/infra are all made of this, so none of them can drift from the others.
/** Of the table: strongly consistent, newest first within a scope. */
const CREATED_AT_INDEX = "createdAt-index";
/** Of the whole: where else a key exists, for telling why a look-up missed. */
const CACHE_KEY_INDEX = "cacheKey-index";
/** All keys are strings. Attributes that dashboards read are projected, counters are not: each use would be a write more. */
const TABLE_SHAPE = {
    partition: "pk",
    sort: "sk",
    local: [{ name: CREATED_AT_INDEX, partition: "pk", sort: "createdAt", projects: "all" }],
    global: [
        {
            name: "repository-toolchain-index",
            partition: "repository",
            sort: "toolchain",
            projects: ["contentHash", "ref", "createdAt", "cacheKey"],
        },
        {
            name: "lockfileHash-index",
            partition: "lockfileHash",
            projects: ["contentHash", "ref", "createdAt", "cacheKey", "repository"],
        },
        { name: CACHE_KEY_INDEX, partition: "cacheKey", sort: "repository", projects: "none" },
    ],
    ttlAttribute: "ttl",
};
/** Every attribute that is a key of something, each once. */
function keyAttributes(shape = TABLE_SHAPE) {
    const keys = [shape, ...shape.local, ...shape.global].flatMap(({ partition, sort }) => sort === undefined ? [partition] : [partition, sort]);
    return [...new Set(keys)];
}
//# sourceMappingURL=table-shape.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/create-table-input.js
// The shape of the table in the words of DynamoDB's API.

/** Billed by request. */
function createTableInput(TableName) {
    return {
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: keyAttributes().map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
        KeySchema: keySchema(TABLE_SHAPE),
        LocalSecondaryIndexes: TABLE_SHAPE.local.map(indexInput),
        GlobalSecondaryIndexes: TABLE_SHAPE.global.map(indexInput),
    };
}
function indexInput(index) {
    return { IndexName: index.name, KeySchema: keySchema(index), Projection: projection(index) };
}
function keySchema({ partition, sort }) {
    return [
        { AttributeName: partition, KeyType: "HASH" },
        ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: "RANGE" }]),
    ];
}
function projection({ projects }) {
    if (projects === "all")
        return { ProjectionType: "ALL" };
    if (projects === "none")
        return { ProjectionType: "KEYS_ONLY" };
    return { ProjectionType: "INCLUDE", NonKeyAttributes: [...projects] };
}
//# sourceMappingURL=create-table-input.js.map
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
;// CONCATENATED MODULE: ./packages/core/dist/model/digest.js
// Digest: the SHA-256 of some bytes, as 64 lower-case hex digits. Every name in the store is one.
// The brand keeps an unchecked string from being used as a name.
const DIGEST_BYTES = 32;
const PATTERN = /^[0-9a-f]{64}$/;
function isDigest(text) {
    return PATTERN.test(text);
}
/** @throws TypeError when `text` is not 64 lower-case hex digits. */
function parseDigest(text) {
    if (!isDigest(text))
        throw new TypeError(`not a SHA-256 in lower-case hex: ${JSON.stringify(text.slice(0, 80))}`);
    return text;
}
//# sourceMappingURL=digest.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/is-ref.js
// The gate for rows that come from where others can write too, a server or a file: what is not wholly a Ref never gets
// past it. Most of all a contentHash, which becomes a part of object names.

const TEXTS = ["version", "key"];
const TIMES = ["createdAtMs", "lastAccessedAtMs", "expiresAtMs", "notAfterMs"];
const NUMBERS = ["accessCount", "treeBytes", "storedBytes", "entryCount"];
/** What a Date can hold (ECMA-262, 21.4.1.1): a later moment throws wherever it is written out. */
const TIME_MAX_MS = 8.64e15;
const OPTIONAL_TEXTS = ["toolchain", "lockfileHash", "signature"];
/** Whether `value` has every field of a Ref, and none of a wrong type. Further fields are not looked at. */
function isRef(value) {
    if (!isObject(value))
        return false;
    const scope = value["scope"];
    const optional = (name, type) => value[name] === undefined || typeof value[name] === type;
    return (isObject(scope) &&
        typeof scope["repository"] === "string" &&
        typeof scope["ref"] === "string" &&
        (value["domain"] === "trusted" || value["domain"] === "pr") &&
        typeof value["contentHash"] === "string" &&
        isDigest(value["contentHash"]) &&
        TEXTS.every((name) => typeof value[name] === "string") &&
        TIMES.every((name) => isTime(value[name])) &&
        NUMBERS.every((name) => Number.isFinite(value[name])) &&
        OPTIONAL_TEXTS.every((name) => optional(name, "string")) &&
        optional("invalidatedAtMs", "number") &&
        (value["buildSeconds"] === undefined || Number.isFinite(value["buildSeconds"])));
}
function isTime(value) {
    return Number.isFinite(value) && Math.abs(value) <= TIME_MAX_MS;
}
function isObject(value) {
    return typeof value === "object" && value !== null;
}
//# sourceMappingURL=is-ref.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/names.js
// Where things are in the store. The only place that spells an object's name.

const LAYOUT = "v1";
const STORE_IDENTITY_NAME = `${LAYOUT}/store.json`;
/** Refs, only where the bucket itself is the index. */
const REFS_PREFIX = `${LAYOUT}/refs/`;
/** What the last prune is going to delete. */
const CONDEMNED_NAME = `${LAYOUT}/condemned/current.json`;
/** Which index prunes go by, where it is not the one that the store was first used with. */
const PRUNING_INDEX_NAME = `${LAYOUT}/condemned/index.json`;
/** Written by a prune to learn the store's own time. */
const STORE_CLOCK_NAME = `${LAYOUT}/condemned/clock.json`;
function packName(domain, digest) {
    return `${LAYOUT}/${domain}/packs/${digest}`;
}
function artifactName(domain, contentHash) {
    return `${LAYOUT}/${domain}/artifacts/${contentHash}`;
}
function metadataName(domain, contentHash, run) {
    return `${metadataPrefix(domain, contentHash)}${run}.json`;
}
function metadataPrefix(domain, contentHash) {
    return `${LAYOUT}/${domain}/metadata/${contentHash}/`;
}
/** All that content of one kind is named by. */
function contentPrefix(domain, kind) {
    return `${LAYOUT}/${domain}/${kind}/`;
}
/** The artifact that a name of metadata belongs to; undefined for all other names. */
function artifactOfMetadata(name) {
    const [layout, domain, kind, digest = "", file, ...rest] = name.split("/");
    const isMetadata = layout === LAYOUT &&
        (domain === "trusted" || domain === "pr") &&
        kind === "metadata" &&
        isDigest(digest) &&
        file !== undefined &&
        rest.length === 0;
    return isMetadata ? artifactName(domain, digest) : undefined;
}
/** What the name of a pack or an artifact says; undefined for all others: only the bytes of these two never change. */
function parseContentName(name) {
    const [layout, domain, kind, digest = "", ...rest] = name.split("/");
    const isContent = layout === LAYOUT &&
        (domain === "trusted" || domain === "pr") &&
        (kind === "packs" || kind === "artifacts") &&
        isDigest(digest) &&
        rest.length === 0;
    return isContent ? { domain, kind, digest } : undefined;
}
//# sourceMappingURL=names.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/dynamo-items.js
// Rows of the DynamoDB index: the attributes that other people's dashboards read (cacheKey, contentHash, s3Key,
// repository, toolchain, lockfileHash, createdAt, lastAccessed, accessCount, ttl) beside Cairn's own. Unknown ones are
// left out, never empty: the key of a secondary index may not be.



/**
 * Sort keys stop at 1,024 bytes, a key can have 1,536. Up to so many a key is its own sort key; of a longer one that
 * much is kept, with its digest behind. The result is longer than any key that is kept whole, so none can equal it.
 */
const WHOLE_KEY_BYTES = 900;
/** A cut never falls inside a character, so it may come this much earlier. */
const CHARACTER_BYTES = 4;
/** DynamoDB takes no longer ones. */
const SORT_KEY_BYTES = 1024;
/** `repository:ref:version`, with `%` and `:` of its parts escaped, so that no two scopes share a partition. */
function partitionKey(scope, version) {
    return [scope.repository, scope.ref, version]
        .map((part) => part.replace(/[%:]/g, encodeURIComponent))
        .join(":");
}
/** Leases live in a partition of their own, beside the one they belong to: so a policy on leading keys covers both. */
function leasePartitionKey(scope, version) {
    return `${partitionKey(scope, version)}:lease`;
}
const IDENTITY_KEY = { pk: { S: ":identity" }, sk: { S: "store" } };
function sortKey(key) {
    if (Buffer.byteLength(key) > WHOLE_KEY_BYTES)
        return `${firstBytes(key, WHOLE_KEY_BYTES)}#${(0,external_node_crypto_.hash)("sha256", key, "hex")}`;
    // A sort key may not be empty, and no key starts with U+0001.
    return key === "" ? "\u0001" : key;
}
/** What the sort keys of all keys that start with `prefix` start with; those of some others may, too. */
function sortKeyPrefix(prefix) {
    return firstBytes(prefix, WHOLE_KEY_BYTES - (CHARACTER_BYTES - 1));
}
/**
 * The last sort key that can start with `prefix`. DynamoDB orders by UTF-8 bytes; with BETWEEN the local engine of tests and
 * small installations seeks, with begins_with it reads all keys of the partition. AWS seeks with both.
 */
function sortKeyCeiling(prefix) {
    const left = SORT_KEY_BYTES - Buffer.byteLength(prefix);
    const highest = ["", "\u007f", "\u07ff", "\uffff"][left % CHARACTER_BYTES];
    return prefix + "\u{10ffff}".repeat(Math.floor(left / CHARACTER_BYTES)) + highest;
}
/** As many whole characters of the text as fit into `limit` bytes. */
function firstBytes(text, limit) {
    const bytes = Buffer.from(text);
    let end = Math.min(limit, bytes.length);
    while (end < bytes.length && (bytes[end] & 0xc0) === 0x80)
        end--;
    return bytes.subarray(0, end).toString();
}
function keyOf(id) {
    return { pk: { S: partitionKey(id.scope, id.version) }, sk: { S: sortKey(id.key) } };
}
function leaseKeyOf(id) {
    return { pk: { S: leasePartitionKey(id.scope, id.version) }, sk: { S: sortKey(id.key) } };
}
/** Of the uses of a Ref, whose key and scope can be of any length. */
function usageSortKey({ scope, key }) {
    return (0,external_node_crypto_.hash)("sha256", JSON.stringify([scope.repository, scope.ref, key]), "hex");
}
function itemOf(ref) {
    return {
        ...keyOf(ref),
        cacheKey: { S: ref.key },
        contentHash: { S: `sha256:${ref.contentHash}` },
        s3Key: { S: artifactName(ref.domain, ref.contentHash) },
        repository: { S: ref.scope.repository },
        ref: { S: ref.scope.ref },
        version: { S: ref.version },
        domain: { S: ref.domain },
        createdAt: { S: isoOf(ref.createdAtMs) },
        lastAccessed: { S: isoOf(ref.lastAccessedAtMs) },
        accessCount: number(ref.accessCount),
        // In whole seconds, as the table's time to live wants it; rounded up, since only expiresAtMs decides.
        ttl: number(Math.ceil(ref.expiresAtMs / 1000)),
        expiresAtMs: number(ref.expiresAtMs),
        notAfterMs: number(ref.notAfterMs),
        treeBytes: number(ref.treeBytes),
        storedBytes: number(ref.storedBytes),
        entryCount: number(ref.entryCount),
        ...(ref.buildSeconds !== undefined && { buildSeconds: number(ref.buildSeconds) }),
        ...(ref.invalidatedAtMs !== undefined && { invalidatedAtMs: number(ref.invalidatedAtMs) }),
        ...(ref.toolchain && { toolchain: { S: ref.toolchain } }),
        ...(ref.lockfileHash && { lockfileHash: { S: ref.lockfileHash } }),
        ...(ref.signature && { signature: { S: ref.signature } }),
    };
}
/** @returns undefined for what is no Ref of ours: a lease, the identity, a row that another program wrote. */
function refOf(item) {
    const text = (name) => item[name]?.S;
    const count = (name) => Number(item[name]?.N ?? Number.NaN);
    const ref = {
        scope: { repository: text("repository"), ref: text("ref") },
        version: text("version"),
        key: text("cacheKey"),
        domain: text("domain"),
        contentHash: text("contentHash")?.replace(/^sha256:/, ""),
        createdAtMs: Date.parse(text("createdAt") ?? ""),
        lastAccessedAtMs: Date.parse(text("lastAccessed") ?? ""),
        accessCount: count("accessCount"),
        expiresAtMs: count("expiresAtMs"),
        notAfterMs: count("notAfterMs"),
        treeBytes: count("treeBytes"),
        storedBytes: count("storedBytes"),
        entryCount: count("entryCount"),
        ...(item["buildSeconds"] && { buildSeconds: count("buildSeconds") }),
        ...(item["invalidatedAtMs"] && { invalidatedAtMs: count("invalidatedAtMs") }),
        ...(item["toolchain"] && { toolchain: text("toolchain") }),
        ...(item["lockfileHash"] && { lockfileHash: text("lockfileHash") }),
        ...(item["signature"] && { signature: text("signature") }),
    };
    if (!isRef(ref))
        return undefined;
    // Under another key than its own it would speak for a scope whose rows its writer may not write.
    const { pk, sk } = keyOf(ref);
    return pk?.S === text("pk") && sk?.S === text("sk") ? ref : undefined;
}
function leaseItemOf(lease) {
    return {
        ...leaseKeyOf(lease.id),
        owner: { S: lease.owner },
        expiresAtMs: number(lease.expiresAtMs),
        ttl: number(Math.ceil(lease.expiresAtMs / 1000)),
    };
}
function isoOf(timeMs) {
    return new Date(timeMs).toISOString();
}
function number(value) {
    return { N: String(value) };
}
//# sourceMappingURL=dynamo-items.js.map
// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(31421);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:url"
var external_node_url_ = __webpack_require__(73136);
;// CONCATENATED MODULE: ./packages/core/dist/model/signing-key.js
// The keys that sign Refs and the keys that check them, from their text: HMAC-SHA-256 with a shared secret, or Ed25519
// as openssl writes it. What is wrong with a text is told without any of it: a message must not hold key material.


/** As long as what HMAC-SHA-256 makes: a shorter secret is the weakest part (RFC 2104, 3). */
const SECRET_MIN_BYTES = 32;
const ID_DIGITS = 16;
const HMAC_PREFIX = "hmac-sha256:";
const ED25519_PREFIX = "ed25519:";
const PEM = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;
const FORMS = "write hmac-sha256: and hex digits, ed25519: and base64, or the PEM text that openssl makes; docs/guides/signing.md has the commands";
/** PEM blocks, and what stands between commas and white space. Keeps nothing of the order between the two. */
function splitKeys(text) {
    const blocks = text.match(PEM) ?? [];
    const others = text.replace(PEM, " ").split(/[\s,]+/);
    return [...blocks, ...others].filter((part) => part !== "");
}
/**
 * The key to sign with.
 * @param text one part of {@link splitKeys}.
 * @param where names it in messages: `CAIRN_SIGNING_KEY`.
 * @throws SettingsError
 */
function parseSigningKey(text, setting, where) {
    const { algorithm, key } = parseKey(text, setting, where);
    if (key.type === "public") {
        throw new SettingsError(setting, `${where} is a public key, which can't sign`, {
            hint: "put the private key here, and its public half into CAIRN_VERIFY_KEY",
        });
    }
    const verifyKey = toVerifyKey(algorithm, key.type === "private" ? (0,external_node_crypto_.createPublicKey)(key) : key);
    return { id: verifyKey.id, algorithm, key, verifyKey };
}
/** A key to check with; otherwise as {@link parseSigningKey}. @throws SettingsError */
function parseVerifyKey(text, setting, where) {
    const { algorithm, key } = parseKey(text, setting, where);
    if (key.type === "private") {
        throw new SettingsError(setting, `${where} is a private key: whoever checks with it could sign, too`, {
            hint: "put its public half here: openssl pkey -in FILE -pubout",
        });
    }
    return toVerifyKey(algorithm, key);
}
function toVerifyKey(algorithm, key) {
    return { id: algorithm === "ed25519" ? publicKeyId(key) : secretKeyId(key), algorithm, key };
}
/** The first digits of the SHA-256 of the public key's DER (SubjectPublicKeyInfo). */
function publicKeyId(key) {
    const der = key.export({ type: "spki", format: "der" });
    return (0,external_node_crypto_.createHash)("sha256").update(der).digest("hex").slice(0, ID_DIGITS);
}
/** The first digits of an HMAC of a fixed text under the secret: says nothing of the secret itself. */
function secretKeyId(key) {
    return (0,external_node_crypto_.createHmac)("sha256", key).update("cairn-key-id").digest("hex").slice(0, ID_DIGITS);
}
function parseKey(text, setting, where) {
    const fail = (what, hint) => {
        throw new SettingsError(setting, `${where} ${what}`, { hint });
    };
    if (text.startsWith(HMAC_PREFIX)) {
        const digits = text.slice(HMAC_PREFIX.length);
        const hint = `make one with: echo "${HMAC_PREFIX}$(openssl rand -hex ${SECRET_MIN_BYTES})"`;
        if (!/^([0-9A-Fa-f]{2})*$/.test(digits))
            fail("is not written in hex digits", hint);
        const secret = Buffer.from(digits, "hex");
        if (secret.length < SECRET_MIN_BYTES) {
            fail(`has ${secret.length} bytes, and a secret needs at least ${SECRET_MIN_BYTES}`, hint);
        }
        return { algorithm: "hmac-sha256", key: (0,external_node_crypto_.createSecretKey)(secret) };
    }
    const [block, label, body] = new RegExp(PEM.source).exec(text) ?? [];
    if (block !== undefined && !/^(PRIVATE|PUBLIC) KEY$/.test(label)) {
        fail(...whyNotPem(label));
    }
    if (block === undefined && text.includes("-----")) {
        fail("is a PEM text that is cut off", "give all of it, from its BEGIN line to its END line");
    }
    if (block === undefined && !text.startsWith(ED25519_PREFIX))
        fail("is not a key that Cairn reads", FORMS);
    const base64 = block === undefined ? text.slice(ED25519_PREFIX.length) : body.replace(/\s/g, "");
    const key = readDer(base64);
    if (!key) {
        return fail("is cut off or damaged", base64.includes("\\n") ? "its line breaks are written as \\n: put real ones, or spaces" : FORMS);
    }
    if (key.asymmetricKeyType !== "ed25519") {
        fail(`is a key for ${key.asymmetricKeyType}, not for Ed25519`, "make one with: openssl genpkey -algorithm ed25519");
    }
    return { algorithm: "ed25519", key };
}
function whyNotPem(label) {
    if (label.startsWith("ENCRYPTED")) {
        return [
            "is protected by a passphrase, which nobody can type in CI",
            "take it off: openssl pkey -in FILE -out FILE2",
        ];
    }
    return [`is in the form ${JSON.stringify(label)}`, "make a key with: openssl genpkey -algorithm ed25519"];
}
/** A private key in PKCS #8, or a public one as SubjectPublicKeyInfo. @returns undefined for anything else. */
function readDer(base64) {
    const der = Buffer.from(base64, "base64");
    // Node's decoder skips what is no base64: a text with a hole must not become another key.
    if (der.length === 0 || der.toString("base64") !== base64)
        return undefined;
    for (const read of [
        () => (0,external_node_crypto_.createPrivateKey)({ key: der, format: "der", type: "pkcs8" }),
        () => (0,external_node_crypto_.createPublicKey)({ key: der, format: "der", type: "spki" }),
    ]) {
        try {
            return read();
        }
        catch {
            // Of the other kind, or none.
        }
    }
    return undefined;
}
//# sourceMappingURL=signing-key.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/keyring.js
// The keys of a job: CAIRN_SIGNING_KEY and CAIRN_VERIFY_KEY, or the files they name. Read from the environment each time
// and never kept in settings, which steps of a job hand over in plain files. No flag and no input holds one either:
// command lines and inputs are shown in places where a secret must not be.




const SIGNING_KEY = "CAIRN_SIGNING_KEY";
const VERIFY_KEY = "CAIRN_VERIFY_KEY";
/** A PEM key has some hundred bytes. */
const FILE_MAX_BYTES = 65_536;
/**
 * A signing key checks, too: what a job made on top of a Ref that nobody vouches for must not get a signature.
 * @returns undefined where neither variable holds anything.
 * @throws SettingsError
 */
function readKeyring(env) {
    const [signer, ...more] = partsOf(env, SIGNING_KEY).map(({ text, where }) => parseSigningKey(text, SIGNING_KEY, where));
    if (more.length > 0) {
        throw new SettingsError(SIGNING_KEY, `${SIGNING_KEY} holds ${more.length + 1} keys`, {
            hint: `keep the one to sign with; what checks the signatures of the others belongs into ${VERIFY_KEY}`,
        });
    }
    const verifiers = partsOf(env, VERIFY_KEY).map(({ text, where }) => parseVerifyKey(text, VERIFY_KEY, where));
    if (signer)
        verifiers.unshift(signer.verifyKey);
    if (verifiers.length === 0)
        return undefined;
    return { signer, verifiers: new Map(verifiers.map((key) => [key.id, key])) };
}
/**
 * Takes the keys out of a process's own environment, which every program that it starts inherits: git runs what a
 * repository's configuration names.
 * @returns the environment with them, for what may know them.
 */
function keepKeysBack(env) {
    const all = { ...env };
    for (const name of [SIGNING_KEY, VERIFY_KEY])
        delete env[name];
    return all;
}
/**
 * The id of the key that this job signs with; undefined where it has none. For telling steps of one job apart.
 * @throws SettingsError
 */
function signerId(env) {
    return readKeyring(env)?.signer?.id;
}
/** One line for a job that holds a key that its own code should not have; undefined where all is well. */
function exposedKeyWarning(env, domain) {
    if (domain !== "pr" || keySecrets(env).length === 0)
        return undefined;
    return `a pull request's job holds a key that signs (${SIGNING_KEY}, or a secret in ${VERIFY_KEY}): whoever can open one can sign for every branch; give pull requests the public half of an Ed25519 key`;
}
/** What must not be shown of both variables and their files, whether or not they can be read as keys. Never throws. */
function keySecrets(env) {
    const secrets = [SIGNING_KEY, VERIFY_KEY].flatMap((variable) => {
        let texts;
        try {
            texts = partsOf(env, variable).map(({ text }) => text);
        }
        catch {
            texts = splitKeys(env[variable] ?? "");
        }
        return texts.filter((text) => !isPublic(text, variable)).flatMap(secretWords);
    });
    return [...new Set(secrets)];
}
/** The keys of a variable, those of the files it names in their place. */
function partsOf(env, variable) {
    const parts = splitKeys(env[variable] ?? "");
    return parts.flatMap((text, n) => {
        const where = parts.length > 1 ? `key ${n + 1} of ${variable}` : variable;
        if (!/^file:/i.test(text))
            return [{ text, where }];
        const path = pathOf(text, variable, where);
        const found = splitKeys(readKeyFile(path, variable, where));
        if (found.length === 0) {
            throw new SettingsError(variable, `the file of ${where}, ${path}, is empty`, {
                hint: "put the key into it, as openssl writes it",
            });
        }
        return found.map((key) => ({ text: key, where: `the key in ${path} (${variable})` }));
    });
}
function pathOf(url, variable, where) {
    let cause;
    try {
        if (/^file:\/\/\/./i.test(url))
            return (0,external_node_url_.fileURLToPath)(url);
    }
    catch (error) {
        cause = error;
    }
    throw new SettingsError(variable, `${where} names no file`, {
        hint: "write file:///absolute/path, with three slashes, and a space in it as %20",
        cause,
    });
}
function readKeyFile(path, variable, where) {
    let why;
    try {
        const { size } = (0,external_node_fs_.statSync)(path);
        if (size <= FILE_MAX_BYTES)
            return (0,external_node_fs_.readFileSync)(path, "utf8");
        why = `it has ${size} bytes`;
    }
    catch (error) {
        why = error.code ?? String(error);
    }
    throw new SettingsError(variable, `the file of ${where}, ${path}, can't be read as a key: ${why}`, {
        hint: "name a file that exists, that this user may read, and that holds nothing but keys",
    });
}
function isPublic(text, variable) {
    if (variable === SIGNING_KEY)
        return false;
    try {
        return parseVerifyKey(text, variable, variable).key.type === "public";
    }
    catch {
        return false;
    }
}
/** Shorter ones would take ordinary words out of a log. */
const SHORTEST_SECRET = 8;
/** Without what only says what it is: `-----BEGIN PRIVATE KEY-----`, `ed25519:`, `file://`. */
function secretWords(text) {
    return text
        .replace(/-----(BEGIN|END) [A-Z0-9 ]+-----/g, " ")
        .split(/[\s,]+/)
        .filter((word) => !/^file:/i.test(word))
        .map((word) => word.replace(/^(hmac-sha256|ed25519):/, ""))
        .filter((word) => word.length >= SHORTEST_SECRET);
}
//# sourceMappingURL=keyring.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/tools.js
// The tools that build caches depend on: the lock files of each, how it tells its version, and the files that ask for
// one. A tool that is added here is known to keys and to what a save records.
const FACTS = {
    node: {
        lockfiles: /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock)$/,
        commands: [["node", "--version"]],
        version: /^v(\d+\.\d+\.\d+[\w.+-]*)/m,
        versionFiles: [
            [".nvmrc", "plain"],
            [".node-version", "plain"],
            [".tool-versions", "tool-versions"],
            ["package.json", "package-json"],
        ],
        pluginNames: ["nodejs", "node"],
    },
    python: {
        lockfiles: /^(requirements.*\.txt|poetry\.lock|uv\.lock|Pipfile\.lock)$/,
        // `python` can be Python 2; on Windows a virtual environment has no python3.
        commands: [
            ["python3", "--version"],
            ["python", "--version"],
        ],
        version: /^Python (\d+\.\d+\.\d+\w*)/m,
        versionFiles: [
            [".python-version", "plain"],
            [".tool-versions", "tool-versions"],
        ],
        pluginNames: ["python"],
    },
    go: {
        lockfiles: /^go\.sum$/,
        commands: [["go", "version"]],
        version: /^go version (?:devel )?go(\d[\w.-]*)/m,
        versionFiles: [
            ["go.mod", "go-mod"],
            [".tool-versions", "tool-versions"],
        ],
        pluginNames: ["golang", "go"],
    },
    rustc: {
        lockfiles: /^Cargo\.lock$/,
        commands: [["rustc", "--version"]],
        version: /^rustc (\d[\w.-]*)/m,
        // Where both are, rustup takes the one without an extension.
        versionFiles: [
            ["rust-toolchain", "rust-toolchain"],
            ["rust-toolchain.toml", "rust-toolchain"],
            [".tool-versions", "tool-versions"],
        ],
        pluginNames: ["rust"],
    },
    ruby: {
        lockfiles: /^Gemfile\.lock$/,
        commands: [["ruby", "--version"]],
        // Without the patch level that Ruby has up to 3.1: 3.1.4p223.
        version: /^ruby (\d+\.\d+\.\d+(?:(?:preview|rc)\d+|dev)?)/m,
        versionFiles: [
            [".ruby-version", "plain"],
            [".tool-versions", "tool-versions"],
        ],
        pluginNames: ["ruby"],
    },
    php: {
        lockfiles: /^composer\.lock$/,
        commands: [["php", "--version"]],
        // Without a distribution's revision: 8.3.3-1+ubuntu22.04.1+deb.sury.org+1.
        version: /^PHP (\d+\.\d+\.\d+(?:(?:alpha|beta|RC)\d+|-dev)?)/m,
        versionFiles: [
            [".php-version", "plain"],
            [".tool-versions", "tool-versions"],
        ],
        pluginNames: ["php"],
    },
    java: {
        lockfiles: /^gradle\.lockfile$/,
        // Java 8 knows no --version.
        commands: [["java", "-version"]],
        version: /^\w+ version "(\d[\w.+-]*)"/m,
        versionFiles: [
            [".java-version", "plain"],
            [".tool-versions", "tool-versions"],
        ],
        pluginNames: ["java"],
    },
    elixir: {
        lockfiles: /^mix\.lock$/,
        commands: [["elixir", "--version"]],
        version: /^Elixir (\d[\w.+-]*)/m,
        versionFiles: [[".tool-versions", "tool-versions"]],
        pluginNames: ["elixir"],
    },
    swift: {
        lockfiles: /^Package\.resolved$/,
        commands: [["swift", "--version"]],
        version: /\bSwift version (\d[\w.-]*)/,
        versionFiles: [
            [".swift-version", "plain"],
            [".tool-versions", "tool-versions"],
        ],
        pluginNames: ["swift"],
    },
};
/** In a fixed order: that of the versions in a key, and that in which a save prefers them. */
const TOOLS = Object.keys(FACTS);
function factsOf(tool) {
    return FACTS[tool];
}
function isTool(name) {
    return Object.hasOwn(FACTS, name);
}
/** @param name of a lock file, without its folder. @returns undefined: it is none that is known. */
function toolOfLockfile(name) {
    return TOOLS.find((tool) => FACTS[tool].lockfiles.test(name));
}
function isLockfile(name) {
    return toolOfLockfile(name) !== undefined;
}
//# sourceMappingURL=tools.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/ask-version.js
// Asks a tool of the PATH for its version, in a process of its own. Whatever is in the way of an answer is a value; a
// tool that hangs is ended together with what it has started.



/** Long for the start of a virtual machine, which Java's and Elixir's answers take; short for a job that waits. */
const ASK_LIMIT_MS = 5_000;
/** More than any tool says about itself. */
const OUTPUT_MAX_CHARACTERS = 65_536;
/** @throws the reason of the signal, and nothing else. */
async function askVersion(tool, question) {
    const { commands, version } = factsOf(tool);
    let why = "";
    for (const [name, argument] of commands) {
        const command = `${name} ${argument}`;
        const { text, failure } = await run(name, argument, question);
        const match = failure === undefined ? version.exec(text) : null;
        if (match)
            return { version: match[1], command };
        why ||= failure ?? `${command} writes ${JSON.stringify(firstLine(text))}`;
    }
    return { why };
}
function run(name, argument, { folder, env, signal, limitMs }) {
    const isWindows = process.platform === "win32";
    return new Promise((resolve, reject) => {
        if (signal.aborted) {
            reject(signal.reason);
            return;
        }
        const child = (0,external_node_child_process_.spawn)(name, [argument], {
            cwd: folder,
            env: bareEnvironment(env),
            stdio: ["ignore", "pipe", "pipe"],
            windowsHide: true,
            // A group of its own, to be ended as one. On Windows some tools are scripts, which only a shell starts.
            detached: !isWindows,
            shell: isWindows,
        });
        const written = [child.stdout, child.stderr].map(collect);
        const timer = setTimeout(() => {
            tell({ text: "", failure: `${name} ${argument} took longer than ${limitMs} ms` });
        }, limitMs);
        const onAbort = () => {
            end();
            reject(signal.reason);
        };
        signal.addEventListener("abort", onAbort, { once: true });
        child.once("error", ({ message }) => {
            tell({ text: "", failure: `${name} can't be started (${message}): is it on the PATH?` });
        });
        child.once("close", (code, killedBy) => {
            const said = written
                .map((each) => each())
                .join("\n")
                .trim();
            const how = `${name} ${argument} ends with ${code ?? killedBy}, ${JSON.stringify(firstLine(said))}`;
            tell(code === 0 ? { text: said } : { text: said, failure: how });
        });
        function tell(said) {
            end();
            resolve(said);
        }
        function end() {
            clearTimeout(timer);
            signal.removeEventListener("abort", onAbort);
            stop(child);
        }
    });
}
function collect(stream) {
    let text = "";
    stream.setEncoding("utf8").on("data", (part) => {
        if (text.length < OUTPUT_MAX_CHARACTERS)
            text += part;
    });
    return () => text;
}
/** Also what it has started, and what holds its output open. */
function stop(child) {
    child.stdout?.destroy();
    child.stderr?.destroy();
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined)
        return;
    try {
        if (process.platform === "win32")
            child.kill();
        else
            process.kill(-child.pid, "SIGKILL");
    }
    catch {
        // It has just ended by itself.
    }
    child.unref();
}
function firstLine(text) {
    return text.split("\n", 1)[0].trim().slice(0, 200);
}
/** Without what is a step's alone: its inputs, state and keys, the runner's tokens. Asking for a version installs none. */
function bareEnvironment(env) {
    const isOurs = (name) => /^(ACTIONS|INPUT|STATE)_/.test(name) || name === SIGNING_KEY || name === VERIFY_KEY;
    const kept = Object.entries(env).filter(([name]) => !isOurs(name));
    return { ...Object.fromEntries(kept), GOPROXY: "off", RUSTUP_AUTO_INSTALL: "0" };
}
//# sourceMappingURL=ask-version.js.map
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
;// CONCATENATED MODULE: ./packages/core/dist/lib/local-error.js
// Errors of this machine's file system, in the words of the model.

/** Errors of the file system become LocalFileError; all others are left as they are. */
function asLocalError(error) {
    const { code, path, message } = error;
    const isFileError = typeof code === "string" && /^E[A-Z0-9]+$/.test(code) && path !== undefined;
    return isFileError ? localError(path, message, code, error) : error;
}
const HINTS = {
    ENOSPC: "the disk is full: free space on the runner",
    EDQUOT: "the quota of this user is used up",
    EACCES: "the user of this job may not do that: was it made by another user or a container?",
    EPERM: "the user of this job may not do that: was it made by another user or a container?",
    EROFS: "the file system is read-only",
    EMFILE: "too many files are open: raise the limit (ulimit -n)",
};
function localError(path, why, code, cause) {
    const hint = code === undefined ? undefined : HINTS[code];
    return new LocalFileError(`${path}: ${why}`, { ...(hint !== undefined && { hint }), cause });
}
//# sourceMappingURL=local-error.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/sha256.js
// SHA-256 of whole buffers: one native call, no Hash object.

function sha256(bytes) {
    return (0,external_node_crypto_.hash)("sha256", bytes, "hex");
}
//# sourceMappingURL=sha256.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/folders-upward.js
// From a folder upward to the top of its checkout: where the search for lock files and version files ends, and what the
// names of files in a key are relative to, so that it is the same key wherever the checkout lies.


/**
 * The top of the checkout that a folder belongs to: the nearest folder upward with a `.git`.
 * @param within not above this one, which is the top where there is no `.git`. Undefined, or elsewhere: no bound, and
 * without a `.git` the folder itself.
 */
function findCheckout(folder, within) {
    const bound = within !== undefined && isWithin(folder, within) ? (0,external_node_path_.resolve)(within) : undefined;
    const folders = foldersUpward(folder, bound ?? (0,external_node_path_.parse)((0,external_node_path_.resolve)(folder)).root);
    return folders.find((each) => (0,external_node_fs_.existsSync)((0,external_node_path_.join)(each, ".git"))) ?? bound ?? (0,external_node_path_.resolve)(folder);
}
/** The folder, then those above it, the last one `top`. A folder outside of `top` stands alone. */
function foldersUpward(folder, top) {
    const folders = [(0,external_node_path_.resolve)(folder)];
    if (!isWithin(folder, top))
        return folders;
    while (folders.at(-1) !== (0,external_node_path_.resolve)(top))
        folders.push((0,external_node_path_.dirname)(folders.at(-1)));
    return folders;
}
function isWithin(path, folder) {
    return relativeWithin(path, folder) !== undefined;
}
/** `/`-separated, `.` for the folder itself. @returns undefined: it lies outside. */
function relativeWithin(path, folder) {
    const way = (0,external_node_path_.relative)((0,external_node_path_.resolve)(folder), (0,external_node_path_.resolve)(path));
    if (way === "")
        return ".";
    // On another drive of Windows the way is absolute.
    if (way === ".." || way.startsWith(`..${external_node_path_.sep}`) || (0,external_node_path_.resolve)(way) === way)
        return undefined;
    return way.split(external_node_path_.sep).join("/");
}
//# sourceMappingURL=folders-upward.js.map
// EXTERNAL MODULE: ./node_modules/.pnpm/minimatch@11.0.9/node_modules/minimatch/dist/esm/index.js + 6 modules
var esm = __webpack_require__(47675);
;// CONCATENATED MODULE: ./packages/core/dist/lib/expand-pattern.js
// What a pattern matches on this disk, for callers without a glob of their own (the actions bring the toolkit's). Dot
// files match, as there.
/**
 * @param pattern absolute; a character of a folder's own name that would be magic stands in brackets.
 * @param leaveOut names of folders that are not looked into.
 * @returns absolute paths that exist.
 */
async function expandPattern(pattern, leaveOut = []) {
    const { glob } = await __webpack_require__.e(/* import() */ 433).then(__webpack_require__.bind(__webpack_require__, 31433));
    const { folder, rest } = splitPattern(pattern);
    const matches = await glob(rest, {
        cwd: folder,
        absolute: true,
        dot: true,
        onlyFiles: false,
        expandDirectories: false,
        followSymbolicLinks: false,
        ignore: leaveOut.map((name) => `**/${name}/**`),
    });
    // `dir/**` matches `dir` itself, as in the toolkit.
    const own = rest === "**" ? [folder] : [];
    return [...own, ...matches].map((match) => (match.length > 1 ? match.replace(/\/$/, "") : match));
}
/** The leading part without magic is a folder and taken as it is: names may hold any character. */
function splitPattern(pattern) {
    const parts = pattern.split("/");
    const plain = parts.map((part) => part.replace(/\[([*?[])\]/g, "$1"));
    const isMagic = parts.map((part) => /[*?[]/.test(part.replace(/\[[*?[]\]/g, "")));
    const first = isMagic.includes(true) ? isMagic.indexOf(true) : parts.length - 1;
    return { folder: plain.slice(0, first).join("/") || "/", rest: parts.slice(first).join("/") };
}
//# sourceMappingURL=expand-pattern.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/select-files.js
// From lines to files: paths, patterns and `!` lines, relative to a folder. The files come in the order of their names,
// whatever order a disk lists them in, and a name does not depend on where the checkout lies.







/** What an installation fills: a key must be the same before and after it. */
const NOT_LOOKED_INTO = ["node_modules", ".git"];
const MAGIC = /[*?[]/;
const HOME = /^~(?=[\\/]|$)/;
/** @throws LocalFileError */
async function selectFiles(lines, place) {
    const isLeftOut = excluderOf(lines, place);
    const byPath = new Map();
    const unmatched = [];
    for (const line of lines.filter((each) => !each.startsWith("!"))) {
        const isPattern = MAGIC.test(line);
        let count = 0;
        for (const path of isPattern ? await expand(line, place) : [resolveLine(line, place)]) {
            if (isLeftOut(path) || !(await isFile(path)))
                continue;
            count += 1;
            if (!byPath.has(path))
                byPath.set(path, { path, name: nameOf(path, line, place) });
        }
        if (count === 0)
            unmatched.push({ line, isPattern });
    }
    return { files: inOrder([...byPath.values()]), unmatched };
}
/** By the bytes of their names, not by the rules of a language. */
function inOrder(files) {
    return files.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
/** @throws LocalFileError */
async function digestOfFile({ path }) {
    return sha256(await read(path));
}
/** @throws LocalFileError */
async function read(path) {
    return (0,promises_.readFile)(path).catch((error) => {
        throw localError(path, error.message, error.code, error);
    });
}
/** @throws LocalFileError */
async function isFile(path) {
    try {
        return (await (0,promises_.stat)(path)).isFile();
    }
    catch (error) {
        const { code, message } = error;
        if (code === "ENOENT" || code === "ENOTDIR")
            return false;
        throw localError(path, message, code, error);
    }
}
function expand(line, place) {
    // What a line names itself is looked into.
    const leaveOut = NOT_LOOKED_INTO.filter((name) => !line.split(/[\\/]/).includes(name));
    return expandPattern(resolveLine(line, place, escapePattern), leaveOut);
}
/** Absolute and `/`-separated. */
function resolveLine(line, { folder, home }, spell = slashes) {
    if (HOME.test(line))
        return external_node_path_.posix.normalize(`${spell(home)}${slashes(line.slice(1))}`);
    return external_node_path_.posix.normalize((0,external_node_path_.isAbsolute)(line) ? slashes(line) : `${spell(folder)}/${slashes(line)}`);
}
/** A folder's own name is no pattern. */
function escapePattern(folder) {
    return slashes(folder).replaceAll(/[*?[]/g, "[$&]");
}
/** Tells whether an `!` line leaves a path out. */
function excluderOf(lines, place) {
    const patterns = lines
        .filter((line) => line.startsWith("!"))
        .map((line) => resolveLine(line.slice(1).trim(), place, escapePattern))
        // What is below a folder that is left out is left out with it.
        .flatMap((pattern) => [pattern, `${pattern}/**`])
        .map((pattern) => new esm/* Minimatch */.VR(pattern, { dot: true, nocomment: true, nonegate: true }));
    return (path) => patterns.some((pattern) => pattern.match(slashes(path)));
}
function nameOf(path, line, { top, home }) {
    const inside = relativeWithin(path, top);
    if (inside !== undefined)
        return inside;
    if (HOME.test(line))
        return `~/${relativeWithin(path, home) ?? slashes((0,external_node_path_.relative)(home, path))}`;
    return (0,external_node_path_.isAbsolute)(line) ? slashes(path) : slashes((0,external_node_path_.relative)(top, path));
}
function slashes(path) {
    return external_node_path_.sep === "/" ? path : path.replaceAll("\\", "/");
}
//# sourceMappingURL=select-files.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/lockfiles.js
// Lock files: which of them a job goes by, and the digest that stands in its key and is recorded with its saves.







const AUTO = "auto";
const NONE = "none";
/**
 * @param lines paths, patterns, `!` lines, and `auto`: those of the nearest folder upward that has any.
 * @throws LocalFileError
 */
async function findLockfiles(lines, place) {
    const { files, unmatched } = await selectFiles(lines.filter((line) => line !== AUTO && line !== NONE), place);
    const missing = unmatched.map(({ line }) => line);
    if (!lines.includes(AUTO))
        return { files, missing };
    const nearest = await findNearest(place, excluderOf(lines, place));
    if (nearest.length === 0)
        missing.push(AUTO);
    const named = new Set(files.map(({ path }) => path));
    return { files: inOrder([...files, ...nearest.filter(({ path }) => !named.has(path))]), missing };
}
/** All lock files of the nearest folder, from the place's own upward to its top, that has one. */
async function findNearest({ folder, top }, isLeftOut) {
    for (const each of foldersUpward(folder, top)) {
        const found = [];
        for (const name of (await namesIn(each)).filter(toolOfLockfile)) {
            const path = (0,external_node_path_.join)(each, name);
            if (!isLeftOut(path) && (await isFile(path)))
                found.push({ path, name: relativeWithin(path, top) ?? name });
        }
        if (found.length > 0)
            return inOrder(found);
    }
    return [];
}
/** Enough for a hint: what a person would find by looking around. */
const LOOK_DEPTH = 3;
const LOOK_FOLDERS = 500;
/** Names, relative to the folder, of some lock files below it, for a message. What can't be read is passed over. */
async function lookBelow(folder) {
    const found = [];
    let looked = 0;
    for (let level = [""], depth = 0; level.length > 0 && depth < LOOK_DEPTH; depth += 1) {
        const next = [];
        for (const below of level) {
            if (looked++ >= LOOK_FOLDERS)
                return found;
            for (const entry of await (0,promises_.readdir)((0,external_node_path_.join)(folder, below), { withFileTypes: true }).catch(() => [])) {
                if (entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith(".")) {
                    next.push(`${below}${entry.name}/`);
                }
                else if (entry.isFile() && toolOfLockfile(entry.name))
                    found.push(`${below}${entry.name}`);
            }
        }
        level = next.sort();
    }
    return found.sort();
}
async function namesIn(folder) {
    return (0,promises_.readdir)(folder).catch((error) => {
        throw localError(folder, error.message, error.code, error);
    });
}
/** @returns `sha256:…` as it is recorded with a save; undefined without a file. @throws LocalFileError */
async function hashLockfiles(files) {
    const digests = [];
    for (const file of files)
        digests.push(await digestOfFile(file));
    const digest = combineDigests(digests);
    return digest && `sha256:${digest}`;
}
/** Of one file its own digest; of several, of their digests in order. */
function combineDigests(digests) {
    if (digests.length <= 1)
        return digests[0];
    return sha256(Buffer.from(digests.map((digest) => `sha256:${digest}`).join("\n")));
}
/** The tools that lock files belong to, each with the folder of its first one. */
function lockfiles_toolsOf(files) {
    const tools = new Map();
    for (const { path } of files) {
        const tool = toolOfLockfile(path.slice((0,external_node_path_.dirname)(path).length).replace(/^[\\/]/, ""));
        if (tool && !tools.has(tool))
            tools.set(tool, (0,external_node_path_.dirname)(path));
    }
    return tools;
}
//# sourceMappingURL=lockfiles.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/detect-toolchain.js
// `toolchain: auto` of a save: the tool that the lock file belongs to and its version, as the tool of the job's PATH
// tells it, since it has just built what is saved. Whatever goes wrong is a notice: a save goes on without a toolchain.



/** @throws the reason of the signal, and nothing else. */
async function detectToolchain(request) {
    const { lockfiles, place, env, signal, limitMs = ASK_LIMIT_MS } = request;
    try {
        const { files } = await findLockfiles(lockfiles.length > 0 ? lockfiles : ["auto"], place);
        const folders = lockfiles_toolsOf(files);
        const [tool, ...others] = TOOLS.filter((each) => folders.has(each));
        if (!tool)
            return unknown(`finds no lock file that it knows in ${place.folder}`);
        const answer = await askVersion(tool, { folder: folders.get(tool), env, signal, limitMs });
        if (answer.version === undefined)
            return unknown(`gets no version of ${tool}: ${answer.why}`);
        const toolchain = `${tool}-${answer.version}`;
        if (others.length === 0)
            return { toolchain };
        return {
            toolchain,
            notice: `toolchain: auto records ${toolchain}; there are lock files of ${others.join(", ")}, too`,
        };
    }
    catch (error) {
        if (signal.aborted)
            throw error;
        return unknown(`fails: ${Error.isError(error) ? error.message : String(error)}`);
    }
}
function unknown(why) {
    return { notice: `toolchain: auto ${why.replace(/\.$/, "")}; none is recorded` };
}
//# sourceMappingURL=detect-toolchain.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/diff-keys.js
// What differs between two keys: the parts, and where both are explained, the files and variables in them. Pure.
function diffKeys(a, b) {
    const same = [];
    const different = [];
    for (const [index, { part, text, items }] of a.parts.entries()) {
        const other = b.parts[index];
        if (text === other.text)
            same.push(part);
        else {
            const known = items && other.items;
            different.push({ part, a: text, b: other.text, items: known && diffItems(part, items, other.items) });
        }
    }
    return { same, different };
}
function diffItems(part, a, b) {
    const ofA = new Map(a.map((item) => [item.name, item]));
    const ofB = new Map(b.map((item) => [item.name, item]));
    const names = [...new Set([...ofA.keys(), ...ofB.keys()])].sort();
    return names.flatMap((name) => {
        const [one, other] = [ofA.get(name), ofB.get(name)];
        if (one && other && isSame(one, other))
            return [];
        const how = !other ? "only in A" : !one ? "only in B" : "changed";
        return [{ name, how, a: one && show(part, one), b: other && show(part, other) }];
    });
}
/** Tables hold the first digits only, documents all of them. */
function isSame({ digest: a }, { digest: b }) {
    if (a === undefined || b === undefined)
        return a === b;
    return a.startsWith(b) || b.startsWith(a);
}
const SHOWN_DIGITS = 12;
/** Of a tool, whose version stands in the key, where that comes from; of others what tells them apart. */
function show(part, { digest, note = "" }) {
    if (part === "toolchain")
        return note;
    return digest === undefined ? "not set" : digest.slice(0, SHOWN_DIGITS);
}
//# sourceMappingURL=diff-keys.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/limits.js
// The sizes and limits that the stored format and its writers share, each with its why.
const KIB = 1024;
const MIB = 1024 * KIB;
const DAY_MS = 86_400_000;
/**
 * Mean plain size of a chunk of small files. Smaller sends less after a change, larger compresses better: js-app takes
 * 159.6 MB at 1 MiB, 158.1 at 1.25, 157.2 at 1.5, and js-app-bump then sends 9.6, 10.2 and 10.6 MB.
 */
const CHUNK_TARGET_BYTES = 1280 * KIB;
/** Mean plain size of a chunk of a big file. */
const BIG_CHUNK_TARGET_BYTES = 1 * MIB;
/** No chunk is larger (plain): bounds what a reader must hold to verify one. */
const CHUNK_MAX_BYTES = 4 * MIB;
/** No content-defined cut comes earlier, so that big files don't make tiny chunks. */
const CHUNK_MIN_BYTES = 512 * KIB;
/** Files from this size on are split by content; smaller ones share chunks. */
const BIG_FILE_BYTES = 2 * MIB;
/** A pack is sealed once it holds this much: large enough for throughput, small enough to overlap. */
const PACK_TARGET_BYTES = 16 * MIB;
/** A pack is never larger than a target, a chunk that hardly compressed, and the list of its chunks. */
const PACK_MAX_BYTES = 32 * MIB;
/** Mean number of entries in a segment. */
const SEGMENT_TARGET_ENTRIES = 4096;
const SEGMENT_MAX_ENTRIES = 4 * SEGMENT_TARGET_ENTRIES;
/** An artifact whose stored chunks come to no more than this carries them itself: one read restores it. */
const INLINE_MAX_BYTES = 1 * MIB;
/** What a reader accepts as header: 64 packs and a thousand segments are below 1 MiB. */
const HEADER_MAX_BYTES = 64 * MIB;
/** What a reader accepts as a plain segment: SEGMENT_MAX_ENTRIES of the longest paths. */
const SEGMENT_MAX_BYTES = 128 * MIB;
/** From this many packs on a save rewrites the least used ones: every pack is a request, and keeps its dead bytes. */
const PACKS_BEFORE_REWRITE = 64;
/** The share of the tree that a save may rewrite to get there. */
const REWRITE_SHARE = 0.1;
/** How long the store keeps an object; see "Lifetime" in docs/format.md. */
const LIFETIME_MS = {
    trusted: 365 * DAY_MS,
    pr: 30 * DAY_MS,
};
/** How long a Ref lives after its last use. */
const REF_TTL_MS = 90 * DAY_MS;
/** A save older than this may not commit: prune's grace counts on it. */
const SAVE_MAX_AGE_MS = 6 * 3_600_000;
/**
 * Between condemning an object and deleting it: four times what a save may take. So long a Ref that has died keeps its
 * objects, too, and an invalidation can be taken back.
 */
const PRUNE_GRACE_MS = DAY_MS;
const PATH_MAX_BYTES = 4096;
const NAME_MAX_BYTES = 255;
const KEY_MAX_CHARACTERS = 512;
const KEYS_MAX = 10;
//# sourceMappingURL=limits.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/key-parts.js
// The parts of a key and how they stand in it. What a job can do without stands last, so that a restore-key is the key
// cut short: first without its lock files, then without its configuration. Pure.
//
//   deps:acme/api:linux-x64:node-24.21.0:env-1f0c9a7e3b52:cfg-none:lock-5d41402abc4b2a76
//   name:repository:platform:toolchain:environment:configuration:lockfile



/** In the order in which they stand in a key. */
const PART_NAMES = [
    "name",
    "repository",
    "platform",
    "toolchain",
    "environment",
    "configuration",
    "lockfile",
];
/** What stands in front of the digests, and how many of their digits: collisions must be out of reach for lock files. */
const LABELS = {
    environment: { prefix: "env-", digits: 12 },
    configuration: { prefix: "cfg-", digits: 12 },
    lockfile: { prefix: "lock-", digits: 16 },
};
const ABSENT = "none";
/** A part whose text is what it says. */
function plainPart(part, text, items = []) {
    return { part, text, digest: digestOf(part, text), items };
}
/** A part that is known by a digest. @param digest default: of the items; there are none, and the part says so. */
function digestedPart(part, items, digest) {
    const { prefix, digits } = LABELS[part];
    const lines = items.map((item) => `${item.name}\0${item.digest ?? "not set"}`);
    const whole = digest ?? digestOf(part, lines.join("\n"));
    return {
        part,
        text: `${prefix}${items.length === 0 ? ABSENT : whole.slice(0, digits)}`,
        digest: whole,
        items,
    };
}
/** @throws InputError when it is too long. */
function key_parts_keyOf(parts) {
    const key = parts.map(({ text }) => text).join(":");
    if (key.length <= KEY_MAX_CHARACTERS)
        return key;
    const longest = parts.toSorted((a, b) => b.text.length - a.text.length)[0];
    throw new InputError(`the key would have ${key.length} characters, at most ${KEY_MAX_CHARACTERS} fit`, {
        hint: `shorten its ${longest.part}, which has ${longest.text.length}`,
    });
}
/** One digest for the whole key, with all digits of its parts. */
function digestOfParts(parts) {
    return digestOf("key", parts.map(({ part, digest }) => `${part} ${digest}`).join("\n"));
}
/**
 * Prefixes of the key, the longest first. Saves of another environment, toolchain or platform are never among them:
 * what those built may not work here.
 */
function restoreKeysOf(parts) {
    const upTo = (part) => `${parts
        .slice(0, PART_NAMES.indexOf(part) + 1)
        .map(({ text }) => text)
        .join(":")}:`;
    const configuration = parts.find(({ part }) => part === "configuration");
    // Without files there is nothing to drop.
    return [upTo("configuration"), ...(configuration.items.length > 0 ? [upTo("environment")] : [])];
}
/** The texts of a key's parts. @returns undefined: it is no key that was made here. */
function key_parts_parseKey(key) {
    const texts = key.split(":");
    if (texts.length !== PART_NAMES.length || texts.some((text) => !/^[^\s,]+$/.test(text)))
        return undefined;
    const parts = new Map(PART_NAMES.map((part, index) => [part, texts[index]]));
    for (const part of Object.keys(LABELS)) {
        const { prefix, digits } = LABELS[part];
        if (!new RegExp(`^${prefix}(${ABSENT}|[0-9a-f]{${digits}})$`).test(parts.get(part)))
            return undefined;
    }
    return parts;
}
/** What may stand in a key in the place of a part: nothing that would look like its end, or that no key may hold. */
function checkText(part, text, hint) {
    if (/^[^\s:,]{1,200}$/.test(text) && !hasControlCharacter(text))
        return text;
    throw new InputError(`${JSON.stringify(text.slice(0, 80))} can't be the ${part} of a key`, { hint });
}
function hasControlCharacter(text) {
    return [...text].some((character) => character < " " || character === "\u007f");
}
function digestOf(what, text) {
    return (0,external_node_crypto_.hash)("sha256", `cairn ${what}\0${text}`, "hex");
}
//# sourceMappingURL=key-parts.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/explain-key.js
// The explanation of a key: a table for a person's log, and the way back from a log that holds such tables. So what one
// needs to compare two runs is in their logs, whatever the CI system puts in front of each line.

const explain_key_SHOWN_DIGITS = 16;
const NOT_SET = "-".repeat(explain_key_SHOWN_DIGITS);
const HEAD = ["PART", "VALUE", "SHA-256"];
/** Lines of a table: the key, its parts, and below each part what it is made of. */
function explainKey({ key, digest, parts }) {
    const rows = [HEAD];
    for (const { part, text, digest, items } of parts) {
        rows.push([part, text, digest.slice(0, explain_key_SHOWN_DIGITS)]);
        for (const item of items) {
            rows.push([
                `  - ${oneLine(item.name)}`,
                item.note ?? "",
                item.digest?.slice(0, explain_key_SHOWN_DIGITS) ?? NOT_SET,
            ]);
        }
    }
    rows.push(["all of it", "", digest.slice(0, explain_key_SHOWN_DIGITS)]);
    const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
    const table = rows.map(([first, second, third]) => `${first.padEnd(widths[0])}  ${second.padEnd(widths[1])}  ${third}`.trimEnd());
    return [...table, `key: ${key}`];
}
const PART_ROW = new RegExp(`(?:^|[^\\w-])(${PART_NAMES.join("|")}) {2,}(\\S+) {2,}[0-9a-f]{${explain_key_SHOWN_DIGITS}}\\s*$`);
const ITEM_ROW = new RegExp(`  - (\\S.*?) {2,}(?:(\\S.*?) {2,})?([0-9a-f]{${explain_key_SHOWN_DIGITS}}|${NOT_SET})\\s*$`);
// biome-ignore lint/suspicious/noControlCharactersInRegex: they begin with one
const COLOURS = /\u001b\[[\d;]*[A-Za-z]/g;
/**
 * @param text a log with any number of tables, or one document of `cairn key --json`.
 * @returns what it explains, in its order; what it explains twice, once.
 */
function readExplanations(text) {
    const document = readDocument(text);
    if (document)
        return [document];
    const found = new Map();
    let parts = [];
    for (const line of text.replaceAll(COLOURS, "").split(/\r?\n/)) {
        const [, part, ofKey] = PART_ROW.exec(line) ?? [];
        if (part === PART_NAMES[0])
            parts = [];
        if (part !== undefined)
            parts.push({ part: part, text: ofKey, items: [] });
        const [item, name, note, digest] = ITEM_ROW.exec(line) ?? [];
        if (item && parts.length > 0) {
            const last = parts.at(-1);
            const items = [...last.items, explain_key_itemOf(name, digest === NOT_SET ? undefined : digest, note)];
            parts[parts.length - 1] = { ...last, items };
        }
        const key = /(?:^|\s)key: (\S+)\s*$/.exec(line)?.[1];
        if (key === undefined || !isWhole(key, parts))
            continue;
        found.set(key, { key, parts });
        parts = [];
    }
    return [...found.values()];
}
/** What a key alone tells. @returns undefined: it is no key that was made here. */
function explanationOfKey(key) {
    const texts = key_parts_parseKey(key);
    if (!texts)
        return undefined;
    return { key, parts: PART_NAMES.map((part) => ({ part, text: texts.get(part), items: undefined })) };
}
/** The keys in a log, in its order, each once. */
function findKeys(text) {
    return [...new Set(text.split(/[\s,"'`]+/).filter((word) => key_parts_parseKey(word)))];
}
/** Whether these are all parts of the key, in their order. */
function isWhole(key, parts) {
    const texts = key_parts_parseKey(key);
    return (texts !== undefined &&
        parts.length === PART_NAMES.length &&
        parts.every(({ part, text }, index) => part === PART_NAMES[index] && text === texts.get(part)));
}
function readDocument(text) {
    if (!text.trimStart().startsWith("{"))
        return undefined;
    try {
        const { key, parts } = JSON.parse(text);
        if (typeof key !== "string" || !Array.isArray(parts))
            return undefined;
        const explained = parts.map(({ part, text, items }) => ({
            part,
            text,
            items: items.map((item) => explain_key_itemOf(item.name, item.digest ?? undefined, item.note)),
        }));
        return isWhole(key, explained) ? { key, parts: explained } : undefined;
    }
    catch {
        return undefined;
    }
}
function explain_key_itemOf(name, digest, note) {
    return { name, digest, ...(note !== undefined && { note }) };
}
/** A name of a file may hold anything; two spaces would end it. */
function oneLine(name) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    return name.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "?").replaceAll(/ {2,}/g, " ");
}
//# sourceMappingURL=explain-key.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/words.js
// Lists of names, as people write them: one a line, or several with spaces or commas between them.
/** `! x` is `!x`, as in lists of paths. */
function wordsOf(lines) {
    return lines.flatMap((line) => line.replaceAll(/!\s+/g, "!").split(/[\s,]+/)).filter((word) => word !== "");
}
//# sourceMappingURL=words.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/pick-environment.js
// The environment of a key: chosen variables, by name and by pattern. Their values never leave this file: what enters a
// key, and what is printed of it, are digests that hold the variable's name, too.



/** Known to the process of an action alone: a command line in the same job would come to another key. */
const OF_ONE_STEP = /^(ACTIONS|INPUT|STATE)_/;
/** What is made for one job changes every key, and a digest of a short secret can be guessed. */
const CREDENTIAL = /(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?|PRIVATE_KEY|ACCESS_KEY(_ID)?|API_KEY|SIGNING_KEY|VERIFY_KEY)$/i;
/**
 * @param given names, patterns with `*` and `?`, and `!` in front of either to leave out; one or several in a line.
 * @throws InputError
 */
function pickEnvironment(given, env) {
    const lines = wordsOf(given);
    for (const line of lines)
        check(line);
    const isLeftOut = matcherOf(lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1)));
    const included = lines.filter((line) => !line.startsWith("!"));
    const named = new Set(included.filter((line) => !isPattern(line)));
    const notices = [];
    const picked = new Set([...named].filter((name) => !isLeftOut(name)));
    for (const pattern of included.filter(isPattern)) {
        const matches = matcherOf([pattern]);
        const names = Object.keys(env).filter((name) => env[name] !== undefined && matches(name) && !isLeftOut(name) && !OF_ONE_STEP.test(name));
        const credentials = names.filter((name) => CREDENTIAL.test(name) && !named.has(name)).sort();
        for (const name of names)
            if (!credentials.includes(name))
                picked.add(name);
        if (credentials.length > 0) {
            notices.push(`${pattern} leaves out ${credentials.join(", ")}, which look like credentials: name what belongs into the key`);
        }
        else if (names.length === 0)
            notices.push(`no variable matches ${pattern}`);
    }
    return {
        variables: [...picked].sort().map((name) => ({ name, digest: pick_environment_digestOf(name, env[name]) })),
        notices,
    };
}
function check(line) {
    const name = line.replace(/^!/, "");
    if (/^[*?]+$/.test(name) && !line.startsWith("!")) {
        throw new InputError(`the pattern ${name} takes every variable, and some change with every run`, {
            hint: "name those that change what is built: NODE_ENV, CARGO_*",
        });
    }
    if (/^[\w*?.()-]+$/.test(name) && !/^\d/.test(name))
        return;
    // What stands after the sign may be a secret: it is not repeated.
    const isAssignment = line.includes("=");
    const shown = isAssignment ? `${line.slice(0, line.indexOf("="))}=…` : line;
    throw new InputError(`${JSON.stringify(shown.slice(0, 80))} is no name of an environment variable`, {
        hint: isAssignment
            ? "write the name alone: the value is read from the environment"
            : "write a name or a pattern, one each: NODE_ENV, CARGO_*, !CARGO_HOME",
    });
}
function isPattern(line) {
    return /[*?]/.test(line);
}
function matcherOf(patterns) {
    const regexes = patterns.map((pattern) => {
        const source = pattern
            .replaceAll(/[.()-]/g, "\\$&")
            .replaceAll("*", ".*")
            .replaceAll("?", ".");
        return new RegExp(`^${source}$`, "s");
    });
    return (name) => regexes.some((regex) => regex.test(name));
}
function pick_environment_digestOf(name, value) {
    return value === undefined ? undefined : sha256(Buffer.from(`cairn environment\0${name}\0${value}`));
}
//# sourceMappingURL=pick-environment.js.map
// EXTERNAL MODULE: ./node_modules/.pnpm/fastest-levenshtein@1.0.16/node_modules/fastest-levenshtein/mod.js
var mod = __webpack_require__(36547);
;// CONCATENATED MODULE: ./packages/core/dist/lib/dsn.js
// A DSN (`s3://bucket/prefix?region=…`) parsed strictly: an unknown parameter is an error that names the nearest known
// one, so that a typo never silently changes where a cache lives. Also durations and sizes, as DSNs write them.


/**
 * @param setting where the text came from, for messages: `CAIRN_STORE`.
 * @param known parameters by scheme.
 * @throws SettingsError
 */
function parseDsn(text, setting, known) {
    const schemes = Object.keys(known);
    const examples = `use ${schemes.map((scheme) => `${scheme}://…`).join(" or ")}`;
    const notUrl = () => new SettingsError(setting, `${setting} is not a URL: ${quoted(text)}`, { hint: examples });
    const match = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text);
    // URL parsers drop control characters without a word.
    if (!match || dsn_hasControlCharacter(text))
        throw notUrl();
    const scheme = match[1].toLowerCase();
    const allowed = Object.hasOwn(known, scheme) ? known[scheme] : undefined;
    if (!allowed) {
        throw new SettingsError(setting, `${setting} has an unknown scheme "${scheme}"`, {
            hint: suggestion(scheme, schemes),
        });
    }
    // A form's parameters write a space as "+"; in a DSN a plus is a plus.
    const [beforeQuery, ...query] = text.slice(match[1].length).split("?");
    const url = URL.parse(`dsn${[beforeQuery, query.join("?").replaceAll("+", "%2B")].join("?")}`);
    const path = url ? decoded(url.pathname) : undefined;
    if (!url || path === undefined || dsn_hasControlCharacter(path))
        throw notUrl();
    if (url.username || url.password) {
        throw new SettingsError(setting, `${setting} holds credentials`, {
            hint: "leave them out: credentials come from the environment (AWS_*), a profile or the instance's role",
        });
    }
    if (text.includes("#")) {
        throw new SettingsError(setting, `${setting} has a part behind "#", which means nothing`, {
            hint: "write %23 for a # that belongs to a name",
        });
    }
    const parameters = new Map();
    for (const [name, value] of url.searchParams) {
        if (!allowed.includes(name)) {
            throw new SettingsError(setting, `${setting} has an unknown parameter "${name}"`, {
                hint: suggestion(name, allowed),
            });
        }
        if (parameters.has(name))
            throw new SettingsError(setting, `${setting} gives "${name}" twice`, { hint: "keep one" });
        parameters.set(name, value);
    }
    return { scheme, host: url.host, path, parameters };
}
const DURATION_MS = {
    ms: 1,
    s: 1_000,
    m: 60_000,
    h: 3_600_000,
    d: 86_400_000,
    w: 604_800_000,
};
/**
 * `90s`, `10m`, `24h`, `7d` -> milliseconds.
 * @param parameter which one of the setting, where it has several.
 * @throws SettingsError
 */
function parseDuration(text, setting, parameter) {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/.exec(text.trim());
    if (!match) {
        throw new SettingsError(setting, `${named(setting, parameter)} is not a duration: ${quoted(text)}`, {
            hint: "write 90s, 10m, 24h or 7d",
        });
    }
    return Math.round(Number(match[1]) * DURATION_MS[match[2]]);
}
const SIZE_BYTES = {
    "": 1,
    B: 1,
    KB: 1e3,
    MB: 1e6,
    GB: 1e9,
    TB: 1e12,
    KIB: 2 ** 10,
    MIB: 2 ** 20,
    GIB: 2 ** 30,
    TIB: 2 ** 40,
};
/** `20GiB`, `500MB`, `1024` -> bytes; `parameter` as for parseDuration. @throws SettingsError */
function parseSize(text, setting, parameter) {
    const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text.trim());
    const unit = match && SIZE_BYTES[match[2].toUpperCase()];
    if (!match || typeof unit !== "number") {
        throw new SettingsError(setting, `${named(setting, parameter)} is not a size: ${quoted(text)}`, {
            hint: "write 500MB or 20GiB",
        });
    }
    return Math.floor(Number(match[1]) * unit);
}
/** `true`/`false`; `parameter` as for parseDuration. @throws SettingsError */
function parseBoolean(text, setting, parameter) {
    if (text === "true" || text === "1" || text === "")
        return true;
    if (text === "false" || text === "0")
        return false;
    throw new SettingsError(setting, `${named(setting, parameter)} is neither true nor false: ${quoted(text)}`, {
        hint: "write true or false",
    });
}
/** "did you mean …" for a near miss, else the list of what there is. */
function suggestion(given, known) {
    const nearest = known.length > 0 ? (0,mod/* closest */.kp)(given, [...known]) : "";
    if (nearest && (0,mod/* distance */.Io)(given, nearest) <= Math.max(2, nearest.length / 3))
        return `did you mean "${nearest}"?`;
    return known.length > 0 ? `known here: ${known.join(", ")}` : "it takes none";
}
function quoted(text) {
    return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}
function named(setting, parameter) {
    return parameter === undefined ? setting : `${parameter} of ${setting}`;
}
function decoded(path) {
    try {
        return decodeURIComponent(path);
    }
    catch {
        return undefined;
    }
}
function dsn_hasControlCharacter(text) {
    for (let index = 0; index < text.length; index++) {
        const code = text.charCodeAt(index);
        if (code < 0x20 || code === 0x7f)
            return true;
    }
    return false;
}
//# sourceMappingURL=dsn.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/asked-version.js
// The version that a repository asks for: .nvmrc, go.mod, rust-toolchain.toml and their kin, the nearest upward. Reading
// only; whether the tool of this machine is that version is compared here, too.




/** @throws LocalFileError */
async function findAskedVersion(tool, folder, { top }) {
    const notices = [];
    for (const each of foldersUpward(folder, top)) {
        for (const [name, format] of factsOf(tool).versionFiles) {
            const path = (0,external_node_path_.join)(each, name);
            if (!(await isFile(path)))
                continue;
            const file = relativeWithin(path, top) ?? (0,external_node_path_.basename)(path);
            const text = (await read(path)).toString("utf8");
            const version = await parse(format, text, tool).catch((error) => {
                const why = error.message.split("\n", 1)[0];
                notices.push(`${file} can't be parsed, so no version of ${tool} is read from it: ${why}`);
                return undefined;
            });
            if (version)
                return { asked: { version, file, isFixed: isFixed(version) }, notices };
        }
    }
    return { asked: undefined, notices };
}
async function parse(format, text, tool) {
    return READERS[format](text, tool);
}
const READERS = {
    plain: (text, tool) => normalise(linesOf(text)[0], tool),
    "tool-versions": (text, tool) => {
        const words = linesOf(text).map((line) => line.split(/\s+/));
        const line = words.find(([name]) => factsOf(tool).pluginNames.includes(name));
        // Several versions are alternatives; the first is the one that is used where all are installed.
        return line?.[1] === "system" ? undefined : normalise(line?.[1], tool);
    },
    "package-json": (text, tool) => {
        const manifest = JSON.parse(text);
        const range = manifest?.engines?.[tool];
        return typeof range === "string" && range.trim() !== "*" ? normalise(range.trim(), tool) : undefined;
    },
    "go-mod": (text) => /^toolchain\s+go(\S+)/m.exec(text)?.[1] ?? /^go\s+(\S+)/m.exec(text)?.[1],
    "rust-toolchain": async (text, tool) => {
        // A file without an extension may hold the channel alone.
        if (!/^\s*(\[|toolchain\b)/m.test(text))
            return normalise(linesOf(text)[0], tool);
        const { parse } = await __webpack_require__.e(/* import() */ 270).then(__webpack_require__.bind(__webpack_require__, 91270));
        const { toolchain } = parse(text);
        return typeof toolchain?.channel === "string" ? normalise(toolchain.channel, tool) : undefined;
    },
};
/** Without comments and empty lines. */
function linesOf(text) {
    return text
        .replace(/^\uFEFF/, "")
        .split(/\r?\n/)
        .map((line) => line.replace(/(^|\s)#.*$/, "").trim())
        .filter((line) => line !== "");
}
function normalise(text, tool) {
    return text
        ?.replaceAll(/\s+/g, " ")
        .replace(new RegExp(`^${tool}-(?=\\d)`), "")
        .replace(/^[v=](?=\d)/, "")
        .replace(/^(\d+(?:\.\d+)*)(?:\.[xX*])+$/, "$1");
}
function isFixed(version) {
    return /\d/.test(version) && !/[<>=^~*|\s/]/.test(version);
}
/** Whether a tool of this version is what is asked for. A range, an alias or a channel can't be told from outside: true. */
function isMet(tool, asked, version) {
    if (!asked.isFixed)
        return true;
    const wanted = numbersOf(asked.version);
    const given = numbersOf(version);
    // What go.mod names is the oldest version that will do.
    if (tool === "go" && (0,external_node_path_.basename)(asked.file) === "go.mod")
        return compare(given, wanted) >= 0;
    return wanted.length > 0 && wanted.every((number, index) => number === given[index]);
}
function numbersOf(version) {
    return (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? "").split(".").filter(Boolean).map(Number);
}
function compare(a, b) {
    for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
        const difference = (a[index] ?? 0) - (b[index] ?? 0);
        if (difference !== 0)
            return difference;
    }
    return 0;
}
//# sourceMappingURL=asked-version.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/toolchain.js
// The toolchain of a key: for each tool its version and, where the repository asks for another one, that too. So a key
// is right both where the tool is set up before it and where it is set up after it.









/** `tools`: as they say themselves; `files`: as the repository asks; `auto`: both. */
const TOOLCHAIN_SOURCES = ["auto", "tools", "files"];
/** @throws InputError, LocalFileError, the reason of the signal */
async function resolveToolchain(request) {
    const wishes = parseWishes(request);
    const found = await Promise.all(wishes.map((wish) => resolveWish(wish, request)));
    return { tools: found.map(({ tool }) => tool), notices: found.flatMap(({ notices }) => notices) };
}
/** In the order of TOOLS, whatever the order of the lines; texts come last. */
function parseWishes({ lines, lockfiles, place }) {
    const byLockfile = lockfiles_toolsOf(lockfiles);
    const folderFor = (tool) => closest(byLockfile.get(tool), place.folder);
    const wishes = new Map();
    const texts = new Set();
    for (const line of wordsOf(lines)) {
        if (line === AUTO) {
            for (const tool of byLockfile.keys()) {
                const wish = { tool, precision: undefined, folder: folderFor(tool), isNamed: false };
                if (!wishes.has(tool))
                    wishes.set(tool, wish);
            }
            continue;
        }
        if (line === NONE)
            continue;
        const [, name = "", precision] = /^([a-z]+)(?:@(major|minor))?$/.exec(line) ?? [];
        if (isTool(name)) {
            wishes.set(name, {
                tool: name,
                precision: precision,
                folder: folderFor(name),
                isNamed: true,
            });
        }
        else if (/^[a-z][\w.+]*-\d[\w.+-]*$/i.test(line))
            texts.add(line);
        else
            throw unknownTool(line);
    }
    return [
        ...TOOLS.flatMap((tool) => wishes.get(tool) ?? []),
        ...[...texts].sort().map((text) => ({ text })),
    ];
}
/** A lock file beside or below the place decides; above it the place itself does. */
function closest(lockfileFolder, folder) {
    if (lockfileFolder === undefined)
        return folder;
    return relativeWithin(folder, lockfileFolder) === undefined ? lockfileFolder : folder;
}
function unknownTool(line) {
    const [name = "", behind] = line.split("@", 2);
    const own = `a version of your own is written ${name}-${behind && /^\d/.test(behind) ? behind : "1.2"}`;
    return new InputError(`toolchain: ${JSON.stringify(line)} is neither a tool that is known nor a version`, {
        hint: behind === undefined
            ? `${suggestion(name, [...TOOLS, AUTO, NONE])} (${own})`
            : `after @ stands major or minor: ${isTool(name) ? name : "node"}@major; ${own}`,
    });
}
async function resolveWish(wish, request) {
    if (wish.text !== undefined) {
        return { tool: { name: wish.text, text: wish.text, source: "as given" }, notices: [] };
    }
    const { tool, precision, folder } = wish;
    const { from, place, env, signal } = request;
    const [answer, { asked, notices }] = await Promise.all([
        from === "files" ? undefined : askVersion(tool, { folder, env, signal, limitMs: ASK_LIMIT_MS }),
        from === "tools" ? { asked: undefined, notices: [] } : findAskedVersion(tool, folder, place),
    ]);
    const wanted = asked && { ...asked, version: cut(asked.version, precision) };
    if (answer?.version !== undefined) {
        const version = cut(answer.version, precision);
        const isRight = wanted === undefined || isMet(tool, wanted, version);
        return {
            tool: {
                name: tool,
                text: `${tool}-${spell(version)}${isRight ? "" : `~${spell(wanted.version)}`}`,
                source: `${answer.command}${wanted ? `; ${wanted.file} asks for ${wanted.version}` : ""}`,
            },
            notices: isRight ? notices : [...notices, otherVersion(tool, answer.version, asked)],
        };
    }
    const silence = answer ? [`no version of ${tool} from the tool: ${answer.why}`] : [];
    if (wanted) {
        return {
            tool: { name: tool, text: `${tool}-${spell(wanted.version)}`, source: wanted.file },
            notices: [...notices, ...silence, ...looseness(tool, wanted)],
        };
    }
    const why = [...silence, ...(from === "tools" ? [] : [`no file asks for a version of ${tool}`])].join("; ");
    if (wish.isNamed) {
        throw new InputError(`toolchain: ${why}`, {
            hint: `${from === "files" ? `ask for one in ${factsOf(tool).versionFiles[0][0]}` : `set ${tool} up before the key is made`}, or write the version yourself: ${tool}-1.2`,
        });
    }
    return {
        tool: { name: tool, text: `${tool}-unknown`, source: "not found" },
        notices: [...notices, `${why}; the key says ${tool}-unknown`],
    };
}
function otherVersion(tool, version, { file, version: wanted }) {
    return `${tool} is ${version} here, ${file} asks for ${wanted}: the key holds both; if the tool is set up later in this job, do it before`;
}
function looseness(tool, { version, file, isFixed }) {
    if (isFixed)
        return [];
    return [
        `${file} asks for ${tool} ${version}, which is no one version: what different versions build shares this key`,
    ];
}
/** `major` keeps the first number of a version, `minor` two. Text without numbers stays. */
function cut(version, precision) {
    if (precision === undefined)
        return version;
    const pattern = precision === "major" ? /\d+/ : /\d+(?:\.\d+)?/;
    return pattern.exec(version)?.[0] ?? version;
}
/** A version as it may stand in a key: a range in odd characters is known by its digest. */
function spell(version) {
    const text = version.replaceAll(" ", "");
    return /^[\w.+*<>=^~|/-]{1,40}$/.test(text) ? text : `asked.${sha256(Buffer.from(version)).slice(0, 8)}`;
}
//# sourceMappingURL=toolchain.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/make-key.js
// makeKey: from what a job depends on to its key, with every part told. Equal inputs give equal keys on every machine and
// in every checkout: names are relative, orders are by name, no clock and no path of this machine enters.







/** @throws InputError, LocalFileError, the reason of the signal */
async function makeKey(request) {
    const { place, env, signal } = request;
    const notices = [];
    const name = checkText("name", request.name, "use letters, digits, and - . _ /");
    const repository = checkText("repository", request.repository, "write it as owner/name");
    const platform = checkText("platform", request.platform, "write it as linux-x64, or none");
    const lockfiles = await requireLockfiles(request, notices);
    const { tools, notices: aboutTools } = await resolveToolchain({
        lines: orAuto(request.toolchain),
        from: request.toolchainFrom,
        lockfiles,
        ...{ place, env, signal },
    });
    const environment = pickEnvironment(request.environment, env);
    const configuration = await requireConfiguration(request, notices);
    notices.push(...aboutTools, ...environment.notices);
    const lockfileItems = await digestsOf(lockfiles);
    const digest = combineDigests(lockfileItems.map((item) => item.digest));
    const toolchain = tools.map(({ text }) => text).join("+");
    const parts = [
        plainPart("name", name),
        plainPart("repository", repository),
        plainPart("platform", platform),
        plainPart("toolchain", toolchain || NONE, tools.map(({ name, text, source }) => ({ name, digest: sha256(Buffer.from(text)), note: source }))),
        digestedPart("environment", environment.variables.map((variable) => ({
            ...variable,
            note: variable.digest === undefined ? "not set" : "set",
        }))),
        digestedPart("configuration", await digestsOf(configuration)),
        digestedPart("lockfile", lockfileItems, digest),
    ];
    return {
        key: key_parts_keyOf(parts),
        restoreKeys: restoreKeysOf(parts),
        digest: digestOfParts(parts),
        parts,
        toolchain: toolchain || undefined,
        lockfiles,
        lockfileHash: digest && `sha256:${digest}`,
        notices,
    };
}
function orAuto(lines) {
    return lines.length > 0 ? lines : [AUTO];
}
async function digestsOf(files) {
    const digested = [];
    for (const file of files)
        digested.push({ name: file.name, digest: await digestOfFile(file) });
    return digested;
}
/** A key without a lock file would be the same for ever: it must be meant. */
async function requireLockfiles({ lockfiles, configuration, place }, notices) {
    const lines = orAuto(lockfiles);
    const { files, missing } = await findLockfiles(lines, place);
    const named = missing.filter((line) => line !== AUTO);
    if (named.length > 0) {
        throw new InputError(`lockfile: there is no ${named.join(", no ")} in ${place.folder}`, {
            hint: "paths and patterns are relative to that folder; auto looks for the nearest upward",
        });
    }
    if (files.length > 0 || lines.includes(NONE))
        return files;
    const upTo = place.folder === place.top ? "" : ` or above it, up to ${place.top}`;
    const where = `no lock file that is known is in ${place.folder}${upTo}`;
    if (configuration.length === 0) {
        const below = await lookBelow(place.folder);
        const shown = below.length > 3 ? [...below.slice(0, 3), "…"] : below;
        throw new InputError(where, {
            hint: below.length > 0
                ? `make the key where it is, or name it as lockfile; below there are ${shown.join(", ")}`
                : "name the file that says what is installed as lockfile, or none if nothing does",
        });
    }
    notices.push(`${where}: the key goes by the configuration alone`);
    return files;
}
async function requireConfiguration({ configuration, place }, notices) {
    const { files, unmatched } = await selectFiles(configuration, place);
    const named = unmatched.filter(({ isPattern }) => !isPattern).map(({ line }) => line);
    if (named.length > 0) {
        throw new InputError(`config: there is no file ${named.join(", no file ")} in ${place.folder}`, {
            hint: "write a folder as folder/**, and what may be missing as a pattern: tsconfig.jso[n]",
        });
    }
    for (const { line } of unmatched)
        notices.push(`config: nothing matches ${line} in ${place.folder}`);
    return files;
}
//# sourceMappingURL=make-key.js.map
;// CONCATENATED MODULE: ./packages/core/dist/keys/platform.js
// The platform of a key: what decides whether compiled code runs. Named as npm names it, and Alpine's libc told apart,
// since nothing that is built for one runs with the other.
/** `linux-x64`, `linux-arm64-musl`, `darwin-arm64`, `win32-x64`, of the process that asks. */
function thisPlatform() {
    const platform = `${process.platform}-${process.arch}`;
    return process.platform === "linux" && !hasGlibc() ? `${platform}-musl` : platform;
}
function hasGlibc() {
    const report = process.report;
    const before = report.excludeNetwork ?? false;
    // Else it looks up the names of all open connections.
    report.excludeNetwork = true;
    try {
        const { header } = report.getReport();
        return header?.glibcVersionRuntime !== undefined;
    }
    finally {
        report.excludeNetwork = before;
    }
}
//# sourceMappingURL=platform.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/counters.js
// Counters: what the steps of a repository came to on one day (UTC). Rows of pull requests are apart from those of
// branches, in place and in number: whoever can write the former can't move the latter. Pure.
/** Each counter of a row, in the order of the docs. Whole numbers, and sums of what the steps say. */
const COUNTERS = [
    /** Restores that found the key itself, a key that it or a restore-key is a prefix of, or nothing. */
    "hits",
    "partialHits",
    "misses",
    /** Of the misses: restores that failed. */
    "failures",
    "restoredBytes",
    "downloadedBytes",
    /** File bytes that the disk held already. */
    "keptBytes",
    "restoreMs",
    /** Of hits whose build time is known: how many, how long the work took when it was done, and the restore instead of it. */
    "timedHits",
    "sparedMs",
    "sparingMs",
    "saves",
    /** File bytes of what was saved. */
    "savedBytes",
    "uploadedBytes",
    /** Of the saved bytes: those that the store held already. */
    "reusedBytes",
    "saveMs",
    /** How long the work took whose result was saved, where the job told. */
    "builtMs",
    /** Saves that a prune took away before their time, or the limit of a store on one machine. */
    "evictions",
];
/** How long a row is kept: a year can be compared with the one before it in part. */
const COUNTERS_KEPT_DAYS = 400;
const counters_DAY_MS = 86_400_000;
/** More than any repository comes to in a day; so no sum of a year leaves the whole numbers. */
const LIMITS = { count: 10_000_000, bytes: 10 ** 15, ms: 10 ** 12 };
const NO_COUNTERS = countersOf({});
/** The given ones, the others 0. */
function countersOf(given) {
    return Object.fromEntries(COUNTERS.map((name) => [name, given[name] ?? 0]));
}
function addCounters(a, b) {
    return Object.fromEntries(COUNTERS.map((name) => [name, a[name] + b[name]]));
}
/**
 * What may be believed of a row that others can write: whole numbers, none negative, none larger than a day can have.
 * @param value of each counter, from wherever; what is no number is 0.
 */
function clampCounters(value) {
    return Object.fromEntries(COUNTERS.map((name) => {
        const number = value[name];
        const isNumber = typeof number === "number" && Number.isFinite(number);
        return [name, isNumber ? Math.round(Math.min(Math.max(number, 0), limitOf(name))) : 0];
    }));
}
function limitOf(name) {
    if (name.endsWith("Bytes"))
        return LIMITS.bytes;
    return name.endsWith("Ms") ? LIMITS.ms : LIMITS.count;
}
function dayOfTime(timeMs) {
    return new Date(timeMs).toISOString().slice(0, 10);
}
/** @returns undefined for a text that names no day. */
function timeOfDay(day) {
    const timeMs = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
    return Number.isNaN(timeMs) || dayOfTime(timeMs) !== day ? undefined : timeMs;
}
/** When the row of a day has been kept long enough. */
function countersEndMs(day) {
    return (timeOfDay(day) ?? 0) + (COUNTERS_KEPT_DAYS + 1) * counters_DAY_MS;
}
/** The first day whose row is still kept. */
function firstDayKept(nowMs) {
    return dayOfTime(nowMs - COUNTERS_KEPT_DAYS * counters_DAY_MS);
}
function fitsCounters({ repository, day }, filter) {
    const isRepository = filter.repository === undefined || repository === filter.repository;
    return isRepository && filter.from <= day && day <= filter.to;
}
//# sourceMappingURL=counters.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/metric-names.js
// The names under which Cairn publishes metrics to CloudWatch: the one place that whoever publishes them, the dashboard
// and the alarms agree on.
const METRIC_NAMESPACE = "Cairn";
/**
 * Where a step publishes. Pull requests have a namespace of their own, to which alone their policy lets them publish: so
 * none of them can raise or silence an alarm.
 */
function namespaceOf(namespace, domain) {
    return domain === "pr" ? `${namespace}/PullRequests` : namespace;
}
const METRIC_DIMENSIONS = { store: "Store", repository: "Repository" };
/**
 * Every metric is published twice: with `Store` alone, which the alarms read (an alarm can't search), and with `Store`
 * and `Repository`.
 */
const METRIC_DIMENSION_SETS = [
    [METRIC_DIMENSIONS.store],
    [METRIC_DIMENSIONS.store, METRIC_DIMENSIONS.repository],
];
/** Of one step of a job. Counts are 0 or 1, so that their sums are counts. */
const METRICS = {
    /** The key itself was found. */
    hits: "Hits",
    /** Another key that it, or a restore-key, is a prefix of. */
    partialHits: "PartialHits",
    misses: "Misses",
    /** Bytes. */
    restoredBytes: "RestoredBytes",
    downloadedBytes: "DownloadedBytes",
    uploadedBytes: "UploadedBytes",
    reusedBytes: "ReusedBytes",
    /** Seconds. */
    restoreSeconds: "RestoreSeconds",
    saveSeconds: "SaveSeconds",
    /** Seconds of work that a hit spared, where the job told how long it takes. */
    savedSeconds: "SavedSeconds",
};
function metricUnit(name) {
    if (name.endsWith("Bytes"))
        return "Bytes";
    return name.endsWith("Seconds") ? "Seconds" : "Count";
}
/** The value of the dimension `Store`. @param prefix of the store, without slashes at its ends. */
function storeDimension(bucket, prefix) {
    return prefix === "" ? `${bucket}/` : `${bucket}/${prefix}/`;
}
//# sourceMappingURL=metric-names.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/step-counters.js
// What one step adds to the counters of its repository, and which metrics it publishes. Pure.


/** A restore that failed: a miss to the job. */
const FAILED_RESTORE = countersOf({ misses: 1, failures: 1 });
function countersOfRestore(result) {
    if (result.status === "miss")
        return countersOf({ misses: 1 });
    const { ref, exact, restoredBytes, downloadedBytes, keptBytes, durationMs } = result;
    const spared = sparedMs(result);
    return countersOf({
        hits: exact ? 1 : 0,
        partialHits: exact ? 0 : 1,
        restoredBytes,
        downloadedBytes,
        keptBytes,
        restoreMs: durationMs,
        ...(spared !== undefined && {
            timedHits: 1,
            sparedMs: (ref.buildSeconds ?? 0) * 1000,
            sparingMs: durationMs,
        }),
    });
}
function countersOfSave({ ref, uploadedBytes, reusedBytes, durationMs, }) {
    return countersOf({
        saves: 1,
        savedBytes: ref.treeBytes,
        uploadedBytes,
        reusedBytes,
        saveMs: durationMs,
        builtMs: (ref.buildSeconds ?? 0) * 1000,
    });
}
/**
 * How much less time a restore took than the work whose result it restored; below 0: more. Undefined where the job that
 * saved did not tell how long that was, and where the key was another: then the work is done all the same.
 */
function sparedMs(hit) {
    const { buildSeconds } = hit.ref;
    return hit.exact && buildSeconds !== undefined ? buildSeconds * 1000 - hit.durationMs : undefined;
}
/** The metrics of a step, by the names under which they are published. What a step says nothing of is left out. */
function metricsOf(counters) {
    const { hits, partialHits, misses, saves, timedHits } = counters;
    return {
        ...(hits + partialHits + misses > 0 && {
            [METRICS.hits]: hits,
            [METRICS.partialHits]: partialHits,
            [METRICS.misses]: misses,
        }),
        ...(hits + partialHits > 0 && {
            [METRICS.restoredBytes]: counters.restoredBytes,
            [METRICS.downloadedBytes]: counters.downloadedBytes,
            [METRICS.restoreSeconds]: counters.restoreMs / 1000,
        }),
        ...(timedHits > 0 && {
            [METRICS.savedSeconds]: Math.max(0, counters.sparedMs - counters.sparingMs) / 1000,
        }),
        ...(saves > 0 && {
            [METRICS.uploadedBytes]: counters.uploadedBytes,
            [METRICS.reusedBytes]: counters.reusedBytes,
            [METRICS.saveSeconds]: counters.saveMs / 1000,
        }),
    };
}
//# sourceMappingURL=step-counters.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/provenance-formats.js
// A record as other tools read it: an in-toto statement (https://in-toto.io/Statement/v1) whose predicate is SLSA
// provenance (https://slsa.dev/spec/v1.1/provenance). Unsigned: what wants a proof has to sign it.
const STATEMENT_TYPE = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE = "https://slsa.dev/provenance/v1";
/** What `externalParameters` means: the fields of {@link externalParametersOf}. */
const BUILD_TYPE = "urn:cairn:save:v1";
function toInTotoStatement(provenance) {
    return {
        _type: STATEMENT_TYPE,
        subject: [{ name: provenance.cacheKey, digest: { sha256: hexOf(provenance.contentHash) } }],
        predicateType: PREDICATE_TYPE,
        predicate: toSlsaPredicate(provenance),
    };
}
function toSlsaPredicate(provenance) {
    const { run, buildTime, buildDuration, dependencies } = provenance;
    const startedOn = buildDuration === undefined ? undefined : timestamp(Date.parse(buildTime) - buildDuration * 1000);
    const invocationId = run.url ?? run.runId;
    return {
        buildDefinition: {
            buildType: BUILD_TYPE,
            externalParameters: externalParametersOf(provenance),
            internalParameters: {
                domain: provenance.domain,
                toolchain: provenance.toolchain,
                ...(provenance.lockfileHash !== undefined && { lockfileHash: provenance.lockfileHash }),
            },
            resolvedDependencies: [...sourceOf(provenance), ...dependencies.map(dependencyOf)],
        },
        runDetails: {
            builder: { id: `urn:cairn:builder:${run.system}${run.server === undefined ? "" : `:${run.server}`}` },
            metadata: {
                ...(invocationId !== undefined && { invocationId }),
                ...(startedOn !== undefined && { startedOn }),
                finishedOn: timestamp(Date.parse(buildTime)),
            },
        },
    };
}
function externalParametersOf({ cacheKey, repository, ref, branch, run, }) {
    const { workflow, job, event } = run;
    return {
        cacheKey,
        repository,
        ref,
        ...(branch !== undefined && { branch }),
        ...(workflow !== undefined && { workflow }),
        ...(job !== undefined && { job }),
        ...(event !== undefined && { event }),
    };
}
function sourceOf({ repository, ref, commitSha, run }) {
    if (commitSha === undefined)
        return [];
    const at = run.server === undefined ? repository : `${run.server}/${repository}`;
    return [{ uri: `git+${at}@${ref}`, digest: { gitCommit: commitSha } }];
}
function dependencyOf(contentHash) {
    const sha256 = hexOf(contentHash);
    return { uri: `cairn:${sha256}`, digest: { sha256 } };
}
function hexOf(contentHash) {
    return contentHash.replace(/^sha256:/, "");
}
/** Whole seconds, as both specifications show them. */
function timestamp(ms) {
    return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
//# sourceMappingURL=provenance-formats.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/eviction.js
// What goes first when a store is larger than it may be.
/** Used longest ago; used least often; saved first; largest. */
const EVICTION_POLICIES = ["lru", "lfu", "fifo", "size"];
const byLastUse = (a, b) => a.lastAccessedAtMs - b.lastAccessedAtMs;
const byAge = (a, b) => a.createdAtMs - b.createdAtMs;
const ORDERS = {
    lru: byLastUse,
    lfu: (a, b) => a.accessCount - b.accessCount || byLastUse(a, b),
    fifo: byAge,
    size: (a, b) => b.storedBytes - a.storedBytes || byLastUse(a, b),
};
/** For sorting: first to go first. The same Refs come in the same order, whatever order they were listed in. */
function evictionOrder(policy) {
    return (a, b) => ORDERS[policy](a, b) || byAge(a, b) || (a.contentHash < b.contentHash ? -1 : 1);
}
//# sourceMappingURL=eviction.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/provenance.js
// Provenance: what made an artifact, one record for each run that did. The record is JSON with the names that other
// people's tools read; what is unknown is left out. It is a statement of the job, not a proof: nothing signs it.

/** A message is told, not archived. */
const MESSAGE_MAX = 1_000;
/** @param dependencies of this domain or the trusted one; the artifact's own hash is left out. */
function makeProvenance(ref, facts, dependencies) {
    const { commitSha, commitMessage, branch, tools, buildSeconds, ...run } = facts;
    const others = new Set(dependencies.filter((digest) => digest !== ref.contentHash));
    return {
        contentHash: `sha256:${ref.contentHash}`,
        domain: ref.domain,
        cacheKey: ref.key,
        repository: ref.scope.repository,
        ref: ref.scope.ref,
        ...(commitSha && { commitSha }),
        ...(commitMessage && { commitMessage: commitMessage.slice(0, MESSAGE_MAX) }),
        ...(branch && { branch }),
        ...(run.runId && { workflowRunId: run.runId }),
        toolchain: { ...tools, ...parseToolchain(ref.toolchain) },
        ...(ref.lockfileHash && { lockfileHash: ref.lockfileHash }),
        buildTime: new Date(ref.createdAtMs).toISOString(),
        ...(buildSeconds !== undefined && { buildDuration: buildSeconds }),
        dependencies: [...others].map((digest) => `sha256:${digest}`),
        run,
    };
}
/** `node-20.1.0 npm-9.6.7` -> by tool; what has no version stands under its own name with an empty one. */
function parseToolchain(label) {
    const tools = (label ?? "").split(/[\s,+]+/).filter(Boolean);
    return Object.fromEntries(tools.map((tool) => {
        const [, name = tool, version = ""] = /^(.+?)-v?(\d.*)$/.exec(tool) ?? [];
        return [name, version];
    }));
}
/** Of the record: the run and its attempt, in characters that every store takes. */
function recordName({ runId, attempt }, createdAtMs) {
    const safe = (text) => text.replace(/[^A-Za-z0-9_.]+/g, "_").slice(0, 100);
    return `${safe(runId || `local_${createdAtMs}`)}-${safe(attempt || "1")}`;
}
function encodeProvenance(provenance) {
    return Buffer.from(`${JSON.stringify(provenance, null, 1)}\n`);
}
/**
 * A record may come from a pull request: what is not of the right kind is no record.
 * @param of whose record it is by its name; one that speaks of another artifact is none.
 */
function decodeProvenance(bytes, of) {
    const value = provenance_parse(bytes);
    if (!value)
        return undefined;
    const texts = ["cacheKey", "repository", "ref", "buildTime"].every((name) => typeof value[name] === "string");
    const optionalTexts = ["commitSha", "commitMessage", "branch", "workflowRunId", "lockfileHash"].every((name) => value[name] === undefined || typeof value[name] === "string");
    const { toolchain, dependencies, run, buildDuration } = value;
    const isWhole = value["contentHash"] === `sha256:${of.contentHash}` &&
        value["domain"] === of.domain &&
        texts &&
        optionalTexts &&
        !Number.isNaN(Date.parse(value["buildTime"])) &&
        isTextRecord(toolchain) &&
        Array.isArray(dependencies) &&
        dependencies.every((digest) => typeof digest === "string" && provenance_digestOf(digest) !== undefined) &&
        (buildDuration === undefined || Number.isFinite(buildDuration)) &&
        isTextRecord(run) &&
        typeof run["system"] === "string";
    return isWhole ? value : undefined;
}
/** `sha256:…` as a digest. */
function provenance_digestOf(text) {
    const hex = text.replace(/^sha256:/, "");
    return isDigest(hex) ? hex : undefined;
}
function provenance_parse(bytes) {
    try {
        const value = JSON.parse(Buffer.from(bytes).toString());
        return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
    }
    catch {
        return undefined;
    }
}
function isTextRecord(value) {
    return (typeof value === "object" &&
        value !== null &&
        Object.values(value).every((each) => typeof each === "string"));
}
/** Seconds as a user writes them: `92`, `92.5`. @returns undefined when it is no such number. */
function parseBuildSeconds(text) {
    return /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
//# sourceMappingURL=provenance.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/ref.js
// Ref: what the index holds, one row for each (scope, version, key). It names an artifact by its contentHash and is
// the only thing that makes an artifact visible.
/** Whether the Ref may be restored at `nowMs`: not invalidated, not expired, its packs still guaranteed. */
function isLive(ref, nowMs) {
    return ref.invalidatedAtMs === undefined && nowMs < ref.expiresAtMs && nowMs < ref.notAfterMs;
}
/** Whether two rows are the same state of the same Ref; what a conditional update compares. */
function isSameRef(a, b) {
    return a.contentHash === b.contentHash && a.createdAtMs === b.createdAtMs && a.key === b.key;
}
function isSameArtifact(a, b) {
    return a.domain === b.domain && a.contentHash === b.contentHash;
}
//# sourceMappingURL=ref.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/bytes.js
// ByteWriter and ByteReader: varints (LEB128, up to 2^53-1), zigzag for signed numbers, and length-prefixed strings.
// The reader trusts nothing: whatever goes past the end or over a limit is a CorruptError.


function createByteWriter(capacity = 4096) {
    let buffer = Buffer.allocUnsafe(capacity);
    let length = 0;
    const reserve = (more) => {
        if (length + more <= buffer.length)
            return;
        const grown = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + more));
        buffer.copy(grown, 0, 0, length);
        buffer = grown;
    };
    const varint = (value) => {
        reserve(8);
        let rest = value;
        while (rest > 0x7fffffff) {
            buffer[length++] = (rest % 128) | 0x80;
            rest = Math.floor(rest / 128);
        }
        while (rest > 0x7f) {
            buffer[length++] = (rest & 0x7f) | 0x80;
            rest >>>= 7;
        }
        buffer[length++] = rest;
    };
    return {
        byte(value) {
            reserve(1);
            buffer[length++] = value;
        },
        varint,
        zigzag: (value) => varint(value < 0 ? -value * 2 - 1 : value * 2),
        text(value) {
            const size = Buffer.byteLength(value);
            varint(size);
            reserve(size);
            length += buffer.write(value, length, "utf8");
        },
        digest(value) {
            reserve(DIGEST_BYTES);
            length += buffer.write(value, length, "hex");
        },
        bytes(value) {
            reserve(value.length);
            buffer.set(value, length);
            length += value.length;
        },
        finish: () => buffer.subarray(0, length),
    };
}
/** The signed number that a varint stands for. */
function unzigzag(value) {
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
/** @param what names the object in errors. */
function bytes_createByteReader(source, what) {
    const buffer = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    let at = 0;
    const fail = (why) => {
        throw new errors_CorruptError(what, `${why} at byte ${at}`);
    };
    const need = (length) => {
        if (length > buffer.length - at)
            fail("it ends too early");
    };
    const varint = () => {
        let value = 0;
        let scale = 1;
        for (;;) {
            if (at >= buffer.length)
                fail("it ends too early");
            const byte = buffer[at++];
            value += (byte & 0x7f) * scale;
            if (byte < 0x80)
                break;
            scale *= 128;
            if (scale > 2 ** 49)
                fail("a number is too large");
        }
        return Number.isSafeInteger(value) ? value : fail("a number is too large");
    };
    const bytes = (length) => {
        need(length);
        const view = buffer.subarray(at, at + length);
        at += length;
        return view;
    };
    return {
        get remaining() {
            return buffer.length - at;
        },
        byte() {
            need(1);
            return buffer[at++];
        },
        varint,
        count(minBytes) {
            const value = varint();
            if (value * minBytes > buffer.length - at)
                fail("a count is larger than what follows");
            return value;
        },
        zigzag: () => unzigzag(varint()),
        text(maxBytes) {
            const length = varint();
            if (length > maxBytes)
                fail("a text is too long");
            need(length);
            const text = buffer.toString("utf8", at, at + length);
            at += length;
            return text;
        },
        digest() {
            need(DIGEST_BYTES);
            const text = buffer.toString("hex", at, at + DIGEST_BYTES);
            at += DIGEST_BYTES;
            return text;
        },
        bytes,
        varints(into) {
            // The loop keeps its place in a local variable, which the closures of the other methods would not allow.
            let next = at;
            for (let i = 0; i < into.length; i++) {
                let byte = buffer[next++];
                if (byte !== undefined && byte < 0x80) {
                    into[i] = byte;
                    continue;
                }
                let value = 0;
                let scale = 1;
                for (;;) {
                    if (byte === undefined)
                        fail("it ends too early");
                    value += (byte & 0x7f) * scale;
                    if (byte < 0x80)
                        break;
                    scale *= 128;
                    if (scale > 2 ** 49)
                        fail("a number is too large");
                    byte = buffer[next++];
                }
                into[i] = Number.isSafeInteger(value) ? value : fail("a number is too large");
            }
            at = next;
            return into;
        },
        copy(target, position, length) {
            need(length);
            // Byte by byte: a view for each run of a path would cost more than its bytes.
            for (let i = 0; i < length; i++)
                target[position + i] = buffer[at + i];
            at += length;
        },
        part() {
            const length = varint();
            return bytes_createByteReader(bytes(length), what);
        },
        end() {
            if (at !== buffer.length)
                fail("bytes are left over");
        },
    };
}
//# sourceMappingURL=bytes.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/ref-signature.js
// The signature of a Ref: which bytes are signed, and whether a signature holds. Pure. docs/format.md has the bytes and
// a test vector. Not signed is what changes later (counters, expiresAt, invalidatedAt) and what only describes.




/** Raised when other bytes are signed. */
const SIGNATURE_VERSION = 1;
const ref_signature_MAGIC = "CAIRNREF";
const DOMAIN_CODES = { trusted: 0, pr: 1 };
/** `v1:<algorithm>:<key id>:<hex>`: one way to write each signature, so that none can be written anew. */
const SIGNATURE = /^v1:(hmac-sha256|ed25519):([0-9a-f]{16}):([0-9a-f]+)$/;
const HEX_DIGITS = { "hmac-sha256": 64, ed25519: 128 };
/** @throws InputError when a name of the Ref is no Unicode text. */
function signRef(ref, { algorithm, id, key }) {
    const bytes = signedBytes(ref);
    if (!bytes) {
        throw new InputError(`a Ref with the key ${JSON.stringify(ref.key)} can't be signed`, {
            hint: "use a key, a branch and a repository that are Unicode text",
        });
    }
    const made = algorithm === "ed25519" ? (0,external_node_crypto_.sign)(null, bytes, key) : (0,external_node_crypto_.createHmac)("sha256", key).update(bytes).digest();
    return `v${SIGNATURE_VERSION}:${algorithm}:${id}:${made.toString("hex")}`;
}
/** @param keys by their ids. */
function checkSignature(ref, keys) {
    if (ref.signature === undefined || ref.signature === "")
        return { status: "unsigned" };
    const parsed = parseSignature(ref.signature);
    if (!parsed)
        return { status: "unreadable" };
    const { keyId, algorithm, given } = parsed;
    const verifyKey = keys.get(keyId);
    if (!verifyKey)
        return { status: "unknown-key", keyId };
    const bytes = signedBytes(ref);
    // The key says which algorithm it is for; the signature only repeats it.
    const holds = bytes !== undefined && verifyKey.algorithm === algorithm && isSignature(bytes, given, verifyKey);
    return holds ? { status: "valid", keyId } : { status: "altered", keyId };
}
/** What follows "this save …" in a sentence for a person. */
function describeSignature(state) {
    switch (state.status) {
        case "valid":
            return `is signed by the key ${state.keyId}`;
        case "unchecked":
            return `says it is signed by the key ${state.keyId}, which was not checked`;
        case "unsigned":
            return "is not signed";
        case "unreadable":
            return "has a signature that this Cairn can't read";
        case "unknown-key":
            return `is signed by the key ${state.keyId}, which this job does not trust`;
        case "altered":
            return `is not what the key ${state.keyId} signed: it was changed, or copied from another key, branch or repository`;
    }
}
function refuse(ref, check) {
    // Whoever wrote the row chose its key: quoted, it stays on its line.
    const message = `${JSON.stringify(ref.key)} of ${ref.scope.ref} ${describeSignature(check)}`;
    return { ref, why: check.status, message, hint: ref_signature_HINTS[check.status] };
}
const ref_signature_HINTS = {
    unsigned: "a job without CAIRN_SIGNING_KEY saved it, or someone put it there; the next signed save of this key replaces it",
    unreadable: "update Cairn here, or find out who wrote it; the next signed save of this key replaces it",
    "unknown-key": "after a change of keys, keep the old one's public half in CAIRN_VERIFY_KEY; else find out who has that key",
    altered: "find out who can write to the index; the next signed save of this key replaces it",
};
/** Which key a signature says it is of. @returns undefined for what can't be read. */
function signatureKeyId(signature) {
    return signature === undefined ? undefined : parseSignature(signature)?.keyId;
}
/**
 * Every text has its length in front, so that no two Refs share their bytes.
 * @returns undefined for what is no whole Ref, as a foreign row may be: a text with half a surrogate pair would be
 *   written as another one, and a time is a whole number of milliseconds since 1970.
 */
function signedBytes(ref) {
    const texts = [ref.scope.repository, ref.scope.ref, ref.version, ref.key];
    const times = [ref.createdAtMs, ref.notAfterMs];
    if (!texts.every((text) => text.isWellFormed()))
        return undefined;
    if (!Object.hasOwn(DOMAIN_CODES, ref.domain) || !isDigest(ref.contentHash))
        return undefined;
    if (!times.every((time) => Number.isSafeInteger(time) && time >= 0))
        return undefined;
    const writer = createByteWriter(512);
    writer.bytes(Buffer.from(ref_signature_MAGIC));
    writer.byte(SIGNATURE_VERSION);
    for (const text of texts)
        writer.text(text);
    writer.byte(DOMAIN_CODES[ref.domain]);
    writer.digest(ref.contentHash);
    for (const time of times)
        writer.varint(time);
    return writer.finish();
}
function parseSignature(text) {
    const [, algorithm, keyId, hex] = SIGNATURE.exec(text) ?? [];
    if (hex === undefined || hex.length !== HEX_DIGITS[algorithm])
        return undefined;
    return { algorithm: algorithm, keyId: keyId, given: Buffer.from(hex, "hex") };
}
function isSignature(bytes, given, { algorithm, key }) {
    if (algorithm === "ed25519")
        return (0,external_node_crypto_.verify)(null, bytes, key, given);
    return (0,external_node_crypto_.timingSafeEqual)((0,external_node_crypto_.createHmac)("sha256", key).update(bytes).digest(), given);
}
//# sourceMappingURL=ref-signature.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/with-commit-check.js
// An index whose commits have to pass a check first: for what only holds as long as a save is young, or is not taken for
// dead by others.
/** @param check rejects when the save may no longer commit. */
function withCommitCheck(inner, check) {
    return {
        ...inner,
        async commit(ref, options) {
            await check();
            return inner.commit(ref, options);
        },
    };
}
//# sourceMappingURL=with-commit-check.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/tolerate.js
// For work beside a step that must never fail it: figures and counts that are one short harm nobody.

/** @throws what is neither a CacheError nor the end of a time limit: a bug of ours. */
async function tolerate(work) {
    try {
        await work();
    }
    catch (error) {
        const isTimeout = Error.isError(error) && /Abort|Timeout/.test(error.name);
        if (!(error instanceof CacheError) && !isTimeout)
            throw error;
    }
}
//# sourceMappingURL=tolerate.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/count-uses.js
// Who used a Ref: a job counts what it uses of other scopes in a row of its own, and trusted jobs and prune fold these
// rows into the Refs. So no job needs the right to write another scope's Refs, and a use still keeps one alive.


/** A step is over by then: it waits no longer for a count. */
const TIMEOUT_MS = 2_000;
/** Rows of uses come from pull requests: one of them may not claim any number. */
const COUNT_MAX = 1_000_000;
/**
 * Counts the use of a Ref of another scope (a use in the own one is counted by the restore), and in a trusted job takes
 * in what others counted of the own scope. Never rejects: a count that is too low harms nobody.
 * @param used undefined: nothing was.
 */
async function countUses(backend, access, used) {
    const { writes, domain } = access;
    if (!writes)
        return;
    const { index, clock } = backend;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const isForeign = used && (used.scope.repository !== writes.repository || used.scope.ref !== writes.ref) ? used : undefined;
    await tolerate(async () => {
        if (isForeign)
            await index.recordUse(isForeign, { by: writes, atMs: clock.now(), signal });
    });
    await tolerate(async () => {
        if (domain === "trusted")
            await foldUses(backend, writes, { signal });
    });
}
/**
 * Moves counts from the rows of their users to the Refs that were used. A row is taken before it is counted, so that no
 * use counts twice; one that nobody holds any more is dropped.
 * @returns how many uses were counted.
 */
async function foldUses({ index, clock, refTtlMs }, filter, options) {
    let folded = 0;
    for await (const usage of index.uses(filter, options)) {
        if (!(await index.takeUsage(usage, options)))
            continue;
        const ref = await index.lookup({ ...usage.of, match: "exact" }, options);
        if (!ref || !isSameRef(ref, usage.of) || usage.count < 1)
            continue;
        const atMs = Math.min(usage.lastAtMs, clock.now());
        const count = Math.min(usage.count, COUNT_MAX);
        const expiresAtMs = Math.min(atMs + refTtlMs, ref.notAfterMs);
        await index.touch(ref, { atMs, expiresAtMs, count, signal: options.signal });
        folded += count;
    }
    return folded;
}
//# sourceMappingURL=count-uses.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/record-step.js
// Records what a step came to: in the counters of the index, and wherever else metrics go. It runs while the caller
// reports, takes two seconds at most and never rejects: figures that are one step short harm nobody.



/** A step is over by then: it waits no longer for its figures. */
const record_step_TIMEOUT_MS = 2_000;
/** Of the job's own repository and domain; a job that knows neither is not counted. */
async function recordStep({ index, clock }, sinks, access, counters) {
    const { repository } = access.writes ?? access.reads[0] ?? {};
    if (!repository)
        return;
    const { domain } = access;
    const atMs = clock.now();
    const signal = AbortSignal.timeout(record_step_TIMEOUT_MS);
    const sample = { repository, domain, atMs, values: metricsOf(counters) };
    await Promise.all([
        tolerate(() => index.count({ repository, domain, day: dayOfTime(atMs), counters }, { signal })),
        ...sinks.map((sink) => tolerate(() => sink.publish(sample, { signal }))),
    ]);
}
/** Counts what a prune took away before its time. */
async function recordEvictions({ index, clock }, removed, options) {
    const evicted = removed.filter(({ why }) => why === "evicted").map(({ ref }) => ref);
    const day = dayOfTime(clock.now());
    for (const refs of Map.groupBy(evicted, ({ scope, domain }) => `${domain} ${scope.repository}`).values()) {
        const { scope, domain } = refs[0];
        const counters = countersOf({ evictions: refs.length });
        await tolerate(() => index.count({ repository: scope.repository, domain, day, counters }, options));
    }
}
//# sourceMappingURL=record-step.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/signals.js
// Signals of one piece of work.
/** Aborts with the work's own signal, or with the one that its caller gave it. */
function eitherSignal(own, given) {
    return given ? AbortSignal.any([given, own]) : own;
}
//# sourceMappingURL=signals.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/concurrency.js
// Joins stages by async iteration, with bounds: what is under way is limited in count, and order is kept where it
// matters. The first error stops the pull and reaches the consumer.
/** Calls `work` on up to `limit` items at once and yields the results in the order of the source. */
async function* mapOrdered(source, limit, work) {
    const underWay = [];
    try {
        for await (const item of source) {
            const result = work(item);
            // Awaited below, in order: until then a rejection must not count as unhandled.
            result.catch(() => { });
            underWay.push(result);
            if (underWay.length >= limit)
                yield await underWay.shift();
        }
        while (underWay.length > 0)
            yield await underWay.shift();
    }
    finally {
        await Promise.allSettled(underWay);
    }
}
/** Calls `work` on up to `limit` items at once, in no order. Rejects with the first error, once all have ended. */
async function forEachConcurrently(source, limit, work) {
    const underWay = new Set();
    let failure;
    try {
        for await (const item of source) {
            if (failure)
                break;
            const task = work(item)
                .catch((error) => {
                failure ??= { error };
            })
                .finally(() => underWay.delete(task));
            underWay.add(task);
            if (underWay.size >= limit)
                await Promise.race(underWay);
        }
    }
    finally {
        await Promise.all(underWay);
    }
    if (failure)
        throw failure.error;
}
//# sourceMappingURL=concurrency.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/store-identity.js
// Whether a store and an index belong together. The first save gives both one identity; an index that comes to a store
// later carries a mark, since what another index names is nothing that it knows of: saves go on, prune does not.



/** Between the store's identity and the mark of an index that came later. */
const LATER = "+";
/**
 * For what commits: gives a new store and its index one identity, and refuses a pair that never belonged together, since
 * its Refs would name objects that the other store's prune knows nothing of.
 * @throws IdentityError
 */
async function joinPair({ store, index }, options) {
    const [ofStore, known] = await Promise.all([readStoreIdentity(store, options), index.identity(options)]);
    // The index first: where a crash leaves one without the other, the store is the one that has none.
    const wanted = ofStore === undefined ? crypto.randomUUID() : `${ofStore}${LATER}${crypto.randomUUID()}`;
    const ofIndex = known ?? (await index.claimIdentity(wanted, options));
    const identity = ofStore ?? (await claimStoreIdentity(store, ofIndex, options));
    if (ofIndex !== identity && !isLater(ofIndex, identity)) {
        throw new IdentityError(`the index ${index.description} belongs to another store than ${store.description}`, {
            hint: "give each store an index of its own, or check CAIRN_STORE and CAIRN_INDEX for a mix-up",
        });
    }
}
/**
 * For what deletes: an index that is new, empty, another store's or not the only one knows nothing of who needs what.
 * @param options.isSole the index can be no other than the store's own: it lies in the store's folder.
 * @param options.takesOver this index stands for the one that the store had before.
 * @throws IdentityError
 */
async function checkSamePair({ store, index }, options = {}) {
    const [ofStore, ofIndex] = await Promise.all([readStoreIdentity(store, options), index.identity(options)]);
    if (ofStore === undefined && ofIndex === undefined)
        return;
    const belongs = ofStore !== undefined && ofIndex !== undefined && (ofIndex === ofStore || isLater(ofIndex, ofStore));
    if (!belongs) {
        const why = ofIndex === undefined
            ? `the index ${index.description} was never used with ${store.description}`
            : ofStore === undefined
                ? `${store.description} was never used with the index ${index.description}`
                : `the index ${index.description} belongs to another store than ${store.description}`;
        throw new IdentityError(why, {
            hint: "check CAIRN_STORE and CAIRN_INDEX for a mix-up; nothing was deleted",
        });
    }
    if (options.isSole)
        return;
    const found = await store.read(PRUNING_INDEX_NAME, options);
    const pruning = (found && idIn(found.bytes)) ?? ofStore;
    if (pruning === ofIndex)
        return;
    if (!options.takesOver) {
        throw new IdentityError(`${store.description} has another index than ${index.description}, whose saves this one knows nothing of`, {
            hint: "prune by that one; where it is gone for good, --take-over once makes this one the index that prunes go by. Nothing was deleted",
        });
    }
    if (options.dryRun)
        return;
    const written = await store.swap(PRUNING_INDEX_NAME, encodeId(ofIndex), found?.tag ?? null, options);
    if (written === undefined)
        throw new IdentityError(`another prune has changed ${PRUNING_INDEX_NAME} of ${store.description}`, {
            hint: "find out which index the store has, then prune again; nothing was deleted",
        });
}
/** @returns undefined where no save was made yet. @throws IdentityError when what is there can't be read. */
async function readStoreIdentity(store, options) {
    const bytes = await store.get(STORE_IDENTITY_NAME, undefined, options).catch((error) => {
        if (error instanceof ObjectMissingError)
            return undefined;
        throw error;
    });
    if (!bytes)
        return undefined;
    const id = idIn(bytes);
    if (id !== undefined)
        return id;
    throw new IdentityError(`${STORE_IDENTITY_NAME} in ${store.description} can't be read`, {
        hint: "it is a small JSON file that the first save wrote: restore it from a backup, or use an empty prefix",
    });
}
async function claimStoreIdentity(store, id, options) {
    const bytes = encodeId(id);
    if ((await store.put(STORE_IDENTITY_NAME, bytes, sha256(bytes), options)) === "created")
        return id;
    return (await readStoreIdentity(store, options)) ?? id;
}
function isLater(ofIndex, ofStore) {
    return ofIndex.startsWith(`${ofStore}${LATER}`);
}
function encodeId(id) {
    return Buffer.from(`${JSON.stringify({ id, format: 1 })}\n`);
}
function idIn(bytes) {
    try {
        const { id } = JSON.parse(Buffer.from(bytes).toString());
        return typeof id === "string" ? id : undefined;
    }
    catch {
        return undefined;
    }
}
//# sourceMappingURL=store-identity.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/condemned.js
// The list of what prune is going to delete. Saves read the names and rely on none of them; prune also reads since when
// each is on the list. Nothing on it is needed by a Ref that lives when the list is written.


/** `names` is all that a save reads, and what it has read since the first version. */
function encodeCondemned(batches) {
    const list = {
        names: batches.flatMap((batch) => batch.names),
        batches: batches.map(({ names, ...batch }) => ({ count: names.length, ...batch })),
    };
    return Buffer.from(JSON.stringify(list));
}
/** @throws CorruptError */
function decodeCondemned(bytes) {
    const { names, batches = [] } = condemned_parse(bytes);
    const isList = isTexts(names) && Array.isArray(batches) && batches.every(isBatch);
    if (!isList)
        throw notAList();
    const decoded = [];
    let at = 0;
    for (const { count, condemnedAtMs, waitsFor, deletingSinceMs } of batches) {
        decoded.push({
            names: names.slice(at, at + count),
            ...(condemnedAtMs !== undefined && { condemnedAtMs }),
            ...(waitsFor !== undefined && { waitsFor }),
            ...(deletingSinceMs !== undefined && { deletingSinceMs }),
        });
        at += count;
    }
    if (at > names.length)
        throw notAList();
    return at < names.length ? [...decoded, { names: names.slice(at) }] : decoded;
}
function condemned_parse(bytes) {
    try {
        const value = JSON.parse(Buffer.from(bytes).toString());
        if (typeof value === "object" && value !== null)
            return value;
    }
    catch {
        // Said below.
    }
    throw notAList();
}
function isBatch(value) {
    if (typeof value !== "object" || value === null)
        return false;
    const { count, condemnedAtMs, waitsFor, deletingSinceMs } = value;
    return (Number.isSafeInteger(count) &&
        count >= 0 &&
        [condemnedAtMs, deletingSinceMs].every((ms) => ms === undefined || Number.isFinite(ms)) &&
        (waitsFor === undefined || isTexts(waitsFor)));
}
function isTexts(value) {
    return Array.isArray(value) && value.every((text) => typeof text === "string");
}
function notAList() {
    return new errors_CorruptError(CONDEMNED_NAME, "it is not a list of names", {
        hint: "prune once more, or delete it",
    });
}
//# sourceMappingURL=condemned.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/condemned-list.js
// The condemned list in the store: read with the times of its batches, swapped only from the state that was read. All
// times are the store's own, so that no machine's clock decides when something may be deleted.



async function readCondemnedList(store, options) {
    const found = await store.read(CONDEMNED_NAME, options);
    if (!found)
        return { batches: [], tag: null };
    // Asked after the bytes were read: what another writer did in between makes a batch younger, never older.
    const info = await store.head(CONDEMNED_NAME, options);
    if (!info)
        throw changed();
    const batches = condemned_list_decoded(found.bytes).map((batch) => ({
        ...batch,
        condemnedAtMs: batch.condemnedAtMs ?? info.modifiedAtMs,
    }));
    return { batches, tag: found.tag };
}
/** @returns the tag of the new list. @throws StoreUnavailableError when it is no longer the one with `tag`. */
async function writeCondemnedList(store, tag, batches, options) {
    if (tag === null && batches.length === 0)
        return tag;
    const written = await store.swap(CONDEMNED_NAME, encodeCondemned(batches), tag, options);
    if (written === undefined)
        throw changed();
    return written;
}
function changed() {
    return new StoreUnavailableError("another prune has changed the list of what is going to be deleted", {
        hint: "prune again once that one has ended",
    });
}
/** The time by the store's own clock, from an object that is written for it. */
async function readStoreClock(store, options) {
    const found = await store.read(STORE_CLOCK_NAME, options);
    const bytes = Buffer.from(JSON.stringify({ prune: crypto.randomUUID() }));
    await store.swap(STORE_CLOCK_NAME, bytes, found?.tag ?? null, options);
    const info = await store.head(STORE_CLOCK_NAME, options);
    if (!info)
        throw new StoreUnavailableError(`${store.description} loses what was just written to it`);
    return info.modifiedAtMs;
}
/** A list that can't be read names nothing that may be deleted: it is begun anew. */
function condemned_list_decoded(bytes) {
    try {
        return decodeCondemned(bytes);
    }
    catch (error) {
        if (error instanceof errors_CorruptError)
            return [];
        throw error;
    }
}
//# sourceMappingURL=condemned-list.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/plan-prune.js
// From a stock to what a prune does: pure, and so what a dry run shows. Two phases: what nobody needs is condemned; what
// was condemned long enough ago, and is still needed by nobody, is deleted. A Ref that has died keeps its objects for
// the grace, so that restores that found it end and an invalidation can be taken back.




/**
 * What a save reads of the list stays below two megabytes; what is beyond comes with the next prune. Artifacts are on it no
 * later than their packs: one that is there and not condemned has all that it names, which a save of what its job restored
 * relies on. Of packs the largest come first.
 */
const CONDEMNED_MAX = 20_000;
function planPrune(input) {
    const { objects, refs, nowMs, isDropped } = input;
    const amountOf = (names) => {
        let [count, bytes] = [0, 0];
        for (const name of names) {
            const object = objects.get(name);
            if (!object)
                continue;
            count++;
            bytes += object.sizeBytes;
        }
        return { objects: count, bytes };
    };
    const keeping = refs.filter(({ ref }) => nowMs - diedAtMs(ref) < PRUNE_GRACE_MS);
    const holders = countHolders(keeping);
    /** Before anything is chosen to go: nothing of this is deleted now, whoever loses it. */
    const needed = new Set(holders.keys());
    const dropped = refs.filter(({ ref }) => isDropped(ref.scope));
    for (const ref of keeping)
        if (isDropped(ref.ref.scope))
            release(holders, ref);
    const staying = keeping.filter(({ ref }) => !isDropped(ref.scope));
    const isYoung = (name) => input.storeNowMs - (objects.get(name)?.modifiedAtMs ?? 0) < input.youngMs;
    const young = [...objects.keys()].filter((name) => !needed.has(name) && isYoung(name));
    const graceEnds = staying.flatMap(({ ref }) => isLive(ref, nowMs) ? [] : [diedAtMs(ref) + PRUNE_GRACE_MS]);
    const evicted = chooseEvicted(input, staying, holders, amountOf(young).bytes);
    const deletions = input.batches
        .filter((batch) => batch.isDue)
        .flatMap(({ names }) => names.filter((name) => objects.has(name) && !needed.has(name)));
    const kept = keepOnList(input, needed);
    const listed = new Set(kept.flatMap((batch) => batch.names));
    const unneeded = [...objects.keys()].filter((name) => !holders.has(name) && !listed.has(name) && (needed.has(name) || !isYoung(name)));
    const room = Math.max(0, CONDEMNED_MAX - listed.size);
    if (unneeded.length > room)
        unneeded.sort((a, b) => artifactsFirst(a, b) || objects.get(b).sizeBytes - objects.get(a).sizeBytes);
    const condemned = unneeded.slice(0, room);
    const isDeleted = new Set(deletions);
    return {
        choices: [
            ...dropped.map(({ ref }) => ({ ref, why: "dropped" })),
            ...evicted.map(({ ref }) => ({ ref, why: "evicted" })),
        ],
        dead: refs
            .filter(({ ref }) => nowMs - diedAtMs(ref) >= 2 * PRUNE_GRACE_MS && !isDropped(ref.scope))
            .map(({ ref }) => ({ ref, why: "dead" })),
        batches: condemned.length > 0 ? [...kept, { names: condemned }] : kept,
        deletions: deletions.toSorted(artifactsFirst),
        metadata: input.metadata
            .filter(({ name, modifiedAtMs }) => {
            const artifact = artifactOfMetadata(name);
            const isOrphan = !objects.has(artifact) && input.storeNowMs - modifiedAtMs >= input.youngMs;
            return isDeleted.has(artifact) || isOrphan;
        })
            .map(({ name }) => name),
        broken: keeping.flatMap(({ ref, needs }) => (needs === undefined && isLive(ref, nowMs) ? [ref] : [])),
        stored: amountOf(objects.keys()),
        kept: amountOf(holders.keys()),
        keptRefs: staying.length - evicted.length,
        graced: { refs: graceEnds.length, untilMs: graceEnds.length > 0 ? Math.min(...graceEnds) : undefined },
        deleted: amountOf(deletions),
        condemned: amountOf(condemned),
        garbage: amountOf(condemned.filter((name) => !needed.has(name))),
        waiting: amountOf([...listed].filter((name) => !isDeleted.has(name))),
        young: amountOf(young.filter((name) => !listed.has(name))),
        deferred: amountOf(unneeded.slice(room)),
    };
}
/**
 * Why a prune must not go on by itself: it would take everything, or more than half of what is not condemned yet.
 * @returns undefined when all is well.
 */
function whyRefused(plan, doubts) {
    const { stored, garbage, condemned, deleted, waiting, keptRefs } = plan;
    if (condemned.objects + deleted.objects === 0)
        return undefined;
    if (doubts.length > 0)
        return doubts.join("; ");
    if (keptRefs === 0 && plan.choices.length === 0) {
        return `the index knows no save that lives, and the store holds ${stored.objects} objects`;
    }
    const present = stored.bytes - deleted.bytes - waiting.bytes;
    return garbage.bytes > present / 2
        ? `${garbage.bytes} of ${present} bytes would be removed, more than half`
        : undefined;
}
/** How many Refs need each object. */
function countHolders(refs) {
    const holders = new Map();
    for (const { needs = [] } of refs)
        for (const name of needs)
            holders.set(name, (holders.get(name) ?? 0) + 1);
    return holders;
}
/** @returns the names that nobody needs any more. */
function release(holders, { needs = [] }) {
    return needs.filter((name) => {
        const left = holders.get(name) - 1;
        if (left > 0)
            holders.set(name, left);
        else
            holders.delete(name);
        return left <= 0;
    });
}
/** Refs that have died go first, then by the policy, until the rest fits. Takes what they needed out of `holders`. */
function chooseEvicted({ objects, maxSizeBytes, evict, goesLast, nowMs }, staying, holders, otherBytes) {
    if (maxSizeBytes === undefined)
        return [];
    const sizeOf = (name) => objects.get(name)?.sizeBytes ?? 0;
    let bytes = otherBytes;
    for (const name of holders.keys())
        bytes += sizeOf(name);
    const order = evictionOrder(evict);
    const rank = (ref) => (!isLive(ref, nowMs) ? 0 : goesLast(ref) ? 2 : 1);
    const candidates = staying.toSorted((a, b) => rank(a.ref) - rank(b.ref) || order(a.ref, b.ref));
    const evicted = [];
    for (const candidate of candidates) {
        if (bytes <= maxSizeBytes)
            break;
        for (const name of release(holders, candidate))
            bytes -= sizeOf(name);
        evicted.push(candidate);
    }
    return evicted;
}
/** What stays condemned: needed by nobody, and still there, or deleted so recently that a request may be on its way. */
function keepOnList(input, needed) {
    const { objects, storeNowMs, settleMs } = input;
    return input.batches.flatMap(({ isDue, ...batch }) => {
        const { deletingSinceMs } = batch;
        const isSettling = deletingSinceMs !== undefined && storeNowMs - deletingSinceMs < settleMs;
        const names = batch.names.filter((name) => !needed.has(name) && (objects.has(name) || isSettling));
        if (names.length === 0)
            return [];
        const isDeleting = isDue && names.some((name) => objects.has(name));
        return [{ ...batch, names, ...(isDeleting && { deletingSinceMs: storeNowMs }) }];
    });
}
/** When the Ref became a miss, or will. */
function diedAtMs({ invalidatedAtMs = Number.POSITIVE_INFINITY, expiresAtMs, notAfterMs, }) {
    return Math.min(invalidatedAtMs, expiresAtMs, notAfterMs);
}
function artifactsFirst(a, b) {
    const rank = (name) => (parseContentName(name)?.kind === "artifacts" ? 0 : 1);
    return rank(a) - rank(b);
}
//# sourceMappingURL=plan-prune.js.map
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
;// CONCATENATED MODULE: ./packages/core/dist/lib/process-id.js
// Which process something belongs to, as the others of its machine can find out whether it still runs.


function thisProcess() {
    return { machine: machineName(), pid: process.pid };
}
/** Certain only of processes of this machine; of all others: no. */
function isDead({ machine, pid }) {
    if (machine !== machineName())
        return false;
    try {
        process.kill(pid, 0);
        return false;
    }
    catch (error) {
        return error.code === "ESRCH";
    }
}
/** Containers of one machine may share a host name but not process ids: those belong to a namespace. */
function machineName() {
    try {
        const namespace = /\d+/.exec((0,external_node_fs_.readlinkSync)("/proc/self/ns/pid"))?.[0];
        return `${(0,external_node_os_.hostname)()}/${namespace}`;
    }
    catch {
        return (0,external_node_os_.hostname)();
    }
}
//# sourceMappingURL=process-id.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/take-lease.js
// Leases of the processes of one machine and of others: the owner of one says which process it is, so that a dead one on
// this machine is not waited for.

/** @param what names the work: `prune 4f2a`. */
function ownerHere(what) {
    const { machine, pid } = thisProcess();
    return `${what} (${machine}:${pid})`;
}
/**
 * Takes a lease, also from a process of this machine that has died.
 * @param lease with the time of the call.
 * @returns the lease that another owner holds.
 */
async function takeLease(index, lease, options) {
    const other = await index.acquireLease(lease(), options);
    if (!other || !isDeadHere(other.owner))
        return other;
    await index.releaseLease(other, options);
    return index.acquireLease(lease(), options);
}
function isDeadHere(owner) {
    const [, machine, pid] = /\((.+):(\d+)\)$/.exec(owner) ?? [];
    return machine !== undefined && isDead({ machine, pid: Number(pid) });
}
//# sourceMappingURL=take-lease.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/prune-lease.js
// One prune at a time: a lease in the index, renewed while the prune runs. It ends by itself; a prune that was stopped for
// longer than that may not go on, since another one may have finished and what it was going to delete be new.



/** No repository has this name. */
const ID = { scope: { repository: ":prune", ref: "" }, version: "", key: "prune" };
const LEASE_MS = 5 * 60_000;
const RENEW_AFTER_MS = 30_000;
/** @returns who prunes now, where it is another one. @throws CacheError */
async function takePruneLease({ index, clock }, options) {
    const owner = ownerHere(`prune ${(0,external_node_crypto_.randomUUID)().slice(0, 8)}`);
    const lease = () => ({ id: ID, owner, expiresAtMs: clock.now() + LEASE_MS });
    const other = await takeLease(index, lease, options);
    if (other)
        return { busy: other };
    let held = moment();
    let renewal;
    async function renew() {
        const asked = moment();
        if (sinceMs(held) > LEASE_MS || (await index.acquireLease(lease(), options)) !== undefined) {
            throw new StoreUnavailableError("this prune was stopped for so long that another one may have taken over", {
                hint: "prune again: it goes on where this one ended",
            });
        }
        held = asked;
    }
    return {
        async check() {
            options.signal?.throwIfAborted();
            if (sinceMs(held) < RENEW_AFTER_MS)
                return;
            renewal ??= renew().finally(() => {
                renewal = undefined;
            });
            await renewal;
        },
        async release() {
            try {
                // Not with the prune's signal: a cancelled prune gives its lease up, too.
                await index.releaseLease(lease(), { signal: AbortSignal.timeout(2_000) });
            }
            catch (error) {
                // It ends by itself.
                if (!(error instanceof CacheError) && !/Abort|Timeout/.test(error.name))
                    throw error;
            }
        },
    };
}
function moment() {
    return { wallMs: Date.now(), monotonicMs: performance.now() };
}
/** By whichever clock shows more: one may be set back, the other stands still while the machine sleeps. */
function sinceMs(past) {
    const now = moment();
    return Math.max(now.wallMs - past.wallMs, now.monotonicMs - past.monotonicMs);
}
//# sourceMappingURL=prune-lease.js.map
// EXTERNAL MODULE: external "node:timers/promises"
var external_node_timers_promises_ = __webpack_require__(58500);
;// CONCATENATED MODULE: ./packages/core/dist/model/root.js
// Root: one path line of a save with its anchor. Lines are anchored, so that a cache travels between runners, users and
// containers whose workspace and home are elsewhere. Pure: what exists on a disk is not asked here.



const ANCHORS = ["workspace", "home", "absolute"];
function isSameRoot(a, b) {
    return a.anchor === b.anchor && a.path === b.path;
}
/** As the toolkit's glob: no braces, no extglob, dot files match. */
const GLOB_OPTIONS = { dot: true, nobrace: true, nocomment: true, noext: true, nonegate: true };
/** Anchors the lines of `path`, in their order; empty lines are dropped, `!` in front makes an exclude. */
function anchorLines(lines, folders) {
    return lines.flatMap((raw) => {
        const line = raw.trim();
        const exclude = line.startsWith("!");
        const text = (exclude ? line.slice(1) : line).trim();
        return text === "" ? [] : [{ ...anchorPath(text, folders), exclude, isGlob: /[*?[]/.test(text) }];
    });
}
function anchorPath(text, folders) {
    const workspace = root_slashes(folders.workspace);
    const home = root_slashes(folders.home);
    const path = root_slashes(text);
    if (path === "~" || path.startsWith("~/"))
        return { anchor: "home", path: root_normalise(path.slice(2).replace(/^\/+/, "")) };
    if (!isAbsolute(path))
        return { anchor: "workspace", path: root_normalise(path) };
    const absolute = stripEnd(external_node_path_.posix.normalize(path));
    const inWorkspace = below(workspace, absolute) ?? belowHostWorkspace(workspace, absolute);
    if (inWorkspace !== undefined)
        return { anchor: "workspace", path: root_normalise(inWorkspace) };
    const inHome = below(home, absolute);
    if (inHome !== undefined)
        return { anchor: "home", path: root_normalise(inHome) };
    return { anchor: "absolute", path: absolute };
}
/** Absolute path of a root on this machine. */
function resolveRoot(root, folders) {
    if (root.anchor === "absolute")
        return root.path;
    return stripEnd(external_node_path_.posix.join(root_slashes(folders[root.anchor]), root.path));
}
/** Absolute pattern of a line with a glob. A folder whose own name looks like a pattern is taken as it is. */
function resolvePattern(line, folders) {
    if (line.anchor === "absolute")
        return line.path;
    const folder = root_slashes(folders[line.anchor]).replaceAll(/[*?[]/g, "[$&]");
    return stripEnd(external_node_path_.posix.join(folder, line.path));
}
/** The root that a match of a line's pattern is: at the line's own anchor, or the line would not ask for it. */
function rootOfMatch(match, line, folders) {
    const path = root_slashes(match);
    if (line.anchor === "absolute")
        return { anchor: "absolute", path };
    return { anchor: line.anchor, path: root_normalise(external_node_path_.posix.relative(root_slashes(folders[line.anchor]), path)) };
}
/** Whether a root of an artifact is one that these lines ask for. */
function isAskedFor(root, lines) {
    return lines.some((line) => !line.exclude &&
        line.anchor === root.anchor &&
        (line.path === root.path || (line.isGlob && createGlob(line.path)(root.path))));
}
/** `dir/**` matches `dir` too, as the toolkit has it. */
function createGlob(pattern) {
    const glob = new esm/* Minimatch */.VR(pattern, GLOB_OPTIONS);
    const matchesOwnFolder = pattern.endsWith("/**");
    return (path) => glob.match(path) || (matchesOwnFolder && glob.match(`${path}/`));
}
/** Tells whether an absolute path is left out by an `!` line; what is below such a path is left out with it. */
function excluder(lines, folders) {
    const excludes = lines.filter((line) => line.exclude);
    if (excludes.length === 0)
        return () => false;
    const literal = new Set(excludes.filter((line) => !line.isGlob).map((line) => resolveRoot(line, folders)));
    const globs = excludes
        .filter((line) => line.isGlob)
        .map((line) => createGlob(resolvePattern(line, folders)));
    return (path) => literal.has(path) || globs.some((matches) => matches(path));
}
/**
 * What makes two saves incompatible: the anchored lines (the order of those that include does not matter) and, on
 * Windows, the platform unless `crossOs`.
 */
function versionOf(lines, platform) {
    const spell = (line) => `${line.anchor}:${line.path}`;
    const includes = [...new Set(lines.filter((line) => !line.exclude).map(spell))].sort();
    const excludes = [...new Set(lines.filter((line) => line.exclude).map(spell))].sort();
    return (0,external_node_crypto_.hash)("sha256", JSON.stringify([
        "cairn-1",
        includes,
        excludes,
        platform.windows && !platform.crossOs ? "windows" : "any",
    ]), "hex");
}
function root_slashes(path) {
    return stripEnd(path.replaceAll("\\", "/"));
}
function root_normalise(path) {
    const normal = stripEnd(external_node_path_.posix.normalize(path === "" ? "." : path));
    return normal === "" ? "." : normal;
}
function stripEnd(path) {
    return path.length > 1 && path.endsWith("/") ? path.replace(/\/+$/, "") || "/" : path;
}
function isAbsolute(path) {
    return path.startsWith("/") || /^[A-Za-z]:\//.test(path);
}
function below(folder, path) {
    if (path === folder)
        return ".";
    const isFolder = folder !== "/" && folder !== "";
    return isFolder && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
}
/**
 * In a container job the workspace is `/__w/repo/repo`, but the runner puts the host's path into every line after the
 * first of a multi-line `path` (actions/runner#1478): what has the same last two folders is meant to be the workspace.
 */
function belowHostWorkspace(workspace, path) {
    const tail = /^\/__w(\/[^/]+\/[^/]+)$/.exec(workspace)?.[1];
    if (tail === undefined)
        return undefined;
    const at = `${path}/`.indexOf(`${tail}/`);
    return at < 0 ? undefined : path.slice(at + tail.length + 1) || ".";
}
//# sourceMappingURL=root.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/artifact-codec.js
// The bytes of an artifact: magic, format version, a JSON header, and for a small one the inline pack. Its SHA-256 is
// the contentHash, so equal trees on equal packs give equal bytes: nothing here depends on the time of the save.




const FORMAT_VERSION = 1;
const artifact_codec_MAGIC = "CAIRNART";
const PREAMBLE_BYTES = 16;
/** Stands for the artifact's own object where a pack is named: its digest can't be known inside it. */
const INLINE_PACK = parseDigest("0".repeat(64));
function encodeArtifact(header, inlinePack) {
    const json = Buffer.from(JSON.stringify(toJson(header)));
    const preamble = Buffer.alloc(PREAMBLE_BYTES);
    preamble.write(artifact_codec_MAGIC, "latin1");
    preamble.writeUInt32LE(FORMAT_VERSION, 8);
    preamble.writeUInt32LE(json.length, 12);
    return Buffer.concat([preamble, json, inlinePack]);
}
/**
 * @param what names the object in errors.
 * @throws CorruptError, FormatVersionError (a newer Cairn wrote it)
 */
function decodeArtifact(bytes, what) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (buffer.length < PREAMBLE_BYTES || buffer.toString("latin1", 0, 8) !== artifact_codec_MAGIC)
        throw new errors_CorruptError(what, "it is not an artifact");
    const version = buffer.readUInt32LE(8);
    if (version !== FORMAT_VERSION) {
        throw new FormatVersionError(`${what} has format version ${version}; this Cairn reads ${FORMAT_VERSION}`, {
            hint: "update Cairn on this machine",
        });
    }
    const headerLength = buffer.readUInt32LE(12);
    if (headerLength > HEADER_MAX_BYTES || PREAMBLE_BYTES + headerLength > buffer.length)
        throw new errors_CorruptError(what, "its header is cut off");
    const headerEnd = PREAMBLE_BYTES + headerLength;
    let header;
    try {
        header = fromJson(JSON.parse(buffer.toString("utf8", PREAMBLE_BYTES, headerEnd)));
    }
    catch (cause) {
        throw new errors_CorruptError(what, "its header is malformed", { cause });
    }
    const inlinePack = buffer.subarray(headerEnd);
    if (inlinePack.length !== header.inlineBytes)
        throw new errors_CorruptError(what, "its inline pack has another size");
    return { header, inlinePack };
}
function toJson(header) {
    return {
        entries: header.entryCount,
        bytes: header.treeBytes,
        roots: header.roots.map((root) => [root.anchor, root.path]),
        packs: header.packs.map((pack) => [
            pack.digest,
            pack.domain,
            pack.sizeBytes,
            pack.bornDay,
            pack.usedBytes,
        ]),
        inline: header.inlineBytes,
        segments: header.segments.map(({ entryCount, chunk }) => [
            entryCount,
            chunk.digest,
            chunk.storedDigest,
            chunk.codec,
            chunk.plainLength,
            chunk.pack,
            chunk.offset,
            chunk.storedLength,
        ]),
        ...(header.salt !== undefined && { salt: header.salt }),
    };
}
function fromJson(json) {
    const object = record(json);
    return {
        entryCount: integer(object["entries"]),
        treeBytes: integer(object["bytes"]),
        roots: list(object["roots"]).map((item) => {
            const [anchor, path] = list(item);
            if (!ANCHORS.includes(anchor))
                throw new TypeError("unknown anchor");
            return { anchor: anchor, path: artifact_codec_text(path) };
        }),
        packs: list(object["packs"]).map((item) => {
            const [name, domain, sizeBytes, bornDay, usedBytes] = list(item);
            if (domain !== "trusted" && domain !== "pr")
                throw new TypeError("unknown domain");
            return {
                digest: digest(name),
                domain: domain,
                sizeBytes: integer(sizeBytes, PACK_MAX_BYTES),
                bornDay: integer(bornDay),
                usedBytes: integer(usedBytes),
            };
        }),
        inlineBytes: integer(object["inline"], PACK_MAX_BYTES),
        segments: list(object["segments"]).map((item) => {
            const [entryCount, name, storedDigest, codec, plainLength, pack, offset, storedLength] = list(item);
            if (codec !== "zstd" && codec !== "gzip" && codec !== "none")
                throw new TypeError("unknown codec");
            return {
                entryCount: integer(entryCount),
                chunk: {
                    digest: digest(name),
                    storedDigest: digest(storedDigest),
                    codec: codec,
                    plainLength: integer(plainLength, SEGMENT_MAX_BYTES),
                    pack: digest(pack),
                    offset: integer(offset, PACK_MAX_BYTES),
                    storedLength: integer(storedLength, PACK_MAX_BYTES),
                },
            };
        }),
        ...(object["salt"] !== undefined && { salt: artifact_codec_text(object["salt"]) }),
    };
}
function record(value) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
        throw new TypeError("expected an object");
    return value;
}
function list(value) {
    if (!Array.isArray(value))
        throw new TypeError("expected a list");
    return value;
}
function artifact_codec_text(value) {
    if (typeof value !== "string")
        throw new TypeError("expected a text");
    return value;
}
function digest(value) {
    if (typeof value !== "string" || !isDigest(value))
        throw new TypeError("expected a digest");
    return value;
}
function integer(value, max = Number.MAX_SAFE_INTEGER) {
    if (!Number.isSafeInteger(value) || value < 0 || value > max)
        throw new TypeError("expected a count");
    return value;
}
//# sourceMappingURL=artifact-codec.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/segment.js
// Segment: about 4,096 entries of an artifact with the chunks that they need, in columns: an array for each property
// instead of an object for each entry. A restore holds all segments of a tree at once, a million entries perhaps, and
// objects would cost it ten times the memory and the collector's time.
/** The numbers that stand for the kinds of an Entry, in memory and in the stored bytes. */
const Kind = { file: 0, directory: 1, symlink: 2, hardlink: 3 };
/** The entries as objects: for whoever looks at one after the other and keeps none. */
function* entriesOf(segment) {
    for (let i = 0; i < segment.entryCount; i++)
        yield entryAt(segment, i);
}
function entryAt(segment, i) {
    const root = segment.roots[i];
    const path = segment.paths[i];
    const times = { mtimeSeconds: segment.mtimeSeconds[i], mtimeNanos: segment.mtimeNanos[i] };
    const mode = segment.modes[i];
    switch (segment.kinds[i]) {
        case Kind.file:
            return {
                kind: "file",
                root,
                path,
                mode,
                ...times,
                size: segment.sizes[i],
                extents: extentsOf(segment, i),
            };
        case Kind.directory:
            return { kind: "directory", root, path, mode, ...times };
        case Kind.symlink:
            return { kind: "symlink", root, path, target: segment.targets.get(i).path, ...times };
        default: {
            const target = segment.targets.get(i);
            return { kind: "hardlink", root, path, targetRoot: target.root, target: target.path };
        }
    }
}
/** Index of the first extent of entry i. */
function firstExtent({ extentEnds }, i) {
    return i === 0 ? 0 : extentEnds[i - 1];
}
function extentCount(segment, i) {
    return segment.extentEnds[i] - firstExtent(segment, i);
}
function extentsOf(segment, i) {
    const { chunks, offsets, lengths } = segment.extents;
    const found = [];
    for (let at = firstExtent(segment, i); at < segment.extentEnds[i]; at++) {
        found.push({ chunk: segment.chunks[chunks[at]].digest, offset: offsets[at], length: lengths[at] });
    }
    return found;
}
//# sourceMappingURL=segment.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/segment-layout.js
// The bytes of a segment: what the two sides of its codec share. Columns, because equal things side by side compress well.
// docs/format.md has the layout; a change here raises FORMAT_VERSION and adds a golden file.
/** By the number that stands for each in the stored bytes of segments and packs. */
const segment_layout_CODECS = ["none", "zstd", "gzip"];
/** In the order of their parts. */
const COLUMNS = ["kinds", "roots", "paths", "modes", "times", "sizes", "extents", "targets"];
//# sourceMappingURL=segment-layout.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/decode-segment.js
// The bytes of a segment to its columns. Nothing of it is trusted: what is not exactly one well-formed segment is a
// CorruptError, and no count in it makes a reader allocate more than the limits say.






/**
 * @param what names the segment in errors.
 * @throws CorruptError when the bytes are not exactly one well-formed segment. Paths are not judged here.
 */
function decodeSegment(bytes, what) {
    if (bytes.length > SEGMENT_MAX_BYTES)
        throw new errors_CorruptError(what, "the segment is too large");
    const reader = bytes_createByteReader(bytes, what);
    const chunks = decodeChunks(reader, what);
    const entryCount = reader.count(1);
    if (entryCount > SEGMENT_MAX_ENTRIES)
        throw new errors_CorruptError(what, "the segment has too many entries");
    const columns = Object.fromEntries(COLUMNS.map((name) => [name, reader.part()]));
    reader.end();
    const kinds = Uint8Array.from(columns.kinds.bytes(entryCount));
    const counts = countKinds(kinds, what);
    const sizes = columns.sizes.varints(new Float64Array(counts[Kind.file]));
    const segment = {
        chunks,
        entryCount,
        kinds,
        roots: decodeRoots(columns.roots, entryCount, what),
        paths: decodePaths(columns.paths, entryCount, what),
        modes: decodeModes(columns.modes, kinds, counts[Kind.file] + counts[Kind.directory], what),
        ...decodeTimes(columns.times, kinds, entryCount - counts[Kind.hardlink], what),
        sizes: spread(sizes, kinds, Kind.file),
        ...decodeExtents(columns.extents, sizes, kinds, chunks, what),
        targets: decodeTargets(columns.targets, kinds),
    };
    for (const name of COLUMNS)
        columns[name].end();
    return segment;
}
/** How many entries there are of each kind. */
function countKinds(kinds, what) {
    const counts = [0, 0, 0, 0];
    for (const kind of kinds) {
        if (kind > Kind.hardlink)
            throw new errors_CorruptError(what, "an entry is of an unknown kind");
        counts[kind]++;
    }
    return counts;
}
/** From the numbers of the entries of one kind to a column for all. */
function spread(numbers, kinds, kind) {
    const column = new Float64Array(kinds.length);
    for (let i = 0, next = 0; i < kinds.length; i++)
        if (kinds[i] === kind)
            column[i] = numbers[next++];
    return column;
}
function decodeRoots(column, entryCount, what) {
    const steps = column.varints(new Float64Array(entryCount));
    const roots = new Uint32Array(entryCount);
    let root = 0;
    for (let i = 0; i < entryCount; i++) {
        root += unzigzag(steps[i]);
        if (root < 0 || root > MAX_ROOT)
            throw new errors_CorruptError(what, "an entry has no root");
        roots[i] = root;
    }
    return roots;
}
function decodeModes(column, kinds, count, what) {
    const found = column.varints(new Float64Array(count));
    const modes = new Uint16Array(kinds.length);
    for (let i = 0, next = 0; i < kinds.length; i++) {
        if (kinds[i] > Kind.directory)
            continue;
        const mode = found[next++];
        if (mode > 0o7777)
            throw new errors_CorruptError(what, "a mode is out of range");
        modes[i] = mode;
    }
    return modes;
}
function decodeTimes(column, kinds, count, what) {
    const found = column.varints(new Float64Array(2 * count));
    const mtimeSeconds = new Float64Array(kinds.length);
    const mtimeNanos = new Uint32Array(kinds.length);
    let seconds = 0;
    for (let i = 0, next = 0; i < kinds.length; i++) {
        if (kinds[i] === Kind.hardlink)
            continue;
        seconds += unzigzag(found[next++]);
        const nanos = found[next++];
        if (nanos > 999_999_999)
            throw new errors_CorruptError(what, "a time is out of range");
        mtimeSeconds[i] = seconds;
        mtimeNanos[i] = nanos;
    }
    return { mtimeSeconds, mtimeNanos };
}
function decodeTargets(column, kinds) {
    const targets = new Map();
    for (let i = 0; i < kinds.length; i++) {
        if (kinds[i] < Kind.symlink)
            continue;
        const root = kinds[i] === Kind.hardlink ? column.varint() : 0;
        targets.set(i, { root, path: column.text(PATH_MAX_BYTES) });
    }
    return targets;
}
/** More roots than any artifact lists: what fits into the column. */
const MAX_ROOT = 0xffff_ffff;
function decodePaths(column, entryCount, what) {
    const paths = new Array(entryCount);
    const path = Buffer.allocUnsafe(PATH_MAX_BYTES);
    let length = 0;
    for (let i = 0; i < entryCount; i++) {
        const shared = column.varint();
        const more = column.varint();
        if (shared > length)
            throw new errors_CorruptError(what, "a path shares more than there is");
        length = shared + more;
        if (length > PATH_MAX_BYTES)
            throw new errors_CorruptError(what, "a path is too long");
        column.copy(path, shared, more);
        paths[i] = path.toString("utf8", 0, length);
    }
    return paths;
}
/** @param sizes of the files, in their order: nothing is stored of an empty one. */
function decodeExtents(column, sizes, kinds, stored, what) {
    // Most files have one extent; the columns grow for the others.
    let [chunks, offsets, lengths] = [0, 0, 0].map(() => new Uint32Array(sizes.length));
    const extentEnds = new Uint32Array(kinds.length);
    const cursor = { chunk: 0, offset: 0 };
    let count = 0;
    for (let i = 0, file = 0; i < kinds.length; i++) {
        if (kinds[i] === Kind.file) {
            let rest = sizes[file++];
            const end = rest === 0 ? count : count + column.count(2);
            if (end > chunks.length)
                [chunks, offsets, lengths] = [chunks, offsets, lengths].map((each) => grown(each, 2 * end));
            for (; count < end; count++) {
                const index = cursor.chunk + column.zigzag();
                const offset = column.zigzag() + (index === cursor.chunk ? cursor.offset : 0);
                const length = count < end - 1 ? column.varint() : rest;
                const chunk = stored[index];
                if (!chunk || offset < 0 || length <= 0 || offset + length > chunk.plainLength)
                    throw new errors_CorruptError(what, "an extent lies outside its chunk");
                chunks[count] = index;
                offsets[count] = offset;
                lengths[count] = length;
                rest -= length;
                cursor.chunk = index;
                cursor.offset = offset + length;
            }
            if (rest !== 0)
                throw new errors_CorruptError(what, "the extents of a file do not add up to its size");
        }
        extentEnds[i] = count;
    }
    const trim = (each) => each.slice(0, count);
    return {
        extentEnds,
        extents: { chunks: trim(chunks), offsets: trim(offsets), lengths: trim(lengths) },
    };
}
function grown(column, length) {
    const larger = new Uint32Array(length);
    larger.set(column);
    return larger;
}
function decodeChunks(reader, what) {
    const packs = Array.from({ length: reader.count(DIGEST_BYTES) }, () => reader.digest());
    return Array.from({ length: reader.count(2 * DIGEST_BYTES + 5) }, () => {
        const digest = reader.digest();
        const storedDigest = reader.digest();
        const pack = packs[reader.varint()];
        const offset = reader.varint();
        const storedLength = reader.varint();
        const plainLength = reader.varint();
        const codec = segment_layout_CODECS[reader.byte()];
        if (!pack ||
            !codec ||
            offset + storedLength > PACK_MAX_BYTES ||
            plainLength > CHUNK_MAX_BYTES ||
            plainLength === 0) {
            throw new errors_CorruptError(what, "a chunk's place is out of range");
        }
        return { digest, storedDigest, pack, offset, storedLength, plainLength, codec };
    });
}
//# sourceMappingURL=decode-segment.js.map
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(38522);
;// CONCATENATED MODULE: ./packages/core/dist/lib/codec.js
// One chunk, one independent frame. What does not shrink is stored as it is.


const DEFAULT_COMPRESSION = { codec: "zstd", level: 3 };
function compress(plain, { codec, level }) {
    if (codec === "none")
        return { codec, stored: plain };
    const stored = codec === "zstd"
        ? (0,external_node_zlib_.zstdCompressSync)(plain, {
            // Told the size, and given room for the worst case, zstd works in one pass, without buffers of its own; and the
            // frame names its size, so that reading it takes one pass too: 12 % and 8 % less time on chunks of 1 MiB.
            pledgedSrcSize: plain.length,
            chunkSize: worstCase(plain.length),
            // No checksum of zstd's own: both SHA-256 say more, and it costs 4 % of a compression, more of a decompression.
            params: { [external_node_zlib_.constants.ZSTD_c_compressionLevel]: level },
        })
        : (0,external_node_zlib_.gzipSync)(plain, { level, chunkSize: outputChunk(plain.length) });
    return stored.length < plain.length ? { codec, stored } : { codec: "none", stored: plain };
}
/**
 * The plain bytes of a stored chunk, or why they are not what the artifact says. A view of `stored` where the codec is
 * `none`.
 */
function openChunk(stored, chunk) {
    if (stored.length !== chunk.storedLength)
        return "its stored bytes are cut off";
    const storedDigest = sha256(stored);
    if (storedDigest !== chunk.storedDigest)
        return `its stored bytes have the digest ${storedDigest}`;
    let plain;
    try {
        plain = decompress(stored, chunk.codec, chunk.plainLength);
    }
    catch (error) {
        return `it does not decompress: ${error.message}`;
    }
    if (plain.length !== chunk.plainLength)
        return `it decompresses to ${plain.length} bytes instead of ${chunk.plainLength}`;
    const digest = chunk.codec === "none" ? storedDigest : sha256(plain);
    return digest === chunk.digest ? plain : `its plain bytes have the digest ${digest}`;
}
/**
 * @param plainLength what the artifact says; no more than that is ever allocated.
 * @throws an error of zlib when the frame is malformed or decompresses to more.
 */
function decompress(stored, codec, plainLength) {
    // With room for more than the output, zlib fills one buffer and sees by itself that there is no more.
    const options = { maxOutputLength: plainLength, chunkSize: outputChunk(plainLength + 1) };
    switch (codec) {
        case "none":
            return stored;
        case "zstd":
            return (0,external_node_zlib_.zstdDecompressSync)(stored, options);
        case "gzip":
            return (0,external_node_zlib_.gunzipSync)(stored, options);
    }
}
/** ZSTD_COMPRESSBOUND of zstd.h. */
function worstCase(length) {
    return length + (length >> 8) + (length < 131_072 ? (131_072 - length) >> 11 : 0) + 64;
}
function outputChunk(length) {
    return Math.max(64, length);
}
//# sourceMappingURL=codec.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/merge-reads.js
// Merges neighbouring chunks of a pack into ranged reads: a request costs as much as some hundred kilobytes.
/** Reading over a gap of this size costs less than another request (hestia, restic: 128 KiB to 4 MiB). */
const MAX_GAP_BYTES = 256 * 1024;
/** Large enough for throughput, small enough that all threads get work and memory stays bounded. */
const READ_TARGET_BYTES = 4 * 1024 * 1024;
/** @param items in the order in which they are wanted; only neighbours in this order are merged. */
function mergeReads(items, chunkOf) {
    const reads = [];
    for (const item of items) {
        const chunk = chunkOf(item);
        const end = chunk.offset + chunk.storedLength;
        const last = reads.at(-1);
        const lastEnd = last ? last.offset + last.length : 0;
        const fits = last?.pack === chunk.pack &&
            chunk.offset >= last.offset &&
            chunk.offset - lastEnd <= MAX_GAP_BYTES &&
            Math.max(end, lastEnd) - last.offset <= READ_TARGET_BYTES;
        if (last && fits) {
            last.length = Math.max(end, lastEnd) - last.offset;
            last.items.push(item);
        }
        else {
            reads.push({ pack: chunk.pack, offset: chunk.offset, length: chunk.storedLength, items: [item] });
        }
    }
    return reads;
}
//# sourceMappingURL=merge-reads.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/read-artifact.js
// Reads an artifact and its segments: both pipelines and maintenance start here. Every byte is checked: the artifact
// against its contentHash, the segments as any chunk.









/** Ranged reads of segments under way at once. */
const READS_AT_ONCE = 8;
/** @throws ObjectMissingError, CorruptError, FormatVersionError */
async function readArtifact(place, options) {
    const name = artifactName(place.domain, place.contentHash);
    const bytes = await place.store.get(name, undefined, options);
    const found = sha256(bytes);
    if (found !== place.contentHash)
        throw new errors_CorruptError(name, `its bytes have the digest ${found}`);
    const artifact = decodeArtifact(bytes, name);
    if (place.domain === "trusted" && artifact.header.packs.some((pack) => pack.domain !== "trusted")) {
        throw new errors_CorruptError(name, "it is trusted and names a pack that is not");
    }
    return artifact;
}
/** The segments in order, a few reads ahead. @throws ObjectMissingError, CorruptError */
async function* readSegments(place, artifact, options) {
    const { only } = options ?? {};
    const segments = only ? artifact.header.segments.filter(only) : artifact.header.segments;
    const reads = mergeReads(segments, (segment) => segment.chunk);
    const read = (item) => readChecked(async (fresh) => {
        const name = packNameOf(place, artifact, item.pack);
        const bytes = await readPack(place, artifact, item, { ...options, fresh });
        const opened = [];
        for (const segment of item.items) {
            opened.push(openSegment(segment, bytes.subarray(segment.chunk.offset - item.offset), name));
            // Each takes milliseconds, and there may be hundreds: timers and signals are heard in between.
            await (0,external_node_timers_promises_.setImmediate)();
        }
        return opened;
    });
    let entryCount = 0;
    for await (const group of mapOrdered(reads, READS_AT_ONCE, read)) {
        for (const segment of group) {
            entryCount += segment.entryCount;
            yield segment;
        }
    }
    if (!only && entryCount !== artifact.header.entryCount) {
        throw new errors_CorruptError(artifactName(place.domain, place.contentHash), "its segments have another number of entries");
    }
}
/**
 * Reads and checks, and once more when the check finds the bytes corrupt: a damaged copy in a cache in between must not
 * make the object in the store count as broken.
 * @param read hands `fresh` to the store; throws CorruptError when the bytes are wrong.
 */
async function readChecked(read) {
    try {
        return await read(false);
    }
    catch (error) {
        if (!(error instanceof errors_CorruptError))
            throw error;
        return read(true);
    }
}
/** The stored bytes of a range of a pack, from the artifact itself where they are inline. */
async function readPack(place, artifact, range, options) {
    if (range.pack === INLINE_PACK)
        return artifact.inlinePack.subarray(range.offset, range.offset + range.length);
    return place.store.get(packNameOf(place, artifact, range.pack), range, options);
}
/** The name of the object that holds a pack's bytes. @throws CorruptError when the header does not list the pack. */
function packNameOf(place, { header }, digest) {
    const own = artifactName(place.domain, place.contentHash);
    if (digest === INLINE_PACK)
        return own;
    const pack = header.packs.find((info) => info.digest === digest);
    if (!pack)
        throw new errors_CorruptError(own, `its header does not list pack ${digest}`);
    return packName(pack.domain, digest);
}
/** @param name of the object that it lies in: whoever meets the error has to know which one that is. */
function openSegment({ chunk, entryCount }, bytes, name) {
    const plain = openChunk(bytes.subarray(0, chunk.storedLength), chunk);
    if (typeof plain === "string")
        throw new errors_CorruptError(name, `segment ${chunk.digest}: ${plain}`);
    const segment = decodeSegment(plain, name);
    if (segment.entryCount !== entryCount)
        throw new errors_CorruptError(name, `segment ${chunk.digest} has another number of entries`);
    return segment;
}
/** Bytes that the artifact occupies in the store, shared packs included. */
function storedBytesOf(header, artifactBytes) {
    return artifactBytes + header.packs.reduce((sum, pack) => sum + pack.usedBytes, 0);
}
//# sourceMappingURL=read-artifact.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/take-stock.js
// What a store holds and who needs it: every pack and artifact, every Ref, and for each Ref that may still be restored
// the objects that its artifact names. Objects are listed before Refs, so that a save that commits meanwhile is seen.




/** Artifacts read at once: one request each, of some hundred kilobytes at most. */
const take_stock_READS_AT_ONCE = 16;
const DOMAINS = ["trusted", "pr"];
/** @throws CacheError: what can't be read for another reason than damage is no stock. */
async function takeStock({ store, index }, options) {
    const { signal, known, isWanted } = options;
    const { objects, metadata } = await listObjects(store, { signal });
    const doubts = [];
    const refs = [];
    let unreadable = 0;
    const onUnreadable = (row) => {
        if (unreadable++ === 0)
            doubts.push(`a row of the index can't be read: ${row}`);
    };
    for await (const ref of index.list({}, { signal, onUnreadable }))
        refs.push(ref);
    if (unreadable > 1)
        doubts.push(`${unreadable - 1} more rows of the index can't be read`);
    const wanted = new Map(refs.filter(isWanted).map((ref) => [artifactName(ref.domain, ref.contentHash), ref]));
    const unknown = [...wanted].filter(([name]) => !known.has(name));
    const read = async ([name, ref]) => {
        try {
            const needs = await readNeeds(store, objects, ref, { signal });
            if (needs)
                known.set(name, needs);
        }
        catch (error) {
            if (!(error instanceof FormatVersionError))
                throw error;
            doubts.push(`what "${ref.key}" of ${ref.scope.repository} needs can't be read: ${error.message}`);
        }
    };
    for await (const _ of mapOrdered(unknown, take_stock_READS_AT_ONCE, read))
        ;
    return {
        objects,
        metadata,
        refs: refs.map((ref) => ({ ref, needs: known.get(artifactName(ref.domain, ref.contentHash)) })),
        doubts,
    };
}
async function listObjects(store, options) {
    const objects = new Map();
    const metadata = [];
    await Promise.all(DOMAINS.flatMap((domain) => ["packs", "artifacts", "metadata"].map(async (kind) => {
        for await (const object of store.list(contentPrefix(domain, kind), options)) {
            if (parseContentName(object.name))
                objects.set(object.name, object);
            else if (artifactOfMetadata(object.name))
                metadata.push(object);
        }
    })));
    return { objects, metadata };
}
async function readNeeds(store, objects, ref, options) {
    const { domain, contentHash } = ref;
    /** One text for each object, however many artifacts name it. */
    const shared = (name) => objects.get(name)?.name ?? name;
    try {
        const { header } = await readChecked((fresh) => readArtifact({ store, domain, contentHash }, { ...options, ...(fresh && { fresh }) }));
        const packs = header.packs.map((pack) => shared(packName(pack.domain, pack.digest)));
        return [shared(artifactName(domain, contentHash)), ...packs];
    }
    catch (error) {
        if (error instanceof ObjectMissingError || error instanceof errors_CorruptError)
            return undefined;
        throw error;
    }
}
//# sourceMappingURL=take-stock.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/prune.js
// prune = take stock -> plan -> remove rows -> condemn -> delete. One at a time, in two phases, each safe beside running
// saves and restores; killed anywhere it leaves a list that the next prune goes on with.









const DELETES_AT_ONCE = 32;
const ROWS_AT_ONCE = 16;
/** So long after its deletion a name is not written again: longer than any request is under way. */
const SETTLE_MS = 3_600_000;
async function prune(backend, options) {
    const { signal } = options;
    const { takesOver, dryRun } = options;
    await checkSamePair(backend, { isSole: backend.sessions !== undefined, takesOver, dryRun, signal });
    if (dryRun) {
        const { plan, refusal } = await look(backend, options, new Map(), backend.clock.now());
        const removed = [...plan.choices, ...plan.dead];
        return reportOf(plan, { options, refusal, nowMs: backend.clock.now(), uses: 0, removed });
    }
    const lease = await takePruneLease(backend, { signal });
    if ("busy" in lease) {
        throw new StoreUnavailableError(`another prune is at work: ${lease.busy.owner}`, {
            hint: `wait for it; where it has died, its hold ends at ${new Date(lease.busy.expiresAtMs).toISOString()}`,
        });
    }
    try {
        const report = await pruneAlone(backend, options, lease);
        await lease.check();
        await backend.index.sweep({ beforeMs: backend.clock.now() - 2 * PRUNE_GRACE_MS, signal });
        return report;
    }
    finally {
        await lease.release();
    }
}
async function pruneAlone(backend, options, lease) {
    const { store, sessions } = backend;
    const known = new Map();
    const uses = await foldUses(backend, {}, { signal: options.signal });
    const nowMs = await readStoreClock(store, { signal: options.signal });
    const first = await look(backend, options, known, nowMs);
    if (first.refusal !== undefined)
        throw refusedError(first.plan, first.refusal);
    const removed = await execute(backend, first, lease, options);
    const report = reportOf(first.plan, { options, nowMs, uses, removed });
    const { condemned } = first.plan;
    if (!sessions || condemned.objects === 0 || (await sessions.list()).length > 0)
        return report;
    // Nobody is at work who could rely on what was just condemned: once more, to see what was saved meanwhile.
    const again = {
        ...options,
        maxSizeBytes: undefined,
        isDropped: undefined,
        confirmedBytes: Math.max(options.confirmedBytes ?? 0, condemned.bytes),
    };
    const second = await look(backend, again, known, await readStoreClock(store, { signal: options.signal }));
    // What is in doubt now is the next prune's to tell.
    if (second.refusal !== undefined)
        return report;
    removed.push(...(await execute(backend, second, lease, again)));
    return afterSecond(report, reportOf(second.plan, { options, nowMs, uses, removed }));
}
function refusedError({ condemned, deleted }, why) {
    return new RefusedError(`refused to prune: ${why}`, {
        hint: `look at it with --dry-run; --confirm ${condemned.bytes + deleted.bytes} goes on even so. Nothing was deleted`,
    });
}
/** What is there and what to do about it; changes nothing. */
async function look(backend, options, known, storeNowMs) {
    const { store, clock, sessions } = backend;
    const { signal, confirmedBytes = 0 } = options;
    const list = await readCondemnedList(store, { signal });
    // Before the stock is taken: what a session has committed until it ended is in it.
    const atWork = sessions && new Set(await sessions.list());
    const nowMs = clock.now();
    const stock = await takeStock(backend, {
        signal,
        known,
        isWanted: (ref) => nowMs - diedAtMs(ref) < PRUNE_GRACE_MS,
    });
    const plan = planPrune({
        ...stock,
        batches: list.batches.map((batch) => ({
            ...batch,
            isDue: storeNowMs - batch.condemnedAtMs >= PRUNE_GRACE_MS ||
                (atWork !== undefined && (batch.waitsFor?.every((name) => !atWork.has(name)) ?? false)),
        })),
        nowMs,
        storeNowMs,
        // Sessions tell who may have written it; else a day tells.
        youngMs: sessions ? 0 : PRUNE_GRACE_MS,
        settleMs: sessions ? 0 : SETTLE_MS,
        isDropped: options.isDropped ?? (() => false),
        maxSizeBytes: options.maxSizeBytes,
        evict: options.evict ?? "lru",
        goesLast: options.goesLast ?? (() => false),
    });
    const isConfirmed = plan.condemned.bytes + plan.deleted.bytes <= confirmedBytes &&
        !(options.isAutomatic && stock.doubts.length > 0);
    return { plan, tag: list.tag, refusal: isConfirmed ? undefined : whyRefused(plan, stock.doubts) };
}
/**
 * Rows first, so that nobody finds what is condemned next; the list before anything of it is deleted.
 * @returns the rows that were removed: not those that another job has changed since they were listed.
 */
async function execute({ store, index, sessions }, { plan, tag }, lease, { signal }) {
    const removed = [];
    const removeRows = (removals) => forEachConcurrently(removals, ROWS_AT_ONCE, async (removal) => {
        await lease.check();
        if (await index.remove(removal.ref, { signal }))
            removed.push(removal);
    });
    await removeRows(plan.choices);
    await lease.check();
    const written = await writeCondemnedList(store, tag, plan.batches, { signal });
    if (sessions && plan.batches.some((batch) => !batch.waitsFor)) {
        // Who is at work now may have begun before the list said so; whoever comes later reads it.
        const list = await readCondemnedList(store, { signal });
        const waitsFor = await sessions.list();
        const batches = list.batches.map((batch) => (batch.waitsFor ? batch : { ...batch, waitsFor }));
        await writeCondemnedList(store, written, batches, { signal });
    }
    const remove = async (name) => {
        await lease.check();
        await store.delete(name, { signal });
    };
    await forEachConcurrently(plan.metadata, DELETES_AT_ONCE, remove);
    await forEachConcurrently(plan.deletions, DELETES_AT_ONCE, remove);
    await removeRows(plan.dead);
    return removed;
}
function reportOf(plan, context) {
    const { stored, kept, keptRefs, graced, deleted, condemned, waiting, young, deferred, broken } = plan;
    const waits = plan.batches.flatMap((batch) => batch.deletingSinceMs === undefined ? [(batch.condemnedAtMs ?? context.nowMs) + PRUNE_GRACE_MS] : []);
    return {
        dryRun: context.options.dryRun,
        ...(context.refusal !== undefined && { refusal: context.refusal }),
        ...{ stored, kept, keptRefs, graced, deleted, condemned, waiting, young, deferred, broken },
        dueAtMs: waits.length > 0 ? Math.min(...waits) : undefined,
        removed: context.removed,
        uses: context.uses,
    };
}
function afterSecond(first, second) {
    const sum = (a, b) => ({
        objects: a.objects + b.objects,
        bytes: a.bytes + b.bytes,
    });
    return { ...second, stored: first.stored, deleted: sum(first.deleted, second.deleted) };
}
//# sourceMappingURL=prune.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/keep-within.js
// keepWithin: a store on one machine keeps itself below its size: after a save, saves that nobody used for long go until
// the rest fits. Never fails the save that it follows.




/** A full store is emptied down to here, so that not every save has to do it. */
const LOW_WATER = 0.9;
/**
 * @param saved what made it larger: it goes only where it is too large by itself. Else `lfu` would never let anything
 *   new in.
 * @returns what the user should know, one line each.
 */
async function keepWithin(backend, { maxSizeBytes, evict }, saved, options) {
    try {
        if ((await sizeOf(backend.store, options)) <= maxSizeBytes)
            return [];
        const report = await prune(backend, {
            ...options,
            dryRun: false,
            maxSizeBytes: Math.floor(LOW_WATER * maxSizeBytes),
            evict,
            isAutomatic: true,
            goesLast: (ref) => isSameRef(ref, saved),
            // The index lies in the store's own folder: what it does not know is needed by nobody.
            confirmedBytes: Number.POSITIVE_INFINITY,
        });
        await options.onPruned?.(report);
        const evicted = report.removed.filter(({ why }) => why === "evicted").length;
        const leftBytes = report.stored.bytes - report.deleted.bytes;
        return [
            `the store was larger than max-size: ${evicted === 1 ? "1 save was" : `${evicted} saves were`} evicted (${evict}), ${report.deleted.bytes} bytes freed`,
            ...(leftBytes > maxSizeBytes
                ? [`${report.waiting.bytes + report.condemned.bytes} bytes wait for the jobs at work now to end`]
                : []),
        ];
    }
    catch (error) {
        if (!(error instanceof CacheError) && !options.signal?.aborted)
            throw error;
        return [`the store is larger than max-size, and was not pruned: ${error.message}`];
    }
}
async function sizeOf(store, options) {
    let bytes = 0;
    for (const domain of ["trusted", "pr"])
        for (const kind of ["packs", "artifacts", "metadata"])
            for await (const { sizeBytes } of store.list(contentPrefix(domain, kind), options))
                bytes += sizeBytes;
    return bytes;
}
//# sourceMappingURL=keep-within.js.map
// EXTERNAL MODULE: external "node:util/types"
var types_ = __webpack_require__(73429);
;// CONCATENATED MODULE: ./packages/core/dist/metrics/cloudwatch-sink.js
// Metrics by PutMetricData: one request a step, with every metric under each set of dimensions. The SDK is imported at the
// first sample.



function createCloudWatchSink({ namespace, region, endpoint, store, aws, }) {
    let connecting;
    const connect = async () => {
        const sdk = await Promise.all(/* import() */[__webpack_require__.e(858), __webpack_require__.e(897), __webpack_require__.e(572), __webpack_require__.e(60)]).then(__webpack_require__.t.bind(__webpack_require__, 45060, 19));
        const client = new sdk.CloudWatchClient({
            ...(await aws?.clientOptions()),
            ...(region !== undefined && { region }),
            ...(endpoint !== undefined && { endpoint }),
        });
        return { sdk, client };
    };
    return {
        description: `cloudwatch://${namespace}`,
        async publish(sample, options) {
            options?.signal?.throwIfAborted();
            try {
                connecting ??= connect();
                const { sdk, client } = await connecting;
                const command = new sdk.PutMetricDataCommand({
                    Namespace: namespaceOf(namespace, sample.domain),
                    MetricData: dataOf(sample, store),
                });
                await client.send(command, options?.signal ? { abortSignal: options.signal } : {});
            }
            catch (error) {
                options?.signal?.throwIfAborted();
                throw translate(error, namespace);
            }
        },
        async close() {
            const open = await connecting?.catch(() => undefined);
            connecting = undefined;
            open?.client.destroy();
        },
    };
}
function dataOf({ repository, atMs, values }, store) {
    const dimensions = { [METRIC_DIMENSIONS.store]: store, [METRIC_DIMENSIONS.repository]: repository };
    return METRIC_DIMENSION_SETS.flatMap((names) => Object.entries(values).map(([MetricName, Value]) => ({
        MetricName,
        Value,
        Unit: metricUnit(MetricName),
        Timestamp: new Date(atMs),
        Dimensions: names.map((Name) => ({ Name, Value: dimensions[Name] })),
    })));
}
function translate(error, namespace) {
    if (error instanceof CacheError || !(0,types_.isNativeError)(error))
        return error;
    const { name, $metadata } = error;
    const cause = new Error(`${name}: ${error.message}`.slice(0, 300));
    const status = $metadata?.httpStatusCode ?? 0;
    if (status >= 400 && status < 500) {
        return new AccessDeniedError(`CloudWatch refuses the metrics (${name})`, {
            hint: `the job needs cloudwatch:PutMetricData on the namespace ${namespace}`,
            cause,
        });
    }
    return new StoreUnavailableError(`CloudWatch can't be reached (${name})`, {
        hint: "check the region and the network, or CAIRN_METRICS",
        cause,
    });
}
//# sourceMappingURL=cloudwatch-sink.js.map
;// CONCATENATED MODULE: ./packages/core/dist/metrics/emf-sink.js
// Metrics in the embedded metric format: one line of JSON for each step, appended to a file that the CloudWatch agent
// reads, or to the log of a job that CloudWatch Logs takes in. No request, no credentials.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html



function createEmfSink({ file, store, }) {
    return {
        description: `emf://${file}`,
        async publish(sample, options) {
            options?.signal?.throwIfAborted();
            try {
                // One write of one line: processes that append at once do not mix their lines.
                await (0,promises_.appendFile)(file, `${JSON.stringify(documentOf(sample, store))}\n`);
            }
            catch (error) {
                const code = error.code ?? "error";
                throw new StoreUnavailableError(`metrics can't be appended to ${file} (${code})`, {
                    hint: "check CAIRN_METRICS: the folder has to exist, and this user to be able to write the file",
                    cause: error,
                });
            }
        },
        async close() { },
    };
}
function documentOf({ repository, domain, atMs, values }, store) {
    return {
        _aws: {
            Timestamp: Math.round(atMs),
            CloudWatchMetrics: [
                {
                    Namespace: namespaceOf(METRIC_NAMESPACE, domain),
                    Dimensions: METRIC_DIMENSION_SETS,
                    Metrics: Object.keys(values).map((Name) => ({ Name, Unit: metricUnit(Name) })),
                },
            ],
        },
        [METRIC_DIMENSIONS.store]: store,
        [METRIC_DIMENSIONS.repository]: repository,
        ...values,
    };
}
//# sourceMappingURL=emf-sink.js.map
;// CONCATENATED MODULE: ./packages/core/dist/metrics/open-metrics.js
// From the setting of the metrics to where they go: the one place that knows every sink. Nothing is touched until the
// first sample. The counters of the index are no sink; `off` turns them off, too.






/**
 * @param text `off`, `index` (the default: the counters of the index and no more), `cloudwatch`,
 *   `cloudwatch://Namespace?region=&endpoint=`, `emf:///file`.
 * @throws SettingsError
 */
function openMetrics(text, options) {
    const { env, setting, store, aws } = options;
    if (text === undefined || text === "index")
        return { counts: true, sinks: [] };
    if (text === "off")
        return { counts: false, sinks: [] };
    const dsn = parseDsn(text === "cloudwatch" ? "cloudwatch://" : text, setting, {
        cloudwatch: ["region", "endpoint"],
        emf: [],
    });
    if (dsn.scheme === "emf") {
        if (dsn.host !== "" || !(0,external_node_path_.isAbsolute)(dsn.path) || dsn.path.endsWith("/")) {
            throw new SettingsError(setting, `${setting} needs the absolute path of a file: "${text}"`, {
                hint: "write emf:///var/log/cairn.json, with three slashes; emf:///dev/stdout writes into the log of the job",
            });
        }
        return { counts: true, sinks: [createEmfSink({ file: dsn.path, store })] };
    }
    const namespace = `${dsn.host}${dsn.path}`.replace(/\/+$/, "") || METRIC_NAMESPACE;
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
    if (!/^[A-Za-z0-9_.#:/-]{1,200}$/.test(namespace) || /^aws\//i.test(namespace)) {
        throw new SettingsError(setting, `${setting} names no namespace of CloudWatch: "${namespace}"`, {
            hint: `write cloudwatch, or cloudwatch://NAME: letters, digits and . - _ / # :, not beginning with AWS/; the dashboard of cairn setup reads ${METRIC_NAMESPACE}`,
        });
    }
    const region = dsn.parameters.get("region") ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
    const endpoint = dsn.parameters.get("endpoint") ?? env["AWS_ENDPOINT_URL_CLOUDWATCH"] ?? env["AWS_ENDPOINT_URL"];
    return { counts: true, sinks: [createCloudWatchSink({ namespace, region, endpoint, store, aws })] };
}
//# sourceMappingURL=open-metrics.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/parse-store-place.js
// The place that the DSN of a store names: bucket, prefix, endpoint, folder; and the repository's part in it.

const REPOSITORY_FIELD = "{repository}";
/** With the longest name of an object this stays below S3's limit of 1,024 bytes for a key. */
const MAX_PREFIX_BYTES = 120;
/** Percent-encoded by segment: a repository's name must not reach another folder or add a parameter. */
function fillInRepository(text, repository, setting) {
    const field = /\{[^{}]*\}/.exec(text.replaceAll(REPOSITORY_FIELD, ""));
    if (field) {
        throw new SettingsError(setting, `${setting} has an unknown field ${field[0]}`, {
            hint: `the only one is ${REPOSITORY_FIELD}`,
        });
    }
    if (!text.includes(REPOSITORY_FIELD))
        return text;
    if (repository === undefined) {
        throw new SettingsError(setting, `${setting} asks for the repository, which is not known here`, {
            hint: `write the name in place of ${REPOSITORY_FIELD}`,
        });
    }
    const segments = repository.split("/");
    if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
        throw new SettingsError(setting, `${JSON.stringify(repository)} can't stand in ${setting}`, {
            hint: "write the repository as owner/name",
        });
    }
    return text.replaceAll(REPOSITORY_FIELD, segments.map(encodeURIComponent).join("/"));
}
/** The host of `s3://bucket/prefix`. */
function parseBucket({ host }, setting) {
    if (host === "") {
        throw new SettingsError(setting, `${setting} names no bucket`, { hint: "write s3://bucket/prefix" });
    }
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/.test(host)) {
        throw new SettingsError(setting, `${setting} names no possible bucket: ${JSON.stringify(host)}`, {
            hint: /:\d+$/.test(host)
                ? "a server is named by endpoint=http://host:port; the bucket comes first: s3://bucket/prefix"
                : "3 to 63 letters, digits, dots and hyphens",
        });
    }
    return host;
}
/** Without slashes at its ends. */
function parsePrefix({ path }, setting) {
    const prefix = path.replace(/^\/+|\/+$/g, "");
    if (prefix === "")
        return "";
    const isBad = prefix.split("/").some((segment) => segment === "" || segment === "." || segment === "..");
    if (isBad || prefix.includes("\\") || !prefix.isWellFormed()) {
        throw new SettingsError(setting, `the prefix of ${setting} can't be part of a name: ${JSON.stringify(prefix)}`, {
            hint: "write folders, each with a name: s3://bucket/team/cache",
        });
    }
    if (Buffer.byteLength(prefix) > MAX_PREFIX_BYTES) {
        throw new SettingsError(setting, `the prefix of ${setting} is too long`, {
            hint: `at most ${MAX_PREFIX_BYTES} bytes`,
        });
    }
    return prefix;
}
/** The folder of `file:///folder`, absolute. */
function parseFolder({ host, path }, setting) {
    if (host !== "") {
        throw new SettingsError(setting, `${setting} has a relative path`, {
            hint: `write three slashes and the whole path: file:///…/${host}${path}`,
        });
    }
    const folder = process.platform === "win32" ? path.replace(/^\/(?=[A-Za-z]:)/, "") : path;
    if (/^\/*$/.test(folder)) {
        throw new SettingsError(setting, `${setting} names no folder`, {
            hint: "write file:///path/of/a/folder",
        });
    }
    return folder;
}
/**
 * @returns the URL without a slash at its end, and whether its host is an address or this machine: such a server has no
 *   host names for its buckets.
 */
function parseEndpoint(text, setting) {
    const url = URL.parse(text);
    if (!url ||
        (url.protocol !== "http:" && url.protocol !== "https:") ||
        url.search !== "" ||
        url.hash !== "") {
        throw new SettingsError(setting, `the endpoint of ${setting} is not a URL of a server`, {
            hint: "write endpoint=https://host or endpoint=http://host:port",
        });
    }
    if (url.username || url.password) {
        throw new SettingsError(setting, `the endpoint of ${setting} holds credentials`, {
            hint: "leave them out: credentials come from the environment (AWS_*), a profile or the instance's role",
        });
    }
    const isAddress = /^(\d+\.\d+\.\d+\.\d+|\[.*\]|localhost|.*\.localhost)$/.test(url.hostname);
    return { url: url.href.replace(/\/+$/, ""), isAddress };
}
//# sourceMappingURL=parse-store-place.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/parse-near-dsn.js
// What the setting of the near cache says, checked: `file:///folder?max-size=50GiB`. Pure.



/** The trees of some dozen projects. A smaller disk bounds it too: see near-room.ts. */
const DEFAULT_MAX_SIZE_BYTES = 50 * 2 ** 30;
/** @param setting where the text comes from, for messages: `CAIRN_NEAR`. @throws SettingsError */
function parseNearDsn(text, setting) {
    const dsn = parseDsn(text, setting, { file: ["max-size"] });
    const maxSize = dsn.parameters.get("max-size");
    const maxSizeBytes = maxSize === undefined ? DEFAULT_MAX_SIZE_BYTES : parseSize(maxSize, setting, "max-size");
    if (maxSizeBytes === 0) {
        throw new SettingsError(setting, `max-size of ${setting} is nothing`, {
            hint: "write max-size=50GiB, or leave the near cache out",
        });
    }
    return { root: parseFolder(dsn, setting), maxSizeBytes };
}
//# sourceMappingURL=parse-near-dsn.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/parse-store-dsn.js
// What the DSN of a store says, checked: which store with which parameters, and the settings that are the cache's and
// not the driver's. Pure; open-object-store.ts and open-places.ts act on it.





const PARAMETERS = {
    s3: ["region", "endpoint", "path-style", "ttl", "compression", "sse", "kms-key"],
    file: ["max-size", "evict", "ttl", "compression"],
    memory: ["ttl", "compression"],
};
/** Where the endpoint is not given but in the environment, the SDK would use it too. */
const DEFAULT_REGION_OF_ENDPOINTS = "us-east-1";
const SSE = ["AES256", "aws:kms", "aws:kms:dsse"];
const LEVELS = { zstd: [1, 19], gzip: [1, 9] };
const DEFAULT_LEVELS = { zstd: DEFAULT_COMPRESSION.level, gzip: 6 };
/** @throws SettingsError that names the setting, what is wrong with it and what to write. */
function parseStoreDsn(text, options) {
    const { setting } = options;
    const dsn = parseDsn(fillInRepository(text, options.repository, setting), setting, PARAMETERS);
    return { target: parseTarget(dsn, options), settings: parseSettings(dsn, setting) };
}
function parseTarget(dsn, options) {
    const { setting } = options;
    switch (dsn.scheme) {
        case "s3":
            return parseS3(dsn, options);
        case "file":
            return { kind: "file", root: parseFolder(dsn, setting) };
        default:
            if (dsn.host === "" || !["", "/"].includes(dsn.path))
                throw new SettingsError(setting, `${setting} has no name`, { hint: "write memory://name" });
            return { kind: "memory", name: dsn.host };
    }
}
function parseS3(dsn, { env, setting }) {
    const { parameters } = dsn;
    const endpointText = parameters.get("endpoint") || env["AWS_ENDPOINT_URL_S3"] || env["AWS_ENDPOINT_URL"];
    const endpoint = endpointText ? parseEndpoint(endpointText, setting) : undefined;
    const pathStyle = parameters.get("path-style");
    const kmsKey = parameters.get("kms-key");
    const sse = choice(parameters.get("sse"), SSE, "sse", setting) ?? (kmsKey ? "aws:kms" : undefined);
    if (kmsKey !== undefined && (kmsKey === "" || sse === "AES256")) {
        throw new SettingsError(setting, `kms-key of ${setting} does not go with its sse`, {
            hint: "write sse=aws:kms&kms-key=<id or ARN>, or leave kms-key out",
        });
    }
    return {
        kind: "s3",
        bucket: parseBucket(dsn, setting),
        prefix: parsePrefix(dsn, setting),
        region: parameters.get("region") ||
            env["AWS_REGION"] ||
            env["AWS_DEFAULT_REGION"] ||
            (endpoint && DEFAULT_REGION_OF_ENDPOINTS),
        endpoint: endpoint?.url,
        pathStyle: pathStyle === undefined
            ? (endpoint?.isAddress ?? false)
            : parseBoolean(pathStyle, setting, "path-style"),
        sse,
        kmsKey,
    };
}
function parseSettings({ parameters }, setting) {
    const ttl = parameters.get("ttl");
    const maxSize = parameters.get("max-size");
    const evict = choice(parameters.get("evict"), EVICTION_POLICIES, "evict", setting);
    const compression = parameters.get("compression");
    const ttlMs = ttl === undefined ? undefined : parseDuration(ttl, setting, "ttl");
    const maxSizeBytes = maxSize === undefined ? undefined : parseSize(maxSize, setting, "max-size");
    if (ttlMs === 0)
        throw new SettingsError(setting, `ttl of ${setting} is nothing`, { hint: "write ttl=30d" });
    if (maxSizeBytes === 0)
        throw new SettingsError(setting, `max-size of ${setting} is nothing`, { hint: "write max-size=20GiB" });
    if (evict !== undefined && maxSizeBytes === undefined) {
        throw new SettingsError(setting, `${setting} has evict but no max-size to keep below`, {
            hint: `add max-size=20GiB, or leave evict out`,
        });
    }
    return {
        compression: compression === undefined ? DEFAULT_COMPRESSION : parseCompression(compression, setting),
        ...(ttlMs === undefined ? {} : { ttlMs }),
        ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
        ...(evict === undefined ? {} : { evict }),
    };
}
/** `zstd`, `zstd:3`, `gzip:6`, `none`. */
function parseCompression(text, setting) {
    const [codec, level, ...rest] = text.split(":");
    if (codec === "none" && level === undefined)
        return { codec, level: 0 };
    if ((codec === "zstd" || codec === "gzip") && rest.length === 0) {
        if (level === undefined)
            return { codec, level: DEFAULT_LEVELS[codec] };
        const [lowest, highest] = LEVELS[codec];
        const number = /^\d{1,2}$/.test(level) ? Number(level) : Number.NaN;
        if (number >= lowest && number <= highest)
            return { codec, level: number };
        throw new SettingsError(setting, `compression of ${setting} has no level ${JSON.stringify(level)}`, {
            hint: `levels of ${codec} go from ${lowest} to ${highest}`,
        });
    }
    throw new SettingsError(setting, `compression of ${setting} is unknown: ${JSON.stringify(text)}`, {
        hint: "write zstd, zstd:3, gzip:6 or none",
    });
}
function choice(text, allowed, parameter, setting) {
    if (text === undefined)
        return undefined;
    const found = allowed.find((value) => value === text);
    if (found !== undefined)
        return found;
    throw new SettingsError(setting, `${parameter} of ${setting} is unknown: ${JSON.stringify(text)}`, {
        hint: suggestion(text, allowed),
    });
}
//# sourceMappingURL=parse-store-dsn.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/with-condemned.js
// The store as a save sees it: what prune is going to delete counts as taken, also when it is gone already. So no save
// writes an object under a name that a prune may just be deleting; it finds the name taken and uses another one.


/** For one save: the names are those of the list that the save reads through it. */
function withCondemned(inner) {
    let condemned = new Set();
    return {
        ...inner,
        async get(name, range, options) {
            const bytes = await inner.get(name, range, options);
            if (name === CONDEMNED_NAME && !range)
                condemned = namesOf(decodeCondemned(bytes));
            return bytes;
        },
        put: (name, bytes, sha256, options) => condemned.has(name) ? Promise.resolve("exists") : inner.put(name, bytes, sha256, options),
    };
}
function namesOf(batches) {
    return new Set(batches.flatMap((batch) => batch.names));
}
//# sourceMappingURL=with-condemned.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/with-counting.js
// Counts what goes through a store: requests and bytes by method. Decorates any SwappableStore; around a retrying store
// it counts calls, below one it counts what was really sent.
/** @returns a store that behaves as `inner` does, and its counts, all zero. */
function withCounting(inner) {
    const methods = {
        put: newCount(),
        get: newCount(),
        head: newCount(),
        list: newCount(),
        delete: newCount(),
        read: newCount(),
        swap: newCount(),
    };
    async function counted(method, call, bytesOf) {
        const count = methods[method];
        count.requests++;
        try {
            const result = await call;
            count.bytes += bytesOf(result);
            return result;
        }
        catch (error) {
            count.failures++;
            throw error;
        }
    }
    const store = {
        description: inner.description,
        put: (name, bytes, sha256, options) => counted("put", inner.put(name, bytes, sha256, options), () => bytes.byteLength),
        get: (name, range, options) => counted("get", inner.get(name, range, options), (result) => result.byteLength),
        head: (name, options) => counted("head", inner.head(name, options), () => 0),
        async *list(prefix, options) {
            methods.list.requests++;
            try {
                yield* inner.list(prefix, options);
            }
            catch (error) {
                methods.list.failures++;
                throw error;
            }
        },
        delete: (name, options) => counted("delete", inner.delete(name, options), () => 0),
        read: (name, options) => counted("read", inner.read(name, options), (result) => result?.bytes.byteLength ?? 0),
        swap: (name, bytes, tag, options) => counted("swap", inner.swap(name, bytes, tag, options), () => bytes.byteLength),
    };
    const counts = {
        ...methods,
        get uploadedBytes() {
            return methods.put.bytes + methods.swap.bytes;
        },
        get downloadedBytes() {
            return methods.get.bytes + methods.read.bytes;
        },
        get requests() {
            return Object.values(methods).reduce((sum, count) => sum + count.requests, 0);
        },
    };
    return { store, counts };
}
function newCount() {
    return { requests: 0, failures: 0, bytes: 0 };
}
//# sourceMappingURL=with-counting.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/directory-errors.js
// What the file system says, in the words of the model: the only place that knows errno codes of a directory store.


/** The errno code of a failed file operation; undefined for everything else. */
function fileErrorCode(error) {
    if (!(0,types_.isNativeError)(error))
        return undefined;
    const code = error.code;
    return typeof code === "string" && error.errno !== undefined ? code : undefined;
}
/** Never returns: what is no error of the file system (a bug, an abort reason) is thrown as it is. */
function throwFileError(error, root) {
    const code = fileErrorCode(error);
    if (error instanceof CacheError || code === undefined)
        throw error;
    switch (code) {
        case "ENOSPC":
        case "EDQUOT":
            throw new StoreFullError(`no space is left for the store in ${root}`, {
                hint: "free space there, or prune the store to a smaller size",
                cause: error,
            });
        case "EACCES":
        case "EPERM":
        case "EROFS":
            throw new AccessDeniedError(`the store in ${root} may not be used that way by this user (${code})`, {
                hint: "give this user the right to read and write the folder, or choose another one",
                cause: error,
            });
        case "ENOTDIR":
            throw new StoreMissingError(`the store in ${root} is not a folder`, {
                hint: "name a folder, or a path where one can be made",
                cause: error,
            });
        default:
            throw new StoreUnavailableError(`the store in ${root} could not be read or written (${code})`, {
                cause: error,
            });
    }
}
//# sourceMappingURL=directory-errors.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/read-range.js
// What the drivers share about ranged reads: which buffer the bytes go into, and what a range past the end means.

/** A view of `into` where it is large enough, else a new buffer; its old bytes are not cleared. */
function bufferFor(length, into) {
    if (into !== undefined && into.byteLength >= length)
        return into.subarray(0, length);
    return Buffer.allocUnsafeSlow(length);
}
/** @throws CorruptError when the object ends before the range does; TypeError when the range is none. */
function checkRange(name, range, sizeBytes) {
    checkIsRange(range);
    if (range.offset + range.length > sizeBytes)
        throw tooShort(name, range, sizeBytes);
}
/** @throws TypeError when the range is none: a bug of the caller. */
function checkIsRange(range) {
    const isWhole = Number.isSafeInteger(range.offset) && Number.isSafeInteger(range.length);
    if (!isWhole || range.offset < 0 || range.length < 0)
        throw new TypeError(`not a range: offset ${range.offset}, length ${range.length}`);
}
/** The object is shorter than what was asked of it; `sizeBytes` where it is known. */
function tooShort(name, range, sizeBytes) {
    const end = range.offset + range.length;
    const size = sizeBytes === undefined ? "fewer" : String(sizeBytes);
    return new errors_CorruptError(name, `bytes ${range.offset} to ${end} were asked for, it has ${size}`);
}
//# sourceMappingURL=read-range.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/directory-files.js
// How a directory store touches files: whole ones written beside the objects first, ranges read in steps that an abort
// can stop. What is left over by processes that died is swept once, when a store writes its first file.





/** Reads and writes look at the abort signal between steps of this size. */
const STEP_BYTES = 8 * 2 ** 20;
/**
 * Files up to here are synced before they get their name. Packs and large artifacts carry their digest and are checked
 * by whoever reads them, so a power cut at worst makes them corrupt, which heals; syncing them would cost the disk's
 * whole bandwidth. The small ones (identity, refs, lists) have nothing to be checked against.
 */
const SYNCED_BYTES = 64 * 2 ** 10;
const LEFTOVER_MS = 24 * 3_600_000;
const ATTEMPTS = 20;
/** Writes a file of a new name into `folder`, which is made if need be. @returns its path. */
async function writeTemporary(folder, bytes, signal) {
    const path = (0,external_node_path_.join)(folder, `${process.pid}-${(0,external_node_crypto_.randomUUID)()}`);
    const file = await inFolderOf(path, () => (0,promises_.open)(path, "wx"));
    try {
        for (let offset = 0; offset < bytes.byteLength;) {
            signal?.throwIfAborted();
            const { bytesWritten } = await file.write(bytes, offset, Math.min(STEP_BYTES, bytes.byteLength - offset));
            offset += bytesWritten;
        }
        if (bytes.byteLength <= SYNCED_BYTES)
            await file.datasync();
        signal?.throwIfAborted();
    }
    catch (error) {
        await file.close();
        await removeFile(path);
        throw error;
    }
    await file.close();
    return path;
}
/** Reads a range, or everything, of an open file. @throws CorruptError */
async function readFileRange(file, name, range, options) {
    const { size } = await file.stat();
    const wanted = range ?? { offset: 0, length: size };
    checkRange(name, wanted, size);
    const buffer = bufferFor(wanted.length, options?.into);
    for (let done = 0; done < wanted.length;) {
        options?.signal?.throwIfAborted();
        const length = Math.min(STEP_BYTES, wanted.length - done);
        const { bytesRead } = await file.read(buffer, done, length, wanted.offset + done);
        if (bytesRead === 0)
            checkRange(name, wanted, wanted.offset + done);
        done += bytesRead;
    }
    return buffer;
}
/** Runs `action` on a path, making its folder when there is none (again when a delete removed it in between). */
async function inFolderOf(path, action) {
    for (let attempt = 1;; attempt++) {
        try {
            return await action();
        }
        catch (error) {
            if (fileErrorCode(error) !== "ENOENT" || attempt === ATTEMPTS)
                throw error;
            // One of many levels may go while the next is made: the next attempt makes it again.
            await (0,promises_.mkdir)((0,external_node_path_.dirname)(path), { recursive: true }).catch(noneIfMissing);
        }
    }
}
/** For catch(): undefined where there is no such file, else the error. */
function noneIfMissing(error) {
    if (fileErrorCode(error) !== "ENOENT")
        throw error;
    return undefined;
}
/** Removing what is not there succeeds. */
async function removeFile(path) {
    await (0,promises_.unlink)(path).catch(noneIfMissing);
}
/** Removes files in `folder` that are a day old: their writers died. Never fails. */
async function sweepLeftovers(folder) {
    const names = await (0,promises_.readdir)(folder).catch(() => []);
    for (const name of names) {
        const path = (0,external_node_path_.join)(folder, name);
        const isOld = await (0,promises_.stat)(path).then(({ mtimeMs }) => Date.now() - mtimeMs > LEFTOVER_MS, () => false);
        if (isOld)
            await (0,promises_.unlink)(path).catch(() => undefined);
    }
}
//# sourceMappingURL=directory-files.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/near-file.js
// One file of the near cache: the bytes that a read of the store gave, then their SHA-256. It is checked on every read,
// so it needs no sync: what a power cut leaves of it is as good as no file.






/** Where files are written before they get their name: in the root, and so on its file system. */
const TEMPORARIES = ".tmp";
const TRAILER_BYTES = 32;
/** A use is noted in the file's mtime (atime is off or coarse on most machines), but not each one. */
const TOUCH_AFTER_MS = 3_600_000;
/** How long a file is that keeps `length` bytes. */
function nearFileBytes(length) {
    return length + TRAILER_BYTES;
}
/** Rejects with what the file system says. */
async function readNearFile(path, wanted) {
    const file = await (0,promises_.open)(path, "r").catch(noneIfMissing);
    if (!file)
        return "missing";
    try {
        const { size, mtimeMs } = await file.stat();
        const length = size - TRAILER_BYTES;
        if (length < 0 || (wanted.length !== undefined && length !== wanted.length))
            return "damaged";
        const bytes = bufferFor(length, wanted.into);
        const trailer = Buffer.alloc(TRAILER_BYTES);
        if (!(await fill(file, bytes, 0)) || !(await fill(file, trailer, length)))
            return "damaged";
        const digest = sha256(bytes);
        if (digest !== trailer.toString("hex") || digest !== (wanted.digest ?? digest))
            return "damaged";
        if (Date.now() - mtimeMs > TOUCH_AFTER_MS)
            await touch(file);
        return bytes;
    }
    finally {
        await file.close();
    }
}
/** Replaces what is there, atomically. Rejects with what the file system says, and leaves nothing behind. */
async function writeNearFile(root, path, bytes, digest) {
    const temporary = (0,external_node_path_.join)(root, TEMPORARIES, `${process.pid}-${(0,external_node_crypto_.randomUUID)()}`);
    // What a job may restore is not for every user of the machine.
    const file = await inFolderOf(temporary, () => (0,promises_.open)(temporary, "wx", 0o600));
    try {
        try {
            await writeAll(file, bytes);
            await writeAll(file, Buffer.from(digest, "hex"));
        }
        finally {
            await file.close();
        }
        await inFolderOf(path, () => (0,promises_.rename)(temporary, path));
    }
    catch (error) {
        await removeFile(temporary).catch(() => undefined);
        throw error;
    }
}
/** @returns false when the file ends before. */
async function fill(file, target, position) {
    for (let done = 0; done < target.byteLength;) {
        const { bytesRead } = await file.read(target, done, target.byteLength - done, position + done);
        if (bytesRead === 0)
            return false;
        done += bytesRead;
    }
    return true;
}
async function writeAll(file, bytes) {
    for (let done = 0; done < bytes.byteLength;) {
        const { bytesWritten } = await file.write(bytes, done);
        done += bytesWritten;
    }
}
/** A file of another user or on a read-only disk keeps its time: it goes earlier than it should, no more. */
async function touch(file) {
    const now = new Date();
    await file.utimes(now, now).catch(() => undefined);
}
//# sourceMappingURL=near-file.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/limit.js
// Bounds how many calls run at once; the others wait their turn. A socket pool queues too, but counts the time a call
// waits there as time to connect.
/** @returns a function that runs actions, at most `max` at once, first come first served; an abort ends the wait. */
function createLimit(max) {
    const waiting = [];
    let running = 0;
    function acquire(signal) {
        if (running < max) {
            running++;
            return Promise.resolve();
        }
        return new Promise((resolve, reject) => {
            const go = () => {
                signal?.removeEventListener("abort", giveUp);
                resolve();
            };
            const giveUp = () => {
                waiting.splice(waiting.indexOf(go), 1);
                reject(signal?.reason);
            };
            signal?.addEventListener("abort", giveUp, { once: true });
            waiting.push(go);
        });
    }
    return async (signal, action) => {
        signal?.throwIfAborted();
        await acquire(signal);
        try {
            return await action();
        }
        finally {
            const next = waiting.shift();
            if (next)
                next();
            else
                running--;
        }
    };
}
//# sourceMappingURL=limit.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/near-room.js
// How much the near cache may hold, and what goes when it is full: the files that were used least recently. Looking at
// all files is spread over many writes: in between only the room that was found is counted down. Several processes may
// do so at once: each looks again after a tenth of the limit, so together they pass it by no more than a tenth each.






/** Left to the build and to the tree that is being restored: a cache must not be what fills the disk. */
const LEFT_FREE_BYTES = 2 * 2 ** 30;
/** A full cache is emptied down to here, so that the next look is not needed at once. */
const near_room_LOW_WATER = 0.9;
const FOLDERS_AT_ONCE = 16;
/** Nothing else in the root is counted, let alone removed: it may be a folder that holds other things. */
const PARENTS = ["trusted", "pr"].flatMap((domain) => [(0,external_node_path_.join)(domain, "packs"), (0,external_node_path_.join)(domain, "artifacts")]);
const FOLDER_NAME = /^[0-9a-f]{64}$/;
const FILE_NAME = /^(whole|\d+-\d+)$/;
function createNearRoom(options) {
    const { root, maxSizeBytes, freeBytes = freeBytesOf } = options;
    const inTurn = createLimit(1);
    let roomBytes = 0;
    /** Of files that are being written: a look may not see them. */
    let pendingBytes = 0;
    let looked;
    async function look(neededBytes) {
        await (0,promises_.mkdir)(root, { recursive: true, mode: 0o700 });
        // From before the list: what gets its name meanwhile may be counted twice, but not left out.
        const unseenBytes = pendingBytes;
        const files = await listKeptFiles(root);
        let totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, unseenBytes);
        const limitBytes = Math.min(maxSizeBytes, totalBytes + (await freeBytes(root)) - LEFT_FREE_BYTES);
        // For a file that will never fit, nothing has to go.
        const wantedBytes = neededBytes <= limitBytes ? neededBytes : 0;
        if (totalBytes + wantedBytes > limitBytes)
            totalBytes -= await removeOldest(files, totalBytes - Math.min(near_room_LOW_WATER * limitBytes, limitBytes - wantedBytes));
        const stepBytes = Math.max((1 - near_room_LOW_WATER) * limitBytes, wantedBytes);
        roomBytes = Math.min(limitBytes - totalBytes, stepBytes);
    }
    async function firstLook() {
        await sweepLeftovers((0,external_node_path_.join)(root, TEMPORARIES));
        await look(0);
    }
    function prepare() {
        looked ??= firstLook();
        return looked;
    }
    async function claim(sizeBytes) {
        await prepare();
        if (sizeBytes > roomBytes)
            await look(sizeBytes);
        if (sizeBytes > roomBytes)
            return false;
        roomBytes -= sizeBytes;
        pendingBytes += sizeBytes;
        return true;
    }
    return {
        prepare() {
            // Whoever fills is told.
            prepare().catch(() => undefined);
        },
        async fill(sizeBytes, write) {
            if (!(await inTurn(undefined, () => claim(sizeBytes))))
                return false;
            try {
                await write();
            }
            finally {
                pendingBytes -= sizeBytes;
            }
            return true;
        },
    };
}
async function freeBytesOf(folder) {
    const { bavail, bsize } = await (0,promises_.statfs)(folder);
    return bavail * bsize;
}
/** What other processes remove or write meanwhile is in the list or not. */
async function listKeptFiles(root) {
    const folders = [];
    for (const parent of PARENTS) {
        const names = await near_room_namesIn((0,external_node_path_.join)(root, parent));
        for (const name of names)
            if (FOLDER_NAME.test(name))
                folders.push((0,external_node_path_.join)(root, parent, name));
    }
    const files = [];
    await forEachConcurrently(folders, FOLDERS_AT_ONCE, async (folder) => {
        for (const name of await near_room_namesIn(folder)) {
            if (!FILE_NAME.test(name))
                continue;
            const path = (0,external_node_path_.join)(folder, name);
            const stats = await (0,promises_.stat)(path).catch(() => undefined);
            if (stats?.isFile())
                files.push({ path, sizeBytes: stats.size, usedAtMs: stats.mtimeMs });
        }
    });
    return files;
}
/** None where there is no such folder, or one that may not be read. */
function near_room_namesIn(folder) {
    return (0,promises_.readdir)(folder).catch(() => []);
}
/** @returns how many bytes went. A reader that has a file open keeps it until it is done. */
async function removeOldest(files, bytes) {
    let removedBytes = 0;
    for (const { path, sizeBytes } of files.toSorted((a, b) => a.usedAtMs - b.usedAtMs)) {
        if (removedBytes >= bytes)
            break;
        const isGone = await (0,promises_.unlink)(path).then(() => true, (error) => error.code === "ENOENT");
        if (!isGone)
            continue;
        removedBytes += sizeBytes;
        // Only when it was the last file; whoever writes another one makes the folder again.
        await (0,promises_.rmdir)((0,external_node_path_.dirname)(path)).catch(() => undefined);
    }
    return removedBytes;
}
//# sourceMappingURL=near-room.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/with-near-cache.js
// The near cache: keeps on this machine's disk what was read from a store that is far away, for the next read. Only
// packs and artifacts, since their bytes never change; every other name, and every write, goes to the store. The reads
// of a restore are kept as they were made, a file for each range.
//
// It only ever saves a download: what it can't read, write or believe is read from the store, with one notice.








/**
 * For restores only. Who reads to find out what the store holds (a save, maintenance) asks the store itself: what is
 * gone or damaged there may still be read here.
 */
function withNearCache(far, options) {
    const root = (0,external_node_path_.resolve)(options.root);
    const room = createNearRoom({ ...options, root });
    let isNoticed = false;
    let isWritable = true;
    function notice(what) {
        if (isNoticed)
            return;
        isNoticed = true;
        options.onNotice?.(`the near cache in ${root} ${what}`);
    }
    async function find(path, wanted) {
        try {
            const found = await readNearFile(path, wanted);
            if (typeof found !== "string")
                return found;
            if (found === "damaged") {
                notice("held a damaged file: what was in it is read from the store again");
                await removeFile(path);
            }
        }
        catch (error) {
            notice(`could not be read: ${error.message}`);
        }
        return undefined;
    }
    async function keep(path, bytes, digest) {
        try {
            const isKept = await room.fill(nearFileBytes(bytes.byteLength), () => writeNearFile(root, path, bytes, digest));
            if (!isKept)
                stopKeeping("its max-size is too small, or its disk is nearly full");
        }
        catch (error) {
            stopKeeping(error.message);
        }
    }
    /** The next file would most likely fail in the same way, and each attempt costs time. */
    function stopKeeping(why) {
        isWritable = false;
        notice(`keeps nothing more: ${why}`);
    }
    return {
        ...far,
        async get(name, range, callOptions) {
            const content = parseContentName(name);
            if (!content || range?.length === 0)
                return far.get(name, range, callOptions);
            if (range)
                checkIsRange(range);
            callOptions?.signal?.throwIfAborted();
            const path = (0,external_node_path_.join)(root, ...with_near_cache_partsOf(content), fileNameOf(range));
            if (!callOptions?.fresh) {
                const digest = range ? undefined : content.digest;
                const found = await find(path, { length: range?.length, digest, into: callOptions?.into });
                if (found)
                    return found;
            }
            if (isWritable)
                room.prepare();
            const bytes = await far.get(name, range, callOptions);
            if (!isWritable || callOptions?.signal?.aborted)
                return bytes;
            const digest = sha256(bytes);
            // Done before the bytes are handed on: the buffer is the caller's, who may reuse it.
            if (range || digest === content.digest)
                await keep(path, bytes, digest);
            return bytes;
        },
        async delete(name, callOptions) {
            await far.delete(name, callOptions);
            const content = parseContentName(name);
            if (content)
                await (0,promises_.rm)((0,external_node_path_.join)(root, ...with_near_cache_partsOf(content)), { recursive: true, force: true }).catch(() => undefined);
        },
    };
}
function with_near_cache_partsOf({ domain, kind, digest }) {
    return [domain, kind, digest];
}
function fileNameOf(range) {
    return range ? `${range.offset}-${range.length}` : "whole";
}
//# sourceMappingURL=with-near-cache.js.map
;// CONCATENATED MODULE: ./packages/core/dist/aws/network.js
// How requests leave this machine: the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name, and the certificate
// authorities of AWS_CA_BUNDLE. NODE_EXTRA_CA_CERTS is Node's own and needs nothing here. Node's agents know proxies, so
// that nothing is loaded for them; what they would pass over in silence is an error here.


/** The lower case wins, as everywhere. */
const PROXIES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];
const EXCEPTIONS = ["no_proxy", "NO_PROXY"];
const CA_BUNDLE = "AWS_CA_BUNDLE";
/** @throws StoreUnavailableError for a proxy or a file that can't be used. */
async function readNetwork(env, nodeVersion = process.version) {
    const proxyEnv = readProxies(env, nodeVersion);
    const file = env[CA_BUNDLE];
    return { ...(proxyEnv && { proxyEnv }), ...(file && { ca: await readBundle(file) }) };
}
function readProxies(env, nodeVersion) {
    const proxies = {};
    for (const name of PROXIES) {
        const value = env[name]?.trim();
        if (!value)
            continue;
        proxies[name] = checkedProxy(name, value);
    }
    if (Object.keys(proxies).length === 0)
        return undefined;
    if (!knowsProxies(nodeVersion)) {
        throw new StoreUnavailableError(`Node ${nodeVersion} can't use the proxy that the environment names`, {
            hint: "update the runner: Node 24.5 and newer can",
        });
    }
    for (const name of EXCEPTIONS)
        if (env[name])
            proxies[name] = env[name];
    return proxies;
}
/** Without a scheme it is a plain proxy, as for curl. */
function checkedProxy(name, value) {
    const text = value.includes("://") ? value : `http://${value}`;
    const url = URL.parse(text);
    if (url && (url.protocol === "http:" || url.protocol === "https:"))
        return text;
    // The value may hold a password.
    const what = url ? `a proxy that speaks ${url.protocol.slice(0, -1)}` : "no proxy";
    throw new StoreUnavailableError(`${name} names ${what}`, {
        hint: `write ${name}=http://host:port, or add the host of the store to NO_PROXY and unset ${name}`,
    });
}
/** `proxyEnv` of Node's agents came with 24.5; before, it is ignored. */
function knowsProxies(version) {
    const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
    return Number(major) > 24 || (Number(major) === 24 && Number(minor) >= 5);
}
/** In place of the authorities that Node knows, as the AWS command line does. */
async function readBundle(file) {
    const text = await (0,promises_.readFile)(file, "utf8").catch((cause) => {
        throw new StoreUnavailableError(`${CA_BUNDLE} names a file that can't be read: ${file} (${cause.code})`, {
            hint: "check its path and its permissions; in a container the file must be inside it",
            cause,
        });
    });
    if (/^-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/m.test(text))
        return text;
    throw new StoreUnavailableError(`${CA_BUNDLE} names a file without a certificate: ${file}`, {
        hint: "it must hold certificates in PEM form: -----BEGIN CERTIFICATE-----",
    });
}
/** What Node says of a certificate that it does not trust. */
const CERTIFICATE_CODES = new Set([
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);
/** The remedy, where a failed connection is the proxy's or the certificate's doing. @param code of Node's error. */
function networkRemedy(code) {
    if (CERTIFICATE_CODES.has(code)) {
        return "its certificate is of an authority that is not known here: name that in NODE_EXTRA_CA_CERTS (adds to those of Node) or AWS_CA_BUNDLE (replaces them)";
    }
    if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
        return "its certificate is for another name: use that one in the endpoint, or path-style=true if only the host names of buckets lack";
    }
    if (code === "CERT_HAS_EXPIRED")
        return "its certificate has expired: renew it, or check this machine's clock";
    if (code === "ERR_PROXY_TUNNEL") {
        return "the proxy refused to connect to it: check HTTPS_PROXY and the user and password in it, or add the host to NO_PROXY";
    }
    return undefined;
}
//# sourceMappingURL=network.js.map
;// CONCATENATED MODULE: ./packages/core/dist/aws/role-credentials.js
// Credentials of a role that the job takes with its own identity token (OIDC): AssumeRoleWithWebIdentity, made anew
// before they end, with a token that is fetched anew. Keys that other steps have exported are not looked at.


/** The SDK asks again 5 minutes before the end. */
const RENEW_BEFORE_END_MS = 6 * 60_000;
/** One session for all clients: who asks while it is being opened waits for the same one. */
function createRoleCredentials(options) {
    let session;
    return async () => {
        const seen = session;
        const current = await seen?.catch(() => undefined);
        if (current && (current.expiration?.getTime() ?? Infinity) - Date.now() > RENEW_BEFORE_END_MS)
            return current;
        // Of several who find it ended, the first one opens the next.
        if (session === undefined || session === seen)
            session = assume(options);
        return session;
    };
}
async function assume({ role, fetchToken, region, endpoint, createHandler, }) {
    const webIdentityToken = await fetchToken(role.audience);
    const { fromWebToken } = await Promise.all(/* import() */[__webpack_require__.e(858), __webpack_require__.e(897)]).then(__webpack_require__.t.bind(__webpack_require__, 90897, 19));
    try {
        return await fromWebToken({
            roleArn: role.arn,
            roleSessionName: role.sessionName,
            webIdentityToken,
            clientConfig: {
                ...(region !== undefined && { region }),
                ...(endpoint !== undefined && { endpoint }),
                requestHandler: await createHandler(),
            },
        })();
    }
    catch (error) {
        throw role_credentials_translate(error, role);
    }
}
/** The SDK's message can hold parts of the token; only its name is shown. */
function role_credentials_translate(error, { arn, audience }) {
    if (error instanceof CacheError || !Error.isError(error))
        return error;
    const { name, code, $metadata } = error;
    const what = code ?? name;
    const cause = new Error(`AssumeRoleWithWebIdentity failed: ${what}`);
    const status = $metadata?.httpStatusCode;
    if (status === undefined || status >= 500 || status === 429) {
        return new StoreUnavailableError(`STS, which lends the role ${arn}, can't be reached (${what})`, {
            hint: networkRemedy(what) ?? "check the network and aws-region",
            cause,
        });
    }
    const remedy = REMEDIES[name] ?? "check the ARN of the role and its trust policy";
    return new AccessDeniedError(`AWS does not lend the role ${arn} to this job (${what})`, {
        hint: remedy.replaceAll("AUDIENCE", audience),
        cause,
    });
}
const TRUST = "its trust policy must allow sts:AssumeRoleWithWebIdentity to the token of this repository and event (sub), for the audience AUDIENCE (aud): cairn policy --trust prints one";
const REMEDIES = {
    AccessDenied: TRUST,
    AccessDeniedException: TRUST,
    InvalidIdentityToken: "the account of the role must have an identity provider for this issuer (token.actions.githubusercontent.com), with the audience AUDIENCE",
    InvalidIdentityTokenException: "the account of the role must have an identity provider for this issuer (token.actions.githubusercontent.com), with the audience AUDIENCE",
    ExpiredTokenException: "the token had ended: check the clock of this machine",
    IDPRejectedClaim: TRUST,
    IDPRejectedClaimException: TRUST,
    RegionDisabledException: "STS is turned off in this region: set aws-region to another one",
    ValidationError: "check the ARN of the role and the session's name",
};
//# sourceMappingURL=role-credentials.js.map
;// CONCATENATED MODULE: ./packages/core/dist/aws/aws-session.js
// AwsSession: what all AWS clients of one opened cache share: how their requests leave this machine, and whose
// credentials sign them. Nothing is read or loaded before a client is made.



const CONNECT_TIMEOUT_MS = 5_000;
/** Without a byte in either direction for so long, a request fails. */
const IDLE_TIMEOUT_MS = 20_000;
function createAwsSession({ env, role, fetchIdentityToken }) {
    let reading;
    const network = () => {
        reading ??= readNetwork(env);
        return reading;
    };
    const createHandler = async () => {
        const [{ NodeHttpHandler }, agent] = await Promise.all([__webpack_require__.e(/* import() */ 858).then(__webpack_require__.t.bind(__webpack_require__, 16858, 19)), network()]);
        return new NodeHttpHandler({
            httpAgent: { ...agent },
            httpsAgent: { ...agent },
            connectionTimeout: CONNECT_TIMEOUT_MS,
            socketTimeout: IDLE_TIMEOUT_MS,
        });
    };
    const credentials = role && fetchIdentityToken
        ? createRoleCredentials({
            role,
            fetchToken: fetchIdentityToken,
            region: env["AWS_REGION"] || env["AWS_DEFAULT_REGION"],
            endpoint: env["AWS_ENDPOINT_URL_STS"] || env["AWS_ENDPOINT_URL"],
            createHandler,
        })
        : undefined;
    return {
        credentials,
        network,
        clientOptions: async () => ({
            requestHandler: await createHandler(),
            ...(credentials && { credentials }),
        }),
    };
}
//# sourceMappingURL=aws-session.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/bucket-names.js
// What the bucket index calls its objects. Keys, scopes and versions are hashed, so that any text makes a name; the name
// of a Ref by time carries its key, so that one listing finds the newest with a prefix without reading every object.
// The kind of git ref stands in each name, so that a policy can keep pull requests (`pull-*`) away from branches.


const IDENTITY_NAME = `${REFS_PREFIX}identity.json`;
/** Reversed times have so many digits: enough until the year 2286. */
const TIME_DIGITS = 13;
const LAST_TIME_MS = 10 ** TIME_DIGITS - 1;
/**
 * Of the key, in a name by time: file systems, and servers that stand on one, allow 255 bytes between two slashes;
 * base64 makes 164 of these, the time, the digest and the writer take 88.
 */
const KEY_BYTES_IN_NAME = 123;
const WRITER = /^[0-9a-f]{8}$/;
/** All rows of a repository. */
function rowsPrefix(repository) {
    return `${repositoryPrefix(repository)}key/`;
}
/** The rows of one key, of every ref and version. */
function rowsOfKeyPrefix(repository, key) {
    return `${rowsPrefix(repository)}${bucket_names_digestOf(key)}/`;
}
/** The row: the one object that decides which Ref a key has. */
function rowName(id) {
    return `${rowsOfKeyPrefix(id.scope.repository, id.key)}${partitionOf(id)}`;
}
function isRowName(name) {
    return (name.startsWith(REFS_PREFIX) &&
        /^[0-9a-f]{32}\/key\/[0-9a-f]{64}\/[a-z]+-[0-9a-f]{32}$/.test(name.slice(REFS_PREFIX.length)));
}
function leaseName(id) {
    return `${repositoryPrefix(id.scope.repository)}lease/${bucket_names_digestOf(id.key)}/${partitionOf(id)}`;
}
/** The lease of a save of the row with this name. */
function leaseNameOfRow(row) {
    return row.replace("/key/", "/lease/");
}
function isLeaseName(name) {
    return isRowName(name.replace("/lease/", "/key/"));
}
/** All rows of uses by jobs of a repository. */
function usesPrefix(repository) {
    return `${repositoryPrefix(repository)}uses/`;
}
/** The row of uses of one Ref by the jobs of one scope, among what belongs to that scope. */
function usesName(of, by) {
    const used = bucket_names_digestOf(JSON.stringify([of.scope.repository, of.scope.ref, of.key]));
    return `${usesPrefix(by.repository)}${partitionOf({ scope: by, version: of.version })}/${used}`;
}
function isUsesName(name) {
    return (name.startsWith(REFS_PREFIX) &&
        /^[0-9a-f]{32}\/uses\/[a-z]+-[0-9a-f]{32}\/[0-9a-f]{64}$/.test(name.slice(REFS_PREFIX.length)));
}
/** All counters of a repository, or those of one domain, or of one of its days. */
function countersPrefix(repository, domain, day) {
    const parts = [domain, day].filter((part) => part !== undefined);
    return [`${repositoryPrefix(repository)}counters`, ...parts, ""].join("/");
}
/** One of the objects that add up to the counters of a day; the domain stands first, for a policy. */
function countersName(of, shard) {
    return `${countersPrefix(of.repository, of.domain, of.day)}${shard}`;
}
/** The day of an object with counters; undefined for all other names. */
function dayOfCounters(name) {
    const rest = name.startsWith(REFS_PREFIX) ? name.slice(REFS_PREFIX.length) : "";
    return /^[0-9a-f]{32}\/counters\/(?:trusted|pr)\/(\d{4}-\d\d-\d\d)\/\d+$/.exec(rest)?.[1];
}
function timePrefix(id) {
    return `${repositoryPrefix(id.scope.repository)}time/${partitionOf(id)}/`;
}
/**
 * Sorts newest first; says nothing that the row does not say, and counts only where the row agrees.
 * @param writer eight hex digits that no other commit has: two commits of one moment have two names.
 */
function timeName(id, createdAtMs, writer) {
    const time = String(LAST_TIME_MS - createdAtMs).padStart(TIME_DIGITS, "0");
    const start = Buffer.from(id.key).subarray(0, KEY_BYTES_IN_NAME).toString("base64url");
    return `${timePrefix(id)}${time}-${start}-${bucket_names_digestOf(id.key)}-${writer}`;
}
/** @returns undefined for a name that is none of these. */
function parseTimeName(name) {
    const match = /^(.+\/)time\/([a-z]+-[0-9a-f]{32})\/\d{13}-([A-Za-z0-9_-]*)-([0-9a-f]{64})-([0-9a-f]{8})$/.exec(name);
    if (!match)
        return undefined;
    const [, repository, partition, encoded, digest, writer] = match;
    const start = Buffer.from(encoded, "base64url");
    return {
        row: `${repository}key/${digest}/${partition}`,
        writer: writer,
        mayStartWith: (prefix) => start.subarray(0, prefix.length).equals(prefix.subarray(0, start.length)) &&
            (prefix.length <= start.length || start.length === KEY_BYTES_IN_NAME),
    };
}
function isWriter(text) {
    return typeof text === "string" && WRITER.test(text);
}
function repositoryPrefix(repository) {
    return `${REFS_PREFIX}${bucket_names_short(repository)}/`;
}
function partitionOf({ scope, version }) {
    const kind = /^refs\/(heads|tags|pull)\//.exec(scope.ref)?.[1] ?? "other";
    return `${kind}-${bucket_names_short(JSON.stringify([scope.ref, version]))}`;
}
function bucket_names_digestOf(text) {
    return (0,external_node_crypto_.hash)("sha256", text, "hex");
}
function bucket_names_short(text) {
    return bucket_names_digestOf(text).slice(0, 32);
}
//# sourceMappingURL=bucket-names.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/bucket-rows.js
// The rows of the bucket index: JSON, read strictly, swapped only from the state that was read. Also what tells whether
// a server honours the conditions that all of this stands on.






/** Swaps that lost against another writer until a call gives up. */
const SWAP_ATTEMPTS = 20;
/** What is in place of a row that was removed. Removing the object itself could remove a newer row. */
const REMOVED = { removed: true };
/** By which a listing tells it from a row, which is far larger. */
const REMOVED_BYTES = encode(REMOVED).byteLength;
async function readRow(store, name, options) {
    const found = await store.read(name, options);
    const row = found && decodeRow(found.bytes);
    // Under another name than its own it would speak for a scope whose rows its writer may not write.
    if (row && rowName(row.ref) === name)
        return { row, tag: found.tag };
    const isUnreadable = found !== undefined && bucket_rows_parse(found.bytes)?.["removed"] !== true;
    return { row: undefined, tag: found?.tag ?? null, isUnreadable };
}
/**
 * Reads, decides, swaps, until no other writer came between.
 * @param options.first what is taken to be there; saves the first read, and costs one swap where it is wrong.
 */
async function changeRow(store, name, decide, options) {
    let stored = options?.first;
    for (let attempt = 0; attempt < SWAP_ATTEMPTS; attempt++) {
        stored ??= await readRow(store, name, options);
        const { write, answer } = decide(stored.row);
        if (!write)
            return answer;
        const bytes = encode(write === "removed" ? REMOVED : { ...write.ref, writer: write.writer });
        if ((await store.swap(name, bytes, stored.tag, options)) !== undefined)
            return answer;
        stored = undefined;
    }
    throw new StoreUnavailableError(`too many writers change ${name} at once`, { hint: "try again later" });
}
/** Asked for a new store: every kind of condition. @throws StoreMissingError where one is not honoured. */
async function checkConditions(store, options) {
    const name = `${REFS_PREFIX}probe-${(0,external_node_crypto_.randomUUID)()}`;
    const swap = (probe, tag) => store.swap(name, encode({ probe }), tag, options);
    const first = await swap(1, null);
    const again = await swap(2, null);
    const second = first === undefined ? undefined : await swap(3, first);
    const stale = first === undefined ? undefined : await swap(4, first);
    await store.delete(name, options);
    if (first === undefined || again !== undefined || second === undefined || stale !== undefined)
        throw withoutConditions(store);
}
/**
 * Asked of an object that exists, and that only this commit knows: writing it as a new one must fail. One request, and
 * no right beyond those of a commit.
 * @throws StoreMissingError
 */
async function checkCondition(store, name, options) {
    if ((await store.swap(name, encode({ probe: (0,external_node_crypto_.randomUUID)() }), null, options)) !== undefined)
        throw withoutConditions(store);
}
function withoutConditions(store) {
    return new StoreMissingError(`${store.description} does not honour conditional writes, so it can't be the index`, { hint: "keep the names in a table (CAIRN_INDEX=dynamodb://table) or update the S3 server" });
}
/** @returns false when the name is taken. */
async function create(store, name, value, options) {
    const bytes = encode(value);
    return (await store.put(name, bytes, sha256(bytes), options)) === "created";
}
function encode(value) {
    return Buffer.from(JSON.stringify(value));
}
/** @returns undefined for what is not a JSON object. */
function bucket_rows_parse(bytes) {
    try {
        const value = JSON.parse(Buffer.from(bytes).toString());
        return typeof value === "object" && value !== null ? { ...value } : undefined;
    }
    catch {
        return undefined;
    }
}
function decodeRow(bytes) {
    const { writer, ...ref } = bucket_rows_parse(bytes) ?? {};
    return isRef(ref) && isWriter(writer) ? { ref, writer } : undefined;
}
//# sourceMappingURL=bucket-rows.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/bucket-counters.js
// Counters in the bucket: a few small objects for each repository, day and domain, each swapped under a condition, that
// the reader adds up. One of them is chosen at random, so that jobs that end at once seldom meet. A step costs two
// requests; a day of a repository is read by a listing and at most SHARDS reads.






const SHARDS = 8;
const CONCURRENT_READS = 16;
/** Swaps that lost against another job's until a count is given up. */
const bucket_counters_SWAP_ATTEMPTS = 20;
function createBucketCounters(store) {
    async function read(name, options) {
        const found = await store.read(name, options);
        const row = found && rowOf(name, found.bytes);
        return { row, tag: found?.tag ?? null };
    }
    return {
        async count(row, options) {
            for (let attempt = 0; attempt < bucket_counters_SWAP_ATTEMPTS; attempt++) {
                const name = countersName(row, Math.floor(Math.random() * SHARDS));
                const { row: known, tag } = await read(name, options);
                const counters = addCounters(known?.counters ?? NO_COUNTERS, row.counters);
                if ((await store.swap(name, encode({ ...row, counters }), tag, options)) !== undefined)
                    return;
            }
            throw new StoreUnavailableError(`too many jobs count steps of ${row.repository} at once`);
        },
        async *counters(filter, options) {
            const { repository, from, to } = filter;
            const names = (async function* () {
                const prefix = repository === undefined ? REFS_PREFIX : countersPrefix(repository);
                for await (const { name } of store.list(prefix, options)) {
                    const day = dayOfCounters(name);
                    if (day !== undefined && from <= day && day <= to)
                        yield name;
                }
            })();
            for await (const { row } of mapOrdered(names, CONCURRENT_READS, (name) => read(name, options)))
                if (row && fitsCounters(row, filter))
                    yield row;
        },
    };
}
/** @returns undefined for what is no counters, or speaks of another repository, day or domain than its name. */
function rowOf(name, bytes) {
    const { repository, day, domain, counters } = bucket_rows_parse(bytes) ?? {};
    const isWhole = typeof repository === "string" &&
        typeof day === "string" &&
        timeOfDay(day) !== undefined &&
        (domain === "trusted" || domain === "pr") &&
        typeof counters === "object" &&
        counters !== null;
    if (!isWhole || !name.startsWith(countersPrefix(repository, domain, day)))
        return undefined;
    return { repository, day, domain, counters: clampCounters({ ...counters }) };
}
//# sourceMappingURL=bucket-counters.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/is-usage.js
// As is-ref.ts of the model, for rows of uses: their contentHash and times decide which Ref they speak of.

/** Whether `value` has every field of a Usage. */
function isUsage(value) {
    if (!is_usage_isObject(value))
        return false;
    const { of, by, count, lastAtMs } = value;
    if (!is_usage_isObject(of) || !is_usage_isObject(by) || !is_usage_isObject(of["scope"]))
        return false;
    const texts = [
        of["scope"]["repository"],
        of["scope"]["ref"],
        of["version"],
        of["key"],
        by["repository"],
        by["ref"],
    ];
    return (texts.every((text) => typeof text === "string") &&
        typeof of["contentHash"] === "string" &&
        isDigest(of["contentHash"]) &&
        [of["createdAtMs"], count, lastAtMs].every(Number.isSafeInteger));
}
function is_usage_isObject(value) {
    return typeof value === "object" && value !== null;
}
//# sourceMappingURL=is-usage.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/ref-state.js
// What the drivers of KeyIndex share: the rules by which a row answers a query, gives way to a commit and counts a
// use. Pure. A driver whose server checks conditions spells the same rules in the server's language.

/** Whether a row of the query's scope and version is one that the look-up may return. */
function answers(ref, query, nowMs) {
    const matches = query.match === "exact" ? ref.key === query.key : ref.key.startsWith(query.key);
    const fitsDomain = query.domain === undefined || ref.domain === query.domain;
    return matches && fitsDomain && isLive(ref, nowMs) && (query.accept?.(ref) ?? true);
}
/** Whether a commit may take the place of `existing`. */
function givesWay(existing, replaces, nowMs) {
    return !isLive(existing, nowMs) || (replaces !== undefined && isSameRef(existing, replaces));
}
/**
 * `row` after one more use, or several. Nothing but the counters moves, the end of its life only forwards, and never
 * past `notAfterMs`.
 */
function used(row, { atMs, expiresAtMs, count = 1 }) {
    return {
        ...row,
        accessCount: row.accessCount + count,
        lastAccessedAtMs: Math.max(row.lastAccessedAtMs, atMs),
        expiresAtMs: Math.max(row.expiresAtMs, Math.min(expiresAtMs, row.notAfterMs)),
    };
}
/**
 * Whether a use of `seen` may be counted on `row`: the same Ref, and still one that a look-up returns. A use of long ago
 * brings no Ref back that has died since.
 */
function countsUse(row, seen, { atMs }, nowMs) {
    return isSameRef(row, seen) && isLive(row, Math.max(atMs, nowMs));
}
/** Whether a row may be made live again: the same Ref, with the invalidation that was seen. */
function takesBack(row, seen) {
    return isSameRef(row, seen) && row.invalidatedAtMs === seen.invalidatedAtMs;
}
/** `row` without its invalidation. */
function revalidated({ invalidatedAtMs: _, ...row }) {
    return row;
}
/** A usage after one more use at `atMs`; of a newer Ref than the one counted so far, the first. */
function countedUse(known, of, by, atMs) {
    const { scope, version, key, contentHash, createdAtMs } = of;
    const first = {
        of: { scope, version, key, contentHash, createdAtMs },
        by,
        count: 1,
        lastAtMs: atMs,
    };
    if (!known || known.of.createdAtMs < createdAtMs)
        return first;
    if (!isSameRef(known.of, of))
        return undefined;
    return { ...known, count: known.count + 1, lastAtMs: Math.max(known.lastAtMs, atMs) };
}
function isSameUsage(a, b) {
    return isSameRef(a.of, b.of) && a.count === b.count && a.lastAtMs === b.lastAtMs;
}
function fitsUsage({ of: { scope } }, { repository, ref }) {
    return ((repository === undefined || scope.repository === repository) && (ref === undefined || scope.ref === ref));
}
function fits(ref, filter) {
    return ((filter.repository === undefined || ref.scope.repository === filter.repository) &&
        (filter.ref === undefined || ref.scope.ref === filter.ref) &&
        (filter.version === undefined || ref.version === filter.version) &&
        (filter.keyPrefix === undefined || ref.key.startsWith(filter.keyPrefix)) &&
        (filter.toolchain === undefined || ref.toolchain === filter.toolchain) &&
        (filter.lockfileHash === undefined || ref.lockfileHash === filter.lockfileHash));
}
//# sourceMappingURL=ref-state.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/bucket-uses.js
// Uses counted by jobs that may not write the Ref's row: one object for each Ref among what belongs to the user's own
// scope, swapped under a condition. Losing a count is no harm, counting one twice is.







const bucket_uses_CONCURRENT_READS = 16;
/** Swaps that lost against another job's until a count is given up. */
const bucket_uses_SWAP_ATTEMPTS = 20;
/** In place of counts that were taken, until the object is deleted. */
const TAKEN = { taken: true };
const TAKEN_BYTES = encode(TAKEN).byteLength;
function createBucketUses(store) {
    async function read(name, options) {
        const found = await store.read(name, options);
        const value = found && bucket_rows_parse(found.bytes);
        const usage = isUsage(value) && usesName(value.of, value.by) === name ? value : undefined;
        return { usage, tag: found?.tag ?? null };
    }
    return {
        async recordUse(ref, { by, atMs, signal }) {
            const name = usesName(ref, by);
            for (let attempt = 0; attempt < bucket_uses_SWAP_ATTEMPTS; attempt++) {
                const { usage, tag } = await read(name, { signal });
                const next = countedUse(usage, ref, by, atMs);
                if (!next || (await store.swap(name, encode(next), tag, { signal })) !== undefined)
                    return;
            }
            throw new StoreUnavailableError(`too many jobs count a use of "${ref.key}" at once`);
        },
        async *uses(filter, options) {
            const prefix = filter.repository === undefined ? REFS_PREFIX : usesPrefix(filter.repository);
            const names = (async function* () {
                for await (const { name } of store.list(prefix, options))
                    if (isUsesName(name))
                        yield name;
            })();
            for await (const { usage } of mapOrdered(names, bucket_uses_CONCURRENT_READS, (name) => read(name, options)))
                if (usage && fitsUsage(usage, filter))
                    yield usage;
        },
        async takeUsage(usage, options) {
            const name = usesName(usage.of, usage.by);
            const { usage: known, tag } = await read(name, options);
            if (!known || !isSameUsage(known, usage))
                return false;
            if ((await store.swap(name, encode(TAKEN), tag, options)) === undefined)
                return false;
            await store.delete(name, options);
            return true;
        },
    };
}
//# sourceMappingURL=bucket-uses.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/bucket-sweep.js
// What the bucket index leaves behind and has no server to remove: leases that ended, marks in place of removed rows,
// names by time that lead nowhere, and counters past their time. Told apart by the listing alone, so that a sweep costs a listing and what it removes.






const REMOVALS_AT_ONCE = 16;
/** A save of the key is kept away so long while the mark in its row's place goes. */
const HOLD_MS = 60_000;
/** @param options.beforeMs only what was written before goes. */
async function sweepBucket(store, clock, options) {
    const { beforeMs } = options;
    const rows = new Set();
    const marks = [];
    const leftovers = [];
    const times = [];
    for await (const { name, sizeBytes, modifiedAtMs } of store.list(REFS_PREFIX, options)) {
        const isOld = modifiedAtMs < beforeMs;
        const time = parseTimeName(name);
        const day = dayOfCounters(name);
        if (isRowName(name) && sizeBytes !== REMOVED_BYTES)
            rows.add(name);
        else if (day !== undefined && day < firstDayKept(clock.now()))
            leftovers.push(name);
        else if (!isOld)
            continue;
        else if (isRowName(name))
            marks.push(name);
        // A lease only advises: one that is taken at this moment and lost is no harm.
        else if (isLeaseName(name) || (isUsesName(name) && sizeBytes === TAKEN_BYTES))
            leftovers.push(name);
        else if (time)
            times.push({ name, row: time.row });
    }
    leftovers.push(...times.filter(({ row }) => !rows.has(row)).map(({ name }) => name));
    await forEachConcurrently(leftovers, REMOVALS_AT_ONCE, (name) => store.delete(name, options));
    await forEachConcurrently(marks, REMOVALS_AT_ONCE, (name) => removeMark(store, clock, name, options));
}
/**
 * A delete has no condition, so a row that is committed meanwhile could go with the mark. Commits are made by saves that
 * hold the key's lease: it is taken first.
 */
async function removeMark(store, clock, row, options) {
    const lease = leaseNameOfRow(row);
    const found = await store.read(lease, options);
    const { expiresAtMs } = (found && bucket_rows_parse(found.bytes)) ?? {};
    if (typeof expiresAtMs === "number" && clock.now() < expiresAtMs)
        return;
    const held = encode({ owner: "sweep", expiresAtMs: clock.now() + HOLD_MS });
    if ((await store.swap(lease, held, found?.tag ?? null, options)) === undefined)
        return;
    const mark = await store.read(row, options);
    if (mark && bucket_rows_parse(mark.bytes)?.["removed"] === true)
        await store.delete(row, options);
    await store.delete(lease, options);
}
//# sourceMappingURL=bucket-sweep.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/bucket-index.js
// The index in the object store itself: for an S3 bucket without any table, and for folders on a network disk, where a
// database file is unsafe. One object is a row and is swapped under a condition; objects named by reversed time find
// the newest. Requests: exact look-up 1; prefix look-up 1 listing and usually 1 read, at worst a listing for each 1,000
// Refs of the scope and a read for each match that is dead; commit 2 (name by time, row), 1 more for the first of an
// opening, up to 3 more where it replaces; touch usually 1 after the look-up that found the Ref, else 2; recordUse 2;
// lease 2; finding a key 1 listing and 1 read for each row found.











/** Rows read at once, where many have to be. */
const bucket_index_CONCURRENT_READS = 16;
function createBucketIndex(options) {
    const { store, clock } = options;
    let conditionsHold = false;
    /** The row that a look-up found last: who found a Ref counts the use of it. */
    let lookedUp;
    async function lookUp(name, options) {
        const stored = await readRow(store, name, options);
        if (stored.row)
            lookedUp = stored;
        return stored.row;
    }
    /** Newest first, those whose name does not rule the prefix out. */
    async function* candidates(query, options) {
        const prefix = Buffer.from(query.key);
        for await (const { name } of store.list(timePrefix(query), options)) {
            const entry = parseTimeName(name);
            if (entry?.mayStartWith(prefix))
                yield entry;
        }
    }
    async function findNewest(query, options) {
        const read = async (entry) => {
            const row = await lookUp(entry.row, options);
            return row?.writer === entry.writer && answers(row.ref, query, clock.now()) ? row.ref : undefined;
        };
        const names = candidates(query, options);
        try {
            // The newest nearly always decides; only when it does not are several read ahead.
            const { value: newest } = await names.next();
            if (!newest)
                return undefined;
            const ref = await read(newest);
            if (ref)
                return ref;
            for await (const next of mapOrdered(names, bucket_index_CONCURRENT_READS, read))
                if (next)
                    return next;
            return undefined;
        }
        finally {
            await names.return(undefined);
        }
    }
    /** Names by time are only hints: one too many is ignored by every reader, so failing to remove one is no failure. */
    async function dropTimeName({ ref, writer }, options) {
        try {
            await store.delete(timeName(ref, ref.createdAtMs, writer), options);
        }
        catch (error) {
            if (!(error instanceof CacheError))
                throw error;
        }
    }
    async function* rowsUnder(prefix, options) {
        const names = (async function* () {
            for await (const { name, sizeBytes } of store.list(prefix, options))
                if (isRowName(name) && sizeBytes !== REMOVED_BYTES)
                    yield name;
        })();
        const read = async (name) => ({ name, ...(await readRow(store, name, options)) });
        for await (const { name, row, isUnreadable } of mapOrdered(names, bucket_index_CONCURRENT_READS, read)) {
            if (row)
                yield row.ref;
            else if (isUnreadable)
                options?.onUnreadable?.(name);
        }
    }
    async function readLease(id, options) {
        const found = await store.read(leaseName(id), options);
        const { owner, expiresAtMs } = (found && bucket_rows_parse(found.bytes)) ?? {};
        const isLease = typeof owner === "string" && typeof expiresAtMs === "number";
        const held = isLease ? { id, owner, expiresAtMs } : undefined;
        return { held, tag: found?.tag ?? null };
    }
    return {
        description: `bucket (${store.description})`,
        async lookup(query, options) {
            if (query.match === "prefix")
                return findNewest(query, options);
            const row = await lookUp(rowName(query), options);
            return row && answers(row.ref, query, clock.now()) ? row.ref : undefined;
        },
        async commit(ref, options) {
            const row = { ref, writer: (0,external_node_crypto_.randomUUID)().slice(0, 8) };
            // First the name by time, then the row: whoever sees the row finds it by time too.
            const hint = timeName(ref, ref.createdAtMs, row.writer);
            await create(store, hint, { key: ref.key }, options);
            if (!conditionsHold)
                await checkCondition(store, hint, options);
            conditionsHold = true;
            const outcome = await changeRow(store, rowName(ref), (existing) => {
                // A swap whose answer was lost may have been made: what is there is what this commit wrote.
                if (existing?.writer === row.writer)
                    return { write: undefined, answer: {} };
                return existing && !givesWay(existing.ref, options?.replaces, clock.now())
                    ? { write: undefined, answer: { taken: existing } }
                    : { write: row, answer: { replaced: existing } };
            }, { signal: options?.signal, first: options?.replaces ? undefined : { row: undefined, tag: null } });
            const stale = outcome.taken ? row : outcome.replaced;
            if (stale)
                await dropTimeName(stale, options);
            return outcome.taken ? { status: "conflict", existing: outcome.taken.ref } : { status: "committed" };
        },
        async acquireLease(lease, options) {
            const { held, tag } = await readLease(lease.id, options);
            if (held && held.owner !== lease.owner && clock.now() < held.expiresAtMs)
                return held;
            if ((await store.swap(leaseName(lease.id), encode(lease), tag, options)) !== undefined)
                return undefined;
            const winner = await readLease(lease.id, options);
            return winner.held?.owner === lease.owner ? undefined : winner.held;
        },
        async releaseLease(lease, options) {
            const { held, tag } = await readLease(lease.id, options);
            if (held?.owner === lease.owner)
                await store.swap(leaseName(lease.id), encode({ ...held, expiresAtMs: 0 }), tag, options);
        },
        async touch(ref, use) {
            const first = lookedUp?.row && isSameRef(lookedUp.row.ref, ref) ? lookedUp : undefined;
            lookedUp = undefined;
            await changeRow(store, rowName(ref), (row) => ({
                write: row && countsUse(row.ref, ref, use, clock.now())
                    ? { ...row, ref: used(row.ref, use) }
                    : undefined,
                answer: undefined,
            }), { signal: use.signal, first });
        },
        ...createBucketUses(store),
        ...createBucketCounters(store),
        identity: readIdentity,
        async claimIdentity(identity, options) {
            await checkConditions(store, options);
            conditionsHold = true;
            if ((await store.swap(IDENTITY_NAME, encode({ id: identity }), null, options)) !== undefined)
                return identity;
            return (await readIdentity(options)) ?? identity;
        },
        async *list(filter, options) {
            const prefix = filter.repository === undefined ? REFS_PREFIX : rowsPrefix(filter.repository);
            for await (const ref of rowsUnder(prefix, options))
                if (fits(ref, filter))
                    yield ref;
        },
        async findByKey(repository, key, limit, options) {
            const found = [];
            for await (const ref of rowsUnder(rowsOfKeyPrefix(repository, key), options)) {
                found.push(ref);
                if (found.length >= limit)
                    break;
            }
            return found;
        },
        invalidate: (ref, { atMs, signal }) => changeRow(store, rowName(ref), (row) => row && isSameRef(row.ref, ref)
            ? {
                write: { ...row, ref: { ...row.ref, invalidatedAtMs: row.ref.invalidatedAtMs ?? atMs } },
                answer: true,
            }
            : { write: undefined, answer: false }, { signal }),
        revalidate: (ref, options) => changeRow(store, rowName(ref), (row) => row && takesBack(row.ref, ref)
            ? { write: { ...row, ref: revalidated(row.ref) }, answer: true }
            : { write: undefined, answer: false }, options),
        async remove(ref, options) {
            const removed = await changeRow(store, rowName(ref), (row) => row && isSameRef(row.ref, ref)
                ? { write: "removed", answer: row }
                : { write: undefined, answer: undefined }, options);
            if (removed)
                await dropTimeName(removed, options);
            return removed !== undefined;
        },
        sweep: (options) => sweepBucket(store, clock, options),
        async close() { },
    };
    async function readIdentity(options) {
        const found = await store.read(IDENTITY_NAME, options);
        const id = found && bucket_rows_parse(found.bytes)?.["id"];
        return typeof id === "string" ? id : undefined;
    }
}
//# sourceMappingURL=bucket-index.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/dynamo-counters.js
// Counters in DynamoDB: one item for each repository, day and domain, and each step is one ADD to it. Those of pull
// requests are in a partition that a policy on leading keys lets them write, the others are in one that it does not.
// The items end by themselves. The index by key finds the partitions of all repositories.



/** What these items have as their `cacheKey`: no key starts with U+0001. */
const COUNTED = "\u0001counters";
const dynamo_counters_DOMAINS = ["trusted", "pr"];
function createDynamoCounters(requests) {
    /** Every repository that has counters, from the index by key. */
    async function repositories(options) {
        const keys = requests.query({
            IndexName: CACHE_KEY_INDEX,
            KeyConditionExpression: "cacheKey = :counted",
            ExpressionAttributeValues: { ":counted": { S: COUNTED } },
        }, options);
        const found = new Set();
        for await (const { repository } of keys)
            if (repository?.S)
                found.add(repository.S);
        return [...found];
    }
    return {
        async count(row, options) {
            const { repository, day, domain, counters } = row;
            const added = COUNTERS.filter((name) => counters[name] !== 0);
            if (added.length === 0)
                return;
            const set = {
                cacheKey: { S: COUNTED },
                repository: { S: repository },
                day: { S: day },
                domain: { S: domain },
                ttl: number(Math.ceil(countersEndMs(day) / 1000)),
            };
            await requests.update({
                Key: dynamo_counters_keyOf(row),
                UpdateExpression: [
                    `ADD ${added.map((name) => `#${name} :${name}`).join(", ")}`,
                    `SET ${Object.keys(set)
                        .map((name) => `#${name} = :${name}`)
                        .join(", ")}`,
                ].join(" "),
                ExpressionAttributeNames: Object.fromEntries([...added, ...Object.keys(set)].map((name) => [`#${name}`, name])),
                ExpressionAttributeValues: {
                    ...Object.fromEntries(added.map((name) => [`:${name}`, number(Math.round(counters[name]))])),
                    ...Object.fromEntries(Object.entries(set).map(([name, value]) => [`:${name}`, value])),
                },
            }, options);
        },
        async *counters(filter, options) {
            const { from, to } = filter;
            const all = filter.repository === undefined ? await repositories(options) : [filter.repository];
            for (const repository of all) {
                for (const domain of dynamo_counters_DOMAINS) {
                    const items = requests.query({
                        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
                        ExpressionAttributeValues: {
                            ":pk": { S: dynamo_counters_partitionOf(repository, domain) },
                            ":from": { S: from },
                            ":to": { S: to },
                        },
                    }, options);
                    for await (const item of items) {
                        const row = dynamo_counters_rowOf(item, repository, domain);
                        if (fitsCounters(row, filter))
                            yield row;
                    }
                }
            }
        },
    };
}
/** Of a pull request's: what every partition of a pull request's Refs starts with. No version has this name. */
function dynamo_counters_partitionOf(repository, domain) {
    return partitionKey({ repository, ref: domain === "pr" ? "refs/pull/" : "" }, "counters");
}
function dynamo_counters_keyOf({ repository, day, domain }) {
    return { pk: { S: dynamo_counters_partitionOf(repository, domain) }, sk: { S: day } };
}
/** Whose counters they are, the key alone tells: in the attributes a pull request could write any other name. */
function dynamo_counters_rowOf(item, repository, domain) {
    const numbers = COUNTERS.map((name) => [name, Number(item[name]?.N ?? 0)]);
    return {
        repository,
        domain,
        day: item["sk"]?.S ?? "",
        counters: clampCounters(Object.fromEntries(numbers)),
    };
}
//# sourceMappingURL=dynamo-counters.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/dynamo-client.js
// The connection of a DynamoDB index: the SDK, imported on the first request, and its errors in the words of the model.



/** An index answers in milliseconds: what takes longer is better asked again. */
const REQUEST_TIMEOUT_MS = 5_000;
const dynamo_client_CONNECT_TIMEOUT_MS = 2_000;
const dynamo_client_ATTEMPTS = 3;
/** @param aws undefined: the SDK's default chain, and no proxy. */
function createDynamoSession(place, clock, aws) {
    let connecting;
    return {
        async call(options, action) {
            options?.signal?.throwIfAborted();
            try {
                connecting ??= connect(place, clock, aws);
                const connection = await connecting.catch((error) => {
                    connecting = undefined;
                    throw error;
                });
                return await action(connection, options?.signal ? { abortSignal: options.signal } : {});
            }
            catch (error) {
                options?.signal?.throwIfAborted();
                throw dynamo_client_translate(error, place);
            }
        },
        async close() {
            const open = await connecting?.catch(() => undefined);
            connecting = undefined;
            open?.client.destroy();
        },
    };
}
async function connect({ region, endpoint }, clock, aws) {
    const [sdk, { NodeHttpHandler }, network] = await Promise.all([
        Promise.all(/* import() */[__webpack_require__.e(858), __webpack_require__.e(897), __webpack_require__.e(572), __webpack_require__.e(876)]).then(__webpack_require__.t.bind(__webpack_require__, 78876, 19)),
        __webpack_require__.e(/* import() */ 858).then(__webpack_require__.t.bind(__webpack_require__, 16858, 19)),
        aws?.network(),
    ]);
    const client = new sdk.DynamoDBClient({
        ...(region !== undefined && { region }),
        ...(endpoint !== undefined && { endpoint }),
        ...(aws?.credentials && { credentials: aws.credentials }),
        maxAttempts: dynamo_client_ATTEMPTS,
        requestHandler: new NodeHttpHandler({
            ...(network && { httpAgent: { ...network }, httpsAgent: { ...network } }),
            connectionTimeout: dynamo_client_CONNECT_TIMEOUT_MS,
            requestTimeout: REQUEST_TIMEOUT_MS,
            throwOnRequestTimeout: true,
        }),
    });
    await client.config.region().catch((cause) => {
        throw new SettingsError("region", "the region of the DynamoDB index is not known", {
            hint: "add region=… to the index, or set AWS_REGION",
            cause,
        });
    });
    if (clock) {
        client.middlewareStack.add((next) => async (args) => {
            const result = await next(args);
            const { headers } = result.response;
            if (headers?.["date"])
                clock.observe(Date.parse(headers["date"]));
            return result;
        }, { step: "deserialize", priority: "low", name: "observeDates" });
    }
    return { sdk, client };
}
const THROTTLED = new Set([
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "LimitExceededException",
]);
const DENIED = new Set([
    "AccessDeniedException",
    "CredentialsProviderError",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "TokenProviderError",
    "UnrecognizedClientException",
]);
/** The SDK's message can hold parts of the request; only its name and ours are shown. */
function dynamo_client_translate(error, { table, region, endpoint }) {
    if (error instanceof CacheError || !(0,types_.isNativeError)(error))
        return error;
    const { name, $metadata } = error;
    const code = error.code ?? name;
    const where = `DynamoDB table ${table}${endpoint ? ` at ${endpoint}` : region ? ` in ${region}` : ""}`;
    const cause = new Error(`${name}: ${error.message}`.slice(0, 300));
    if (name === "ResourceNotFoundException") {
        return new StoreMissingError(`${where} does not exist`, {
            hint: `make it with: cairn setup --index dynamodb://${table} --apply; or check the name and the region`,
            cause,
        });
    }
    if (DENIED.has(name)) {
        return new AccessDeniedError(`${where} refuses the request (${name})`, {
            hint: "check the AWS credentials of this job and their policy; an expired token has to be fetched again",
            cause: name === "AccessDeniedException" ? cause : undefined,
        });
    }
    if (THROTTLED.has(name)) {
        return new StoreUnavailableError(`${where} asks for fewer requests (${name})`, {
            throttled: true,
            hint: "raise the table's capacity, or use on-demand",
            cause,
        });
    }
    if (name === "ItemCollectionSizeLimitExceededException")
        return new StoreFullError(`${where} holds 10 GB of rows for one branch, the most there can be`, {
            cause,
        });
    if (name === "ValidationException") {
        return new StoreMissingError(`${where} has another key schema than Cairn's`, {
            hint: `use a table that "cairn setup --index dynamodb://NAME --apply" made`,
            cause,
        });
    }
    const isNetwork = $metadata?.httpStatusCode === undefined || $metadata.httpStatusCode >= 500;
    if (!isNetwork && $metadata?.httpStatusCode !== 429)
        return new AccessDeniedError(`${where} refuses the request (${name})`, { cause });
    return new StoreUnavailableError(`${where} can't be reached (${code})`, {
        hint: networkRemedy(code) ?? "check the endpoint, the network and the service",
        cause,
    });
}
//# sourceMappingURL=dynamo-client.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/dynamo-requests.js
// The requests of a DynamoDB index, one function each, all on one table: strongly consistent reads, writes that say what
// stood in their way, and pages that follow each other by themselves.

function createDynamoRequests(place, clock, aws) {
    const TableName = place.table;
    const session = createDynamoSession(place, clock, aws);
    const onRefusal = "ALL_OLD";
    async function queryPage(input, options) {
        return session.call(options, async ({ sdk, client }, abort) => {
            const answer = await client.send(new sdk.QueryCommand({ ...input, TableName }), abort);
            return { items: answer.Items ?? [], next: answer.LastEvaluatedKey };
        });
    }
    async function scanPage(input, options) {
        return session.call(options, async ({ sdk, client }, abort) => {
            const answer = await client.send(new sdk.ScanCommand({ ...input, TableName }), abort);
            return { items: answer.Items ?? [], next: answer.LastEvaluatedKey };
        });
    }
    return {
        get: (key, options) => session.call(options, async ({ sdk, client }, abort) => {
            const command = new sdk.GetItemCommand({ TableName, Key: key, ConsistentRead: true });
            return (await client.send(command, abort)).Item;
        }),
        put: (input, options) => conditional(session, options, ({ sdk, client }, abort) => client.send(new sdk.PutItemCommand({ ReturnValuesOnConditionCheckFailure: onRefusal, ...input, TableName }), abort)),
        update: (input, options) => conditional(session, options, ({ sdk, client }, abort) => client.send(new sdk.UpdateItemCommand({ ...input, TableName }), abort)),
        remove: (input, options) => conditional(session, options, ({ sdk, client }, abort) => client.send(new sdk.DeleteItemCommand({ ...input, TableName }), abort)),
        queryPage,
        query: (input, options) => follow((start) => queryPage({ ...input, ...(start && { ExclusiveStartKey: start }) }, options)),
        scan: (input, options) => follow((start) => scanPage({ ...input, ...(start && { ExclusiveStartKey: start }) }, options)),
        close: () => session.close(),
    };
}
function conditional(session, options, send) {
    return session.call(options, async (connection, abort) => {
        try {
            await send(connection, abort);
            return undefined;
        }
        catch (error) {
            if (error instanceof connection.sdk.ConditionalCheckFailedException)
                return { existing: error.Item };
            throw error;
        }
    });
}
async function* follow(readPage) {
    let start;
    do {
        const page = await readPage(start);
        yield* page.items;
        start = page.next;
    } while (start);
}
//# sourceMappingURL=dynamo-requests.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/dynamo-uses.js
// Uses counted by jobs that may not write the Ref's row: one item for each Ref in a partition beside the user's own, so
// that a policy on leading keys covers it. It ends by itself. The index by key finds the items of a repository.






/** What these items have as their `cacheKey`: no key starts with U+0001. */
const USES = "\u0001uses";
const dynamo_uses_CONCURRENT_READS = 16;
function createDynamoUses(requests) {
    return {
        async recordUse(ref, { by, atMs, signal }) {
            const first = { of: ref, by, count: 1, lastAtMs: atMs };
            const { pk, sk, ...attributes } = dynamo_uses_itemOf(first);
            const { uses: _, ...set } = attributes;
            const names = Object.keys(set);
            const refused = await requests.update({
                Key: { pk: pk, sk: sk },
                UpdateExpression: `ADD uses :one SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
                ConditionExpression: "attribute_not_exists(pk) OR (usedContent = :usedContent AND usedCreatedAtMs = :usedCreatedAtMs)",
                ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
                ExpressionAttributeValues: {
                    ":one": number(1),
                    ...Object.fromEntries(names.map((name) => [`:${name}`, set[name]])),
                },
            }, { signal });
            if (!refused)
                return;
            // What was counted belongs to another Ref of this key: an older one no longer matters.
            await requests.put({
                Item: dynamo_uses_itemOf(first),
                ConditionExpression: "usedCreatedAtMs < :created",
                ExpressionAttributeValues: { ":created": number(ref.createdAtMs) },
            }, { signal });
        },
        async *uses(filter, options) {
            const { repository } = filter;
            const keys = requests.query({
                IndexName: CACHE_KEY_INDEX,
                KeyConditionExpression: `cacheKey = :uses${repository === undefined ? "" : " AND repository = :repository"}`,
                ExpressionAttributeValues: {
                    ":uses": { S: USES },
                    ...(repository !== undefined && { ":repository": { S: repository } }),
                },
            }, options);
            const read = ({ pk, sk }) => requests.get({ pk: pk, sk: sk }, options);
            for await (const item of mapOrdered(keys, dynamo_uses_CONCURRENT_READS, read)) {
                const usage = item && usageOf(item);
                if (usage && fitsUsage(usage, filter))
                    yield usage;
            }
        },
        async takeUsage(usage, options) {
            const { pk, sk, uses, usedContent, usedCreatedAtMs, lastUsedAtMs } = dynamo_uses_itemOf(usage);
            const refused = await requests.remove({
                Key: { pk: pk, sk: sk },
                ConditionExpression: "uses = :uses AND usedContent = :content AND usedCreatedAtMs = :created AND lastUsedAtMs = :at",
                ExpressionAttributeValues: {
                    ":uses": uses,
                    ":content": usedContent,
                    ":created": usedCreatedAtMs,
                    ":at": lastUsedAtMs,
                },
            }, options);
            return refused === undefined;
        },
    };
}
/** Beside the partition of the Refs that the user saves itself. */
function usesPartitionKey(by, version) {
    return `${partitionKey(by, version)}:uses`;
}
function dynamo_uses_itemOf({ of, by, count, lastAtMs }) {
    return {
        pk: { S: usesPartitionKey(by, of.version) },
        sk: { S: usageSortKey(of) },
        cacheKey: { S: USES },
        repository: { S: of.scope.repository },
        usedRef: { S: of.scope.ref },
        version: { S: of.version },
        usedKey: { S: of.key },
        usedContent: { S: of.contentHash },
        usedCreatedAtMs: number(of.createdAtMs),
        byRepository: { S: by.repository },
        byRef: { S: by.ref },
        uses: number(count),
        lastUsedAtMs: number(lastAtMs),
        // A use that is older keeps nothing alive.
        ttl: number(Math.ceil((lastAtMs + REF_TTL_MS) / 1000)),
    };
}
/** @returns undefined for what is not wholly a usage, or stands under another key than its own. */
function usageOf(item) {
    const text = (name) => item[name]?.S ?? "";
    const count = (name) => Number(item[name]?.N ?? Number.NaN);
    const usage = {
        of: {
            scope: { repository: text("repository"), ref: text("usedRef") },
            version: text("version"),
            key: text("usedKey"),
            contentHash: text("usedContent"),
            createdAtMs: count("usedCreatedAtMs"),
        },
        by: { repository: text("byRepository"), ref: text("byRef") },
        count: count("uses"),
        lastAtMs: count("lastUsedAtMs"),
    };
    if (!isUsage(usage))
        return undefined;
    const { pk, sk } = dynamo_uses_itemOf(usage);
    return pk.S === text("pk") && sk.S === text("sk") ? usage : undefined;
}
//# sourceMappingURL=dynamo-uses.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/dynamo-index.js
// The index in DynamoDB: one item a Ref, one conditional write a commit. Requests: exact look-up 1; prefix look-up 1
// where the newest page has a match or holds the whole scope, else 1 more for each MB of rows with the prefix; commit 1;
// lease 1; touch 1 (2 when a later use came first); finding a key 1 and 1 for each row found.








/** Newest Refs of a scope that a prefix look-up reads before it turns to the sorted keys. */
const NEWEST_PAGE = 100;
/** How often a commit is sent while the row in its way is gone before it can be told. */
const COMMIT_ATTEMPTS = 3;
/** A row that a commit may replace. Without `expiresAtMs` it is none of Cairn's. */
const GIVES_WAY = "attribute_not_exists(pk) OR attribute_not_exists(expiresAtMs) OR attribute_exists(invalidatedAtMs) OR expiresAtMs <= :now OR notAfterMs <= :now";
function createDynamoIndex({ clock, aws, ...place }) {
    const requests = createDynamoRequests(place, clock, aws);
    const description = `dynamodb://${place.table}`;
    /** The newest page first, which nearly always decides; then all keys with the prefix. */
    async function findNewest(query, options) {
        const pk = { S: partitionKey(query.scope, query.version) };
        const now = clock.now();
        const { items, next } = await requests.queryPage({
            IndexName: CREATED_AT_INDEX,
            KeyConditionExpression: "pk = :pk",
            ...(query.key !== "" && { FilterExpression: "begins_with(cacheKey, :prefix)" }),
            ExpressionAttributeValues: { ":pk": pk, ...(query.key !== "" && { ":prefix": { S: query.key } }) },
            ScanIndexForward: false,
            ConsistentRead: true,
            Limit: NEWEST_PAGE,
        }, options);
        const first = items.map(refOf).find((ref) => ref && answers(ref, query, now));
        if (first || !next)
            return first;
        let best;
        for await (const ref of partition(pk, query.key, options)) {
            if ((!best || ref.createdAtMs > best.createdAtMs) && answers(ref, query, now))
                best = ref;
        }
        return best;
    }
    /** The Refs of one scope and version whose sort key can belong to the prefix. */
    async function* partition(pk, keyPrefix, options) {
        const prefix = sortKeyPrefix(keyPrefix);
        const items = requests.query({
            KeyConditionExpression: prefix === "" ? "pk = :pk" : "pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues: {
                ":pk": pk,
                ...(prefix !== "" && { ":first": { S: prefix }, ":last": { S: sortKeyCeiling(prefix) } }),
            },
            ConsistentRead: true,
        }, options);
        yield* refsOf(items);
    }
    return {
        description,
        async lookup(query, options) {
            if (query.match === "prefix")
                return findNewest(query, options);
            const item = await requests.get(keyOf(query), options);
            const ref = item && refOf(item);
            return ref && answers(ref, query, clock.now()) ? ref : undefined;
        },
        async commit(ref, options) {
            const replaced = options?.replaces && sameRow(options.replaces);
            const writer = (0,external_node_crypto_.randomUUID)();
            for (let attempt = 1; attempt <= COMMIT_ATTEMPTS; attempt++) {
                const refused = await requests.put({
                    Item: { ...itemOf(ref), writer: { S: writer } },
                    ConditionExpression: replaced ? `${GIVES_WAY} OR (${replaced.condition})` : GIVES_WAY,
                    ExpressionAttributeValues: { ":now": number(clock.now()), ...replaced?.values },
                }, options);
                if (!refused)
                    return { status: "committed" };
                const existing = refused.existing ?? (await requests.get(keyOf(ref), options));
                // Removed since: the way is free now.
                if (!existing)
                    continue;
                // The SDK sends a request again whose answer was lost: what is in the way may be what it wrote the first time.
                if (existing["writer"]?.S === writer)
                    return { status: "committed" };
                const taken = refOf(existing);
                if (taken)
                    return { status: "conflict", existing: taken };
                throw new errors_CorruptError(`the row of "${ref.key}" in ${description}`, "another program wrote it", {
                    hint: "remove the row, or save under another key",
                });
            }
            throw new StoreUnavailableError(`too many writers change "${ref.key}" in ${description} at once`);
        },
        async acquireLease(lease, options) {
            const refused = await requests.put({
                Item: leaseItemOf(lease),
                ConditionExpression: "attribute_not_exists(pk) OR #owner = :owner OR expiresAtMs <= :now",
                ExpressionAttributeNames: { "#owner": "owner" },
                ExpressionAttributeValues: { ":owner": { S: lease.owner }, ":now": number(clock.now()) },
            }, options);
            if (!refused?.existing)
                return undefined;
            return {
                id: lease.id,
                owner: refused.existing["owner"]?.S ?? "unknown",
                expiresAtMs: Number(refused.existing["expiresAtMs"]?.N ?? 0),
            };
        },
        async releaseLease(lease, options) {
            await requests.remove({
                Key: leaseKeyOf(lease.id),
                ConditionExpression: "#owner = :owner",
                ExpressionAttributeNames: { "#owner": "owner" },
                ExpressionAttributeValues: { ":owner": { S: lease.owner } },
            }, options);
        },
        ...createDynamoUses(requests),
        ...createDynamoCounters(requests),
        async touch(ref, { atMs, expiresAtMs, count = 1, signal }) {
            const { condition, values } = sameRow(ref);
            const alive = `${condition} AND attribute_not_exists(invalidatedAtMs) AND expiresAtMs > :now AND notAfterMs > :now`;
            const endMs = Math.max(ref.expiresAtMs, Math.min(expiresAtMs, ref.notAfterMs));
            const counted = {
                ...values,
                ":count": number(count),
                ":now": number(Math.max(atMs, clock.now())),
            };
            const refused = await requests.update({
                Key: keyOf(ref),
                UpdateExpression: "ADD accessCount :count SET lastAccessed = :at, expiresAtMs = :end, #ttl = :ttl",
                ConditionExpression: `${alive} AND lastAccessed <= :at AND expiresAtMs <= :end`,
                ExpressionAttributeNames: { "#ttl": "ttl" },
                ExpressionAttributeValues: {
                    ...counted,
                    ":at": { S: isoOf(atMs) },
                    ":end": number(endMs),
                    ":ttl": number(Math.ceil(endMs / 1000)),
                },
            }, { signal });
            if (!refused)
                return;
            // A later use moved the times further already: then only the count is left to do.
            await requests.update({
                Key: keyOf(ref),
                UpdateExpression: "ADD accessCount :count",
                ConditionExpression: alive,
                ExpressionAttributeValues: counted,
            }, { signal });
        },
        async identity(options) {
            return (await requests.get(IDENTITY_KEY, options))?.["identity"]?.S;
        },
        async claimIdentity(identity, options) {
            const refused = await requests.put({
                Item: { ...IDENTITY_KEY, identity: { S: identity } },
                ConditionExpression: "attribute_not_exists(pk)",
            }, options);
            return refused?.existing?.["identity"]?.S ?? identity;
        },
        async *list(filter, options) {
            const { repository, ref, version, keyPrefix = "" } = filter;
            const rows = repository !== undefined && ref !== undefined && version !== undefined
                ? partition({ S: partitionKey({ repository, ref }, version) }, keyPrefix, options)
                : refsOf(requests.scan({ ConsistentRead: true, ...conditionOf(filter) }, options), options);
            for await (const row of rows)
                if (fits(row, filter))
                    yield row;
        },
        async findByKey(repository, key, limit, options) {
            const { items: keys } = await requests.queryPage({
                IndexName: CACHE_KEY_INDEX,
                KeyConditionExpression: "cacheKey = :key AND repository = :repository",
                ExpressionAttributeValues: { ":key": { S: key }, ":repository": { S: repository } },
                Limit: limit,
            }, options);
            const rows = await Promise.all(keys.map(({ pk, sk }) => requests.get({ pk: pk, sk: sk }, options)));
            return rows.flatMap((row) => (row && refOf(row)) ?? []);
        },
        async invalidate(ref, { atMs, signal }) {
            const { condition, values } = sameRow(ref);
            const refused = await requests.update({
                Key: keyOf(ref),
                UpdateExpression: "SET invalidatedAtMs = if_not_exists(invalidatedAtMs, :at)",
                ConditionExpression: condition,
                ExpressionAttributeValues: { ...values, ":at": number(atMs) },
            }, { signal });
            return refused === undefined;
        },
        async revalidate(ref, options) {
            const { condition, values } = sameRow(ref);
            const seen = ref.invalidatedAtMs;
            const refused = await requests.update({
                Key: keyOf(ref),
                UpdateExpression: "REMOVE invalidatedAtMs",
                ConditionExpression: `${condition} AND ${seen === undefined ? "attribute_not_exists(invalidatedAtMs)" : "invalidatedAtMs = :at"}`,
                ExpressionAttributeValues: { ...values, ...(seen !== undefined && { ":at": number(seen) }) },
            }, options);
            return refused === undefined;
        },
        async remove(ref, options) {
            const { condition, values } = sameRow(ref);
            const refused = await requests.remove({ Key: keyOf(ref), ConditionExpression: condition, ExpressionAttributeValues: values }, options);
            return refused === undefined;
        },
        // The table's time to live does it.
        async sweep() { },
        close: () => requests.close(),
    };
}
/** The condition that a row is still the Ref that was seen; isSameRef in DynamoDB's words. */
function sameRow(ref) {
    return {
        condition: "contentHash = :hash AND createdAt = :created",
        values: { ":hash": { S: `sha256:${ref.contentHash}` }, ":created": { S: isoOf(ref.createdAtMs) } },
    };
}
/** What the server leaves out of a scan, so that it need not travel. */
function conditionOf({ repository, ref, toolchain, lockfileHash }) {
    const wanted = Object.entries({ repository, ref, toolchain, lockfileHash }).filter((pair) => pair[1] !== undefined);
    if (wanted.length === 0)
        return {};
    return {
        FilterExpression: wanted.map(([name]) => `#${name} = :${name}`).join(" AND "),
        ExpressionAttributeNames: Object.fromEntries(wanted.map(([name]) => [`#${name}`, name])),
        ExpressionAttributeValues: Object.fromEntries(wanted.map(([name, value]) => [`:${name}`, { S: value }])),
    };
}
async function* refsOf(items, options) {
    for await (const item of items) {
        const ref = refOf(item);
        if (ref)
            yield ref;
        // Every row of a Ref has it, in whatever version, and no other row.
        else if (item["notAfterMs"])
            options?.onUnreadable?.(`${item["pk"]?.S} ${item["sk"]?.S}`);
    }
}
//# sourceMappingURL=dynamo-index.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/memory-index.js
// The index in this process's memory: for tests, and the plainest statement of what every driver does. Each call
// runs to its end without giving way, so all are atomic.



/** @param options.rows where the rows live, by an opaque name: shared with whoever wants to look at them. */
function createMemoryIndex(options) {
    const { clock, name = "index", rows = new Map() } = options;
    const leases = new Map();
    const usages = new Map();
    const counted = new Map();
    let identity;
    function sameRow(ref) {
        const row = rows.get(rowKey(ref));
        return row && isSameRef(row, ref) ? row : undefined;
    }
    return {
        description: `memory://${name}`,
        async lookup(query, options) {
            options?.signal?.throwIfAborted();
            const now = clock.now();
            const partition = memory_index_partitionKey(query);
            let newest;
            for (const row of rows.values()) {
                const isNewer = !newest || row.createdAtMs > newest.createdAtMs;
                if (isNewer && memory_index_partitionKey(row) === partition && answers(row, query, now))
                    newest = row;
            }
            return newest;
        },
        async commit(ref, options) {
            options?.signal?.throwIfAborted();
            const existing = rows.get(rowKey(ref));
            if (existing && !givesWay(existing, options?.replaces, clock.now()))
                return { status: "conflict", existing };
            rows.set(rowKey(ref), ref);
            return { status: "committed" };
        },
        async acquireLease(lease, options) {
            options?.signal?.throwIfAborted();
            const held = leases.get(rowKey(lease.id));
            if (held && held.owner !== lease.owner && clock.now() < held.expiresAtMs)
                return held;
            leases.set(rowKey(lease.id), lease);
            return undefined;
        },
        async releaseLease(lease, options) {
            options?.signal?.throwIfAborted();
            if (leases.get(rowKey(lease.id))?.owner === lease.owner)
                leases.delete(rowKey(lease.id));
        },
        async touch(ref, use) {
            use.signal?.throwIfAborted();
            const row = sameRow(ref);
            if (row && countsUse(row, ref, use, clock.now()))
                rows.set(rowKey(ref), used(row, use));
        },
        async recordUse(ref, { by, atMs, signal }) {
            signal?.throwIfAborted();
            const name = usageKey({ of: ref, by });
            const usage = countedUse(usages.get(name), ref, by, atMs);
            if (usage)
                usages.set(name, usage);
        },
        async count({ counters, ...of }, options) {
            options?.signal?.throwIfAborted();
            const name = JSON.stringify([of.repository, of.day, of.domain]);
            const known = counted.get(name)?.counters ?? NO_COUNTERS;
            counted.set(name, { ...of, counters: addCounters(known, counters) });
        },
        async identity(options) {
            options?.signal?.throwIfAborted();
            return identity;
        },
        async claimIdentity(wanted, options) {
            options?.signal?.throwIfAborted();
            identity ??= wanted;
            return identity;
        },
        async *list(filter, options) {
            for (const row of [...rows.values()]) {
                options?.signal?.throwIfAborted();
                if (fits(row, filter))
                    yield row;
            }
        },
        async findByKey(repository, key, limit, options) {
            options?.signal?.throwIfAborted();
            return [...rows.values()]
                .filter((row) => row.scope.repository === repository && row.key === key)
                .slice(0, limit);
        },
        async invalidate(ref, { atMs, signal }) {
            signal?.throwIfAborted();
            const row = sameRow(ref);
            if (!row)
                return false;
            rows.set(rowKey(ref), { ...row, invalidatedAtMs: row.invalidatedAtMs ?? atMs });
            return true;
        },
        async revalidate(ref, options) {
            options?.signal?.throwIfAborted();
            const row = sameRow(ref);
            if (!row || !takesBack(row, ref))
                return false;
            rows.set(rowKey(ref), revalidated(row));
            return true;
        },
        async remove(ref, options) {
            options?.signal?.throwIfAborted();
            return sameRow(ref) !== undefined && rows.delete(rowKey(ref));
        },
        async *uses(filter, options) {
            for (const usage of [...usages.values()]) {
                options?.signal?.throwIfAborted();
                if (fitsUsage(usage, filter))
                    yield usage;
            }
        },
        async takeUsage(usage, options) {
            options?.signal?.throwIfAborted();
            const name = usageKey(usage);
            const known = usages.get(name);
            return known !== undefined && isSameUsage(known, usage) && usages.delete(name);
        },
        async *counters(filter, options) {
            options?.signal?.throwIfAborted();
            for (const row of [...counted.values()]) {
                if (fitsCounters(row, filter))
                    yield { ...row, counters: clampCounters(row.counters) };
            }
        },
        async sweep({ beforeMs, signal }) {
            signal?.throwIfAborted();
            for (const [name, { day }] of counted)
                if (day < firstDayKept(clock.now()))
                    counted.delete(name);
            for (const [name, lease] of leases)
                if (lease.expiresAtMs < beforeMs)
                    leases.delete(name);
        },
        async close() { },
    };
}
function memory_index_partitionKey({ scope, version }) {
    return JSON.stringify([scope.repository, scope.ref, version]);
}
function rowKey(id) {
    return JSON.stringify([memory_index_partitionKey(id), id.key]);
}
function usageKey({ of, by }) {
    return JSON.stringify([by.repository, by.ref, rowKey(of)]);
}
//# sourceMappingURL=memory-index.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/sqlite-schema.js
// The tables of the SQLite index, and how a Ref becomes a row of them. Keys are kept as their UTF-8 bytes: SQLite
// compares blobs byte by byte, with no collation and no wildcards, so a prefix is a plain range of the primary key.




/** Kept in `PRAGMA user_version`; raised when the tables change. */
const SCHEMA_VERSION = 3;
const sqlite_schema_USES = `
  CREATE TABLE uses (
    byRepository TEXT NOT NULL, byRef TEXT NOT NULL,
    repository TEXT NOT NULL, ref TEXT NOT NULL, version TEXT NOT NULL, key BLOB NOT NULL,
    contentHash TEXT NOT NULL, createdAtMs INTEGER NOT NULL, count INTEGER NOT NULL, lastAtMs INTEGER NOT NULL,
    PRIMARY KEY (byRepository, byRef, repository, ref, version, key)
  ) STRICT, WITHOUT ROWID;
`;
const sqlite_schema_COUNTED = `
  CREATE TABLE counters (
    repository TEXT NOT NULL, day TEXT NOT NULL, domain TEXT NOT NULL,
    ${COUNTERS.map((name) => `${name} INTEGER NOT NULL`).join(", ")},
    PRIMARY KEY (repository, day, domain)
  ) STRICT, WITHOUT ROWID;
`;
/** From the tables of a version to those of the next one. */
const MIGRATIONS = {
    1: `${sqlite_schema_USES} PRAGMA user_version = 2;`,
    2: `${sqlite_schema_COUNTED} ALTER TABLE refs ADD COLUMN buildSeconds REAL; PRAGMA user_version = 3;`,
};
const SCHEMA = `
  CREATE TABLE refs (
    repository TEXT NOT NULL, ref TEXT NOT NULL, version TEXT NOT NULL, key BLOB NOT NULL,
    domain TEXT NOT NULL, contentHash TEXT NOT NULL,
    createdAtMs INTEGER NOT NULL, lastAccessedAtMs INTEGER NOT NULL, accessCount INTEGER NOT NULL,
    expiresAtMs INTEGER NOT NULL, notAfterMs INTEGER NOT NULL, invalidatedAtMs INTEGER,
    treeBytes INTEGER NOT NULL, storedBytes INTEGER NOT NULL, entryCount INTEGER NOT NULL,
    toolchain TEXT, lockfileHash TEXT, signature TEXT, buildSeconds REAL,
    PRIMARY KEY (repository, ref, version, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX refs_newest ON refs (repository, ref, version, createdAtMs);
  CREATE INDEX refs_key ON refs (repository, key);
  CREATE TABLE leases (
    repository TEXT NOT NULL, ref TEXT NOT NULL, version TEXT NOT NULL, key BLOB NOT NULL,
    owner TEXT NOT NULL, expiresAtMs INTEGER NOT NULL,
    PRIMARY KEY (repository, ref, version, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE identity (
    only INTEGER PRIMARY KEY CHECK (only = 1), value TEXT NOT NULL
  ) STRICT;
  ${sqlite_schema_USES}
  ${sqlite_schema_COUNTED}
  PRAGMA user_version = ${SCHEMA_VERSION};
`;
/** Columns of `refs`, in the order of {@link refValues}. */
const REF_COLUMNS = [
    "repository",
    "ref",
    "version",
    "key",
    "domain",
    "contentHash",
    "createdAtMs",
    "lastAccessedAtMs",
    "accessCount",
    "expiresAtMs",
    "notAfterMs",
    "invalidatedAtMs",
    "treeBytes",
    "storedBytes",
    "entryCount",
    "toolchain",
    "lockfileHash",
    "signature",
    "buildSeconds",
];
/** The primary key of a row of `refs` or `leases`. */
function idValues(id) {
    return [id.scope.repository, id.scope.ref, id.version, keyBytes(id.key)];
}
function refValues(ref) {
    return [
        ...idValues(ref),
        ref.domain,
        ref.contentHash,
        ref.createdAtMs,
        ref.lastAccessedAtMs,
        ref.accessCount,
        ref.expiresAtMs,
        ref.notAfterMs,
        ref.invalidatedAtMs ?? null,
        ref.treeBytes,
        ref.storedBytes,
        ref.entryCount,
        ref.toolchain ?? null,
        ref.lockfileHash ?? null,
        ref.signature ?? null,
        ref.buildSeconds ?? null,
    ];
}
/**
 * @returns undefined for what is not wholly a Ref, or whose key is no text: read as one it would speak for another row's.
 * Every process of this user can write the file, and make it with tables of its own.
 */
function refFromRow(row) {
    const optional = (name) => (row[name] === null ? {} : { [name]: row[name] });
    const ref = {
        scope: { repository: row["repository"], ref: row["ref"] },
        version: row["version"],
        key: keyFromRow(row),
        domain: row["domain"],
        contentHash: row["contentHash"],
        createdAtMs: row["createdAtMs"],
        lastAccessedAtMs: row["lastAccessedAtMs"],
        accessCount: row["accessCount"],
        expiresAtMs: row["expiresAtMs"],
        notAfterMs: row["notAfterMs"],
        treeBytes: row["treeBytes"],
        storedBytes: row["storedBytes"],
        entryCount: row["entryCount"],
        ...optional("invalidatedAtMs"),
        ...optional("toolchain"),
        ...optional("lockfileHash"),
        ...optional("signature"),
        ...optional("buildSeconds"),
    };
    return isRef(ref) ? ref : undefined;
}
function keyFromRow({ key }) {
    if (!(0,types_.isUint8Array)(key))
        return undefined;
    const text = Buffer.from(key).toString("utf8");
    return Buffer.compare(keyBytes(text), key) === 0 ? text : undefined;
}
function usageValues({ of, by, count, lastAtMs }) {
    return [by.repository, by.ref, ...idValues(of), of.contentHash, of.createdAtMs, count, lastAtMs];
}
/** @returns undefined for what is not wholly a Usage. */
function usageFromRow(row) {
    const usage = {
        of: {
            scope: { repository: row["repository"], ref: row["ref"] },
            version: row["version"],
            key: keyFromRow(row),
            contentHash: row["contentHash"],
            createdAtMs: row["createdAtMs"],
        },
        by: { repository: row["byRepository"], ref: row["byRef"] },
        count: row["count"],
        lastAtMs: row["lastAtMs"],
    };
    return isUsage(usage) ? usage : undefined;
}
/** Adds to the row of a day, or makes it. */
const ADD_COUNTERS = `
  INSERT INTO counters VALUES (?, ?, ?, ${COUNTERS.map(() => "?").join(", ")})
  ON CONFLICT DO UPDATE SET ${COUNTERS.map((name) => `${name} = ${name} + excluded.${name}`).join(", ")}
`;
function countersValues({ repository, day, domain, counters }) {
    return [repository, day, domain, ...COUNTERS.map((name) => Math.round(counters[name]))];
}
function countersFromRow(row) {
    return {
        repository: row["repository"],
        day: row["day"],
        domain: row["domain"],
        counters: clampCounters(row),
    };
}
function keyBytes(key) {
    return Buffer.from(key, "utf8");
}
/**
 * The range of keys that start with `prefix`: `from` inclusive, `below` exclusive. No UTF-8 byte is 0xff, so the
 * prefix with one appended is above every key that continues it.
 */
function prefixRange(prefix) {
    const from = keyBytes(prefix);
    return { from, below: Buffer.concat([from, Uint8Array.of(0xff)]) };
}
//# sourceMappingURL=sqlite-schema.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/sqlite-file.js
// Opens the SQLite file of an index and translates what SQLite throws. Several processes open, read and write one
// file at once: WAL, a busy timeout, and write transactions that take their lock at once.





/** How long a call waits for another process's write. A write takes well below a millisecond, without a sync. */
const BUSY_TIMEOUT_MS = 5_000;
/** Switching to WAL answers "busy" at once, without waiting, when several processes do it together. */
const OPEN_ATTEMPTS = 100;
const OPEN_PAUSE_MS = 20;
/**
 * Opens the file, and makes it (and its folder) where there is none.
 * @throws CacheError as {@link translateSqliteError} makes it; FormatVersionError for a newer Cairn's file.
 */
async function openSqliteFile(file) {
    const { DatabaseSync } = await Promise.resolve(/* import() */).then(__webpack_require__.t.bind(__webpack_require__, 80099, 19));
    try {
        await (0,promises_.mkdir)((0,external_node_path_.dirname)(file), { recursive: true });
    }
    catch (error) {
        throw translateSqliteError(error, file);
    }
    for (let attempt = 1;; attempt++) {
        let database;
        try {
            database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
            prepare(database, file);
            return database;
        }
        catch (error) {
            database?.close();
            const translated = translateSqliteError(error, file);
            if (!(translated instanceof StoreUnavailableError) || attempt === OPEN_ATTEMPTS)
                throw translated;
            await (0,external_node_timers_promises_.setTimeout)(OPEN_PAUSE_MS * (0.5 + Math.random()));
        }
    }
}
function prepare(database, file) {
    if (database.prepare("PRAGMA journal_mode").get()?.["journal_mode"] !== "wal")
        database.exec("PRAGMA journal_mode = WAL");
    // A power cut may lose the last commits, which are then misses; it can't damage the file.
    database.exec("PRAGMA synchronous = NORMAL");
    if (schemaVersion(database) !== SCHEMA_VERSION) {
        inTransaction(database, () => {
            if (schemaVersion(database) === 0)
                database.exec(SCHEMA);
            for (let step = MIGRATIONS[schemaVersion(database)]; step; step = MIGRATIONS[schemaVersion(database)])
                database.exec(step);
        });
    }
    const found = schemaVersion(database);
    if (found !== SCHEMA_VERSION) {
        throw new FormatVersionError(`the index ${file} has format ${found}, this Cairn reads ${SCHEMA_VERSION}`, {
            hint: "use the Cairn that wrote it, or another index file",
        });
    }
}
function schemaVersion(database) {
    return database.prepare("PRAGMA user_version").get()?.["user_version"];
}
/** Runs `work` with the file's write lock held from the start; rolls back when it throws. */
function inTransaction(database, work) {
    database.exec("BEGIN IMMEDIATE");
    try {
        const result = work();
        database.exec("COMMIT");
        return result;
    }
    catch (error) {
        // A full disk has rolled back already, and then this fails: the first error is the one to tell.
        if (database.isTransaction)
            database.exec("ROLLBACK");
        throw error;
    }
}
/** Primary result codes, https://sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const PERMISSION = 3;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;
/** What SQLite or the file system threw, as a CacheError that names the file; anything else as it is. */
function translateSqliteError(error, file) {
    if (error instanceof CacheError || !Error.isError(error))
        return error;
    const { errcode, code } = error;
    const details = { cause: error };
    switch (errcode === undefined ? code : errcode & 0xff) {
        case BUSY:
        case LOCKED:
            return new StoreUnavailableError(`the index ${file} is locked by another process`, details);
        case FULL:
        case "ENOSPC":
        case "EDQUOT":
            return new StoreFullError(`no space is left for the index ${file}`, details);
        case PERMISSION:
        case READ_ONLY:
        case CANNOT_OPEN:
        case "EACCES":
        case "EPERM":
        case "EROFS":
            return new AccessDeniedError(`the index ${file} can't be opened for reading and writing`, {
                ...details,
                hint: "this user must be able to write the file and its folder",
            });
        case CORRUPT:
        case NOT_A_DATABASE:
            return new errors_CorruptError(file, "not a whole SQLite file", {
                ...details,
                hint: "delete it: the cache then starts with an empty index",
            });
        case "ENOTDIR":
        case "EEXIST":
            return new StoreMissingError(`the folder of the index ${file} can't be made: a file is in its place`, details);
        case IO_ERROR:
            return new StoreUnavailableError(`the disk of the index ${file} fails`, details);
        default:
            return errcode === undefined
                ? error
                : new StoreUnavailableError(`the index ${file} fails: ${error.message}`, details);
    }
}
//# sourceMappingURL=sqlite-file.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/sqlite-index.js
// The index in one SQLite file (node:sqlite), beside a directory store: for one machine, any number of processes.
// Each condition is checked in the statement that writes, or under the file's write lock. Not for network file
// systems, where WAL is unsafe: the bucket index over a directory is.





const THIS_ROW = "repository = ? AND ref = ? AND version = ? AND key = ?";
/** {@link isSameRef}, given that the key is the same. */
const AS_SEEN = "contentHash = ? AND createdAtMs = ?";
const LIVE = "invalidatedAtMs IS NULL AND expiresAtMs > :now AND notAfterMs > :now";
const ID_COLUMNS = ["repository", "ref", "version", "key"];
/** Whose row of uses. */
const BY = "byRepository = ? AND byRef = ?";
const PUT_USAGE = "INSERT OR REPLACE INTO uses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const PUT_REF = `INSERT OR REPLACE INTO refs (${REF_COLUMNS}) VALUES (${REF_COLUMNS.map(() => "?")})`;
/** Of more rows with a prefix, the newest is looked for from the newest of the scope on, instead of sorting them all. */
const SORTED_ROWS = 200;
/** Rows read in one go by list(): no read transaction stays open between two of them. */
const PAGE_ROWS = 500;
/**
 * @param options.file absolute path; made, with its folder, at the first call where there is none. The file is
 *   opened at the first call and held until close().
 */
function createSqliteIndex(options) {
    const { file, clock } = options;
    let opening;
    /** Every call: one synchronous stretch of SQL on the open file. */
    async function run(options, work) {
        options?.signal?.throwIfAborted();
        opening ??= openSqliteFile(file);
        const pending = opening;
        try {
            return work(await pending);
        }
        catch (error) {
            throw translateSqliteError(error, file);
        }
    }
    function write(options, work) {
        return run(options, (database) => inTransaction(database, () => work(database)));
    }
    return {
        description: `sqlite://${file}`,
        lookup(query, options) {
            const exact = query.match === "exact";
            const scope = { repository: query.scope.repository, ref: query.scope.ref, version: query.version };
            const keys = exact ? { key: keyBytes(query.key) } : prefixRange(query.key);
            const inScope = "repository = :repository AND ref = :ref AND version = :version";
            const named = `${inScope} AND ${exact ? "key = :key" : "key >= :from AND key < :below"}`;
            return run(options, (database) => {
                const isMany = !exact &&
                    database
                        .prepare(`SELECT 1 FROM refs WHERE ${named} LIMIT 1 OFFSET ${SORTED_ROWS}`)
                        .get({ ...scope, ...keys }) !== undefined;
                const rows = database
                    .prepare(`SELECT * FROM refs ${isMany ? "INDEXED BY refs_newest" : ""} WHERE ${named}
               AND ${LIVE} AND (:domain IS NULL OR domain = :domain)
             ORDER BY createdAtMs DESC`)
                    .iterate({ ...scope, ...keys, now: clock.now(), domain: query.domain ?? null });
                for (const row of rows) {
                    const ref = refFromRow(row);
                    if (ref && (query.accept?.(ref) ?? true))
                        return ref;
                }
                return undefined;
            });
        },
        commit(ref, options) {
            return write(options, (database) => {
                const existing = readRef(database, ref);
                if (existing && !givesWay(existing, options?.replaces, clock.now()))
                    return { status: "conflict", existing };
                database.prepare(PUT_REF).run(...refValues(ref));
                return { status: "committed" };
            });
        },
        acquireLease(lease, options) {
            return write(options, (database) => {
                const row = database
                    .prepare(`SELECT owner, expiresAtMs FROM leases WHERE ${THIS_ROW}`)
                    .get(...idValues(lease.id));
                const held = row && leaseFromRow(lease, row);
                if (held && held.owner !== lease.owner && clock.now() < held.expiresAtMs)
                    return held;
                database
                    .prepare("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?)")
                    .run(...idValues(lease.id), lease.owner, lease.expiresAtMs);
                return undefined;
            });
        },
        releaseLease(lease, options) {
            return run(options, (database) => {
                database
                    .prepare(`DELETE FROM leases WHERE ${THIS_ROW} AND owner = ?`)
                    .run(...idValues(lease.id), lease.owner);
            });
        },
        touch(ref, options) {
            return write(options, (database) => {
                const row = readRef(database, ref);
                if (!row || !countsUse(row, ref, options, clock.now()))
                    return;
                database.prepare(PUT_REF).run(...refValues(used(row, options)));
            });
        },
        recordUse(ref, { by, atMs, signal }) {
            return write({ signal }, (database) => {
                const row = database
                    .prepare(`SELECT * FROM uses WHERE ${BY} AND ${THIS_ROW}`)
                    .get(by.repository, by.ref, ...idValues(ref));
                const usage = countedUse(row && usageFromRow(row), ref, by, atMs);
                if (usage)
                    database.prepare(PUT_USAGE).run(...usageValues(usage));
            });
        },
        count(row, options) {
            return run(options, (database) => {
                database.prepare(ADD_COUNTERS).run(...countersValues(row));
            });
        },
        identity(options) {
            return run(options, readIdentity);
        },
        claimIdentity(identity, options) {
            return run(options, (database) => {
                database.prepare("INSERT OR IGNORE INTO identity VALUES (1, ?)").run(identity);
                return readIdentity(database);
            });
        },
        async *list(filter, options) {
            let last;
            do {
                const page = await run(options, (database) => readPage(database, filter, last));
                for (const row of page) {
                    const ref = refFromRow(row);
                    if (!ref)
                        options?.onUnreadable?.(sqlite_index_nameOf(row));
                    else if (fits(ref, filter))
                        yield ref;
                }
                last = page.length < PAGE_ROWS ? undefined : page.at(-1);
            } while (last);
        },
        findByKey(repository, key, limit, options) {
            return run(options, (database) => database
                .prepare("SELECT * FROM refs WHERE repository = ? AND key = ? LIMIT ?")
                .all(repository, keyBytes(key), limit)
                .flatMap((row) => refFromRow(row) ?? []));
        },
        invalidate(ref, options) {
            return run(options, (database) => {
                const { changes } = database
                    .prepare(`UPDATE refs SET invalidatedAtMs = coalesce(invalidatedAtMs, ?) WHERE ${THIS_ROW} AND ${AS_SEEN}`)
                    .run(options.atMs, ...idValues(ref), ref.contentHash, ref.createdAtMs);
                return changes > 0;
            });
        },
        revalidate(ref, options) {
            return run(options, (database) => {
                const { changes } = database
                    .prepare(`UPDATE refs SET invalidatedAtMs = NULL WHERE ${THIS_ROW} AND ${AS_SEEN} AND invalidatedAtMs IS ?`)
                    .run(...idValues(ref), ref.contentHash, ref.createdAtMs, ref.invalidatedAtMs ?? null);
                return changes > 0;
            });
        },
        remove(ref, options) {
            return run(options, (database) => {
                const { changes } = database
                    .prepare(`DELETE FROM refs WHERE ${THIS_ROW} AND ${AS_SEEN}`)
                    .run(...idValues(ref), ref.contentHash, ref.createdAtMs);
                return changes > 0;
            });
        },
        async *uses(filter, options) {
            const rows = await run(options, (database) => database.prepare("SELECT * FROM uses").all());
            for (const row of rows) {
                const usage = usageFromRow(row);
                if (usage && fitsUsage(usage, filter))
                    yield usage;
            }
        },
        takeUsage(usage, options) {
            return run(options, (database) => {
                const { changes } = database
                    .prepare(`DELETE FROM uses WHERE ${BY} AND ${THIS_ROW} AND ${AS_SEEN} AND count = ? AND lastAtMs = ?`)
                    .run(...usageValues(usage));
                return changes > 0;
            });
        },
        async *counters({ repository, from, to }, options) {
            const rows = await run(options, (database) => database
                .prepare("SELECT * FROM counters WHERE day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR repository = ?3)")
                .all(from, to, repository ?? null));
            yield* rows.map(countersFromRow);
        },
        sweep({ beforeMs, signal }) {
            return run({ signal }, (database) => {
                database.prepare("DELETE FROM counters WHERE day < ?").run(firstDayKept(clock.now()));
                database.prepare("DELETE FROM leases WHERE expiresAtMs < ?").run(beforeMs);
            });
        },
        async close() {
            const pending = opening;
            // A failure to open was told to whoever called; there is nothing to close then.
            const database = await pending?.catch(() => undefined);
            if (database?.isOpen)
                database.close();
        },
    };
}
function readRef(database, ref) {
    const row = database.prepare(`SELECT * FROM refs WHERE ${THIS_ROW}`).get(...idValues(ref));
    return row && refFromRow(row);
}
/** The rows after `last` in the order of the primary key, of the repository where the filter names one. */
function readPage(database, filter, last) {
    const conditions = [];
    const values = [];
    if (filter.repository !== undefined) {
        conditions.push("repository = ?");
        values.push(filter.repository);
    }
    if (last) {
        conditions.push("(repository, ref, version, key) > (?, ?, ?, ?)");
        values.push(...ID_COLUMNS.map((name) => last[name]));
    }
    const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
    return database
        .prepare(`SELECT * FROM refs ${where} ORDER BY repository, ref, version, key LIMIT ${PAGE_ROWS}`)
        .all(...values);
}
/** For a person, of a row that can't be read. */
function sqlite_index_nameOf(row) {
    const key = (0,types_.isUint8Array)(row["key"]) ? Buffer.from(row["key"]).toString() : row["key"];
    return `${row["repository"]} ${row["ref"]} ${key}`;
}
function readIdentity(database) {
    return database.prepare("SELECT value FROM identity").get()?.["value"];
}
function leaseFromRow(lease, row) {
    return { id: lease.id, owner: row["owner"], expiresAtMs: row["expiresAtMs"] };
}
//# sourceMappingURL=sqlite-index.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/open-key-index.js
// From the DSN of an index to the index: the one place that knows every driver. Nothing is touched until the first
// call.







/** The indexes of `memory://name`, for as long as the process lives. */
const memoryIndexes = new Map();
/** @param text `bucket`, `dynamodb://table?region=&endpoint=`, `sqlite:///file` or `memory://name`. @throws SettingsError */
function openKeyIndex(text, options) {
    const { store, clock, aws } = options;
    const target = parseIndexDsn(text, options);
    switch (target.kind) {
        case "bucket":
            return createBucketIndex({ store, clock });
        case "dynamodb":
            return createDynamoIndex({ ...target.place, clock, aws });
        case "sqlite":
            return createSqliteIndex({ file: target.file, clock });
        case "memory": {
            const index = memoryIndexes.get(target.name) ?? createMemoryIndex({ clock, name: target.name });
            memoryIndexes.set(target.name, index);
            return index;
        }
    }
}
/** @throws SettingsError */
function parseIndexDsn(text, { env, setting }) {
    if (text === "bucket")
        return { kind: "bucket" };
    const dsn = parseDsn(text, setting, { dynamodb: ["region", "endpoint"], sqlite: [], memory: [] });
    switch (dsn.scheme) {
        case "dynamodb": {
            if (!/^[A-Za-z0-9_.-]{3,255}$/.test(dsn.host) || dsn.path.replace("/", "") !== "") {
                throw new SettingsError(setting, `${setting} names no table: "${dsn.host}${dsn.path}"`, {
                    hint: "write dynamodb://TABLE: 3 to 255 letters, digits, dots, hyphens and underscores",
                });
            }
            const endpoint = dsn.parameters.get("endpoint") ?? env["AWS_ENDPOINT_URL_DYNAMODB"] ?? env["AWS_ENDPOINT_URL"];
            if (endpoint !== undefined && !/^https?:\/\/[^/]+/.test(endpoint)) {
                throw new SettingsError(setting, `${setting} has an endpoint that is no URL: "${endpoint}"`, {
                    hint: "write endpoint=http://host:port",
                });
            }
            const region = dsn.parameters.get("region") ??
                env["AWS_REGION"] ??
                env["AWS_DEFAULT_REGION"] ??
                (endpoint ? "us-east-1" : undefined);
            return { kind: "dynamodb", place: { table: dsn.host, region, endpoint } };
        }
        case "sqlite": {
            const file = process.platform === "win32" ? dsn.path.replace(/^\/(?=[A-Za-z]:)/, "") : dsn.path;
            if (dsn.host !== "" || !(0,external_node_path_.isAbsolute)(file) || file.endsWith("/")) {
                throw new SettingsError(setting, `${setting} needs the absolute path of a file: "${text}"`, {
                    hint: "write sqlite:///folder/index.db, with three slashes",
                });
            }
            return { kind: "sqlite", file };
        }
        default:
            return { kind: "memory", name: dsn.host };
    }
}
//# sourceMappingURL=open-key-index.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/breaker.js
// Gives a server up that does not answer, for this step and, by a record, for the later ones of the job: all of them
// together wait ten seconds for it. Silence alone decides nothing, since a large upload over a slow line is silent, too:
// then a small question is asked beside it, and any answer to that, a refusal as well, lets the work go on.


/** The job's ten seconds, less what its processes take to start and to end. */
const WAITS = { suspectMs: 2_000, patienceMs: 5_000, askAgainMs: 1_000, jobMs: 7_500 };
/** Between questions that fail at once. */
const ASK_EVERY_MS = 250;
function createBreaker({ description, ask, outages, waits }) {
    const { suspectMs, patienceMs, askAgainMs, jobMs } = { ...WAITS, ...waits };
    const givenUp = new AbortController();
    let pending = 0;
    /** Since when calls are under way and nothing was answered. */
    let silentSince = 0;
    let timer;
    let admitted;
    let question;
    const silenceMs = () => performance.now() - silentSince;
    const patienceLeft = () => Math.max(0, Math.min(patienceMs, jobMs - outages.read().waitedMs) - silenceMs());
    function answered() {
        silentSince = performance.now();
    }
    function giveUp(waitedMs, reason) {
        if (givenUp.signal.aborted)
            return;
        outages.add(waitedMs);
        givenUp.abort(reason);
    }
    /** @returns whether the server answered within so long. */
    async function asks(withinMs) {
        const signal = AbortSignal.timeout(Math.ceil(withinMs));
        return unlessAborted(ask(signal), signal).then(() => true, isAnswer);
    }
    /** The same, and an answer that fails at once is asked for again. */
    async function asksOn(withinMs) {
        const endMs = performance.now() + withinMs;
        for (;;) {
            if (await asks(Math.max(0, endMs - performance.now())))
                return true;
            if (performance.now() + ASK_EVERY_MS > endMs)
                return false;
            await sleep(ASK_EVERY_MS);
        }
    }
    /** Once a process: what an earlier step found out is looked at before anything else is asked. */
    async function admit() {
        const { isAway, waitedMs } = outages.read();
        if (!isAway)
            return;
        const begunAt = performance.now();
        const isBack = waitedMs < jobMs && (await asks(Math.min(askAgainMs, jobMs - waitedMs)));
        if (isBack)
            outages.clear();
        else
            giveUp(performance.now() - begunAt, new StoreAwayError(description));
    }
    /** Asks beside the calls that are under way, once at a time. */
    function inquire(asking) {
        question ??= asking()
            .then((isThere) => {
            if (isThere)
                answered();
            else if (pending > 0)
                giveUp(silenceMs(), unanswered(description, silenceMs()));
        })
            .finally(() => {
            question = undefined;
        });
        return question;
    }
    function watch() {
        const own = setTimeout(async () => {
            // At least a moment: after this process itself has stood still, the answers may be waiting to be read.
            if (silenceMs() >= suspectMs)
                await inquire(() => asksOn(Math.max(askAgainMs, patienceLeft())));
            if (timer !== own)
                return;
            if (pending > 0 && !givenUp.signal.aborted)
                watch();
            else
                timer = undefined;
        }, Math.max(ASK_EVERY_MS, suspectMs - silenceMs()));
        // The calls themselves keep the process.
        timer = own.unref();
    }
    return {
        async run(signal, call) {
            signal?.throwIfAborted();
            admitted ??= admit();
            await (signal ? unlessAborted(admitted, signal) : admitted);
            if (givenUp.signal.aborted)
                throw givenUp.signal.reason;
            if (pending++ === 0)
                answered();
            if (timer === undefined)
                watch();
            const combined = eitherSignal(givenUp.signal, signal);
            try {
                const result = await call(combined);
                answered();
                return result;
            }
            catch (error) {
                if (isAnswer(error))
                    answered();
                else if (isOutage(error) && !combined.aborted)
                    await inquire(() => asks(askAgainMs));
                throw error;
            }
            finally {
                if (--pending === 0) {
                    clearTimeout(timer);
                    timer = undefined;
                }
            }
        },
    };
}
/** Runs a listing page by page: what the caller does between two of them is no silence of the server. */
async function* runEach(breaker, signal, list) {
    let listing;
    for (;;) {
        const next = await breaker.run(signal, (combined) => {
            listing ??= list(combined)[Symbol.asyncIterator]();
            return listing.next();
        });
        if (next.done)
            return;
        yield next.value;
    }
}
/** The server said something, if only no. */
function isAnswer(error) {
    return error instanceof CacheError && !isOutage(error);
}
function isOutage(error) {
    return error instanceof StoreUnavailableError && !error.throttled;
}
function unanswered(description, waitedMs) {
    return new StoreUnavailableError(`${description} has not answered for ${Math.round(waitedMs / 1000)} s`, {
        hint: "check that its server runs and can be reached from this machine",
    });
}
/** Also where what is waited for does not mind the signal. */
function unlessAborted(call, signal) {
    return new Promise((resolve, reject) => {
        const onAbort = () => reject(signal.reason);
        if (signal.aborted)
            onAbort();
        signal.addEventListener("abort", onAbort, { once: true });
        call.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
    });
}
function sleep(ms) {
    return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
//# sourceMappingURL=breaker.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/with-breaker.js
// An index whose server is given up when it does not answer: see lib/breaker.ts. Every method of the port stands here by
// name, so that a new one can't get past the breaker unseen: without its line this file does not compile.

function withBreaker(inner, breaker) {
    return {
        description: inner.description,
        lookup: (query, options) => breaker.run(options?.signal, (signal) => inner.lookup(query, { ...options, signal })),
        commit: (ref, options) => breaker.run(options?.signal, (signal) => inner.commit(ref, { ...options, signal })),
        acquireLease: (lease, options) => breaker.run(options?.signal, (signal) => inner.acquireLease(lease, { ...options, signal })),
        releaseLease: (lease, options) => breaker.run(options?.signal, (signal) => inner.releaseLease(lease, { ...options, signal })),
        touch: (ref, options) => breaker.run(options.signal, (signal) => inner.touch(ref, { ...options, signal })),
        recordUse: (ref, options) => breaker.run(options.signal, (signal) => inner.recordUse(ref, { ...options, signal })),
        count: (row, options) => breaker.run(options?.signal, (signal) => inner.count(row, { ...options, signal })),
        uses: (filter, options) => runEach(breaker, options?.signal, (signal) => inner.uses(filter, { ...options, signal })),
        takeUsage: (usage, options) => breaker.run(options?.signal, (signal) => inner.takeUsage(usage, { ...options, signal })),
        identity: (options) => breaker.run(options?.signal, (signal) => inner.identity({ ...options, signal })),
        claimIdentity: (identity, options) => breaker.run(options?.signal, (signal) => inner.claimIdentity(identity, { ...options, signal })),
        findByKey: (repository, key, limit, options) => breaker.run(options?.signal, (signal) => inner.findByKey(repository, key, limit, { ...options, signal })),
        // What maintenance alone asks passes by: nobody's build waits for it.
        list: inner.list,
        invalidate: inner.invalidate,
        revalidate: inner.revalidate,
        remove: inner.remove,
        counters: inner.counters,
        sweep: inner.sweep,
        close: inner.close,
    };
}
//# sourceMappingURL=with-breaker.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/clock.js
// The local clock, corrected by the Date header of the servers we talk to: runners' clocks are off by minutes, and
// lifetimes must not depend on it.
/** Date headers have whole seconds: a difference below this says nothing. */
const RESOLUTION_MS = 2_000;
function createClock(local = Date.now) {
    let skewMs = 0;
    return {
        now: () => local() + skewMs,
        get skewMs() {
            return skewMs;
        },
        observe(serverMs, receivedMs = local()) {
            if (!Number.isFinite(serverMs))
                return;
            const difference = serverMs - receivedMs;
            skewMs = Math.abs(difference) < RESOLUTION_MS ? 0 : difference;
        },
    };
}
//# sourceMappingURL=clock.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/outage-record.js
// What the cache steps of one job know of outages, in small files in the job's temporary folder, one for each server. So
// that a store that is away costs the job its wait once, not once a step. Never fails a step: what can't be read or
// written is merely waited for again.



const PREFIX = "outage-";
/** A job that lasts for hours asks anew. */
const FORGOTTEN_AFTER_MS = 15 * 60_000;
/** @param server what tells it from others; a digest of it names the file. */
function openOutageFile(folder, server, nowMs = Date.now) {
    const name = PREFIX + (0,external_node_crypto_.createHash)("sha256").update(server).digest("hex").slice(0, 16);
    function readOutage(file) {
        try {
            const { waitedMs, atMs } = JSON.parse((0,external_node_fs_.readFileSync)((0,external_node_path_.join)(folder, file), "utf8"));
            if (typeof waitedMs !== "number" || typeof atMs !== "number")
                return undefined;
            // A clock that was set back must not make it last.
            return Math.abs(nowMs() - atMs) < FORGOTTEN_AFTER_MS ? { waitedMs, atMs } : undefined;
        }
        catch {
            return undefined;
        }
    }
    return {
        read() {
            let waitedMs = 0;
            for (const file of filesIn(folder))
                waitedMs += readOutage(file)?.waitedMs ?? 0;
            return { isAway: readOutage(name) !== undefined, waitedMs };
        },
        add(waitedMs) {
            const outage = { waitedMs: (readOutage(name)?.waitedMs ?? 0) + waitedMs, atMs: nowMs() };
            try {
                (0,external_node_fs_.mkdirSync)(folder, { recursive: true });
                const unfinished = (0,external_node_path_.join)(folder, `.${name}-${(0,external_node_crypto_.randomBytes)(4).toString("hex")}`);
                (0,external_node_fs_.writeFileSync)(unfinished, JSON.stringify(outage));
                (0,external_node_fs_.renameSync)(unfinished, (0,external_node_path_.join)(folder, name));
            }
            catch {
                // A full or read-only folder: the next step waits, too.
            }
        },
        clear() {
            try {
                (0,external_node_fs_.rmSync)((0,external_node_path_.join)(folder, name), { force: true });
            }
            catch {
                // It ends by itself.
            }
        },
    };
}
function filesIn(folder) {
    try {
        return (0,external_node_fs_.readdirSync)(folder).filter((name) => name.startsWith(PREFIX));
    }
    catch {
        return [];
    }
}
//# sourceMappingURL=outage-record.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/directory-sessions.js
// Sessions of a directory store that one machine uses: a file each in `.sessions/`. One whose process died is found out
// by its process id, one in another container by its file, which a running session touches now and then.






const TOUCH_EVERY_MS = 30_000;
/** Far beyond what the busiest machine keeps a process from touching its file. */
const STALE_MS = 10 * 60_000;
/** @param options.root of the directory store. */
function createDirectorySessions(options) {
    const root = (0,external_node_path_.resolve)(options.root);
    const folder = (0,external_node_path_.join)(root, ".sessions");
    async function sweptIfDead(name) {
        const path = (0,external_node_path_.join)(folder, name);
        const found = await (0,promises_.stat)(path).catch(noneIfMissing);
        if (!found)
            return true;
        const owner = await ownerOf(path);
        const isOver = Date.now() - found.mtimeMs > STALE_MS || (owner !== undefined && isDead(owner));
        if (isOver)
            await removeFile(path);
        return isOver;
    }
    return {
        async begin() {
            const name = (0,external_node_crypto_.randomUUID)();
            const path = (0,external_node_path_.join)(folder, name);
            try {
                await (0,promises_.mkdir)(folder, { recursive: true });
                await (0,promises_.writeFile)(path, JSON.stringify(thisProcess()), { flag: "wx" });
            }
            catch (error) {
                throwFileError(error, root);
            }
            const touching = setInterval(() => {
                const now = new Date();
                // Where it is gone, others took it for dead: isCurrent() tells.
                (0,promises_.utimes)(path, now, now).catch(() => undefined);
            }, TOUCH_EVERY_MS);
            touching.unref();
            return {
                name,
                isCurrent: async () => (await (0,promises_.stat)(path).catch(() => undefined)) !== undefined,
                async end() {
                    clearInterval(touching);
                    await removeFile(path).catch(() => undefined);
                },
            };
        },
        async list() {
            try {
                const names = (await (0,promises_.readdir)(folder).catch(noneIfMissing)) ?? [];
                const swept = await Promise.all(names.map(sweptIfDead));
                return names.filter((_, n) => !swept[n]);
            }
            catch (error) {
                return throwFileError(error, root);
            }
        },
    };
}
/** Undefined: it is being written, or is none of ours. */
async function ownerOf(path) {
    try {
        return JSON.parse(await (0,promises_.readFile)(path, "utf8"));
    }
    catch {
        return undefined;
    }
}
//# sourceMappingURL=directory-sessions.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/object-name.js
// Names of objects, as every driver takes them: relative paths of plain segments. Checked before they become a path or
// a key, so that no name leaves the folder of a store or meets a driver's own files (which start with a dot).
/** The limit of S3, in UTF-8 bytes, prefix included; a store's prefix has the other part. */
const MAX_NAME_BYTES = 900;
/** The limit of the usual file systems, in UTF-8 bytes. */
const MAX_SEGMENT_BYTES = 255;
/**
 * Refuses what is not `segment/segment/…`: empty segments, segments that start with a dot (`..` too), backslashes and
 * control characters. A wrong name is a bug of the caller.
 * @throws TypeError
 */
function checkObjectName(name) {
    if (name === "" || !name.isWellFormed() || Buffer.byteLength(name) > MAX_NAME_BYTES)
        throw badName(name);
    for (const segment of name.split("/")) {
        const isPlain = segment !== "" && !segment.startsWith(".") && !segment.includes("\\");
        if (!isPlain || object_name_hasControlCharacter(segment) || Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)
            throw badName(name);
    }
}
/**
 * Compares as a listing is ordered: by UTF-8 bytes. That is the order of UTF-16 code units except that a surrogate (a
 * character beyond the basic plane) comes after everything else.
 */
function compareNames(a, b) {
    const length = Math.min(a.length, b.length);
    for (let index = 0; index < length; index++) {
        const left = a.charCodeAt(index);
        const right = b.charCodeAt(index);
        if (left === right)
            continue;
        const isLeftSurrogate = isSurrogate(left);
        if (isLeftSurrogate === isSurrogate(right))
            return left - right;
        return isLeftSurrogate ? 1 : -1;
    }
    return a.length - b.length;
}
function isSurrogate(code) {
    return code >= 0xd800 && code <= 0xdfff;
}
function object_name_hasControlCharacter(text) {
    for (let index = 0; index < text.length; index++) {
        const code = text.charCodeAt(index);
        if (code < 0x20 || code === 0x7f)
            return true;
    }
    return false;
}
function badName(name) {
    return new TypeError(`not a name of an object: ${JSON.stringify(name.slice(0, 120))}`);
}
//# sourceMappingURL=object-name.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/directory-list.js
// Lists a directory store in the order of names, folder by folder: a folder's names all begin with its own and a slash,
// so sorting it under that name puts everything where the listing of a bucket has it.





/** Files looked at together. */
const BATCH = 128;
/** As list() of the port. Holds the names of one folder at each level; what is deleted meanwhile may be left out. */
async function* listDirectory(root, prefix, options) {
    options?.signal?.throwIfAborted();
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    if (folder !== "")
        checkObjectName(folder.slice(0, -1));
    try {
        yield* listFolder(root, folder, prefix, options);
    }
    catch (error) {
        throwFileError(error, root);
    }
}
/** @param folder empty, or with a slash at its end. */
async function* listFolder(root, folder, prefix, options) {
    const after = options?.after ?? "";
    const entries = (await (0,promises_.readdir)((0,external_node_path_.join)(root, folder), { withFileTypes: true }).catch(noneIfMissing)) ?? [];
    const names = entries
        .filter((entry) => !entry.name.startsWith("."))
        .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`)
        .filter((name) => (isFolder(name) ? mayHold(name, prefix, after) : isListed(name, prefix, after)))
        .sort(compareNames);
    for (let start = 0; start < names.length; start += BATCH) {
        const batch = names.slice(start, start + BATCH);
        const stats = await Promise.all(batch.map((name) => (isFolder(name) ? undefined : statObject((0,external_node_path_.join)(root, name)))));
        for (const [index, name] of batch.entries()) {
            options?.signal?.throwIfAborted();
            const found = stats[index];
            if (isFolder(name))
                yield* listFolder(root, name, prefix, options);
            else if (found)
                yield { name, ...infoOf(found) };
        }
    }
}
/** Undefined when there is no such file; a folder is no object either. */
async function statObject(path) {
    const found = await (0,promises_.stat)(path).catch(noneIfMissing);
    return found?.isFile() ? found : undefined;
}
function infoOf(stats) {
    return { sizeBytes: stats.size, modifiedAtMs: Math.floor(stats.mtimeMs) };
}
function isFolder(name) {
    return name.endsWith("/");
}
function isListed(name, prefix, after) {
    return name.startsWith(prefix) && compareNames(name, after) > 0;
}
/** Whether a folder (with its slash) may hold names with this prefix that come after `after`. */
function mayHold(folder, prefix, after) {
    if (!folder.startsWith(prefix) && !prefix.startsWith(folder))
        return false;
    return after.startsWith(folder) || compareNames(folder, after) > 0;
}
//# sourceMappingURL=directory-list.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/directory-lock.js
// A lock between processes, for the few names of a directory store that are swapped, and for deleting. One file made
// with O_EXCL, which works on every file system and between machines (Node has no flock). A holder that died is found
// out by its process id on the same machine, elsewhere by watching its lock stay unchanged for longer than any holder
// keeps one. A stale lock is broken by exactly one process: the one that makes the break file of that very lock.







/** A lock seen unchanged for so long is stale. Holders keep one for milliseconds. */
const directory_lock_STALE_MS = 30_000;
/** A holder that was stopped for so long must not write any more: half of it, since the watchers' clocks run too. */
const HELD_AT_MOST_MS = directory_lock_STALE_MS / 2;
const POLL_MS = 4;
const POLL_AT_MOST_MS = 50;
/**
 * Runs `action` while no other process runs one under the same lock file.
 * @throws signal.reason while it waits.
 */
async function withFileLock(path, signal, action) {
    const owner = { ...thisProcess(), nonce: (0,external_node_crypto_.randomUUID)() };
    await acquire(path, owner, signal);
    const acquiredAtMs = performance.now();
    try {
        return await action({
            async check() {
                const isRecent = performance.now() - acquiredAtMs < HELD_AT_MOST_MS;
                // The machine may have slept, which its own clock does not show.
                if (!isRecent || (await readOwner(path))?.nonce !== owner.nonce)
                    throw new StoreUnavailableError(`the lock ${path} was held for too long`);
            },
        });
    }
    finally {
        await directory_lock_release(path, owner);
    }
}
async function acquire(path, owner, signal) {
    let watched;
    for (let pollMs = POLL_MS;; pollMs = Math.min(pollMs * 1.5, POLL_AT_MOST_MS)) {
        signal?.throwIfAborted();
        if (await tryCreate(path, owner))
            return;
        const holder = await readOwner(path);
        if (holder) {
            if (watched?.nonce !== holder.nonce)
                watched = { nonce: holder.nonce, sinceMs: performance.now() };
            const watchedMs = performance.now() - watched.sinceMs;
            if (isDead(holder) || watchedMs > directory_lock_STALE_MS)
                await breakLock(path, holder, watchedMs > 2 * directory_lock_STALE_MS);
        }
        await (0,external_node_timers_promises_.setTimeout)(pollMs * (0.5 + Math.random()));
    }
}
async function tryCreate(path, owner) {
    for (;;) {
        try {
            await (0,promises_.writeFile)(path, JSON.stringify(owner), { flag: "wx" });
            return true;
        }
        catch (error) {
            const code = fileErrorCode(error);
            if (code === "EEXIST")
                return false;
            if (code !== "ENOENT")
                throw error;
            await (0,promises_.mkdir)((0,external_node_path_.dirname)(path), { recursive: true });
        }
    }
}
/** Undefined: the lock is free. One that is being written has an empty nonce. */
async function readOwner(path) {
    let text;
    try {
        text = await (0,promises_.readFile)(path, "utf8");
    }
    catch (error) {
        if (fileErrorCode(error) === "ENOENT")
            return undefined;
        throw error;
    }
    try {
        return JSON.parse(text);
    }
    catch {
        return { machine: "", pid: 0, nonce: "" };
    }
}
/**
 * While the break file of this nonce exists, only its maker may remove a lock with this nonce: so the lock that is
 * removed is the stale one and never a younger one of the same name.
 * @param isBreakerStale whoever made the break file must have died too.
 */
async function breakLock(path, holder, isBreakerStale) {
    const breakPath = `${path}.${holder.nonce}.break`;
    if (isBreakerStale)
        await remove(breakPath);
    try {
        await (0,promises_.writeFile)(breakPath, "", { flag: "wx" });
    }
    catch (error) {
        if (fileErrorCode(error) === "EEXIST")
            return;
        throw error;
    }
    try {
        if ((await readOwner(path))?.nonce === holder.nonce)
            await remove(path);
    }
    finally {
        await remove(breakPath);
    }
}
async function directory_lock_release(path, owner) {
    if ((await readOwner(path))?.nonce === owner.nonce)
        await remove(path);
}
async function remove(path) {
    await (0,promises_.unlink)(path).catch((error) => {
        if (fileErrorCode(error) !== "ENOENT")
            throw error;
    });
}
//# sourceMappingURL=directory-lock.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/directory-store.js
// The store in a folder: an object is a file of the same relative path. Writes go to `.tmp/` first and get their name by
// link(2), which is atomic and never overwrites; swaps and deletes hold a lock file in `.locks/`. Safe between processes
// and, over NFS, between machines. Folders are made as needed, the root too. Sync policy: see directory-files.ts.










/** What file systems without hard links answer (FAT, some FUSE and SMB mounts), or whose limit is reached. */
const LINK_REFUSED = new Set([
    "EPERM",
    "ENOTSUP",
    "EOPNOTSUPP",
    "ENOSYS",
    "EMLINK",
    "EXDEV",
]);
/** Touches nothing until the first call. */
function createDirectoryStore(options) {
    const root = (0,external_node_path_.resolve)(options.root);
    const temporaries = (0,external_node_path_.join)(root, ".tmp");
    let usesHardLinks = options.hardLinks ?? true;
    let swept;
    /** Runs one call of the port: checks the name, refuses when aborted, translates what the file system throws. */
    async function call(name, callOptions, action) {
        checkObjectName(name);
        callOptions?.signal?.throwIfAborted();
        return action((0,external_node_path_.join)(root, name)).catch((error) => throwFileError(error, root));
    }
    function locked(name, signal, action) {
        const lockName = (0,external_node_crypto_.createHash)("sha256").update(name).digest("hex").slice(0, 32);
        return withFileLock((0,external_node_path_.join)(root, ".locks", lockName), signal, action);
    }
    async function withTemporary(bytes, signal, action) {
        swept ??= sweepLeftovers(temporaries);
        await swept;
        const temporary = await writeTemporary(temporaries, bytes, signal);
        try {
            return await action(temporary);
        }
        finally {
            await removeFile(temporary);
        }
    }
    /** Gives a written file its name unless the name is taken. */
    async function place(temporary, name, path, signal) {
        if (usesHardLinks) {
            try {
                await inFolderOf(path, () => (0,promises_.link)(temporary, path));
                return "created";
            }
            catch (error) {
                const code = fileErrorCode(error);
                if (code === "EEXIST")
                    return "exists";
                if (code === undefined || !LINK_REFUSED.has(code))
                    throw error;
                usesHardLinks = false;
            }
        }
        return locked(name, signal, async (lock) => {
            if (await isTaken(path))
                return "exists";
            await lock.check();
            await inFolderOf(path, () => (0,promises_.rename)(temporary, path));
            return "created";
        });
    }
    async function readObject(name, path, range, callOptions) {
        const file = await openObject(path);
        if (!file)
            return undefined;
        try {
            return await readFileRange(file, name, range, callOptions);
        }
        finally {
            await file.close();
        }
    }
    return {
        description: root,
        put: (name, bytes, _sha256, callOptions) => call(name, callOptions, async (path) => {
            if (await isTaken(path))
                return "exists";
            return withTemporary(bytes, callOptions?.signal, (temporary) => place(temporary, name, path, callOptions?.signal));
        }),
        get: (name, range, callOptions) => call(name, callOptions, async (path) => {
            const bytes = await readObject(name, path, range, callOptions);
            if (!bytes)
                throw new ObjectMissingError(name);
            return bytes;
        }),
        head: (name, callOptions) => call(name, callOptions, async (path) => {
            const found = await statObject(path);
            return found && infoOf(found);
        }),
        list: (prefix, callOptions) => listDirectory(root, prefix, callOptions),
        delete: (name, callOptions) => call(name, callOptions, async (path) => {
            if (!(await isTaken(path)))
                return;
            await locked(name, callOptions?.signal, async (lock) => {
                await lock.check();
                await removeFile(path);
            });
            await (0,promises_.rmdir)((0,external_node_path_.dirname)(path)).catch(() => undefined);
        }),
        read: (name, callOptions) => call(name, callOptions, async (path) => {
            const bytes = await readObject(name, path, undefined, callOptions);
            return bytes && { bytes, tag: sha256(bytes) };
        }),
        swap: (name, bytes, tag, callOptions) => call(name, callOptions, (path) => withTemporary(bytes, callOptions?.signal, async (temporary) => {
            const newTag = sha256(bytes);
            if (tag === null) {
                const outcome = await place(temporary, name, path, callOptions?.signal);
                return outcome === "created" ? newTag : undefined;
            }
            return locked(name, callOptions?.signal, async (lock) => {
                const current = await readObject(name, path, undefined, callOptions);
                if (!current || sha256(current) !== tag)
                    return undefined;
                callOptions?.signal?.throwIfAborted();
                await lock.check();
                await (0,promises_.rename)(temporary, path);
                return newTag;
            });
        })),
    };
}
async function isTaken(path) {
    return (await (0,promises_.lstat)(path).catch(noneIfMissing)) !== undefined;
}
/** Undefined when there is no such file; a folder is no object either. */
async function openObject(path) {
    const file = await (0,promises_.open)(path, "r").catch(noneIfMissing);
    if (file === undefined || (await file.stat()).isFile())
        return file;
    await file.close();
    return undefined;
}
//# sourceMappingURL=directory-store.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/memory-store.js
// The store in this process's memory: for tests, and for trying things out. As strict as S3 about digests, names and
// conditions. Copies on the way in and out, so that a caller who reuses a buffer changes nothing here.




/**
 * An empty store; its contents live as long as it does.
 * @param now the store's clock, for `modifiedAtMs`.
 */
function createMemoryStore(name = "store", now = Date.now) {
    const objects = new Map();
    function write(objectName, bytes) {
        const digest = sha256(bytes);
        objects.set(objectName, { bytes: Uint8Array.from(bytes), sha256: digest, modifiedAtMs: now() });
        return digest;
    }
    return {
        description: `memory://${name}`,
        async put(objectName, bytes, digest, options) {
            options?.signal?.throwIfAborted();
            checkObjectName(objectName);
            if (objects.has(objectName))
                return "exists";
            if (sha256(bytes) !== digest)
                throw new errors_CorruptError(objectName, "the bytes to store do not have the digest given with them");
            write(objectName, bytes);
            return "created";
        },
        async get(objectName, range, options) {
            options?.signal?.throwIfAborted();
            checkObjectName(objectName);
            const object = objects.get(objectName);
            if (!object)
                throw new ObjectMissingError(objectName);
            const wanted = range ?? { offset: 0, length: object.bytes.byteLength };
            checkRange(objectName, wanted, object.bytes.byteLength);
            const result = bufferFor(wanted.length, options?.into);
            result.set(object.bytes.subarray(wanted.offset, wanted.offset + wanted.length));
            return result;
        },
        async head(objectName, options) {
            options?.signal?.throwIfAborted();
            checkObjectName(objectName);
            const object = objects.get(objectName);
            return object && memory_store_infoOf(object);
        },
        async *list(prefix, options) {
            options?.signal?.throwIfAborted();
            const after = options?.after ?? "";
            const names = [...objects.keys()]
                .filter((objectName) => objectName.startsWith(prefix) && compareNames(objectName, after) > 0)
                .sort(compareNames);
            for (const objectName of names) {
                options?.signal?.throwIfAborted();
                const object = objects.get(objectName);
                if (object)
                    yield { name: objectName, ...memory_store_infoOf(object) };
            }
        },
        async delete(objectName, options) {
            options?.signal?.throwIfAborted();
            checkObjectName(objectName);
            objects.delete(objectName);
        },
        async read(objectName, options) {
            options?.signal?.throwIfAborted();
            checkObjectName(objectName);
            const object = objects.get(objectName);
            return object && { bytes: Uint8Array.from(object.bytes), tag: object.sha256 };
        },
        async swap(objectName, bytes, tag, options) {
            options?.signal?.throwIfAborted();
            checkObjectName(objectName);
            const current = objects.get(objectName)?.sha256 ?? null;
            return current === tag ? write(objectName, bytes) : undefined;
        },
    };
}
function memory_store_infoOf(object) {
    return {
        sizeBytes: object.bytes.byteLength,
        modifiedAtMs: object.modifiedAtMs,
        sha256: object.sha256,
    };
}
//# sourceMappingURL=memory-store.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/memory.js
// Memory outside of V8's heap, given back by who is done with it. The collector would take its time, and meanwhile every
// chunk lands in fresh memory: a page fault for each 4 KiB makes decompression half as fast and compression a quarter
// slower; and memory that waits for it makes it run all the time.
/** No buffer of Node's own that several share is larger. */
const memory_SLAB_MAX_BYTES = 65_536;
/** Gives the memory of bytes that nobody needs any more back at once; they can't be read afterwards. */
function memory_release({ buffer, byteLength }) {
    // What is a part of a small buffer may share Node's slab with others, which can't be given back.
    const isAlone = byteLength === buffer.byteLength || buffer.byteLength > memory_SLAB_MAX_BYTES;
    if (buffer instanceof ArrayBuffer && !buffer.detached && isAlone)
        buffer.transfer(0);
}
//# sourceMappingURL=memory.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/s3-body.js
// Reads the body of an answer into one buffer. Copying on 'data' costs half of what the SDK's own collecting does
// (2.2 against 3.6 ms of CPU for 1 MiB), and lets the caller reuse a small ring of buffers. Each piece that Node hands out
// is memory of its own: given back at once, it does not make the collector run (1.5 GB: 3.9 instead of 5.0 core-s,
// together with the sockets' one buffer, see s3-client.ts).


/**
 * Fills `target` exactly, and takes the pieces of the body as its own. Once it settled, nothing is written into `target` any more.
 * @throws StoreUnavailableError when the body ends early, goes on for too long, breaks off or stalls; signal.reason
 */
function readBody(body, target, options) {
    const { name, signal, idleTimeoutMs } = options;
    return new Promise((resolve, reject) => {
        let length = 0;
        let isSettled = false;
        const settle = (failure) => {
            isSettled = true;
            clearTimeout(idle);
            signal?.removeEventListener("abort", onAbort);
            body.off("data", onData);
            // The error listener stays: destroying a body makes it emit one more.
            if (failure === undefined)
                return resolve(target);
            body.destroy();
            reject(failure);
        };
        const brokenOff = (why, cause) => {
            if (isSettled)
                return;
            const message = `${name}: ${why} after ${length} of ${target.byteLength} bytes`;
            settle(new StoreUnavailableError(message, { cause }));
        };
        const onData = (chunk) => {
            if (length + chunk.byteLength > target.byteLength)
                return brokenOff("the answer goes on");
            target.set(chunk, length);
            length += chunk.byteLength;
            memory_release(chunk);
            idle.refresh();
        };
        const onAbort = () => settle(signal?.reason);
        const idle = setTimeout(() => brokenOff(`no byte came for ${idleTimeoutMs} ms`), idleTimeoutMs);
        body.on("error", (cause) => (signal?.aborted ? onAbort() : brokenOff("the answer broke off", cause)));
        body.once("end", () => (length === target.byteLength ? settle() : brokenOff("the answer ended")));
        body.once("close", () => brokenOff("the connection was closed"));
        if (signal?.aborted)
            return onAbort();
        signal?.addEventListener("abort", onAbort, { once: true });
        body.on("data", onData);
    });
}
//# sourceMappingURL=s3-body.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/s3-errors.js
// What S3, its SDK and the network say, in the words of the model. The answer of S3 to a bad signature holds the key id
// and the signature, so the SDK's error itself never leaves here: the cause is a summary of it.



/** The facts of an error that the SDK threw. */
function describeS3Failure(error) {
    const thrown = error;
    // Node's own errors are told by their code; the SDK gives its errors, and those of the server, a name.
    const isNodes = thrown.errno !== undefined || thrown.name === "Error";
    const code = isNodes && thrown.code ? thrown.code : (thrown.name ?? thrown.code ?? "unknown");
    return {
        code,
        status: thrown.$metadata?.httpStatusCode ?? 0,
        bucketRegion: thrown.$response?.headers?.["x-amz-bucket-region"],
    };
}
/** Answered when two writers meet, and by servers that are not ready to decide: the same request again is right. */
function isConflict({ code, status }) {
    return status === 409 && code !== "BucketAlreadyExists" && code !== "BucketAlreadyOwnedByYou";
}
/** The object is not as the request demanded. */
function isConditionFailed({ code, status }) {
    return status === 412 || code === "PreconditionFailed";
}
const THROTTLING = new Set([
    "SlowDown",
    "SlowDownRead",
    "SlowDownWrite",
    "Throttling",
    "ThrottlingException",
]);
const MISSING_REGION_CODES = new Set([
    "PermanentRedirect",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
]);
const WRONG_DIGEST = new Set([
    "BadDigest",
    "InvalidDigest",
    "XAmzContentSHA256Mismatch",
    "XAmzContentChecksumMismatch",
]);
const EXPIRED = new Set(["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"]);
const WRONG_KEY = new Set([
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidToken",
    "InvalidClientTokenId",
]);
const NO_CREDENTIALS = new Set(["CredentialsProviderError", "TokenProviderError"]);
/** NotFound: a HEAD, whose answer has no body to hold a code. */
const NO_OBJECT = new Set(["NoSuchKey", "NotFound"]);
const s3_errors_FULL = new Set([
    "QuotaExceeded",
    "XMinioStorageFull",
    "XMinioAdminBucketQuotaExceeded",
    "InsufficientStorage",
]);
const WRONG_CLOCK = new Set(["RequestTimeTooSkewed", "RequestInTheFuture"]);
const UNKNOWN_HOST = new Set(["ENOTFOUND", "EAI_AGAIN"]);
/**
 * @param objectName what the request was about, where it was one object.
 * @returns what to throw: errors that are none of S3's, the SDK's or the network's come back as they are.
 */
function translateS3Error(error, place, operation, objectName) {
    if (error instanceof CacheError || !(0,types_.isNativeError)(error) || isProgrammerError(error))
        return error;
    const failure = describeS3Failure(error);
    const { code, status } = failure;
    const { bucket, description } = place;
    const cause = new Error(`${operation} failed: ${code}${status > 0 ? ` (HTTP ${status})` : ""}`);
    if (NO_CREDENTIALS.has(code)) {
        return new AccessDeniedError(`no AWS credentials were found for ${description}`, {
            hint: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or give the machine or the job a role",
            cause,
        });
    }
    if (EXPIRED.has(code)) {
        return new AccessDeniedError(`the AWS credentials for ${description} have expired`, {
            hint: "get new ones right before this step, or ask for a longer session",
            cause,
        });
    }
    if (WRONG_KEY.has(code)) {
        return new AccessDeniedError(`the AWS credentials are not valid for ${description} (${code})`, {
            hint: "check that access key, secret and session token belong together and to this store",
            cause,
        });
    }
    if (WRONG_CLOCK.has(code)) {
        return new StoreUnavailableError(`${description} finds this machine's clock wrong`, {
            hint: "set the clock of this machine",
            cause,
        });
    }
    if (MISSING_REGION_CODES.has(code) || status === 301 || status === 307) {
        const where = failure.bucketRegion ? `in region ${failure.bucketRegion}` : "in another region";
        return new StoreMissingError(`bucket ${bucket} is ${where}, not in ${place.region ?? "the one configured"}`, {
            hint: `add region=${failure.bucketRegion ?? "<the bucket's>"} to the store, or set AWS_REGION`,
            cause,
        });
    }
    if (code === "NoSuchBucket")
        return missingBucket(place, cause);
    if (code === "BucketAlreadyExists") {
        return new AccessDeniedError(`bucket ${bucket} belongs to someone else`, {
            hint: "bucket names are shared by everyone: choose another one",
            cause,
        });
    }
    if (WRONG_DIGEST.has(code) && objectName !== undefined)
        return new errors_CorruptError(objectName, "the store got other bytes than those of the digest sent with them", {
            cause,
        });
    if (s3_errors_FULL.has(code) || status === 507)
        return new StoreFullError(`${description} is full`, { hint: "prune it, or raise its quota", cause });
    if (THROTTLING.has(code) || status === 429) {
        return new StoreUnavailableError(`${description} asks for fewer requests (${code})`, {
            throttled: true,
            cause,
        });
    }
    if (isConflict(failure))
        return new StoreUnavailableError(`${description} did not decide between two writers`, { cause });
    if ((status >= 500 && status !== 501) || code === "RequestTimeout" || code === "IncompleteBody")
        return new StoreUnavailableError(`${description} failed to answer ${operation} (${code})`, { cause });
    if (NO_OBJECT.has(code) && objectName !== undefined)
        return new ObjectMissingError(objectName, { cause });
    if (NO_OBJECT.has(code))
        return missingBucket(place, cause);
    if (status === 401 || status === 403)
        return denied(place, operation, cause);
    if (status >= 400) {
        return new AccessDeniedError(`${description} refused ${operation} (${code}, HTTP ${status})`, {
            hint: "check region, endpoint, encryption and credentials of the store",
            cause,
        });
    }
    return new StoreUnavailableError(`${description} could not be reached (${code})`, {
        hint: networkHint(code, place),
        cause,
    });
}
function missingBucket(place, cause) {
    return new StoreMissingError(`bucket ${place.bucket} does not exist`, {
        hint: `create it: cairn setup --store ${place.description} --apply`,
        cause,
    });
}
function denied(place, operation, cause) {
    const reads = operation === "GetObject" || operation === "HeadObject";
    const action = operation === "HeadObject" ? "GetObject" : operation;
    return new AccessDeniedError(`${operation} is not allowed in ${place.description}`, {
        hint: reads
            ? `allow s3:${action} on its objects, and s3:ListBucket on the bucket: without it a missing object is denied too`
            : `allow s3:${action} for these credentials`,
        cause,
    });
}
function networkHint(code, place) {
    const remedy = networkRemedy(code);
    if (remedy !== undefined)
        return remedy;
    if (UNKNOWN_HOST.has(code) && place.endpoint !== undefined && !place.pathStyle)
        return "add path-style=true to the store if its server has no host name for each bucket";
    return place.endpoint === undefined
        ? "check the network of this machine and the region of the store"
        : "check that the endpoint of the store is right and its server runs";
}
function isProgrammerError(error) {
    const { name } = error;
    return (name === "TypeError" || name === "RangeError" || name === "ReferenceError") && !("code" in error);
}
//# sourceMappingURL=s3-errors.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/s3-requests.js
// Parts of S3's requests and answers that the SDK leaves to its caller: digests, conditions, lengths.




/** How the SDK takes an AbortSignal. */
function abortable(options) {
    return options?.signal === undefined ? {} : { abortSignal: options.signal };
}
/**
 * Signs the payload by its known digest: the SDK would hash it once more (20 ms of CPU for 32 MiB), and the server refuses
 * other bytes than these.
 */
function signDigest(command, digest) {
    command.middlewareStack.add((next) => (args) => {
        const request = args.request;
        request.headers["x-amz-content-sha256"] = digest;
        return next(args);
    }, { step: "build", name: "signDigest" });
}
/** The parameters of an upload that say how it is stored. */
function storingParameters(options) {
    const { endpoint, sse, kmsKey } = options;
    return {
        // Other servers refuse AWS's own classes.
        ...(endpoint === undefined ? { StorageClass: "INTELLIGENT_TIERING" } : {}),
        ...(sse === undefined ? {} : { ServerSideEncryption: sse }),
        // One data key for many objects: far fewer requests to KMS.
        ...(sse === "aws:kms" ? { BucketKeyEnabled: true } : {}),
        ...(kmsKey === undefined ? {} : { SSEKMSKeyId: kmsKey }),
    };
}
/** @throws what the SDK throws, also where it may not be asked (403). */
async function isBucketMissing({ sdk, client }, bucket, options) {
    try {
        await client.send(new sdk.HeadBucketCommand({ Bucket: bucket }), abortable(options));
        return false;
    }
    catch (error) {
        if (describeS3Failure(error).status === 404)
            return true;
        throw error;
    }
}
function toBase64(digest) {
    return Buffer.from(digest, "hex").toString("base64");
}
/** The digest of a `x-amz-checksum-sha256`; undefined for a composite one (`…-3`), which is no digest of the bytes. */
function fromBase64(checksum) {
    if (checksum === undefined || checksum.includes("-"))
        return undefined;
    const hex = Buffer.from(checksum, "base64").toString("hex");
    return isDigest(hex) ? hex : undefined;
}
/**
 * The bytes that will come: those of the range, or all.
 * @throws CorruptError when the object ends before the range; StoreUnavailableError when the server ignored the range.
 */
function expectedLength(name, range, answer) {
    const { ContentLength, ContentRange } = answer;
    if (ContentLength === undefined)
        throw new StoreUnavailableError(`${name}: the answer tells no length`);
    if (range === undefined)
        return ContentLength;
    const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(ContentRange ?? "") ?? [];
    const offset = first === undefined ? 0 : Number(first);
    if (offset === range.offset && ContentLength === range.length)
        return range.length;
    if (total !== undefined && Number(total) < range.offset + range.length)
        throw tooShort(name, range, Number(total));
    throw new StoreUnavailableError(`${name}: the server does not answer with the range that was asked for`, {
        hint: "the server, or a proxy before it, must support ranged reads",
    });
}
/** The ETag that conditions are made of. */
function tagOf(etag, name) {
    if (etag !== undefined)
        return etag;
    throw new StoreUnavailableError(`${name}: the answer has no ETag`, {
        hint: "the server must support conditional writes",
    });
}
//# sourceMappingURL=s3-requests.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/s3-client.js
// The connection of an S3 store: the SDK, imported and configured on the first request and not before, since it is most
// of a job's start-up time. Retrying is left to the decorator, so that one budget holds for a whole job.

/** Requests at once. Enough to fill a fast link with ranges of a few MiB, few enough for a small server. */
const MAX_CONNECTIONS = 64;
/** As much as Node reads at a time; more gains nothing. */
const READ_BYTES = 65_536;
/** Retrying is the decorator's, see with-retry.ts. */
const SDK_ATTEMPTS = 1;
/** @returns a function that connects when it is first called; a failure to do so is not remembered. */
function lazyS3Connection(options) {
    let connecting;
    return () => {
        connecting ??= s3_client_connect(options).catch((error) => {
            connecting = undefined;
            throw error;
        });
        return connecting;
    };
}
async function s3_client_connect(options) {
    const [sdk, { NodeHttpHandler }, network] = await Promise.all([
        Promise.all(/* import() */[__webpack_require__.e(858), __webpack_require__.e(897), __webpack_require__.e(572), __webpack_require__.e(712)]).then(__webpack_require__.t.bind(__webpack_require__, 16712, 19)),
        __webpack_require__.e(/* import() */ 858).then(__webpack_require__.t.bind(__webpack_require__, 16858, 19)),
        options.aws?.network(),
    ]);
    const agent = {
        keepAlive: true,
        maxSockets: MAX_CONNECTIONS,
        ...oneReadBuffer(),
        ...network,
    };
    const credentials = options.credentials ?? options.aws?.credentials;
    const client = new sdk.S3Client({
        ...(options.region === undefined ? {} : { region: options.region }),
        ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
        ...(credentials === undefined ? {} : { credentials }),
        forcePathStyle: options.pathStyle,
        maxAttempts: SDK_ATTEMPTS,
        // Digests are given and checked by us.
        requestChecksumCalculation: "WHEN_REQUIRED",
        responseChecksumValidation: "WHEN_REQUIRED",
        // With it the handler opens a connection of its own for each upload of 2 MiB or more, and closes it after.
        expectContinueHeader: false,
        requestHandler: new NodeHttpHandler({
            httpAgent: agent,
            httpsAgent: agent,
            connectionTimeout: options.connectTimeoutMs,
            socketTimeout: options.idleTimeoutMs,
            logger: silent,
        }),
        logger: silent,
    });
    await client.config.region().catch((error) => {
        throw new SettingsError("region", "the region of the S3 store is not known", {
            hint: "add region=… to the store, or set AWS_REGION",
            cause: error,
        });
    });
    if (options.clock)
        observeDates(client, options.clock);
    return { sdk, client };
}
/**
 * Options of an agent whose sockets all read into the same memory, instead of 64 KiB anew for each read. Node copies what
 * belongs to a body out of it before the next read. It has no effect in a tunnel through a proxy.
 */
function oneReadBuffer() {
    return {
        onread: {
            buffer: Buffer.allocUnsafeSlow(READ_BYTES),
            callback(length, buffer) {
                this.emit("data", buffer.subarray(0, length));
                return true;
            },
        },
    };
}
/** Every answer tells the time, also the ones that are errors. */
function observeDates(client, clock) {
    client.middlewareStack.add((next) => async (args) => {
        const result = await next(args);
        const { headers } = result.response;
        if (headers?.["date"])
            clock.observe(Date.parse(headers["date"]));
        return result;
    }, { step: "deserialize", priority: "low", name: "observeDates" });
}
/** The SDK warns on the console by itself otherwise. */
const silent = {
    trace() { },
    debug() { },
    info() { },
    warn() { },
    error() { },
};
//# sourceMappingURL=s3-client.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/s3-session.js
// What all requests to one bucket share: the lazy connection, the bound on requests at once, the translation of errors.




const s3_session_CONNECT_TIMEOUT_MS = 10_000;
/** With all its attempts, a request that always stalls ends in less than a minute. */
const s3_session_IDLE_TIMEOUT_MS = 10_000;
/** Touches neither the network nor the SDK until the first call. */
function createS3Session(options) {
    const { bucket, prefix = "", region, endpoint, pathStyle = false } = options;
    const description = prefix === "" ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
    const place = { bucket, region, endpoint, pathStyle, description };
    const idleTimeoutMs = options.idleTimeoutMs ?? s3_session_IDLE_TIMEOUT_MS;
    const limit = createLimit(MAX_CONNECTIONS);
    const connect = lazyS3Connection({
        region,
        endpoint,
        pathStyle,
        credentials: options.credentials,
        aws: options.aws,
        clock: options.clock,
        connectTimeoutMs: options.connectTimeoutMs ?? s3_session_CONNECT_TIMEOUT_MS,
        idleTimeoutMs,
    });
    let isBucketKnown = false;
    return {
        place,
        idleTimeoutMs,
        get isBucketKnown() {
            return isBucketKnown;
        },
        async call(operation, name, callOptions, action) {
            if (name !== undefined)
                checkObjectName(name);
            const signal = callOptions?.signal;
            try {
                const result = await limit(signal, async () => action(await connect()));
                isBucketKnown = true;
                return result;
            }
            catch (error) {
                if (signal?.aborted)
                    throw signal.reason;
                throw translateS3Error(error, place, operation, name);
            }
        },
    };
}
//# sourceMappingURL=s3-session.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/s3-store.js
// The store in a bucket of S3 or of anything that speaks its protocol. Conditional writes carry the invariants: a put
// demands that there is no such object, a swap that it still has its ETag. Every upload carries its SHA-256 twice, as
// the checksum that the bucket keeps and as the signed digest of the payload, and the SDK computes none.








/** Answers of 409 in a row until a write gives up: each means that another writer was deciding at that moment. */
const CONFLICT_ATTEMPTS = 8;
const CONFLICT_DELAY_MS = 25;
/** Touches neither the network nor the SDK until the first call. Never retries, except after a 409. */
function createS3Store(options) {
    const session = createS3Session(options);
    const { call, place, idleTimeoutMs } = session;
    const { bucket: Bucket, prefix = "" } = options;
    const storing = storingParameters(options);
    const keyOf = (name) => (prefix === "" ? name : `${prefix}/${name}`);
    /** @returns undefined when the condition did not hold. */
    function write(name, bytes, digest, condition, callOptions) {
        return call("PutObject", name, callOptions, async ({ sdk, client }) => {
            for (let attempt = 1;; attempt++) {
                const command = new sdk.PutObjectCommand({
                    Bucket,
                    Key: keyOf(name),
                    Body: bytes,
                    ChecksumSHA256: toBase64(digest),
                    ...condition,
                    ...storing,
                });
                signDigest(command, digest);
                try {
                    const { ETag } = await client.send(command, abortable(callOptions));
                    return { etag: ETag };
                }
                catch (error) {
                    const failure = describeS3Failure(error);
                    if (isConditionFailed(failure))
                        return undefined;
                    if ("IfMatch" in condition && failure.code === "NoSuchKey")
                        return undefined;
                    if (!isConflict(failure) || attempt === CONFLICT_ATTEMPTS)
                        throw error;
                }
                await (0,external_node_timers_promises_.setTimeout)(Math.random() * CONFLICT_DELAY_MS * 2 ** attempt, undefined, callOptions?.signal ? { signal: callOptions.signal } : {});
            }
        });
    }
    function fetchObject(name, range, callOptions) {
        return call("GetObject", name, callOptions, async ({ sdk, client }) => {
            const output = await client
                .send(new sdk.GetObjectCommand({
                Bucket,
                Key: keyOf(name),
                ...(range === undefined
                    ? {}
                    : { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` }),
            }), abortable(callOptions))
                .catch((error) => {
                throw range !== undefined && describeS3Failure(error).status === 416
                    ? tooShort(name, range)
                    : error;
            });
            const body = output.Body;
            try {
                const length = expectedLength(name, range, output);
                const target = bufferFor(length, callOptions?.into);
                await readBody(body, target, { name, signal: callOptions?.signal, idleTimeoutMs });
                return { bytes: target, tag: output.ETag };
            }
            catch (error) {
                body.on("error", () => undefined).destroy();
                throw error;
            }
        });
    }
    async function head(name, callOptions) {
        const found = await call("HeadObject", name, callOptions, async ({ sdk, client }) => {
            const parameters = { Bucket, Key: keyOf(name), ChecksumMode: "ENABLED" };
            try {
                return await client.send(new sdk.HeadObjectCommand(parameters), abortable(callOptions));
            }
            catch (error) {
                if (describeS3Failure(error).status !== 404)
                    throw error;
                // A 404 for a HEAD does not tell what is missing; who may not ask further takes it for the object.
                const isMissing = !session.isBucketKnown &&
                    (await isBucketMissing({ sdk, client }, Bucket, callOptions).catch(() => false));
                if (isMissing)
                    throw missingBucket(place);
                return undefined;
            }
        });
        if (found === undefined)
            return undefined;
        const digest = found.ChecksumType === "COMPOSITE" ? undefined : fromBase64(found.ChecksumSHA256);
        return {
            sizeBytes: found.ContentLength ?? 0,
            modifiedAtMs: found.LastModified?.getTime() ?? 0,
            ...(digest === undefined ? {} : { sha256: digest }),
        };
    }
    return {
        description: place.description,
        head,
        async put(name, bytes, digest, callOptions) {
            const written = await write(name, bytes, digest, { IfNoneMatch: "*" }, callOptions);
            return written ? "created" : "exists";
        },
        async get(name, range, callOptions) {
            if (range)
                checkIsRange(range);
            if (range?.length !== 0)
                return (await fetchObject(name, range, callOptions)).bytes;
            // A range of nothing can't be written as a request.
            const found = await head(name, callOptions);
            if (!found)
                throw new ObjectMissingError(name);
            checkRange(name, range, found.sizeBytes);
            return bufferFor(0, callOptions?.into);
        },
        async *list(namePrefix, callOptions) {
            const start = keyOf("").length;
            let token;
            do {
                const page = await call("ListBucket", undefined, callOptions, ({ sdk, client }) => client.send(new sdk.ListObjectsV2Command({
                    Bucket,
                    Prefix: keyOf(namePrefix),
                    ...(callOptions?.after ? { StartAfter: keyOf(callOptions.after) } : {}),
                    ...(token === undefined ? {} : { ContinuationToken: token }),
                }), abortable(callOptions)));
                for (const { Key = "", Size = 0, LastModified } of page.Contents ?? []) {
                    callOptions?.signal?.throwIfAborted();
                    // Consoles make objects that stand for folders.
                    if (Key.endsWith("/"))
                        continue;
                    yield { name: Key.slice(start), sizeBytes: Size, modifiedAtMs: LastModified?.getTime() ?? 0 };
                }
                token = page.NextContinuationToken;
            } while (token !== undefined);
        },
        async delete(name, callOptions) {
            await call("DeleteObject", name, callOptions, async ({ sdk, client }) => {
                const command = new sdk.DeleteObjectCommand({ Bucket, Key: keyOf(name) });
                await client.send(command, abortable(callOptions)).catch((error) => {
                    if (describeS3Failure(error).code !== "NoSuchKey")
                        throw error;
                });
            });
        },
        async read(name, callOptions) {
            try {
                const { bytes, tag } = await fetchObject(name, undefined, callOptions);
                return { bytes, tag: tagOf(tag, name) };
            }
            catch (error) {
                if (error instanceof ObjectMissingError)
                    return undefined;
                throw error;
            }
        },
        async swap(name, bytes, tag, callOptions) {
            const condition = tag === null ? { IfNoneMatch: "*" } : { IfMatch: tag };
            const written = await write(name, bytes, sha256(bytes), condition, callOptions);
            return written && tagOf(written.etag, name);
        },
    };
}
//# sourceMappingURL=s3-store.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/open-object-store.js
// From the DSN of a store to the store: the one place that knows every driver. Nothing is touched until the first call.




/** The stores of `memory://name`, for as long as the process lives: state of the process, as the file system is. */
const memoryStores = new Map();
/**
 * @param text `s3://bucket/prefix?…`, `file:///folder?…` or `memory://name`.
 * @throws SettingsError
 */
function openObjectStore(text, options) {
    const { target, settings } = parseStoreDsn(text, options);
    const folder = target.kind === "file" ? target.root : undefined;
    return { store: openTarget(target, options), target, settings, folder };
}
function openTarget(target, { clock, aws }) {
    switch (target.kind) {
        case "s3":
            return createS3Store({ ...target, clock, aws });
        case "file":
            return createDirectoryStore({ root: target.root });
        case "memory": {
            const store = memoryStores.get(target.name) ?? createMemoryStore(target.name, clock?.now);
            memoryStores.set(target.name, store);
            return store;
        }
    }
}
//# sourceMappingURL=open-object-store.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/with-breaker.js
// A store whose server is given up when it does not answer: see lib/breaker.ts. Around the retries, so that what counts
// is what they could not mend.

function with_breaker_withBreaker(inner, breaker) {
    return {
        description: inner.description,
        put: (name, bytes, sha256, options) => breaker.run(options?.signal, (signal) => inner.put(name, bytes, sha256, { ...options, signal })),
        get: (name, range, options) => breaker.run(options?.signal, (signal) => inner.get(name, range, { ...options, signal })),
        head: (name, options) => breaker.run(options?.signal, (signal) => inner.head(name, { ...options, signal })),
        list: (prefix, options) => runEach(breaker, options?.signal, (signal) => inner.list(prefix, { ...options, signal })),
        delete: (name, options) => breaker.run(options?.signal, (signal) => inner.delete(name, { ...options, signal })),
        read: (name, options) => breaker.run(options?.signal, (signal) => inner.read(name, { ...options, signal })),
        swap: (name, bytes, tag, options) => breaker.run(options?.signal, (signal) => inner.swap(name, bytes, tag, { ...options, signal })),
    };
}
//# sourceMappingURL=with-breaker.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/with-racing.js
// A read that takes much longer than its like is asked for a second time, and the first answer wins: of many requests to
// S3 a few take seconds, and a restore is as slow as its slowest one. Where all are slow, the link is, and nothing is raced;
// and never more than a few in a hundred, so that a server in need is not asked for more.


/** Reads that are looked at to tell what is usual, and how many it takes to tell. */
const REMEMBERED = 64;
const ENOUGH = 8;
/** How many times as long as the median read, and how long at least, before a second one is sent. */
const PATIENCE = 4;
const PATIENCE_MIN_MS = 400;
/** Second reads for each first one, beside the first two. */
const SHARE = 0.05;
const SPARE = 2;
function withRacing(inner, options = {}) {
    const now = options.now ?? (() => performance.now());
    const wait = options.wait ?? ((ms, signal) => (0,external_node_timers_promises_.setTimeout)(ms, undefined, { signal }));
    /** Of the newest reads, in milliseconds. */
    const durations = [];
    let reads = 0;
    let races = 0;
    /** @returns undefined where it can't be told, or no second read may be sent. */
    function patienceMs() {
        if (durations.length < ENOUGH || races >= SPARE + reads * SHARE)
            return undefined;
        const median = durations.toSorted((a, b) => a - b)[durations.length >> 1];
        return Math.max(PATIENCE_MIN_MS, PATIENCE * median);
    }
    function begin(name, range, given) {
        const stopping = new AbortController();
        const signal = eitherSignal(stopping.signal, given?.signal);
        return { bytes: inner.get(name, range, { ...given, signal }), stop: () => stopping.abort() };
    }
    /** Whether the read is still under way when patience ends. @throws what the read does */
    async function isLate({ bytes }) {
        const patience = patienceMs();
        if (patience === undefined)
            return false;
        const waiting = new AbortController();
        const late = wait(patience, waiting.signal).then(() => true);
        // Its end by abort is nobody's business.
        late.catch(() => undefined);
        try {
            return await Promise.race([late, bytes.then(() => false)]);
        }
        finally {
            waiting.abort();
        }
    }
    async function get(name, range, given) {
        const startedAt = now();
        reads++;
        const first = begin(name, range, given);
        const bytes = (await isLate(first)) ? await race(first, name, range, given) : await first.bytes;
        durations.push(now() - startedAt);
        if (durations.length > REMEMBERED)
            durations.shift();
        return bytes;
    }
    /** The bytes of whichever read ends first, and the error of the first one when both fail. */
    async function race(first, name, range, given) {
        races++;
        // Into memory of its own: the first is still writing.
        const second = begin(name, range, { ...given, into: undefined });
        try {
            const winner = await Promise.any([first, second].map(async (attempt) => ({ attempt, bytes: await attempt.bytes })));
            if (winner.attempt === first)
                return winner.bytes;
            first.stop();
            await Promise.allSettled([first.bytes]);
            return moveInto(given?.into, winner.bytes);
        }
        catch {
            return await first.bytes;
        }
        finally {
            first.stop();
            second.stop();
        }
    }
    return { ...inner, get };
}
function moveInto(room, bytes) {
    if (room === undefined || room.byteLength < bytes.length)
        return bytes;
    room.set(bytes);
    return room.subarray(0, bytes.length);
}
//# sourceMappingURL=with-racing.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/retry-budget.js
// How much a job may retry in all. Retries help against single failures and hurt in an outage, where they multiply the
// load and the wait; so they are paid from a budget that only successes fill up again (as in gRPC's retry throttling,
// https://github.com/grpc/proposal/blob/master/A6-client-retries.md#throttling-retry-attempts-and-hedged-rpcs).
/** More than a job has requests at once, so that one reset of all connections is survived. */
const TOKENS = 200;
/** A budget that is full. To be shared by everything that talks to the same server. */
function createRetryBudget({ tokens = TOKENS, tokensPerSuccess = 0.2, } = {}) {
    let left = tokens;
    return {
        succeeded() {
            left = Math.min(tokens, left + tokensPerSuccess);
        },
        failed() {
            left = Math.max(0, left - 1);
            return left >= tokens / 2;
        },
    };
}
//# sourceMappingURL=retry-budget.js.map
;// CONCATENATED MODULE: ./packages/core/dist/objects/with-retry.js
// Tries again what may succeed the next time: a few attempts, exponential delays with full jitter, a budget for the
// whole job. Only errors that say they are retryable; an abort ends the wait. A write whose answer was lost may have
// happened: a put that is repeated looks first and says "exists", which its caller looks into anyway; a swap looks, too.



const with_retry_ATTEMPTS = 4;
const FIRST_DELAY_MS = 200;
/** Where the server asks for fewer requests, there is no use in asking again soon. */
const FIRST_DELAY_THROTTLED_MS = 1_000;
const LONGEST_DELAY_MS = 8_000;
/** @returns a store that behaves as `inner` does, with fewer failures. */
function withRetry(inner, options = {}) {
    const { attempts = with_retry_ATTEMPTS, budget = createRetryBudget(), random = Math.random, sleep = sleepUnlessAborted, } = options;
    /** Rejects with `error` unless there is to be another attempt, and waits for it. */
    async function beforeRetry(error, attempt, signal) {
        if (!(error instanceof CacheError) || !error.retryable)
            throw error;
        if (!budget.failed() || attempt >= attempts)
            throw error;
        const isThrottled = error instanceof StoreUnavailableError && error.throttled;
        const firstMs = isThrottled ? FIRST_DELAY_THROTTLED_MS : FIRST_DELAY_MS;
        await sleep(random() * Math.min(LONGEST_DELAY_MS, firstMs * 2 ** (attempt - 1)), signal);
    }
    /** @param action gets the number of the attempt, from 1. */
    async function retrying(callOptions, action) {
        for (let attempt = 1;; attempt++) {
            try {
                const result = await action(attempt);
                budget.succeeded();
                return result;
            }
            catch (error) {
                await beforeRetry(error, attempt, callOptions?.signal);
            }
        }
    }
    return {
        description: inner.description,
        put: (name, bytes, sha256, callOptions) => retrying(callOptions, async (attempt) => {
            // Some servers refuse what exists before they have read it, which shows as a broken connection, each time anew.
            const there = attempt > 1 && (await inner.head(name, callOptions).catch(() => undefined));
            return there ? "exists" : inner.put(name, bytes, sha256, callOptions);
        }),
        get: (name, range, callOptions) => retrying(callOptions, () => inner.get(name, range, callOptions)),
        head: (name, callOptions) => retrying(callOptions, () => inner.head(name, callOptions)),
        // Goes on behind what was listed already; the attempts are counted anew from there.
        async *list(prefix, callOptions) {
            let after = callOptions?.after;
            for (let attempt = 1;; attempt++) {
                try {
                    for await (const object of inner.list(prefix, after === undefined ? callOptions : { ...callOptions, after })) {
                        yield object;
                        after = object.name;
                        attempt = 1;
                    }
                    budget.succeeded();
                    return;
                }
                catch (error) {
                    await beforeRetry(error, attempt, callOptions?.signal);
                }
            }
        },
        delete: (name, callOptions) => retrying(callOptions, () => inner.delete(name, callOptions)),
        read: (name, callOptions) => retrying(callOptions, () => inner.read(name, callOptions)),
        swap: (name, bytes, tag, callOptions) => retrying(callOptions, async (attempt) => {
            const newTag = await inner.swap(name, bytes, tag, callOptions);
            if (newTag !== undefined || attempt === 1)
                return newTag;
            // The condition may fail because the attempt before, whose answer was lost, has already swapped.
            const found = await inner.read(name, callOptions);
            return found && Buffer.compare(found.bytes, bytes) === 0 ? found.tag : undefined;
        }),
    };
}
async function sleepUnlessAborted(ms, signal) {
    signal?.throwIfAborted();
    await (0,external_node_timers_promises_.setTimeout)(ms, undefined, signal ? { signal } : {}).catch((error) => {
        throw signal?.aborted ? signal.reason : error;
    });
}
//# sourceMappingURL=with-retry.js.map
;// CONCATENATED MODULE: ./packages/core/dist/open-backend.js
// openBackend: opens store and index as the settings say, with what concerns every job around them. The Cache and
// maintenance both stand on it.

















/** How messages name the settings. */
const STORE_SETTING = "store (CAIRN_STORE)";
const INDEX_SETTING = "index (CAIRN_INDEX)";
/** How the settings reach AWS, and the environment as they change it. @throws SettingsError */
function openAws({ role, region }, { env: given, fetchIdentityToken }) {
    if (role && !fetchIdentityToken) {
        throw new SettingsError("role-to-assume", `there is no identity token here to take the role ${role.arn} with`, {
            hint: "only the actions get one; elsewhere set AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE, or a profile",
        });
    }
    const env = region === undefined ? given : { ...given, AWS_REGION: region };
    return { env, aws: createAwsSession({ env, role, fetchIdentityToken }) };
}
function openBackend(settings, options) {
    const { repository, workerUrl } = options;
    const { env, aws } = openAws(settings, options);
    const clock = options.clock ?? createClock();
    const keyring = readKeyring(env);
    const opened = openObjectStore(settings.store, {
        env,
        clock,
        setting: STORE_SETTING,
        repository,
        aws,
    });
    const { folder } = opened;
    const retrying = withRetry(folder === undefined ? withRacing(opened.store) : opened.store);
    const store = guardStore(retrying, opened, settings.outagesFolder);
    const indexOptions = { env, setting: INDEX_SETTING };
    const { compression, ttlMs, maxSizeBytes, evict = "lru" } = opened.settings;
    const indexTarget = parseIndexDsn(settings.index, indexOptions);
    const isEmbedded = folder !== undefined && indexTarget.kind === "sqlite" && (0,external_node_path_.dirname)(indexTarget.file) === (0,external_node_path_.resolve)(folder);
    return {
        store,
        index: guardIndex(openKeyIndex(settings.index, { ...indexOptions, store, clock, aws }), indexTarget, settings.outagesFolder),
        env,
        aws,
        keyring,
        clock,
        compression: compression ?? DEFAULT_COMPRESSION,
        refTtlMs: ttlMs ?? REF_TTL_MS,
        stampsFolder: settings.stampsFolder,
        workerUrl,
        sessions: isEmbedded ? createDirectorySessions({ root: folder }) : undefined,
        limit: isEmbedded && maxSizeBytes !== undefined ? { maxSizeBytes, evict } : undefined,
        notices: isEmbedded || maxSizeBytes === undefined
            ? []
            : [
                "max-size is not kept by itself where the index is not a file in the store's folder: run cairn prune",
            ],
    };
}
/** A store behind a network is given up when it is away. It is known by its address, which the description leaves out. */
function guardStore(store, { store: bare, target }, outagesFolder) {
    if (outagesFolder === undefined || target.kind !== "s3")
        return store;
    const { bucket, region, endpoint } = target;
    return with_breaker_withBreaker(store, createBreaker({
        description: store.description,
        ask: (signal) => bare.head(STORE_IDENTITY_NAME, { signal }),
        outages: openOutageFile(outagesFolder, JSON.stringify(["s3", bucket, region, endpoint])),
    }));
}
/** The index in the bucket asks the store, which has its own. */
function guardIndex(index, target, outagesFolder) {
    if (outagesFolder === undefined || target.kind !== "dynamodb")
        return index;
    const { table, region, endpoint } = target.place;
    return withBreaker(index, createBreaker({
        description: index.description,
        ask: (signal) => index.identity({ signal }),
        outages: openOutageFile(outagesFolder, JSON.stringify(["dynamodb", table, region, endpoint])),
    }));
}
//# sourceMappingURL=open-backend.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/explain-miss.js
// After a miss: what was searched, and what came closest, in sentences for the log. Costs one request for each
// repository searched, changes nothing, and never throws: a failure only makes the explanation shorter.

/** Rows of the same key that are read to find the closest. */
const CANDIDATES = 20;
/** Near misses that are told: the closest says enough, a long list says less. */
const LINES = 3;
/** Repositories asked; more than the own one only come with `read-scopes`. */
const REPOSITORIES = 2;
/** One line each. The first says which scopes and prefixes were searched; the others what came closest, closest first. */
async function explainMiss(index, wanted, options) {
    const { access, key } = wanted;
    if (access.reads.length === 0)
        return ["this job may read no scope, so nothing was searched"];
    const lines = [searched(wanted)];
    const repositories = [...new Set(access.reads.map((scope) => scope.repository))].slice(0, REPOSITORIES);
    const near = [];
    for (const repository of repositories) {
        try {
            const refs = await index.findByKey(repository, key, CANDIDATES, { signal: options.signal });
            near.push(...refs.map((ref) => nearMiss(ref, wanted, options.nowMs)));
        }
        catch {
            // The look-up itself worked, and its result stands; why it missed is a courtesy.
            return lines;
        }
    }
    near.sort((a, b) => a.rank - b.rank);
    const texts = [...new Set(near.map(({ text }) => text))];
    if (texts.length === 0)
        lines.push(`no other branch and no other paths hold the key "${key}" either`);
    lines.push(...texts.slice(0, LINES));
    if (texts.length > LINES)
        lines.push(`and ${texts.length - LINES} more with the same key`);
    return lines;
}
function searched({ access, key, restoreKeys }) {
    const own = access.reads[0].repository;
    const scopes = access.reads.map((scope) => scopeName(scope, own)).join(", then ");
    const prefixes = [key, ...restoreKeys].map((text) => `"${text}"`).join(", ");
    return `searched ${scopes} of ${own} for keys that are or start with ${prefixes}`;
}
function scopeName(scope, own) {
    return scope.repository === own ? scope.ref : `${scope.repository} ${scope.ref}`;
}
/** Why `ref`, of the very key, was not found; the lower the rank the closer it came. */
function nearMiss(ref, wanted, nowMs) {
    const { access, version, key } = wanted;
    const readable = access.reads.some((scope) => scope.repository === ref.scope.repository && scope.ref === ref.scope.ref);
    const where = scopeName(ref.scope, access.reads[0].repository);
    const entry = `"${key}" of ${where}`;
    if (!readable) {
        const paths = ref.version === version ? "" : ", and it was saved for other paths or another platform";
        return { rank: paths ? 5 : 3, text: `${entry} exists, but this job can't read that scope${paths}` };
    }
    if (ref.version !== version)
        return { rank: 4, text: `${entry} exists, but was saved for other paths or another platform` };
    if (ref.invalidatedAtMs !== undefined)
        return { rank: 1, text: `${entry} was invalidated at ${time(ref.invalidatedAtMs)}` };
    if (!isLive(ref, nowMs))
        return { rank: 0, text: `${entry} expired at ${time(Math.min(ref.expiresAtMs, ref.notAfterMs))}` };
    if (access.domain === "trusted" && ref.domain === "pr")
        return { rank: 2, text: `${entry} was written by a pull request, which this job doesn't trust` };
    return { rank: 2, text: `${entry} was saved after the look-up` };
}
function time(ms) {
    return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : "an unknown time";
}
//# sourceMappingURL=explain-miss.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/find-ref.js
// lookup, the first step of a restore: which Ref do a key, its restore-keys and a job's scopes lead to? The order is
// that of actions/cache. Reads through the KeyIndex port only; a miss is undefined, errors of the index pass through.
/**
 * For each scope in order: the exact key, then the newest Ref that the key is a prefix of; then the same for each
 * restore-key in order. The first that is found counts: a prefix match in an earlier scope goes before an exact one
 * in a later scope. A trusted job sees no Ref of the `pr` domain.
 *
 * Requests of a scope without a match: two, and one for each restore-key.
 */
async function findRef(index, wanted, options) {
    const { access, version, key, restoreKeys } = wanted;
    const domain = access.domain === "trusted" ? access.domain : undefined;
    for (const scope of access.reads) {
        const lookup = async (text, match) => {
            const ref = await index.lookup({ scope, version, key: text, match, domain }, options);
            return ref && (domain === undefined || ref.domain === domain) ? ref : undefined;
        };
        let ref = (await lookup(key, "exact")) ?? (await lookup(key, "prefix"));
        for (const restoreKey of restoreKeys) {
            if (ref)
                break;
            const newest = await lookup(restoreKey, "prefix");
            // An exact match goes first, but is itself a prefix match: where there is none of those, one request tells.
            ref = newest && newest.key !== restoreKey ? ((await lookup(restoreKey, "exact")) ?? newest) : newest;
        }
        if (ref)
            return { ref, exact: ref.key === key, scope };
    }
    return undefined;
}
//# sourceMappingURL=find-ref.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/lookup.js
// lookup: the Ref that a restore uses, or a miss that explains itself.



async function lookup({ index, clock }, request) {
    const { access, key, restoreKeys, signal } = request;
    const version = versionOf(anchorLines(request.paths, request.folders), {
        windows: process.platform === "win32",
        crossOs: request.crossOs ?? false,
    });
    const query = { access, version, key, restoreKeys };
    const found = await findRef(index, query, { signal });
    if (!found)
        return {
            status: "miss",
            version,
            explanation: await explainMiss(index, query, { signal, nowMs: clock.now() }),
        };
    return { status: "hit", ref: found.ref, exact: found.exact, version };
}
//# sourceMappingURL=lookup.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/stamp.js
// Stamp: what a root held, and until which moment of its disk's clock. A restore or a save leaves one; with it a later
// restore knows without reading which files are right, and a save of the same job which ones it need not read.
//
// It holds no row for each file. What has a ctime before the stamp's has not changed since: every write, rename, link and
// change of times sets a ctime that no program can choose. Files that came in with a folder that was moved here keep
// theirs, so each folder's inode is kept and compared. Beside that, size, mode and mtime must be those of the artifact.
// What this can't see: a clock that was set back, what is written through a memory map and not yet flushed, and whoever
// changes a file in the very seconds of the restore and then sets its mtime back.


function identityOf(stats) {
    return { device: Number(stats.dev), inode: Number(stats.ino), birth: String(stats.birthtimeNs) };
}
/**
 * @param folders all folders of the root as they are now, itself included, as a walk lists them.
 * @param beforeMs a moment at which the files were as the artifact has them: later changes come at it or after it.
 */
function makeStamp(of, folders) {
    // What lies on another disk is not known: it has another clock.
    const own = folders.filter(({ device }) => device === of.identity.device);
    return {
        ...of,
        folders: own.map(({ path }) => path).join("\0"),
        inodes: own.map(({ inodeNumber }) => inodeNumber),
    };
}
/** Of the stamp's folders, by path below the root. */
function inodesOf({ folders, inodes }) {
    return new Map(folders.split("\0").map((path, i) => [path, inodes[i]]));
}
/**
 * Tells of each path of a walk, in its order, whether it is a file that has not changed since the stamp. One that was not
 * there then is told to be unchanged when it was moved here from elsewhere: the caller compares it with the artifact.
 */
function createTrust(stamp, nowMs) {
    // The clock was set back: what changed since may have a ctime before the stamp's.
    if (nowMs < stamp.beforeMs)
        return () => false;
    const inodes = inodesOf(stamp);
    /** The folder that is another one than it was, with a slash at its end: nothing below it is known. */
    let strange;
    return ({ kind, path, device, inodeNumber, ctimeMs }) => {
        if (strange !== undefined && !path.startsWith(strange))
            strange = undefined;
        if (strange !== undefined)
            return false;
        if (kind === "directory") {
            const isSame = device === stamp.identity.device && inodes.get(path) === inodeNumber;
            if (!isSame)
                strange = path === "" ? "" : `${path}/`;
        }
        return kind === "file" && ctimeMs < stamp.beforeMs;
    };
}
/** The newest of those that speak of the folder that is there now. */
function newestStamp(stamps, folder, identity) {
    return stamps
        .filter((stamp) => isStampOf(stamp, folder, identity))
        .toSorted((a, b) => b.beforeMs - a.beforeMs)[0];
}
/** Whether it speaks of the folder that is there now. */
function isStampOf(stamp, folder, { device, inode, birth }) {
    const { identity } = stamp;
    const isSameFolder = identity.device === device && identity.inode === inode && identity.birth === birth;
    return stamp.folder === folder && isSameFolder;
}
/** Whether it is wholly a stamp: they lie in files that other programs can write. */
function isStamp(value) {
    const stamp = value;
    return (typeof stamp?.folder === "string" &&
        typeof stamp.identity?.device === "number" &&
        typeof stamp.identity.inode === "number" &&
        typeof stamp.identity.birth === "string" &&
        (stamp.domain === "trusted" || stamp.domain === "pr") &&
        typeof stamp.contentHash === "string" &&
        isDigest(stamp.contentHash) &&
        ANCHORS.includes(stamp.root?.anchor) &&
        typeof stamp.root?.path === "string" &&
        Number.isFinite(stamp.beforeMs) &&
        typeof stamp.folders === "string" &&
        Array.isArray(stamp.inodes) &&
        stamp.inodes.every((inode) => typeof inode === "number") &&
        (stamp.seal === undefined || isSeal(stamp.seal)));
}
function isSeal(value) {
    const seal = value;
    return (typeof seal?.rootCtimeNs === "string" &&
        /^\d{1,20}$/.test(seal.rootCtimeNs) &&
        Number.isFinite(seal.sinceMs) &&
        Number.isInteger(seal.roots));
}
//# sourceMappingURL=stamp.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/handover.js
// Steps of one job tell each other what they saw through files in the job's temporary folder, one for each invocation,
// merged when read: what was restored (bases of a save), until when it is known to be so, and what was found broken.






const FOLDER = "cairn";
/** Never fails a step: what can't be written is merely not known to the next one. */
function writeHandover(temp, handover) {
    try {
        const folder = (0,external_node_path_.join)(temp, FOLDER);
        (0,external_node_fs_.mkdirSync)(folder, { recursive: true });
        (0,external_node_fs_.writeFileSync)((0,external_node_path_.join)(folder, `${(0,external_node_crypto_.randomBytes)(8).toString("hex")}.json`), JSON.stringify(handover), {
            flag: "wx",
        });
    }
    catch {
        // A full or read-only temporary folder costs a larger upload, nothing else.
    }
}
function readHandover(temp) {
    const folder = (0,external_node_path_.join)(temp, FOLDER);
    const parts = [];
    try {
        for (const name of (0,external_node_fs_.readdirSync)(folder)) {
            if (name.endsWith(".json"))
                parts.push(readPart((0,external_node_path_.join)(folder, name)));
        }
    }
    catch {
        // No folder: this is the job's first step.
    }
    return {
        restored: parts.flatMap((part) => part.restored),
        broken: parts.flatMap((part) => part.broken),
        stamps: parts.flatMap((part) => part.stamps),
    };
}
function readPart(file) {
    try {
        return parseHandover((0,external_node_fs_.readFileSync)(file, "utf8"));
    }
    catch {
        return NOTHING;
    }
}
const NOTHING = { restored: [], broken: [], stamps: [] };
/** Any process of the job can write such a file: what in it is not of the right kind is left out. Never throws. */
function parseHandover(text) {
    let part;
    try {
        part = Object(JSON.parse(text));
    }
    catch {
        return NOTHING;
    }
    const list = (name) => (Array.isArray(part[name]) ? part[name] : []);
    return {
        restored: list("restored").filter(isRef),
        broken: list("broken").filter(isBroken),
        stamps: list("stamps").filter(isStamp),
    };
}
function isBroken(value) {
    if (typeof value !== "object" || value === null)
        return false;
    const { domain, contentHash, objects } = value;
    return ((domain === "trusted" || domain === "pr") &&
        typeof contentHash === "string" &&
        isDigest(contentHash) &&
        Array.isArray(objects) &&
        objects.every((name) => typeof name === "string"));
}
//# sourceMappingURL=handover.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/stamp-files.js
// Where stamps are kept: in the job's temporary folder for its later steps, and in a folder of the machine for later jobs,
// a file for each root. Nothing here ever fails: without a stamp, what is there is read.






/**
 * The stamp of a root, while it is still the same folder: the newest of this job, else the one that the machine keeps.
 * @param keptIn where stamps of earlier jobs are.
 */
function findStamp(ofJob, keptIn, folder) {
    const stats = (0,external_node_fs_.lstatSync)(folder, { bigint: true, throwIfNoEntry: false });
    if (!stats)
        return undefined;
    const identity = identityOf(stats);
    return (newestStamp(ofJob, folder, identity) ??
        (keptIn === undefined ? undefined : readStamp(keptIn, folder, identity)));
}
/** The stamp that the machine keeps of a root, while it is still the same folder. */
function readStamp(keptIn, folder, identity) {
    try {
        const stamp = parseStamp((0,external_node_fs_.readFileSync)(fileOf(keptIn, folder), "utf8"));
        return stamp && isStampOf(stamp, folder, identity) ? stamp : undefined;
    }
    catch {
        return undefined;
    }
}
function writeStamp(keptIn, stamp) {
    const temporary = (0,external_node_path_.join)(keptIn, `.${(0,external_node_crypto_.randomBytes)(8).toString("hex")}`);
    try {
        (0,external_node_fs_.mkdirSync)(keptIn, { recursive: true });
        (0,external_node_fs_.writeFileSync)(temporary, JSON.stringify(stamp), { flag: "wx", mode: 0o600 });
        (0,external_node_fs_.renameSync)(temporary, fileOf(keptIn, stamp.folder));
    }
    catch {
        (0,external_node_fs_.rmSync)(temporary, { force: true });
    }
}
/** For the later steps of this job and, where they are kept, for later jobs. */
function leaveStamps(stamps, temp, keptIn) {
    writeHandover(temp, { stamps });
    if (keptIn !== undefined)
        for (const stamp of stamps)
            writeStamp(keptIn, stamp);
}
function fileOf(keptIn, folder) {
    return (0,external_node_path_.join)(keptIn, `${sha256(Buffer.from(folder))}.json`);
}
/** @returns undefined for what is no stamp. @throws SyntaxError when it is no JSON. */
function parseStamp(text) {
    const stamp = JSON.parse(text);
    return isStamp(stamp) ? stamp : undefined;
}
//# sourceMappingURL=stamp-files.js.map
// EXTERNAL MODULE: external "node:worker_threads"
var external_node_worker_threads_ = __webpack_require__(75919);
;// CONCATENATED MODULE: ./packages/core/dist/lib/move-away.js
// What has to go before something else can stand in its place: moved into an undo folder, or removed, read-only folders
// (of module caches, for example) too.


/** Renames what stands at `path` into the undo folder of its root, under the same relative path. */
function moveAway(path, undo) {
    const place = undo.find(({ root }) => path === root || path.startsWith(`${root}/`));
    if (!place)
        throw new Error(`${path} is in none of the roots`);
    const to = `${place.folder}/moved${path.slice(place.root.length)}`;
    (0,external_node_fs_.mkdirSync)((0,external_node_path_.dirname)(to), { recursive: true });
    // A folder is written to when its parent changes: its `..` does.
    if ((0,external_node_fs_.lstatSync)(path).isDirectory())
        makeWritable(path);
    (0,external_node_fs_.renameSync)(path, to);
}
/** Lets the owner of a folder change what is in it; module caches, for example, are read-only. */
function makeWritable(folder) {
    const { mode } = (0,external_node_fs_.statSync)(folder);
    if ((mode & 0o300) !== 0o300)
        (0,external_node_fs_.chmodSync)(folder, (mode & 0o7777) | 0o700);
}
/** Removes a file or a folder with all that is in it, read-only folders too. What is not there is no error. */
function removeTree(path) {
    try {
        (0,external_node_fs_.rmSync)(path, { recursive: true, force: true });
    }
    catch {
        makeFoldersWritable(path);
        (0,external_node_fs_.rmSync)(path, { recursive: true, force: true });
    }
}
function makeFoldersWritable(path) {
    if (!(0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false })?.isDirectory())
        return;
    makeWritable(path);
    for (const entry of (0,external_node_fs_.readdirSync)(path, { withFileTypes: true }))
        if (entry.isDirectory())
            makeFoldersWritable(`${path}/${entry.name}`);
}
//# sourceMappingURL=move-away.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/times.js
// Times for Node's utimes. It takes seconds as a double, which libuv cuts down to microseconds; and for a negative
// number it sets the present time, but not for one written as a text.

function setTimes(path, times) {
    const time = utimeOf(secondsOf(times));
    (0,external_node_fs_.utimesSync)(path, time, time);
}
/** Those of a symbolic link itself. */
function setLinkTimes(path, times) {
    const time = utimeOf(secondsOf(times));
    (0,external_node_fs_.lutimesSync)(path, time, time);
}
/** Whether two times are the same for what a restore can set. */
function isSameTime(a, b) {
    return (a.mtimeSeconds === b.mtimeSeconds && Math.floor(a.mtimeNanos / 1000) === Math.floor(b.mtimeNanos / 1000));
}
/** Half a microsecond on top, so that cutting gives the microsecond that was meant: exact until 2106. */
function secondsOf(times) {
    return times.mtimeSeconds + Math.floor(times.mtimeNanos / 1000) / 1e6 + 5e-7;
}
/** What utimes and futimes take for these seconds. */
function utimeOf(seconds) {
    return seconds < 0 ? String(seconds) : seconds;
}
//# sourceMappingURL=times.js.map
;// CONCATENATED MODULE: ./packages/core/dist/workers/restore-tasks.js
// The work of a restore that runs on worker threads: verify the stored bytes, decompress, verify the plain bytes, write
// files. No byte reaches the tree before both digests of its chunk have matched.






/**
 * Of each file: offset in the chunk, length, position in the file, mode, mtime in seconds, and what is to be done.
 */
const FILE_NUMBERS = 6;
const Action = {
    /** The file does not exist: create it, exclusively. */
    create: 0,
    /** It exists with the same size: keep it when its bytes are the same, else move it away and create. */
    compare: 1,
    /** It exists and differs: move it away and create. */
    replace: 2,
    /** It was created by the main thread: write a part of it, the main thread sets mode and times. */
    part: 3,
    /** It is right as it stands. */
    keep: 4,
    /** It exists with the same size and other times or mode: correct those when its bytes are the same, else as `replace`. */
    compareStale: 5,
    /** Only its times are not right: see correctStates. */
    retime: 6,
    /** Its bytes are right, its mode is not, nor perhaps its times: see correctStates. */
    remode: 7,
};
/** Whether the bytes of the file are where they should be, and nobody need write them. */
function hasItsBytes(action) {
    return action === Action.keep || action === Action.retime || action === Action.remode;
}
const STATE_NUMBERS = 2;
const AS_IT_IS = -1;
function createRestoreTasks({ umask }) {
    return {
        writeChunks: (task) => ({ outcome: writeChunks(task, umask), room: task.stored.buffer }),
        correctStates({ paths, numbers }) {
            for (const [i, path] of paths.split("\0").entries()) {
                const [mode, mtime] = [numbers[i * STATE_NUMBERS], numbers[i * STATE_NUMBERS + 1]];
                try {
                    if (mode !== AS_IT_IS)
                        (0,external_node_fs_.chmodSync)(path, mode);
                    (0,external_node_fs_.utimesSync)(path, utimeOf(mtime), utimeOf(mtime));
                }
                catch (error) {
                    return failureOf(path, error);
                }
            }
            return undefined;
        },
        checkChunk({ digest, plainLength, files }) {
            const plain = Buffer.allocUnsafe(plainLength);
            let covered = 0;
            for (const file of eachFile(files)) {
                // Files come in order of their place in the chunk. Several may hold the same bytes: each has to, since the digest
                // speaks for one of them.
                if (file.offset > covered)
                    return false;
                const end = file.offset + file.length;
                const run = file.offset < covered ? Buffer.allocUnsafe(file.length) : plain.subarray(file.offset, end);
                if (!restore_tasks_readRun(file.path, file.position, run))
                    return false;
                if (file.offset < covered) {
                    const shared = Math.min(covered, end) - file.offset;
                    if (!run.subarray(0, shared).equals(plain.subarray(file.offset, file.offset + shared)))
                        return false;
                    run.copy(plain, file.offset + shared, shared);
                }
                covered = Math.max(covered, end);
            }
            return covered === plainLength && sha256(plain) === digest;
        },
    };
}
function writeChunks({ stored, base, chunks, undo }, umask) {
    let keptBytes = 0;
    for (const [written, { chunk, files }] of chunks.entries()) {
        const start = chunk.offset - base;
        const plain = openChunk(stored.subarray(start, start + chunk.storedLength), chunk);
        const why = typeof plain === "string" ? plain : lacksBytes(plain, files);
        if (typeof plain === "string" || why !== undefined)
            return { status: "corrupt", written, keptBytes, chunk: chunk.digest, why: why };
        const outcome = writeFiles(plain, files, undo, umask);
        if (plain.buffer !== stored.buffer)
            memory_release(plain);
        if (typeof outcome !== "number")
            return outcome;
        keptBytes += outcome;
    }
    return { status: "written", keptBytes };
}
/** Two segments can tell different lengths of one chunk; only one of them can be right. */
function lacksBytes(plain, { numbers }) {
    for (let at = 0; at < numbers.length; at += FILE_NUMBERS) {
        if (numbers[at] + numbers[at + 1] > plain.length)
            return "a file is said to have bytes behind its end";
    }
    return undefined;
}
function writeFiles(plain, files, undo, umask) {
    let keptBytes = 0;
    for (const file of eachFile(files)) {
        const bytes = plain.subarray(file.offset, file.offset + file.length);
        try {
            if (file.action === Action.part)
                writePart(file.path, bytes, file.position);
            else if (file.action === Action.compare && holds(file.path, bytes))
                keptBytes += bytes.length;
            else if (file.action === Action.compareStale && holds(file.path, bytes)) {
                (0,external_node_fs_.chmodSync)(file.path, file.mode);
                (0,external_node_fs_.utimesSync)(file.path, utimeOf(file.mtime), utimeOf(file.mtime));
                keptBytes += bytes.length;
            }
            else {
                if (file.action !== Action.create)
                    moveAway(file.path, undo);
                createFile(file.path, bytes, file.mode, file.mtime, umask);
            }
        }
        catch (error) {
            return failureOf(file.path, error);
        }
    }
    return keptBytes;
}
function failureOf(path, error) {
    const { message, code } = error;
    return { status: "failed", path, why: message, code };
}
function createFile(path, bytes, mode, mtime, umask) {
    const fd = (0,external_node_fs_.openSync)(path, "wx", mode);
    try {
        restore_tasks_writeAll(fd, bytes, null);
        if ((mode & umask) !== 0 || (mode & 0o200) === 0)
            (0,external_node_fs_.fchmodSync)(fd, mode);
        (0,external_node_fs_.futimesSync)(fd, utimeOf(mtime), utimeOf(mtime));
    }
    finally {
        (0,external_node_fs_.closeSync)(fd);
    }
}
function writePart(path, bytes, position) {
    const fd = (0,external_node_fs_.openSync)(path, "r+");
    try {
        restore_tasks_writeAll(fd, bytes, position);
    }
    finally {
        (0,external_node_fs_.closeSync)(fd);
    }
}
function restore_tasks_writeAll(fd, bytes, position) {
    for (let done = 0; done < bytes.length;) {
        done += (0,external_node_fs_.writeSync)(fd, bytes, done, bytes.length - done, position === null ? null : position + done);
    }
}
function holds(path, bytes) {
    const there = Buffer.allocUnsafe(bytes.length);
    return restore_tasks_readRun(path, 0, there) && there.equals(bytes);
}
function restore_tasks_readRun(path, position, into) {
    let fd;
    try {
        fd = (0,external_node_fs_.openSync)(path, "r");
    }
    catch {
        return false;
    }
    try {
        for (let done = 0; done < into.length;) {
            const read = (0,external_node_fs_.readSync)(fd, into, done, into.length - done, position + done);
            if (read === 0)
                return false;
            done += read;
        }
        return true;
    }
    catch {
        return false;
    }
    finally {
        (0,external_node_fs_.closeSync)(fd);
    }
}
function* eachFile({ paths, numbers }) {
    if (numbers.length === 0)
        return;
    let at = 0;
    for (const path of paths.split("\0")) {
        yield {
            path,
            offset: numbers[at],
            length: numbers[at + 1],
            position: numbers[at + 2],
            mode: numbers[at + 3],
            mtime: numbers[at + 4],
            action: numbers[at + 5],
        };
        at += FILE_NUMBERS;
    }
}
//# sourceMappingURL=restore-tasks.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/marker.js
// The marker of a restore in progress: a file in the root (beside it, where the root is a file) from before the first
// change until after the last. A save of a root that carries one is refused; the next restore first undoes what the
// unfinished one did. Read back it is believed no more than any file that happens to lie there: a field that is not as
// Cairn writes it makes it the marker of an unknown restore, which deletes nothing.



/** Everything that a restore puts into a root beside the tree starts so, and is never saved. */
const UNDO_PREFIX = ".cairn-";
const UNDO_FOLDER_PREFIX = `${UNDO_PREFIX}undo-`;
const MARKER_NAME = `${UNDO_PREFIX}restoring`;
/** Of an undo folder. */
const marker_ID = /^[0-9a-f]{16}$/;
/** Where links can't be made: a file that is larger is no marker. */
const MARKER_MAX_BYTES = 4_096;
/** @param root absolute path of a folder, or of a file when `isFile`. */
function markerPlace(root, isFile) {
    const folder = isFile ? (0,external_node_path_.dirname)(root) : root;
    return {
        folder,
        file: (0,external_node_path_.join)(folder, isFile ? `${MARKER_NAME}-${(0,external_node_path_.basename)(root)}` : MARKER_NAME),
    };
}
function undoFolder(place, id) {
    return (0,external_node_path_.join)(place.folder, `${UNDO_FOLDER_PREFIX}${id}`);
}
/**
 * Makes the marker, as a symbolic link whose target is its text: the one thing of a file system that is there with its
 * content or not at all. A crash between the making and the writing of a file would lose how the folder was before.
 */
function writeMarker(place, marker) {
    const text = JSON.stringify({
        ...marker,
        ...(marker.rootCreated && { made: inodeOf(place.folder) }),
        ...{ pid: process.pid, host: (0,external_node_os_.hostname)() },
    });
    try {
        (0,external_node_fs_.symlinkSync)(text, place.file);
    }
    catch (error) {
        // Where a user may not make links: Windows, some network drives.
        if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"].includes(error.code ?? ""))
            throw error;
        (0,external_node_fs_.writeFileSync)(place.file, text);
    }
}
/** @returns undefined where it is no marker of ours. @throws ENOENT */
function readText(file) {
    const stats = (0,external_node_fs_.lstatSync)(file);
    if (stats.isSymbolicLink())
        return (0,external_node_fs_.readlinkSync)(file);
    return stats.isFile() && stats.size <= MARKER_MAX_BYTES ? (0,external_node_fs_.readFileSync)(file, "utf8") : undefined;
}
/** The markers of all roots that have theirs in this folder. */
function markersIn(folder) {
    const names = (0,external_node_fs_.readdirSync)(folder).filter((name) => name.startsWith(MARKER_NAME));
    return names.flatMap((name) => readMarker({ folder, file: (0,external_node_path_.join)(folder, name) }) ?? []);
}
/** @returns undefined where there is none; a marker that can't be read counts as one of a crashed restore. */
function readMarker(place) {
    let text;
    try {
        text = readText(place.file);
    }
    catch (error) {
        if (["ENOENT", "ENOTDIR"].includes(error.code ?? ""))
            return undefined;
        throw error;
    }
    return (decodeMarker(text, place) ?? {
        id: onlyUndoId(place.folder) ?? "unreadable",
        rootCreated: false,
        pid: 0,
        host: "",
    });
}
/** @returns undefined for anything but what writeMarker() writes: it may have been cut off, or be somebody else's. */
function decodeMarker(text, place) {
    const marker = marker_parse(text);
    if (!isStoredMarker(marker))
        return undefined;
    const { id, rootCreated, own, pid, host, made } = marker;
    return {
        id,
        rootCreated: rootCreated && made === inodeOf(place.folder),
        ...(own && { own }),
        ...{ pid, host },
    };
}
function marker_parse(text) {
    try {
        const value = JSON.parse(text ?? "");
        return typeof value === "object" && value !== null ? value : undefined;
    }
    catch {
        return undefined;
    }
}
function isStoredMarker(marker) {
    if (!marker)
        return false;
    const { id, rootCreated, own, pid, host, made } = marker;
    return (typeof id === "string" &&
        marker_ID.test(id) &&
        typeof rootCreated === "boolean" &&
        (own === undefined || isOwnState(own)) &&
        marker_isWithin(pid, 0, 2 ** 32) &&
        typeof host === "string" &&
        (made === undefined || typeof made === "string"));
}
/** Whether these are a mode and a time that a file can have. */
function isOwnState(state) {
    if (typeof state !== "object" || state === null)
        return false;
    const { mode, mtimeSeconds, mtimeNanos } = state;
    return (marker_isWithin(mode, 0, 0o7777) &&
        marker_isWithin(mtimeSeconds, -(2 ** 43), 2 ** 43) &&
        marker_isWithin(mtimeNanos, 0, 999_999_999));
}
function marker_isWithin(value, least, most) {
    return Number.isInteger(value) && value >= least && value <= most;
}
function inodeOf(folder) {
    return String((0,external_node_fs_.lstatSync)(folder, { bigint: true }).ino);
}
/** Where the marker itself is lost, the one undo folder there is must be its own. */
function onlyUndoId(folder) {
    const ids = (0,external_node_fs_.readdirSync)(folder)
        .filter((name) => name.startsWith(UNDO_FOLDER_PREFIX))
        .map((name) => name.slice(UNDO_FOLDER_PREFIX.length))
        .filter((id) => marker_ID.test(id));
    return ids.length === 1 ? ids[0] : undefined;
}
function removeMarker(place) {
    (0,external_node_fs_.rmSync)(place.file, { recursive: true, force: true });
}
/** Whether the process that wrote the marker still runs on this host. */
function isMarkerAlive(marker) {
    if (marker.host !== (0,external_node_os_.hostname)() || marker.pid === process.pid || marker.pid <= 0)
        return false;
    try {
        process.kill(marker.pid, 0);
        return true;
    }
    catch (error) {
        return error.code === "EPERM";
    }
}
//# sourceMappingURL=marker.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/walk.js
// walk: lists what is below a root, parents before children, names in code-unit order, with one lstat each. Symbolic
// links below a root are never followed. What can't be kept (sockets, names that are not UTF-8, folders that may not be
// read) is reported, not thrown. Synchronous on purpose: 3 us an entry against 10 with promises on Node 24.



/** So that what a restore writes beside a path has room, too. */
const PATH_MAX = PATH_MAX_BYTES - NAME_MAX_BYTES;
/** What a restore puts into a root while it runs, and what one that was killed may have left anywhere below. */
const UNDO_FOLDER = /^\.cairn-undo-[0-9a-f]{16}$/;
/** @param root absolute; must exist. A root that is itself a symbolic link has to be resolved by the caller. */
function* walk(root, options) {
    const own = listRoot(root, options);
    if (!own)
        return;
    yield own;
    if (own.kind === "directory")
        yield* walkBelow(own, options);
}
/** @throws where there is nothing. */
function listRoot(root, options) {
    return describe(root, "", (0,external_node_fs_.lstatSync)(root, { bigint: true }), options);
}
/** What is below a folder of a walk. */
function* walkBelow(top, options) {
    // A stack of its own: generators that delegate to each other cost a step for each level of each path.
    const open = [openFolder(top, options)];
    for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
        const name = folder.names[folder.next++];
        if (name === undefined) {
            open.pop();
            continue;
        }
        const entry = listName(folder.of, name, options);
        if (!entry)
            continue;
        yield entry;
        if (entry.kind === "directory")
            open.push(openFolder(entry, options));
    }
}
function openFolder(of, options) {
    return { of, names: readNames(of.absolute, options), next: 0 };
}
/** @returns undefined for what is left out. */
function listName(folder, name, options) {
    const absolute = `${folder.absolute}/${name}`;
    if (name.startsWith(MARKER_NAME))
        options.onMarker?.(folder.absolute);
    const isOwn = (folder.path === "" && name.startsWith(UNDO_PREFIX)) || UNDO_FOLDER.test(name);
    if (isOwn || options.isExcluded(absolute))
        return undefined;
    const stats = lstatOrReport(absolute, options);
    // A view of the absolute path, which costs no copy.
    const path = absolute.slice(folder.absolute.length - folder.path.length + (folder.path === "" ? 1 : 0));
    return stats && describe(absolute, path, stats, options);
}
function readNames(folder, options) {
    let names;
    try {
        names = (0,external_node_fs_.readdirSync)(folder);
    }
    catch (error) {
        options.onLeftOut(folder, reasonOf(error));
        return [];
    }
    if (names.some((name) => name.includes("\uFFFD")))
        names = readUtf8Names(folder, options);
    return names.sort();
}
/** A name with U+FFFD is either just that or not UTF-8: only the bytes tell. */
function readUtf8Names(folder, options) {
    return (0,external_node_fs_.readdirSync)(folder, { encoding: "buffer" }).flatMap((bytes) => {
        const name = bytes.toString();
        if (Buffer.from(name).equals(bytes))
            return [name];
        options.onLeftOut(`${folder}/${name}`, "its name is not UTF-8");
        return [];
    });
}
function lstatOrReport(absolute, options) {
    try {
        return (0,external_node_fs_.lstatSync)(absolute, { bigint: true });
    }
    catch (error) {
        options.onLeftOut(absolute, reasonOf(error));
        return undefined;
    }
}
function describe(absolute, path, stats, options) {
    const kind = stats.isFile()
        ? "file"
        : stats.isDirectory()
            ? "directory"
            : stats.isSymbolicLink()
                ? "symlink"
                : undefined;
    if (!kind) {
        options.onLeftOut(absolute, stats.isSocket() ? "it is a socket" : stats.isFIFO() ? "it is a FIFO" : "it is a device");
        return undefined;
    }
    if (3 * path.length > PATH_MAX && Buffer.byteLength(path) > PATH_MAX) {
        options.onLeftOut(absolute, "its path is too long");
        return undefined;
    }
    let target;
    if (kind === "symlink") {
        target = readTarget(absolute, options);
        if (target === undefined)
            return undefined;
    }
    const { mode, mtimeSeconds, mtimeNanos, size, ctimeMs, links, device, inodeNumber, inode } = describeStats(stats);
    // Spelled out: with a spread the walk takes a sixth longer.
    return {
        path,
        absolute,
        kind,
        mode,
        mtimeSeconds,
        mtimeNanos,
        size,
        ctimeMs,
        links,
        device,
        inodeNumber,
        inode,
        target,
    };
}
function readTarget(absolute, options) {
    try {
        const bytes = (0,external_node_fs_.readlinkSync)(absolute, { encoding: "buffer" });
        const target = bytes.toString();
        if (Buffer.from(target).equals(bytes))
            return target;
        options.onLeftOut(absolute, "its target is not UTF-8");
    }
    catch (error) {
        options.onLeftOut(absolute, reasonOf(error));
    }
    return undefined;
}
/** What a comparison of two states of a file looks at. */
function describeStats(stats) {
    const nanos = Number(((stats.mtimeNs % 1000000000n) + 1000000000n) % 1000000000n);
    const links = Number(stats.nlink);
    return {
        mode: Number(stats.mode) & 0o7777,
        mtimeSeconds: Number((stats.mtimeNs - BigInt(nanos)) / 1000000000n),
        mtimeNanos: nanos - (nanos % 1000),
        size: Number(stats.size),
        // The same arithmetic as in fs.Stats, so that the two can be compared.
        ctimeMs: Number(stats.ctimeNs / 1000000000n) * 1000 + Number(stats.ctimeNs % 1000000000n) / 1e6,
        links,
        device: Number(stats.dev),
        inodeNumber: Number(stats.ino),
        inode: links > 1 ? `${stats.dev}:${stats.ino}` : undefined,
    };
}
function reasonOf(error) {
    switch (error.code) {
        case "EACCES":
        case "EPERM":
            return "it may not be read";
        case "ENOENT":
            return "it was removed meanwhile";
        default:
            return error.message;
    }
}
//# sourceMappingURL=walk.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/path-hash.js
// Where runs of small files and segments of entries are cut: a hash of the path decides, never a count, so that one
// changed, added or removed path moves the cut beside it and no other.

/** FNV-1a over UTF-16 code units with a murmur finish: 32 well-mixed bits. */
function pathHash(path) {
    let h = 0x811c9dc5;
    for (let i = 0; i < path.length; i++)
        h = Math.imul(h ^ path.charCodeAt(i), 0x01000193);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
}
/** Whether a chunk ends after this file: with the probability size / target, so that chunks have the target on average. */
function cutsChunkAfter(path, sizeBytes) {
    return pathHash(path) / 2 ** 32 < sizeBytes / CHUNK_TARGET_BYTES;
}
/** Whether a segment ends after this entry. */
function cutsSegmentAfter(path) {
    // The high bits went to the chunk cut: remix, or both would fall on the same paths.
    return Math.imul(pathHash(path), 0x9e3779b1) >>> 0 < 2 ** 32 / SEGMENT_TARGET_ENTRIES;
}
//# sourceMappingURL=path-hash.js.map
;// CONCATENATED MODULE: ./packages/core/dist/workers/gear.js
// Content-defined cuts in a big file: a gear hash (as in FastCDC, Xia et al. 2016) over a sliding window of 32 bytes,
// so that an insertion moves the cuts around it and none behind. Normalised: harder to cut before the target, easier
// after it, which keeps sizes close together.


/** Part of the format: other numbers would cut elsewhere, and nothing stored before would be found again. */
const GEAR = Int32Array.from({ length: 256 }, (_, byte) => pathHash(`cairn-gear-${byte}`) | 0);
const TARGET_BITS = Math.log2(BIG_CHUNK_TARGET_BYTES - CHUNK_MIN_BYTES);
/** The high bits depend on all 32 bytes of the window, the low ones on fewer. */
const MASK_BEFORE = highBits(TARGET_BITS + 2);
const MASK_AFTER = highBits(TARGET_BITS - 2);
/**
 * Length of the first chunk of `bytes`.
 * @param isLast whether the file ends with `bytes`.
 * @returns 0 when there is no cut yet and more bytes are needed.
 */
function findCut(bytes, isLast) {
    const end = Math.min(bytes.length, CHUNK_MAX_BYTES);
    const target = Math.min(end, BIG_CHUNK_TARGET_BYTES);
    let hash = 0;
    let at = Math.min(end, CHUNK_MIN_BYTES - 32);
    for (const warm = Math.min(end, CHUNK_MIN_BYTES); at < warm; at++)
        hash = ((hash << 1) + GEAR[bytes[at]]) | 0;
    for (const [stop, mask] of [
        [target, MASK_BEFORE],
        [end, MASK_AFTER],
    ]) {
        // Four steps at a time: 2.5 times faster than one in V8, which checks bounds and loops less.
        for (; at + 4 <= stop; at += 4) {
            const first = ((hash << 1) + GEAR[bytes[at]]) | 0;
            const second = ((first << 1) + GEAR[bytes[at + 1]]) | 0;
            const third = ((second << 1) + GEAR[bytes[at + 2]]) | 0;
            hash = ((third << 1) + GEAR[bytes[at + 3]]) | 0;
            if ((first & mask) === 0)
                return at + 1;
            if ((second & mask) === 0)
                return at + 2;
            if ((third & mask) === 0)
                return at + 3;
            if ((hash & mask) === 0)
                return at + 4;
        }
        for (; at < stop; at++) {
            hash = ((hash << 1) + GEAR[bytes[at]]) | 0;
            if ((hash & mask) === 0)
                return at + 1;
        }
    }
    return end === CHUNK_MAX_BYTES || isLast ? end : 0;
}
function highBits(count) {
    return (-1 << (32 - Math.round(count))) | 0;
}
//# sourceMappingURL=gear.js.map
;// CONCATENATED MODULE: ./packages/core/dist/workers/save-tasks.js
// The work of a save that runs on worker threads: read, digest, cut, compress. A batch of small files is read once and
// kept until the main thread, which alone sees all files, has said which of them are new.








const LISTED_NUMBERS = 2;
const READ_NUMBERS = 5;
const AS_LISTED = -1;
const NOT_STORED = -1;
/** How often a small file that changes while it is read is read again. */
const READ_ATTEMPTS = 3;
/** What a cut-file task reads at a time. */
const CUT_WINDOW_BYTES = 4 * CHUNK_MAX_BYTES;
function createSaveTasks(settings) {
    const batches = new Map();
    // Used again and again: fresh memory costs a page fault for each 4 KiB, and the collector's time.
    const rooms = [];
    const takeRoom = () => rooms.pop() ?? Buffer.allocUnsafeSlow(CHUNK_MAX_BYTES);
    const seal = (plain) => {
        const digest = sha256(plain);
        const plainLength = plain.length;
        if (settings.known.has(digest))
            return { digest, plainLength, stored: undefined };
        const { codec, stored } = compress(plain, settings.compression);
        // A copy of its own size: it is given away, while what it was made in is as large as the worst case.
        const bytes = Buffer.allocUnsafeSlow(stored.length);
        bytes.set(stored);
        if (stored.buffer !== plain.buffer)
            memory_release(stored);
        return {
            digest,
            plainLength,
            stored: { codec, digest: codec === "none" ? digest : sha256(bytes), bytes },
        };
    };
    return {
        readBatch({ batch, files }) {
            const bytes = takeRoom();
            const paths = files.paths === "" ? [] : files.paths.split("\0");
            const ranges = new Uint32Array(2 * paths.length);
            const numbers = new Float64Array(paths.length * READ_NUMBERS);
            const problems = new Map();
            let start = 0;
            for (const [i, path] of paths.entries()) {
                const listed = {
                    size: files.numbers[i * LISTED_NUMBERS],
                    ctimeMs: files.numbers[i * LISTED_NUMBERS + 1],
                };
                const read = attempt(() => readWhole(path, listed, bytes, start));
                ranges[2 * i] = start;
                if ("problem" in read)
                    problems.set(i, read.problem);
                else {
                    const at = i * READ_NUMBERS;
                    numbers[at] = read.size;
                    numbers[at + 1] = read.mode;
                    numbers[at + 2] = read.mtimeSeconds;
                    numbers[at + 3] = read.mtimeNanos;
                    numbers[at + 4] = (0,external_node_zlib_.crc32)(bytes.subarray(start, start + read.size));
                    start += read.size;
                }
                ranges[2 * i + 1] = start;
            }
            batches.set(batch, { bytes, ranges });
            return { numbers, problems };
        },
        sealBatch({ batch, copies, held }) {
            const { bytes, ranges } = batches.get(batch);
            batches.delete(batch);
            const scratch = copies.indices.length === 0 ? undefined : takeRoom();
            const offsets = new Int32Array(ranges.length / 2).fill(NOT_STORED);
            const originals = copies.originals.paths.split("\0");
            let length = 0;
            for (let i = 0, copy = 0, skip = 0; i < offsets.length; i++) {
                const [start, end] = [ranges[2 * i], ranges[2 * i + 1]];
                if (held[skip] === i) {
                    skip++;
                    continue;
                }
                if (start === end)
                    continue;
                if (copies.indices[copy] === i) {
                    const ctimeMs = copies.originals.numbers[copy * LISTED_NUMBERS + 1];
                    const original = originals[copy++];
                    if (holdsSame(original, ctimeMs, bytes.subarray(start, end), scratch))
                        continue;
                }
                if (start !== length)
                    bytes.copyWithin(length, start, end);
                offsets[i] = length;
                length += end - start;
            }
            const chunk = length === 0 ? undefined : seal(bytes.subarray(0, length));
            rooms.push(bytes);
            if (scratch)
                rooms.push(scratch);
            return { chunk, offsets };
        },
        stateOf: ({ path }) => attempt(() => withFile(path, (fd) => stateOf(fd))),
        cutFile: ({ path, offset, size }) => attempt(() => withFile(path, (fd) => {
            const window = Buffer.allocUnsafe(Math.min(CUT_WINDOW_BYTES, size - offset));
            if (readFully(fd, window, 0, window.length, offset) < window.length)
                throw new Error("it became shorter while it was read");
            const isLast = offset + window.length === size;
            const cuts = [];
            for (let at = 0; at < window.length;) {
                const cut = findCut(window.subarray(at), isLast);
                if (cut === 0)
                    break;
                cuts.push(cut);
                at += cut;
            }
            return cuts;
        })),
        chunkFile: ({ path, offset, length }) => attempt(() => withFile(path, (fd) => {
            const room = takeRoom();
            rooms.push(room);
            const plain = room.subarray(0, length);
            if (readFully(fd, plain, 0, length, offset) < length)
                throw new Error("it became shorter while it was read");
            return seal(plain);
        })),
    };
}
/**
 * Reads a file that is the same before and after: nearly always it still is as it was listed, which one cheap fstat
 * tells.
 * @param room holds its bytes from `start` on, and no more than fit into a chunk.
 */
function readWhole(path, listed, room, start) {
    return withFile(path, (fd) => {
        const { size } = listed;
        const isWhole = start + size <= room.length && readFully(fd, room, start, size, 0) === size;
        if (isWhole && isAsListed((0,external_node_fs_.fstatSync)(fd), listed))
            return { size, mode: AS_LISTED, mtimeSeconds: 0, mtimeNanos: 0 };
        return readChanged(fd, room, start);
    });
}
/** Whether a file that was read before still is as it was listed, and holds the same bytes. */
function holdsSame(path, ctimeMs, bytes, scratch) {
    const read = attempt(() => withFile(path, (fd) => {
        const isWhole = readFully(fd, scratch, 0, bytes.length, 0) === bytes.length;
        return { isSame: isWhole && isAsListed((0,external_node_fs_.fstatSync)(fd), { size: bytes.length, ctimeMs }) };
    }));
    return "isSame" in read && read.isSame && scratch.subarray(0, bytes.length).equals(bytes);
}
function isAsListed(stats, { size, ctimeMs }) {
    return stats.size === size && stats.ctimeMs === ctimeMs && stats.isFile();
}
function readChanged(fd, room, start) {
    for (let i = 0; i < READ_ATTEMPTS; i++) {
        const { ctimeNanos, ...before } = stateOf(fd);
        // Were it to grow into the next chunk, this one would be larger than a reader accepts.
        if (start + before.size > room.length)
            break;
        if (readFully(fd, room, start, before.size, 0) < before.size)
            continue;
        const after = stateOf(fd);
        if (after.ctimeNanos === ctimeNanos && after.size === before.size)
            return before;
    }
    throw new Error("it changed while it was read");
}
function stateOf(fd) {
    const stats = (0,external_node_fs_.fstatSync)(fd, { bigint: true });
    if (!stats.isFile())
        throw new Error("it is no longer a file");
    const { size, mode, mtimeSeconds, mtimeNanos } = describeStats(stats);
    return { size, mode, mtimeSeconds, mtimeNanos, ctimeNanos: stats.ctimeNs };
}
function withFile(path, use) {
    const fd = (0,external_node_fs_.openSync)(path, "r");
    try {
        return use(fd);
    }
    finally {
        (0,external_node_fs_.closeSync)(fd);
    }
}
/** @returns how many bytes there were, `length` at most. */
function readFully(fd, into, start, length, position) {
    let done = 0;
    while (done < length) {
        const read = (0,external_node_fs_.readSync)(fd, into, start + done, length - done, position + done);
        if (read === 0)
            break;
        done += read;
    }
    return done;
}
function attempt(work) {
    try {
        return work();
    }
    catch (error) {
        return { problem: reasonOf(error) };
    }
}
//# sourceMappingURL=save-tasks.js.map
;// CONCATENATED MODULE: ./packages/core/dist/workers/tasks.js
// Every task that a worker knows, by name: the same functions run on a worker thread or, where starting one would take
// longer than the work, on the main thread.



function runTask(settings) {
    const tasks = "known" in settings ? createSaveTasks(settings) : createRestoreTasks(settings);
    return (name, task) => tasks[name](task);
}
/** Buffers in a result that can be handed over instead of copied. */
function transferableOf(result) {
    const { chunk, stored, room } = (result ?? {});
    const buffer = (chunk?.stored ?? stored)?.bytes.buffer ?? room;
    // Small ones may lie in Node's shared slab, which can't be given away.
    return buffer instanceof ArrayBuffer && buffer.byteLength > SLAB_MAX_BYTES ? [buffer] : [];
}
//# sourceMappingURL=tasks.js.map
;// CONCATENATED MODULE: ./packages/core/dist/workers/worker-url.js
// Where the entry of the worker threads is. A file of its own because of the bundler: ncc bundles what a literal
// `new URL(file, import.meta.url)` names, and puts an absolute path in its place, but only in a module that its
// ES2020 parser can read (no `??=`); elsewhere the file is copied raw, without what it imports.
const SELF = import.meta.url;
const BUILT = __webpack_require__.ab + "worker.js";
/** To hand to `new Worker()` as it is: a string in a bundle. Tests run the sources, whose worker ends in .ts. */
const workerUrl = SELF.endsWith(".ts")
    ? new URL(SELF.replace(/worker-url\.ts$/, "worker.ts"))
    : BUILT;
//# sourceMappingURL=worker-url.js.map
// EXTERNAL MODULE: external "node:v8"
var external_node_v8_ = __webpack_require__(78877);
;// CONCATENATED MODULE: ./packages/core/dist/workers/young-generation.js
// V8 lets the space of new objects of the main thread grow to 128 MB while many of them live for a moment, as in every save
// and restore of a large tree. A quarter of that costs no time, and an action can't be started with
// `--max-semi-space-size`.

/** Both halves together. */
const ENOUGH_BYTES = 32_000_000;
const LOOK_EVERY_MS = 100;
let isBounded = false;
/**
 * Lets the young generation of the main thread grow to a few dozen MB and no further. The flag holds for the process: call
 * it when the threads have been started, whose own space is then the few MB that they have come to, and seldom need more.
 */
function boundYoungGeneration() {
    if (isBounded)
        return;
    isBounded = true;
    const timer = setInterval(() => {
        const space = (0,external_node_v8_.getHeapSpaceStatistics)().find(({ space_name }) => space_name === "new_space");
        if (!space || space.space_size < ENOUGH_BYTES)
            return;
        clearInterval(timer);
        // For threads that start later: else they would stay at 2 MB.
        (0,external_node_v8_.setFlagsFromString)("--min-semi-space-size=8");
        // Read at each growth: by so much the halves grow.
        (0,external_node_v8_.setFlagsFromString)("--semi-space-growth-factor=1");
    }, LOOK_EVERY_MS);
    timer.unref();
}
//# sourceMappingURL=young-generation.js.map
;// CONCATENATED MODULE: ./packages/core/dist/workers/pool.js
// A pool of worker threads that run the tasks of tasks.ts. Tasks go to the thread with the fewest waiting; the caller
// bounds how many are under way. A thread that dies fails every task that waits for the pool.







/** More threads than this are kept busy by no store or disk. */
const MAX_THREADS = 16;
function createWorkerPool(settings, { url, isLazy = false } = {}) {
    const size = Math.min(MAX_THREADS, Math.max(2, (0,external_node_os_.availableParallelism)()));
    const threads = [];
    let nextId = 0;
    let closed;
    const failAll = (error) => {
        closed ??= error;
        for (const { waiting } of threads) {
            for (const { reject } of waiting.values())
                reject(error);
            waiting.clear();
        }
    };
    const start = () => {
        for (let i = threads.length; i < size; i++)
            threads.push(startThread(settings, url, failAll));
        boundYoungGeneration();
    };
    // At once, beside what the caller still has to find out: a thread takes 50 ms to start.
    if (!isLazy)
        start();
    const load = (index) => threads[index].waiting.size;
    const pick = () => {
        start();
        let best = 0;
        for (let i = 1; i < size; i++)
            if (load(i) < load(best))
                best = i;
        return best;
    };
    return {
        size,
        pick,
        run: ((name, task, options = {}) => {
            if (closed)
                return Promise.reject(closed);
            const thread = threads[options.thread ?? pick()];
            const id = nextId++;
            return new Promise((resolve, reject) => {
                thread.waiting.set(id, { resolve, reject });
                thread.worker.postMessage({ id, name, task }, options.transfer ?? []);
            });
        }),
        async close() {
            failAll(new Error("the worker pool is closed"));
            await Promise.all(threads.map(({ worker }) => worker.terminate()));
            if (threads.length > 0)
                await untilQuiet();
        },
    };
}
/**
 * Until V8's own threads have nothing more to do. A process that exits while they still compile something can wait for
 * ever: what compiles may wait for a collection, which this thread no longer makes (nodejs/node#54918; seen once in some
 * thirty exits of a busy machine).
 */
async function untilQuiet() {
    const endMs = performance.now() + QUIET_MAX_MS;
    const usedUs = () => process.cpuUsage().user + process.cpuUsage().system;
    for (let before = usedUs(); performance.now() < endMs;) {
        await (0,external_node_timers_promises_.setTimeout)(QUIET_TICK_MS);
        const now = usedUs();
        if (now - before < QUIET_SHARE * QUIET_TICK_MS * 1000)
            return;
        before = now;
    }
}
const QUIET_TICK_MS = 3;
/** Of a core; waking up for the tick itself takes less. */
const QUIET_SHARE = 0.15;
const QUIET_MAX_MS = 100;
/** @param isSmall whether the work is done before a thread would have started. */
function openPool(settings, { isSmall, ...options }) {
    return isSmall ? createInlinePool(settings) : createWorkerPool(settings, options);
}
/** The same tasks on the calling thread. */
function createInlinePool(settings) {
    const tasks = runTask(settings);
    return {
        size: 1,
        pick: () => 0,
        run: (async (name, task) => tasks(name, task)),
        close: async () => { },
    };
}
/** What Node says when a thread has no memory, file handles or whatever else it needs. All else is a fault of ours. */
const LOST = {
    ERR_WORKER_OUT_OF_MEMORY: "it was out of memory: give the job more, or run less beside it",
    ERR_WORKER_INIT_FAILED: "it could not start: raise the limits of open files, processes and memory (ulimit -a)",
};
function asLost(error) {
    const hint = LOST[error.code ?? ""];
    return hint
        ? new WorkerLostError(`a worker thread is lost: ${error.message}`, { hint, cause: error })
        : error;
}
function startThread(settings, url, failAll) {
    const worker = new external_node_worker_threads_.Worker(url ?? workerUrl, { workerData: settings });
    const waiting = new Map();
    worker.on("message", ({ id, result, error }) => {
        const waiter = waiting.get(id);
        waiting.delete(id);
        if (error === undefined)
            waiter?.resolve(result);
        else
            waiter?.reject(new Error(error));
    });
    worker.on("error", (error) => failAll(asLost(error)));
    worker.on("exit", (code) => failAll(new WorkerLostError(`a worker thread ended with code ${code}`)));
    return { worker, waiting };
}
//# sourceMappingURL=pool.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/walk-order.js
// The order in which a walk meets the paths below a root, and an artifact lists them: a folder before what is in it,
// names in a folder ascending by UTF-16 code units.
const SLASH = 47;
/** Negative when a walk meets `a` before `b`, 0 when they are the same path. */
function compareWalkOrder(a, b) {
    const shared = Math.min(a.length, b.length);
    for (let i = 0; i < shared; i++) {
        const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
        if (left === right)
            continue;
        // The name that ends first is the smaller one, whatever the other goes on with.
        return left === SLASH ? -1 : right === SLASH ? 1 : left - right;
    }
    return a.length - b.length;
}
/** How many of the first of `count` things fit, where all that fit come first. */
function partitionPoint(count, fits) {
    let [low, high] = [0, count];
    while (low < high) {
        const middle = (low + high) >>> 1;
        if (fits(middle))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
//# sourceMappingURL=walk-order.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/safe-path.js
// Which paths of an artifact may be written at all. Judged for every entry before anything is written.




/**
 * Feed it every segment in the order of the artifact. Entries must stand in the order of a walk: roots ascending, the root
 * itself first, a folder before what is in it, the names in a folder ascending by UTF-16 code units. So each is new, lies
 * below its root, and has a parent that is a directory of the same artifact: nothing is ever written through a symbolic
 * link that the artifact makes; and all that has to be remembered is the way from the root to the last entry.
 * @throws UnsafePathError
 */
function createPathCheck({ rootCount, windows, foldsCase }) {
    const place = createWalkPlace(rootCount);
    const seen = createSeen();
    const folded = Array.from({ length: rootCount }, () => new Set());
    const checkTarget = (segment, i) => {
        const kind = segment.kinds[i];
        const path = segment.paths[i];
        const target = segment.targets.get(i);
        if (kind === Kind.symlink && (target.path === "" || target.path.includes("\0")))
            throw new UnsafePathError(path, "its target is not a path");
        if (kind === Kind.hardlink && !seen.isFile(target, i))
            throw new UnsafePathError(path, "it is a hard link to something that is not a file of the artifact before it");
    };
    const checkFolded = (root, path) => {
        const name = path.normalize("NFC").toLowerCase();
        if (folded[root].has(name))
            throw new UnsafePathError(path, "on this disk it is the same as another name");
        folded[root].add(name);
    };
    return (segment) => {
        seen.add(segment);
        for (let i = 0; i < segment.entryCount; i++) {
            const kind = segment.kinds[i];
            const root = segment.roots[i];
            const path = segment.paths[i];
            const name = place.goTo(root, path, kind === Kind.directory);
            if (name !== undefined)
                checkName(path, name, { windows, foldsCase });
            else if (kind === Kind.symlink)
                throw new UnsafePathError(path, "a root can't be a symbolic link");
            if (kind === Kind.symlink || kind === Kind.hardlink)
                checkTarget(segment, i);
            if (foldsCase)
                checkFolded(root, path);
        }
    };
}
function createWalkPlace(rootCount) {
    let current = -1;
    /** The folders from the root down to the last entry, each with a slash at its end, and the last name seen in each. */
    const folders = [];
    const lastNames = [];
    const enter = (folder) => {
        folders.push(folder);
        lastNames.push("");
    };
    return {
        goTo(root, path, isFolder) {
            if (root >= rootCount)
                throw new UnsafePathError(path, "it belongs to no root");
            if (path === "") {
                if (root <= current)
                    throw new UnsafePathError(path, "its root stands in the artifact twice");
                current = root;
                folders.length = 0;
                lastNames.length = 0;
                if (isFolder)
                    enter("");
                return undefined;
            }
            if (root !== current)
                throw new UnsafePathError(path, "its root is no entry of the artifact");
            while (folders.length > 0 && !path.startsWith(folders.at(-1))) {
                folders.pop();
                lastNames.pop();
            }
            const folder = folders.at(-1);
            const name = path.slice(folder?.length ?? 0);
            if (folder === undefined || name.includes("/"))
                throw new UnsafePathError(path, "its parent is not a directory of the artifact before it");
            if (name <= lastNames.at(-1) && name !== "")
                throw new UnsafePathError(path, "it stands in the artifact twice, or out of order");
            lastNames[lastNames.length - 1] = name;
            if (isFolder)
                enter(`${path}/`);
            return name;
        },
    };
}
/** Finds an entry among those that were judged: they stand in order, so nothing has to be remembered but them. */
function createSeen() {
    const segments = [];
    const isBefore = (segment, i, { root, path }) => segment.roots[i] !== root ? segment.roots[i] < root : compareWalkOrder(segment.paths[i], path) <= 0;
    return {
        add: (segment) => void segments.push(segment),
        /** @param judged how many entries of the last segment count. */
        isFile(target, judged) {
            const isReached = (segment) => segment.entryCount > 0 && isBefore(segment, 0, target);
            const segment = segments[partitionPoint(segments.length, (i) => isReached(segments[i])) - 1];
            if (!segment)
                return false;
            const count = segment === segments.at(-1) ? judged : segment.entryCount;
            const at = partitionPoint(count, (i) => isBefore(segment, i, target)) - 1;
            return (at >= 0 &&
                segment.kinds[at] === Kind.file &&
                segment.roots[at] === target.root &&
                segment.paths[at] === target.path);
        },
    };
}
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
/** What a restore leaves while it runs. Anywhere: a folder of one root may be a root of the next restore. */
const OF_A_RESTORE = /^\.cairn-(restoring|undo-[0-9a-f]{16}$)/;
function checkName(path, name, { windows, foldsCase }) {
    if (name === "" || name === "." || name === "..")
        throw new UnsafePathError(path, "it is not a plain path");
    if (name.includes("\0"))
        throw new UnsafePathError(path, "it contains NUL");
    if (name.length > NAME_MAX_BYTES / 4 && Buffer.byteLength(name) > NAME_MAX_BYTES)
        throw new UnsafePathError(path, "its name is too long");
    const own = foldsCase ? name.toLowerCase() : name;
    if (own.startsWith(".cairn-") && (!path.includes("/") || OF_A_RESTORE.test(own)))
        throw new UnsafePathError(path, "names with .cairn- are Cairn's own");
    if (windows && (/[\\:*?"<>|]|[. ]$/.test(name) || WINDOWS_DEVICE.test(name))) {
        throw new UnsafePathError(path, "Windows would read its name as something else");
    }
}
//# sourceMappingURL=safe-path.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/plan-chunks.js
// Which bytes of each chunk go where: the extents of all files, turned around. Counted first and laid out then, so that a
// tree of a million files takes five numbers for each extent and no object.

/** Every chunk that has runs, by the order in which the packs are first used, and by place in the pack. */
function planChunks(segments) {
    const numbers = new Map();
    const chunks = [];
    /** For each segment: the number of each of its chunks. */
    const numbersOf = segments.map((segment) => Uint32Array.from(segment.chunks, (chunk) => {
        const known = numbers.get(chunk.digest);
        if (known !== undefined)
            return known;
        numbers.set(chunk.digest, chunks.length);
        return chunks.push(chunk) - 1;
    }));
    const ends = new Uint32Array(chunks.length);
    for (const [s, segment] of segments.entries())
        for (const chunk of segment.extents.chunks)
            ends[numbersOf[s][chunk]]++;
    let total = 0;
    for (let n = 0; n < ends.length; n++) {
        const count = ends[n];
        ends[n] = total;
        total += count;
    }
    const runs = {
        segments: new Uint32Array(total),
        entries: new Uint32Array(total),
        extents: new Uint32Array(total),
        positions: new Float64Array(total),
    };
    // Each run goes to the end of what its chunk has so far: what was its beginning is its end when all are placed.
    const firsts = ends.slice();
    for (const [s, segment] of segments.entries())
        placeRuns(runs, ends, segment, s, numbersOf[s]);
    return inPackOrder(chunks.flatMap((chunk, n) => ends[n] > firsts[n] ? [{ chunk, runs, first: firsts[n], end: ends[n] }] : []));
}
function placeRuns(runs, ends, segment, s, numbers) {
    const { chunks, lengths } = segment.extents;
    for (let i = 0; i < segment.entryCount; i++) {
        let position = 0;
        for (let extent = firstExtent(segment, i); extent < segment.extentEnds[i]; extent++) {
            const at = ends[numbers[chunks[extent]]]++;
            runs.segments[at] = s;
            runs.entries[at] = i;
            runs.extents[at] = extent;
            runs.positions[at] = position;
            position += lengths[extent];
        }
    }
}
function inPackOrder(chunks) {
    const packs = new Map();
    for (const planned of chunks) {
        const pack = packs.get(planned.chunk.pack);
        if (pack)
            pack.push(planned);
        else
            packs.set(planned.chunk.pack, [planned]);
    }
    return [...packs.values()].flatMap((pack) => pack.sort((a, b) => a.chunk.offset - b.chunk.offset));
}
//# sourceMappingURL=plan-chunks.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/sealed-walk.js
// A walk of a sealed root that asks the disk only for what has changed since, and takes everything else from the artifact
// that the root was sealed with: the same entries in the same order as a walk of the disk, for a third of its time.
//
// Both stand in the order of a walk. A folder that has not changed holds the names that the artifact has; of one that has,
// the names are listed, and what the artifact does not know is walked.






/**
 * @param header and segments of the artifact that the stamp names.
 * @returns undefined when the artifact is not what the stamp says: stamps lie in files that other programs can write.
 */
function openSealedTree({ stamp, changed }, { roots }, segments) {
    const root = roots.findIndex((each) => isSameRoot(each, stamp.root));
    if (root < 0)
        return undefined;
    const check = createPathCheck({ rootCount: roots.length, windows: false, foldsCase: false });
    try {
        for (const segment of segments)
            check(segment);
    }
    catch (error) {
        if (!(error instanceof UnsafePathError))
            throw error;
        return undefined;
    }
    return { stamp, changed, segments, root };
}
/** ctimeMs of an entry that was taken from the artifact: it is older than the seal. */
const BEFORE_SEAL_MS = 0;
/** @param sealed undefined: everything is asked of the disk. No path of it may be left out by `options`. */
function walkTree(root, sealed, options) {
    return sealed ? walkSealed(root, sealed, options) : walk(root, options);
}
/** The entry as it is on the disk, should it have been taken from the artifact; undefined: it is to be left out. */
function relist(entry, options) {
    if (entry.ctimeMs !== BEFORE_SEAL_MS)
        return entry;
    const { path, absolute } = entry;
    return listPath(absolute.slice(0, absolute.length - path.length - 1), path, options);
}
function* walkSealed(top, sealed, options) {
    const own = listRoot(top, options);
    if (!own)
        return;
    yield own;
    if (own.kind !== "directory")
        return;
    const { changed, segments, root } = sealed;
    const inodes = inodesOf(sealed.stamp);
    const { device } = sealed.stamp.identity;
    const entryAt = createReader(top, sealed, inodes);
    const open = changed.has("") ? [openFolder(own, options)] : [];
    /** What lies below it was told already, or is not there any more. */
    let done;
    for (const segment of segments) {
        for (let i = 0; i < segment.entryCount; i++) {
            const path = segment.paths[i];
            if (segment.roots[i] !== root || path === "")
                continue;
            if (done !== undefined && path.startsWith(done))
                continue;
            done = undefined;
            for (let last = open.at(-1); last && !isBelow(path, last); last = open.at(-1)) {
                yield* walkUnknown(last, undefined, options);
                open.pop();
            }
            const folder = open.at(-1);
            const name = folder && nameIn(folder, path);
            if (folder && name !== undefined) {
                yield* walkUnknown(folder, name, options);
                if (folder.names[folder.next] !== name) {
                    done = `${path}/`;
                    continue;
                }
                folder.next++;
            }
            const stays = changed.has(path) ? undefined : entryAt(segment, i);
            if (stays) {
                yield stays;
                continue;
            }
            const found = listPath(top, path, options);
            if (found)
                yield found;
            const isSame = found?.device === device && found.inodeNumber === inodes.get(path);
            if (found?.kind === "directory" && isSame)
                open.push(openFolder(found, options));
            else {
                if (found?.kind === "directory")
                    yield* walkBelow(found, options);
                done = `${path}/`;
            }
        }
    }
    for (const folder of open.reverse())
        yield* walkUnknown(folder, undefined, options);
}
/** The names of a folder that the artifact does not have, up to one that it has. */
function* walkUnknown(folder, before, options) {
    const { of, names } = folder;
    for (; folder.next < names.length; folder.next++) {
        const name = names[folder.next];
        if (before !== undefined && name >= before)
            return;
        const entry = listName(of, name, options);
        if (!entry)
            continue;
        yield entry;
        if (entry.kind === "directory")
            yield* walkBelow(entry, options);
    }
}
function isBelow(path, { of }) {
    return of.path === "" || path.startsWith(`${of.path}/`);
}
/** The name under which the path stands in the folder itself; undefined: deeper. */
function nameIn({ of }, path) {
    const start = of.path === "" ? 0 : of.path.length + 1;
    return path.includes("/", start) ? undefined : path.slice(start);
}
function listPath(top, path, options) {
    const at = path.lastIndexOf("/");
    const folder = at < 0 ? top : `${top}/${path.slice(0, at)}`;
    return listName({ absolute: folder, path: path.slice(0, Math.max(at, 0)) }, path.slice(at + 1), options);
}
/** What a walk would tell of entry i of a segment; undefined: only the disk knows, as with files of several names. */
function createReader(top, { stamp, segments, root }, inodes) {
    const { device } = stamp.identity;
    const named = new Set();
    for (const { kinds, targets } of segments)
        for (const [i, target] of targets)
            if (kinds[i] === Kind.hardlink && target.root === root)
                named.add(target.path);
    return (segment, i) => {
        const path = segment.paths[i];
        const kind = KINDS[segment.kinds[i]];
        const inodeNumber = kind === "directory" ? inodes.get(path) : 0;
        if (!kind || inodeNumber === undefined || (named.size > 0 && named.has(path)))
            return undefined;
        return {
            path,
            absolute: `${top}/${path}`,
            kind,
            target: kind === "symlink" ? segment.targets.get(i).path : undefined,
            mode: kind === "symlink" ? 0o777 : segment.modes[i],
            mtimeSeconds: segment.mtimeSeconds[i],
            mtimeNanos: segment.mtimeNanos[i],
            size: segment.sizes[i],
            ctimeMs: BEFORE_SEAL_MS,
            links: 1,
            device,
            inodeNumber,
            inode: undefined,
        };
    };
}
/** By the numbers of Kind. */
const KINDS = ["file", "directory", "symlink"];
//# sourceMappingURL=sealed-walk.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/survey.js
// What stands below a root before a restore: the plan is made from it, and undoing puts it back.




/** Whether there is nothing at all: then there is nothing to compare with, to keep, or to leave alone. */
function isEmptySurvey({ walked, unknown, excluded }) {
    return walked.length === 0 && unknown.size === 0 && excluded.size === 0;
}
function takeSurvey(target, { isExcluded, stamp, sealed, nowMs }) {
    const walked = [];
    const unknown = new Set();
    const excluded = new Set();
    const relative = (absolute) => absolute.slice(target.root.length + 1);
    if (target.found !== "nothing") {
        const entries = walkTree(target.root, sealed, {
            isExcluded(absolute) {
                const isLeftOut = isExcluded(target.written + absolute.slice(target.root.length));
                if (isLeftOut)
                    excluded.add(relative(absolute));
                return isLeftOut;
            },
            onLeftOut: (absolute) => void unknown.add(relative(absolute)),
        });
        for (const entry of entries)
            walked.push(entry);
    }
    const isUnchanged = stamp ? createTrust(stamp, nowMs) : () => false;
    const unchanged = Uint8Array.from(walked, (entry) => (isUnchanged(entry) ? 1 : 0));
    return { walked, unchanged, unknown, excluded, holdsExcluded: new Set([...excluded].flatMap(foldersOf)) };
}
/** What stands at a path below the root. */
function findWalked({ walked }, path) {
    const at = partitionPoint(walked.length, (i) => compareWalkOrder(walked[i].path, path) < 0);
    return walked[at]?.path === path ? walked[at] : undefined;
}
function foldersOf(path) {
    const folder = (0,external_node_path_.dirname)(path);
    return folder === "." ? [] : [folder, ...foldersOf(folder)];
}
//# sourceMappingURL=survey.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/plan.js
// plan: what a restore has to do, from the artifact and from what the disk holds. Pure: no I/O, no clock. It refuses an
// unsafe path before anything is downloaded, and keeps whatever is there already.
//
// What is to be done with each file stands in a column beside those of its segment: objects would cost a tree of a million
// files more memory than its restore may take.








const PERMISSION_BITS = 0o777;
/** @throws UnsafePathError */
function plan(input) {
    const check = createPathCheck(input);
    const planned = [];
    const directories = [];
    const links = [];
    const inTheWay = [];
    const linkCounts = countLinks(input.segments);
    const isEmpty = [...input.targets.values()].every(({ survey }) => isEmptySurvey(survey));
    let maskedModes = 0;
    let fileCount = 0;
    let treeBytes = 0;
    const cursors = new Map([...input.targets].map(([index, { survey }]) => [index, createCursor(survey)]));
    for (const [s, segment] of input.segments.entries()) {
        check(segment);
        const actions = new Uint8Array(segment.entryCount);
        planned.push({ segment, actions });
        for (let i = 0; i < segment.entryCount; i++) {
            const root = segment.roots[i];
            const relative = segment.paths[i];
            const target = input.targets.get(root);
            const at = isEmpty ? plan_NOTHING : cursors.get(root).moveTo(relative);
            const found = isEmpty ? undefined : findOrClear(target, at, relative, inTheWay);
            const mode = segment.modes[i] & PERMISSION_BITS;
            if (mode !== segment.modes[i])
                maskedModes++;
            switch (segment.kinds[i]) {
                case Kind.directory: {
                    const path = absolutePath(target.root, relative);
                    const isFolder = found?.kind === "directory";
                    if (found && !isFolder)
                        inTheWay.push(path);
                    directories.push({
                        root,
                        path,
                        relative,
                        mode,
                        ...timesOf(segment, i),
                        found: isFolder ? found : undefined,
                    });
                    break;
                }
                case Kind.file:
                    fileCount++;
                    treeBytes += segment.sizes[i];
                    actions[i] = Action.create;
                    if (found?.kind === "directory")
                        inTheWay.push(absolutePath(target.root, relative));
                    else if (found && !mayBeRight(found, segment, i, linkCounts))
                        actions[i] = Action.replace;
                    else if (found) {
                        const isKnown = target.survey.unchanged[at] === 1 && input.isKnown(s, i, found);
                        if (isRight(found, segment, i))
                            actions[i] = isKnown ? Action.keep : Action.compare;
                        // A root that is a file has no folder of its own that tells how it was.
                        else if (relative === "")
                            actions[i] = Action.replace;
                        else if (!isKnown)
                            actions[i] = Action.compareStale;
                        else
                            actions[i] = found.mode === mode ? Action.retime : Action.remode;
                    }
                    break;
                case Kind.symlink: {
                    const { path: text } = segment.targets.get(i);
                    const times = timesOf(segment, i);
                    if (found?.kind === "symlink" && found.target === text && isSameTime(found, times))
                        break;
                    const path = absolutePath(target.root, relative);
                    if (found?.kind === "directory")
                        inTheWay.push(path);
                    const exists = found !== undefined && found.kind !== "directory";
                    links.push({ root, path, kind: "symlink", target: text, exists, isLinked: false, times });
                    break;
                }
                case Kind.hardlink: {
                    const path = absolutePath(target.root, relative);
                    if (found?.kind === "directory")
                        inTheWay.push(path);
                    const { root: firstRoot, path: first } = segment.targets.get(i);
                    const ofFirst = input.targets.get(firstRoot);
                    const exists = found !== undefined && found.kind !== "directory";
                    const isLinked = found?.inode !== undefined && found.inode === findWalked(ofFirst.survey, first)?.inode;
                    const firstPath = absolutePath(ofFirst.root, first);
                    links.push({ root, path, kind: "hardlink", target: firstPath, exists, isLinked, times: undefined });
                    break;
                }
            }
        }
    }
    const cleared = new Set(inTheWay);
    const extras = [...input.targets].flatMap(([index, { root, survey }]) => topmostExtras(root, survey, cursors.get(index).named, cleared));
    return {
        roots: new Map([...input.targets].map(([index, { root }]) => [index, root])),
        segments: planned,
        directories,
        links,
        chunks: planChunks(input.segments),
        inTheWay,
        extras,
        maskedModes,
        fileCount,
        treeBytes,
    };
}
const plan_NOTHING = -1;
/** Goes along what was walked while the entries of the artifact go by: both stand in the order of a walk. */
function createCursor({ walked }) {
    /** Which of what was walked the artifact has an entry for. */
    const named = new Uint8Array(walked.length);
    let next = 0;
    return {
        named,
        /** @returns where the path stands among what was walked, or NOTHING. */
        moveTo(path) {
            while (next < walked.length && walked[next].path !== path) {
                if (compareWalkOrder(walked[next].path, path) > 0)
                    return plan_NOTHING;
                next++;
            }
            if (next === walked.length)
                return plan_NOTHING;
            named[next] = 1;
            return next++;
        },
    };
}
/** What stands at the place of an entry; what can't be told is cleared away and counts as nothing. */
function findOrClear({ root, survey: { walked, unknown, excluded } }, at, path, inTheWay) {
    if (excluded.has(path))
        throw new UnsafePathError(path, "a `!` line of this step leaves it out");
    if (!unknown.has(path))
        return walked[at];
    inTheWay.push(absolutePath(root, path));
    return undefined;
}
/** Same size, and no link to it from outside the artifact: writing to that would change this file, and the other way round. */
function mayBeRight(found, segment, i, linkCounts) {
    const links = linkCounts.size === 0
        ? 1
        : (linkCounts.get(plan_nameOf({ root: segment.roots[i], path: segment.paths[i] })) ?? 1);
    return found.kind === "file" && found.size === segment.sizes[i] && found.links === links;
}
function isRight(found, segment, i) {
    return found.mode === (segment.modes[i] & PERMISSION_BITS) && isSameTime(found, timesOf(segment, i));
}
/** How many names each file with hard links has in the artifact. */
function countLinks(segments) {
    const counts = new Map();
    for (const { kinds, targets } of segments) {
        for (const [i, target] of targets) {
            if (kinds[i] !== Kind.hardlink)
                continue;
            const name = plan_nameOf(target);
            counts.set(name, (counts.get(name) ?? 1) + 1);
        }
    }
    return counts;
}
/** @param cleared what is moved away in any case, with all that is below it. */
function topmostExtras(root, { walked, holdsExcluded }, named, cleared) {
    const extras = [];
    let below;
    for (const [i, { path }] of walked.entries()) {
        if (named[i] === 1 && cleared.size === 0)
            continue;
        if (below !== undefined && path.startsWith(`${below}/`))
            continue;
        const absolute = absolutePath(root, path);
        if (cleared.has(absolute))
            below = path;
        else if (named[i] === 0 && path !== "" && !holdsExcluded.has(path)) {
            below = path;
            extras.push(absolute);
        }
    }
    return extras;
}
function absolutePath(root, path) {
    return path === "" ? root : `${root}/${path}`;
}
function plan_pathOf({ roots }, segment, i) {
    return absolutePath(roots.get(segment.roots[i]), segment.paths[i]);
}
/** Calls `visit` for each file of the artifact, in its order. */
function forEachFile({ segments }, visit) {
    for (const planned of segments) {
        const { kinds, entryCount } = planned.segment;
        for (let i = 0; i < entryCount; i++)
            if (kinds[i] === Kind.file)
                visit(planned, i);
    }
}
function timesOf({ mtimeSeconds, mtimeNanos }, i) {
    return { mtimeSeconds: mtimeSeconds[i], mtimeNanos: mtimeNanos[i] };
}
function plan_nameOf({ root, path }) {
    return `${root}/${path}`;
}
//# sourceMappingURL=plan.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/columns.js
// What a worker is told about the files of a chunk: one text and one array of numbers, since cloning a thousand objects
// costs as much as writing a file.




/** @param wants tells by its action whether a file is among them; default: all. */
function columnsOf(plan, { runs, first, end }, wants = () => true) {
    const paths = [];
    const numbers = new Float64Array((end - first) * FILE_NUMBERS);
    let at = 0;
    for (let run = first; run < end; run++) {
        const { segment, actions } = plan.segments[runs.segments[run]];
        const i = runs.entries[run];
        const action = actions[i];
        if (!wants(action))
            continue;
        const extent = runs.extents[run];
        paths.push(plan_pathOf(plan, segment, i));
        numbers[at++] = segment.extents.offsets[extent];
        numbers[at++] = segment.extents.lengths[extent];
        numbers[at++] = runs.positions[run];
        numbers[at++] = segment.modes[i] & PERMISSION_BITS;
        numbers[at++] = secondsOf(timesOf(segment, i));
        numbers[at++] = extentCount(segment, i) === 1 ? action : Action.part;
    }
    return { paths: paths.join("\0"), numbers: numbers.subarray(0, at) };
}
/** Whether a file of the chunk has an action that is wanted. */
function hasRun(plan, { runs, first, end }, wants) {
    for (let run = first; run < end; run++) {
        if (wants(plan.segments[runs.segments[run]].actions[runs.entries[run]]))
            return true;
    }
    return false;
}
//# sourceMappingURL=columns.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/check-disk.js
// Which of the files that look right hold the right bytes: a chunk whose files on the disk have its digest need not be
// downloaded. Without a stamp, nothing is believed because of its times.





const CHECKS_PER_THREAD = 3;
/** Marks files as kept; those put together from several chunks are kept only when all of them are right. */
async function checkDisk(plan, pool, signal) {
    const right = new Set();
    const candidates = plan.chunks.filter((planned) => hasRun(plan, planned, isCompared));
    await forEachConcurrently(candidates, pool.size * CHECKS_PER_THREAD, async (planned) => {
        signal?.throwIfAborted();
        if (await isOnDisk(plan, planned, pool))
            right.add(planned.chunk.digest);
    });
    if (candidates.length === 0)
        return;
    forEachFile(plan, ({ segment, actions }, i) => {
        if (!isCompared(actions[i]))
            return;
        if (areAllRight(segment, i, right))
            actions[i] = actions[i] === Action.compare ? Action.keep : Action.remode;
        else if (extentCount(segment, i) > 1)
            actions[i] = Action.replace;
    });
}
function isCompared(action) {
    return action === Action.compare || action === Action.compareStale;
}
function areAllRight(segment, i, right) {
    const { chunks } = segment.extents;
    for (let extent = firstExtent(segment, i); extent < segment.extentEnds[i]; extent++)
        if (!right.has(segment.chunks[chunks[extent]].digest))
            return false;
    return true;
}
async function isOnDisk(plan, planned, pool) {
    // Files with equal bytes share a run: all of them have to be right, so each is read.
    const files = byOffset(columnsOf(plan, planned, isCompared));
    const { digest, plainLength } = planned.chunk;
    let covered = 0;
    for (let at = 0; at < files.numbers.length; at += FILE_NUMBERS) {
        const [offset, length] = [files.numbers[at], files.numbers[at + 1]];
        if (offset > covered)
            return false;
        covered = Math.max(covered, offset + length);
    }
    if (covered < plainLength)
        return false;
    return pool.run("checkChunk", { digest, plainLength, files });
}
function byOffset({ paths, numbers }) {
    const names = paths.split("\0");
    const order = names
        .map((_, i) => i)
        .sort((a, b) => numbers[a * FILE_NUMBERS] - numbers[b * FILE_NUMBERS]);
    const sorted = new Float64Array(numbers.length);
    for (const [to, from] of order.entries())
        sorted.set(numbers.subarray(from * FILE_NUMBERS, (from + 1) * FILE_NUMBERS), to * FILE_NUMBERS);
    return { paths: order.map((i) => names[i]).join("\0"), numbers: sorted };
}
//# sourceMappingURL=check-disk.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/seal.js
// Seal: for a root that stands just as its artifact has it, the moment after which nothing in it has changed. While the
// seal holds, a restore of that artifact has nothing to do, and a save of the root has nothing to read.
//
// It is the ctime of the root itself, set last, when the disk's clock had gone on since everything else was written. Whoever
// adds, removes, renames or changes anything below gets a later one somewhere. Whether anyone did is asked of find(1),
// one lstat a path: it takes half the CPU of a walk of our own, and has a core to itself while a job starts. Where it is
// not GNU's, or anything is odd, the answer is no, and the tree is compared as ever.




/** How long the disk's clock may take to go on: kernels move it every 1 to 10 ms. */
const TICK_MS = 50;
/** A disk whose clock is further off is not of this machine. */
const SKEW_MS = 1_000;
/** Sets the root's times once more, until its ctime is the newest. @returns undefined where that can't be had. */
function sealRoot({ folder, times, newestMs, sinceMs, roots }) {
    const startedAt = performance.now();
    try {
        do {
            setTimes(folder, times);
            const { ctimeMs, ctimeNs } = (0,external_node_fs_.lstatSync)(folder, { bigint: true });
            if (Math.abs(Number(ctimeMs) - Date.now()) > SKEW_MS)
                return undefined;
            // A microsecond of space, since a double holds no nanoseconds of today.
            if (Number(ctimeNs) / 1e6 > newestMs + 1e-3)
                return { rootCtimeNs: String(ctimeNs), sinceMs, roots };
        } while (performance.now() - startedAt < TICK_MS);
    }
    catch {
        // The folder of somebody else: its times can't be set.
    }
    return undefined;
}
/** Whether these are the stamps of all roots of one artifact, going by the seal of the first. */
function isOneArtifact(stamps) {
    const [first] = stamps;
    return first?.seal?.roots === stamps.length && stamps.every((stamp) => isSameArtifact(stamp, first));
}
function askForChanges(stamps, signal) {
    const change = Promise.withResolvers();
    const roots = findChanges(stamps, signal, () => change.resolve(false));
    if (!isOneArtifact(stamps))
        change.resolve(false);
    return { stamps, roots, untouched: Promise.race([change.promise, roots.then(areUntouched)]) };
}
function areUntouched(roots) {
    return isOneArtifact(roots.map(({ stamp }) => stamp)) && roots.every(({ changed }) => changed.size === 0);
}
/**
 * Of the sealed roots those of which it can be told what has changed. Never rejects.
 * @param onChange called once something has, which is long before all is known.
 */
async function findChanges(stamps, signal, onChange = () => { }) {
    try {
        // Other mounts have other clocks, and what is in them may be older than the mounting.
        const mounts = readMounts();
        const own = stamps.filter(({ folder }) => !mounts.some((mount) => mount.startsWith(`${folder}/`)));
        const roots = own.map(async (stamp) => {
            const changed = stamp.seal && (await listChanges(stamp.folder, stamp.seal, signal, onChange));
            return changed ? [{ stamp, changed }] : [];
        });
        return (await Promise.all(roots)).flat();
    }
    catch {
        return [];
    }
}
/** More than this is walked faster than it is told. */
const CHANGES_MAX_BYTES = 4 << 20;
/** find tells of all that changed at the seal or after it, or was written beside the restore; undefined: it can't tell. */
function listChanges(folder, { rootCtimeNs, sinceMs }, signal, onChange) {
    const own = (0,external_node_fs_.lstatSync)(folder, { bigint: true }).ctimeNs === BigInt(rootCtimeNs) ? [] : [""];
    if (own.length > 0)
        onChange();
    const changed = ["-newerct", timeOf(BigInt(rootCtimeNs) - 1n)];
    const written = ["-newermt", timeOf(BigInt(Math.floor(sinceMs)) * 1000000n)];
    const expression = ["-mindepth", "1", "(", ...changed, "-o", ...written, ")", "-printf", "%P\\0"];
    return new Promise((resolve) => {
        const options = { signal, env: { ...process.env, LC_ALL: "C" }, maxBuffer: CHANGES_MAX_BYTES };
        const find = (0,external_node_child_process_.execFile)("find", [folder, ...expression], options, (error, stdout, stderr) => resolve(error || stderr !== "" ? undefined : new Set([...own, ...stdout.split("\0").filter(Boolean)])));
        find.stdout?.once("data", onChange);
    });
}
function timeOf(nanos) {
    return `@${nanos / 1000000000n}.${String(nanos % 1000000000n).padStart(9, "0")}`;
}
/** Where anything is mounted. */
function readMounts() {
    const lines = (0,external_node_fs_.readFileSync)("/proc/self/mountinfo", "utf8").split("\n");
    // See proc_pid_mountinfo(5): blanks, tabs, newlines and backslashes are octal.
    const spell = (place) => place.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
    return lines.map((line) => spell(line.split(" ")[4] ?? ""));
}
//# sourceMappingURL=seal.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/find-sealed-roots.js
// What is known of the roots before anything is downloaded: which artifact an earlier restore left there, and what has changed
// since. Where that is nothing, and it is the artifact that is wanted, the restore is done.





/** @param keptIn where stamps of earlier jobs are. */
function findSealedRoots({ paths, folders }, keptIn, signal) {
    const lines = anchorLines(paths, folders);
    // What these lines mean depends on what is there.
    if (lines.some((line) => line.exclude || line.isGlob))
        return askForChanges([], signal);
    const ofJob = readHandover(folders.temp).stamps;
    const stamps = lines.flatMap((line) => stampOf(line, resolveRoot(line, folders), ofJob, keptIn) ?? []);
    return askForChanges(stamps, signal);
}
function stampOf(line, written, ofJob, keptIn) {
    try {
        const folder = (0,external_node_fs_.lstatSync)(written).isSymbolicLink() ? (0,external_node_fs_.realpathSync)(written) : written;
        const stamp = findStamp(ofJob, keptIn, folder);
        return stamp && isSameRoot(stamp.root, line) ? stamp : undefined;
    }
    catch {
        return undefined;
    }
}
//# sourceMappingURL=find-sealed-roots.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/find-entry.js
// Finds the entries of one root while paths go by: both stand in the order of a walk, so nothing is looked up.


/** @returns where the file of a path is, if there is one. To be asked for paths in the order of a walk. */
function createEntryFinder(segments, root) {
    let s = 0;
    let i = 0;
    return (path) => {
        for (; s < segments.length; s++, i = 0) {
            const segment = segments[s];
            for (; i < segment.entryCount; i++) {
                if (segment.roots[i] !== root) {
                    if (segment.roots[i] > root)
                        return undefined;
                    continue;
                }
                if (segment.paths[i] === path)
                    return segment.kinds[i] === Kind.file ? [segment, i] : undefined;
                if (compareWalkOrder(segment.paths[i], path) > 0)
                    return undefined;
            }
        }
        return undefined;
    };
}
//# sourceMappingURL=find-entry.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/known-content.js
// What the artifact that a root was stamped with tells of it: which entries of the wanted artifact are the same in it, so that
// "unchanged since the stamp" means that the bytes are right, since they come from the same places of the same chunks; and,
// of a sealed root, all that stands there.







/**
 * By index of the wanted artifact's root. Reads of the stamped artifacts only the segments that the wanted one does not
 * share. Never fails a restore: what can't be read is not known.
 */
async function findKnownContent(wanted, { stamps, sealed }, options) {
    const trees = new Map();
    const known = new Map();
    for (const [root, stamp] of stamps) {
        const { domain, contentHash, folder } = stamp;
        const name = `${domain}/${contentHash}`;
        if (!trees.has(name))
            trees.set(name, await readStampedTree({ ...wanted.place, domain, contentHash }, wanted, options));
        const tree = trees.get(name);
        const own = sealed.find((other) => other.stamp.folder === folder && isSameArtifact(other.stamp, stamp));
        if (tree)
            known.set(root, {
                isKnown: tree.isKnown,
                sealed: own && openSealedTree(own, wanted.artifact.header, tree.segments),
            });
    }
    return known;
}
async function readStampedTree(stamped, { place, artifact, segments }, options) {
    if (isSameArtifact(stamped, place))
        return { segments, isKnown: (s, i, walked) => isState(segments[s], i, walked) };
    try {
        const other = await readArtifact(stamped, options);
        // Entries name their root by its index.
        if (JSON.stringify(other.header.roots) !== JSON.stringify(artifact.header.roots))
            return undefined;
        const wanted = new Map(artifact.header.segments.map(({ chunk }, s) => [chunk.digest, segments[s]]));
        const only = ({ chunk }) => !wanted.has(chunk.digest);
        const differing = [];
        for await (const segment of readSegments(stamped, other, { ...options, only }))
            differing.push(segment);
        let next = 0;
        const all = other.header.segments.map(({ chunk }) => wanted.get(chunk.digest) ?? differing[next++]);
        const shared = new Set(all);
        const finders = other.header.roots.map((_, root) => createEntryFinder(differing, root));
        return {
            segments: all,
            isKnown(s, i, walked) {
                const segment = segments[s];
                if (shared.has(segment))
                    return isState(segment, i, walked);
                const there = finders[segment.roots[i]]?.(segment.paths[i]);
                return there !== undefined && isState(...there, walked) && hasSameBytes(segment, i, ...there);
            },
        };
    }
    catch (error) {
        if (options.signal?.aborted || !(error instanceof CacheError))
            throw error;
        return undefined;
    }
}
/** Whether what was walked is what the entry describes. */
function isState({ sizes, mtimeSeconds, mtimeNanos }, i, walked) {
    const times = { mtimeSeconds: mtimeSeconds[i], mtimeNanos: mtimeNanos[i] };
    return walked.size === sizes[i] && isSameTime(walked, times);
}
function hasSameBytes(a, i, b, j) {
    const count = extentCount(a, i);
    if (a.sizes[i] !== b.sizes[j] || count !== extentCount(b, j))
        return false;
    for (let n = 0; n < count; n++) {
        const [x, y] = [firstExtent(a, i) + n, firstExtent(b, j) + n];
        const isSameExtent = a.extents.offsets[x] === b.extents.offsets[y] &&
            a.extents.lengths[x] === b.extents.lengths[y] &&
            a.chunks[a.extents.chunks[x]].digest === b.chunks[b.extents.chunks[y]].digest;
        if (!isSameExtent)
            return false;
    }
    return true;
}
//# sourceMappingURL=known-content.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/stamp-roots.js
// Stamps around a restore: which ones its roots carry when it begins, and those that it leaves.






/** By index of the artifact's root; of roots that carry one. A root that is a file is read faster than it is stamped. */
function findStamps(targets, temp, keptIn) {
    const ofJob = readHandover(temp).stamps;
    const stamps = new Map();
    for (const { index, root, isFile, found } of targets) {
        if (isFile || found !== "folder")
            continue;
        const stamp = findStamp(ofJob, keptIn, root);
        if (stamp)
            stamps.set(index, stamp);
    }
    return stamps;
}
/** Of roots that stand as the artifact has them, once nothing more is written. */
function stampRoots(finished) {
    const { plan, targets, place } = finished;
    const { domain, contentHash } = place;
    return targets.flatMap(({ index, root: folder, isFile, anchor, path, survey }) => {
        const own = isFile ? undefined : (0,external_node_fs_.lstatSync)(folder, { bigint: true, throwIfNoEntry: false });
        if (!own)
            return [];
        const identity = identityOf(own);
        const folders = [];
        for (const directory of plan.directories) {
            if (directory.root !== index)
                continue;
            const { relative: path, found } = directory;
            const made = found ? undefined : (0,external_node_fs_.lstatSync)(directory.path, { throwIfNoEntry: false });
            if (found)
                folders.push({ path, device: found.device, inodeNumber: found.inodeNumber });
            else if (made)
                folders.push({ path, device: made.dev, inodeNumber: made.ino });
        }
        // What was there and is kept was compared after the survey, at which the disk's clock had come as far as its newest
        // ctime. What was written is older than the root, whose mode and times were set last.
        const newestMs = survey.walked.reduce((newest, { ctimeMs }) => Math.max(newest, ctimeMs), 0);
        const beforeMs = Math.max(newestMs, describeStats(own).ctimeMs);
        const seal = stamp_roots_isWhole(finished, survey, folders, identity)
            ? sealRoot({
                folder,
                times: plan.directories.find(({ root, relative }) => root === index && relative === ""),
                newestMs: beforeMs,
                sinceMs: finished.startedAtMs,
                roots: finished.artifact.header.roots.length,
            })
            : undefined;
        const root = { anchor, path };
        return [makeStamp({ folder, identity, domain, contentHash, root, beforeMs, seal }, folders)];
    });
}
/** Whether a root has what the artifact has, all of it, and nothing else. */
function stamp_roots_isWhole({ plan, isComplete }, { unknown, excluded }, folders, { device }) {
    const nothingElse = isComplete && unknown.size === 0 && excluded.size === 0;
    return nothingElse && plan.maskedModes === 0 && folders.every((folder) => folder.device === device);
}
//# sourceMappingURL=stamp-roots.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/targets.js
// Where the roots of an artifact go on this machine. Only roots that the job's own path lines ask for are written; a
// root that is a symbolic link here is followed once.





/** @throws UnsafePathError */
function resolveTargets(roots, lines, folders) {
    const targets = roots.map((root) => {
        const { isFile } = root;
        if (!isAskedFor(root, lines) || root.path.includes("\0"))
            throw new UnsafePathError(root.path, "no path line of this step asks for it");
        const path = resolveRoot(root, folders);
        let stats = lstat(path);
        const absolute = stats?.isSymbolicLink() ? followOnce(path) : path;
        if (absolute !== path)
            stats = lstat(absolute);
        const found = !stats ? "nothing" : stats.isDirectory() ? "folder" : "other";
        return { ...root, root: absolute, written: path, found, place: markerPlace(absolute, isFile) };
    });
    const taken = new Set();
    for (const { root } of targets) {
        if (taken.has(root))
            throw new UnsafePathError(root, "it is a root twice");
        taken.add(root);
    }
    for (const { root } of targets) {
        for (let above = (0,external_node_path_.dirname)(root); above !== (0,external_node_path_.dirname)(above); above = (0,external_node_path_.dirname)(above)) {
            if (taken.has(above))
                throw new UnsafePathError(root, `it lies inside another root, ${above}`);
        }
    }
    return targets;
}
function followOnce(path) {
    try {
        return (0,external_node_fs_.realpathSync)(path);
    }
    catch {
        // A link that leads nowhere is replaced like any other thing in the way.
        return path;
    }
}
function lstat(path) {
    return (0,external_node_fs_.lstatSync)(path, { bigint: true, throwIfNoEntry: false });
}
//# sourceMappingURL=targets.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/undo.js
// A restore that fails leaves the tree as it was. Before the first change a root gets a marker and two lists: what will
// be made where nothing was, and which modes and times its folders had, and those files of which only these change. What is in the way is renamed into `.cairn-undo-<id>/moved`,
// under its own relative path. Undoing removes what was made, renames back and resets modes and times: by the same process,
// or by the next restore after a crash. Removing the marker is what makes the new tree stand.








/** @param isMarked whether anything is made or moved; else only folders change. */
function beginUndo(targets, isMarked, listsOf) {
    const id = (0,external_node_crypto_.randomBytes)(8).toString("hex");
    const begun = [];
    const rollBack = () => {
        for (const { target, rootCreated, states, above } of begun.toReversed()) {
            if (isMarked)
                undoPlace(target.place, { id, rootCreated });
            if (states.length === 0)
                removeEmptyFolders(target.place.folder, above.folder);
            resetStates(target.place.folder, states);
            resetStates(above.folder, above.states);
        }
    };
    try {
        for (const target of targets) {
            const { place } = target;
            const rootCreated = !target.isFile && target.found === "nothing";
            const { created, states: inner } = listsOf(target);
            const before = undo_stateOf(place.folder);
            const states = [...before, ...inner];
            begun.push({ target, rootCreated, states, above: findAbove(place.folder) });
            if (!isMarked)
                continue;
            (0,external_node_fs_.mkdirSync)(place.folder, { recursive: true });
            makeWritable(place.folder);
            const [own] = before;
            writeMarker(place, { id, rootCreated, own });
            if (rootCreated)
                continue;
            const folder = undoFolder(place, id);
            (0,external_node_fs_.mkdirSync)((0,external_node_path_.join)(folder, "moved"), { recursive: true });
            (0,external_node_fs_.writeFileSync)((0,external_node_path_.join)(folder, undo_listName(CREATED, place)), created().join("\0"));
            (0,external_node_fs_.writeFileSync)((0,external_node_path_.join)(folder, undo_listName(STATES, place)), inner.map(undo_spell).join("\0"));
        }
    }
    catch (error) {
        rollBack();
        throw error;
    }
    const folders = targets
        .map(({ place }) => ({ root: place.folder, folder: undoFolder(place, id) }))
        .sort((a, b) => b.root.length - a.root.length);
    return {
        folders,
        rollBack,
        finish() {
            if (!isMarked)
                return;
            for (const { target } of begun)
                removeMarker(target.place);
            for (const { target } of begun)
                dropFolder(undoFolder(target.place, id));
        },
    };
}
/**
 * Undoes what a crashed restore left.
 * @returns whether there was something.
 * @throws LocalFileError when the restore still runs.
 */
function recover(place) {
    const marker = readMarker(place);
    if (marker && isMarkerAlive(marker)) {
        throw new LocalFileError(`another restore into ${place.folder} is running (process ${marker.pid})`, {
            hint: "two jobs must not share a workspace at the same time; if that process is none of Cairn's, delete the marker " +
                place.file,
        });
    }
    if (marker)
        undoPlace(place, marker);
    dropLeftovers(place);
    return marker !== undefined;
}
function undoPlace(place, { id, rootCreated, own }) {
    if (rootCreated) {
        removeTree(place.folder);
        return;
    }
    const folder = undoFolder(place, id);
    const states = own ? [{ ...own, path: "" }] : [];
    // Folders themselves: through a link that lies there, others' files would be moved into the root.
    if (undo_isFolder(folder)) {
        for (const entry of (0,external_node_fs_.readdirSync)(folder, { withFileTypes: true })) {
            if (!entry.isFile())
                continue;
            const list = () => (0,external_node_fs_.readFileSync)((0,external_node_path_.join)(folder, entry.name), "utf8").split("\0");
            if (entry.name.startsWith(CREATED))
                removeCreated(place, list().filter(leadsDown));
            if (entry.name.startsWith(STATES))
                states.push(...list().flatMap(readState));
        }
        const moved = (0,external_node_path_.join)(folder, "moved");
        if (undo_isFolder(moved))
            moveBack(moved, place.folder);
        dropFolder(folder);
    }
    removeMarker(place);
    resetStates(place.folder, states);
}
/** Two files that are roots in one folder have one undo folder, and lists each. */
function undo_listName(kind, place) {
    return `${kind}${place.file.slice(place.folder.length + 1)}`;
}
const CREATED = "created";
const STATES = "states";
function removeCreated(place, paths) {
    const isOwnFolder = createFolderCheck(place.folder);
    // Not begun perhaps: then a parent may still be a link that leads elsewhere.
    for (const path of paths.filter((path) => isOwnFolder((0,external_node_path_.dirname)(path))).reverse()) {
        const absolute = (0,external_node_path_.join)(place.folder, path);
        const stats = (0,external_node_fs_.lstatSync)(absolute, { throwIfNoEntry: false });
        if (stats?.isDirectory())
            removeIfEmpty(absolute);
        else if (stats)
            inWritableFolder(absolute, () => (0,external_node_fs_.rmSync)(absolute, { force: true }));
    }
}
/** Tells whether a relative path leads through folders only, never through a symbolic link. */
function createFolderCheck(root) {
    const known = new Map([[".", true]]);
    const check = (path) => {
        const answer = known.get(path) ?? (check((0,external_node_path_.dirname)(path)) && undo_isFolder((0,external_node_path_.join)(root, path)));
        known.set(path, answer);
        return answer;
    };
    return check;
}
/** What was moved as a whole goes back as a whole; folders that only lead to it are entered. */
function moveBack(from, to) {
    for (const name of (0,external_node_fs_.readdirSync)(from)) {
        const source = (0,external_node_path_.join)(from, name);
        const target = (0,external_node_path_.join)(to, name);
        const there = (0,external_node_fs_.lstatSync)(target, { throwIfNoEntry: false });
        if (there?.isDirectory() && (0,external_node_fs_.lstatSync)(source).isDirectory())
            moveBack(source, target);
        else {
            if (there)
                inWritableFolder(target, () => removeTree(target));
            inWritableFolder(target, () => (0,external_node_fs_.renameSync)(source, target));
        }
    }
}
function inWritableFolder(path, change) {
    makeWritable((0,external_node_path_.dirname)(path));
    change();
}
function undo_stateOf(folder) {
    const stats = (0,external_node_fs_.lstatSync)(folder, { bigint: true, throwIfNoEntry: false });
    return stats ? [{ path: "", ...describeStats(stats) }] : [];
}
function findAbove(folder) {
    const above = (0,external_node_path_.dirname)(folder);
    const states = undo_stateOf(above);
    return states.length > 0 || above === folder ? { folder: above, states } : findAbove(above);
}
function undo_spell({ path, mode, mtimeSeconds, mtimeNanos }) {
    return `${mode} ${mtimeSeconds} ${mtimeNanos} ${path}`;
}
/** @returns nothing for a line that spell() has not written. */
function readState(line) {
    const [mode, mtimeSeconds, mtimeNanos] = line.split(" ", 3).map(Number);
    const path = line.split(" ").slice(3).join(" ");
    const state = { mode, mtimeSeconds, mtimeNanos };
    return isOwnState(state) && leadsDown(path) ? [{ ...state, path }] : [];
}
/** Whether it is a path that lists have: relative, of plain names. */
function leadsDown(path) {
    return path.split("/").every((name) => name !== "" && name !== "." && name !== "..");
}
function undo_isFolder(path) {
    return (0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
function resetStates(root, states) {
    const isOwnFolder = createFolderCheck(root);
    const isOwnFile = (path) => isOwnFolder((0,external_node_path_.dirname)(path)) && (0,external_node_fs_.lstatSync)((0,external_node_path_.join)(root, path), { throwIfNoEntry: false })?.isFile() === true;
    for (const state of states.toReversed()) {
        if (!isOwnFolder(state.path === "" ? "." : state.path) && !isOwnFile(state.path))
            continue;
        try {
            (0,external_node_fs_.chmodSync)((0,external_node_path_.join)(root, state.path), state.mode);
            setTimes((0,external_node_path_.join)(root, state.path), state);
        }
        catch {
            // What is in it is back; the error that led here is the one to report.
        }
    }
}
/** Undo folders of restores that got as far as removing their marker. */
function dropLeftovers({ folder }) {
    if (!undo_isFolder(folder))
        return;
    const inUse = new Set(markersIn(folder).map((marker) => marker.id));
    for (const name of (0,external_node_fs_.readdirSync)(folder)) {
        if (name.startsWith(UNDO_FOLDER_PREFIX) && !inUse.has(name.slice(UNDO_FOLDER_PREFIX.length)))
            dropFolder((0,external_node_path_.join)(folder, name));
    }
}
function dropFolder(folder) {
    try {
        removeTree(folder);
    }
    catch {
        // It is nobody's any more: no save takes it, and the next restore tries again.
    }
}
function removeIfEmpty(folder) {
    try {
        inWritableFolder(folder, () => (0,external_node_fs_.rmdirSync)(folder));
    }
    catch {
        // Something else came into it meanwhile: it stays.
    }
}
/** From `folder` upwards, `above` left out. */
function removeEmptyFolders(folder, above) {
    if (folder === above)
        return;
    removeIfEmpty(folder);
    removeEmptyFolders((0,external_node_path_.dirname)(folder), above);
}
//# sourceMappingURL=undo.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/make-links.js
// The links of a tree: hard links once their files are whole, symbolic ones last, so that none is ever written through.




/**
 * @param clear moves away what stands at a path.
 * @param touch is told each folder that changes.
 */
function makeLinks(plan, clear, touch) {
    for (const kind of ["hardlink", "symlink"]) {
        for (const link of plan.links) {
            if (link.kind !== kind)
                continue;
            if (kind === "hardlink" && link.exists && (0,external_node_fs_.lstatSync)(link.path).ino === (0,external_node_fs_.lstatSync)(link.target).ino)
                continue;
            if (link.exists)
                clear(link.path);
            touch((0,external_node_path_.dirname)(link.path));
            if (kind === "hardlink")
                linkOrCopy(link.target, link.path);
            else
                makeSymlink(link);
        }
    }
}
function makeSymlink({ path, target, times }) {
    (0,external_node_fs_.symlinkSync)(target, path);
    if (times)
        setLinkTimes(path, times);
}
/** Across file systems, and where one has no hard links or no more of them. */
const NO_LINK = new Set(["EXDEV", "EPERM", "EMLINK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);
/** Where it can't be another name, it becomes a file of its own with the same bytes. */
function linkOrCopy(target, path) {
    try {
        (0,external_node_fs_.linkSync)(target, path);
    }
    catch (error) {
        if (!NO_LINK.has(error.code ?? ""))
            throw error;
        (0,external_node_fs_.copyFileSync)(target, path, external_node_fs_.constants.COPYFILE_EXCL);
        const stats = describeStats((0,external_node_fs_.lstatSync)(target, { bigint: true }));
        (0,external_node_fs_.chmodSync)(path, stats.mode);
        setTimes(path, stats);
    }
}
//# sourceMappingURL=make-links.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/write-tree.js
// get -> verify -> write: directories first, then files on the worker threads while packs are still coming, then hard
// links, symbolic links, and last the modes and times of directories. So no link that the artifact makes is ever
// written through.














/** Reads and writes under way at once, of 4 MiB at most each. */
const write_tree_READS_AT_ONCE = 10;
/** Files whose times one task corrects: some 4 ms. */
const CORRECTED_AT_ONCE = 1000;
const CORRECTIONS_AT_ONCE = 8;
/** @throws CorruptError, ObjectMissingError, LocalFileError or an error of the file system; the caller then rolls back. */
async function writeTree(work) {
    const { plan, undo } = work;
    const touched = createTouched(plan);
    const clear = (path) => {
        touched.add((0,external_node_path_.dirname)(path));
        moveAway(path, undo.folders);
    };
    for (const path of plan.inTheWay)
        clear(path);
    if (work.clean)
        for (const path of plan.extras)
            clear(path);
    for (const directory of plan.directories)
        makeDirectory(directory, touched);
    const umask = process.umask();
    forEachFile(plan, ({ segment, actions }, i) => {
        if (!isWritten(actions[i]))
            return;
        touched.addParent(segment, i);
        const extents = extentCount(segment, i);
        if (extents === 1)
            return;
        const path = plan_pathOf(plan, segment, i);
        if (actions[i] !== Action.create)
            clear(path);
        if (extents === 0)
            createFile(path, new Uint8Array(), modeOf(segment, i), secondsOf(timesOf(segment, i)), umask);
        else
            (0,external_node_fs_.closeSync)((0,external_node_fs_.openSync)(path, "wx", 0o600));
    });
    const failure = new AbortController();
    const writing = write_tree_writeChunks(work).catch((error) => {
        failure.abort();
        throw error;
    });
    const [keptBytes] = await Promise.all([writing, correctWhatStands(work, failure.signal)]);
    forEachFile(plan, ({ segment, actions }, i) => {
        if (!isWritten(actions[i]) || extentCount(segment, i) <= 1)
            return;
        const path = plan_pathOf(plan, segment, i);
        (0,external_node_fs_.chmodSync)(path, modeOf(segment, i));
        setTimes(path, timesOf(segment, i));
    });
    makeLinks(plan, clear, touched.add);
    return {
        keptBytes,
        finishDirectories: () => {
            for (const directory of touched.unfinished("below"))
                finishDirectory(directory);
        },
        finishRoots: () => touched.unfinished("roots").flatMap(tryFinishDirectory),
    };
}
/** @returns the bytes of files that turned out to be right. */
async function write_tree_writeChunks(work) {
    const { plan, place, artifact, undo, pool, signal } = work;
    const needed = plan.chunks.filter((planned) => hasRun(plan, planned, isWritten));
    const rooms = [];
    let keptBytes = 0;
    const readAndWrite = async (read) => {
        const all = read.items.map((planned) => ({
            chunk: planned.chunk,
            files: columnsOf(plan, planned, isWritten),
        }));
        let chunks = all;
        await readChecked(async (fresh) => {
            signal?.throwIfAborted();
            const room = takeRoom(rooms, read.length);
            const stored = await readPack(place, artifact, read, { signal, into: room, fresh });
            // Only what was read into our own room may be given away: the inline pack is a part of the artifact.
            const isOwn = stored.buffer === room.buffer;
            const transfer = isOwn ? [room.buffer] : [];
            const { outcome, room: returned } = await pool.run("writeChunks", { stored, base: read.offset, chunks, undo: undo.folders }, { transfer });
            if (isOwn)
                rooms.push(returned);
            if (outcome.status === "failed")
                throw localError(outcome.path, outcome.why, outcome.code);
            keptBytes += outcome.keptBytes;
            if (outcome.status === "written")
                return;
            // A second read goes on where the first one stopped: files that it created must not be created again.
            chunks = chunks.slice(outcome.written);
            const name = packNameOf(place, artifact, read.pack);
            throw new errors_CorruptError(name, `chunk ${outcome.chunk}: ${outcome.why}`);
        });
        work.onWritten(all.reduce((sum, { files }) => sum + bytesOf(files), 0));
    };
    await forEachConcurrently(mergeReads(needed, ({ chunk }) => chunk), write_tree_READS_AT_ONCE, readAndWrite);
    return keptBytes;
}
/** Modes and times of files whose bytes are right, while others are written. */
async function correctWhatStands({ plan, pool, signal }, failure) {
    await forEachConcurrently(statesToCorrect(plan), CORRECTIONS_AT_ONCE, async (task) => {
        if (failure.aborted)
            return;
        signal?.throwIfAborted();
        const failed = await pool.run("correctStates", task);
        if (failed)
            throw localError(failed.path, failed.why, failed.code);
    });
}
function* statesToCorrect(plan) {
    let paths = [];
    let numbers = [];
    const take = () => {
        const task = { paths: paths.join("\0"), numbers: Float64Array.from(numbers) };
        [paths, numbers] = [[], []];
        return task;
    };
    for (const { segment, actions } of plan.segments) {
        for (const [i, action] of actions.entries()) {
            if (action !== Action.retime && action !== Action.remode)
                continue;
            paths.push(plan_pathOf(plan, segment, i));
            numbers.push(action === Action.remode ? modeOf(segment, i) : AS_IT_IS, secondsOf(timesOf(segment, i)));
            if (paths.length === CORRECTED_AT_ONCE)
                yield take();
        }
    }
    if (paths.length > 0)
        yield take();
}
function isWritten(action) {
    return !hasItsBytes(action);
}
/** Read into again and again: fresh memory costs a page fault for each 4 KiB. */
function takeRoom(rooms, length) {
    const room = rooms.pop() ?? new ArrayBuffer(READ_TARGET_BYTES);
    return room.byteLength >= length ? new Uint8Array(room, 0, length) : new Uint8Array(length);
}
function bytesOf({ numbers }) {
    let bytes = 0;
    for (let at = 1; at < numbers.length; at += FILE_NUMBERS)
        bytes += numbers[at];
    return bytes;
}
function modeOf({ modes }, i) {
    return modes[i] & PERMISSION_BITS;
}
function makeDirectory({ path, relative, mode, found }, touched) {
    if (found)
        return;
    touched.add((0,external_node_path_.dirname)(path));
    // The root itself was made with its marker.
    if (relative !== "" || !(0,external_node_fs_.lstatSync)(path, { throwIfNoEntry: false }))
        (0,external_node_fs_.mkdirSync)(path, 0o700 | mode);
    touched.add(path);
}
function createTouched(plan) {
    const planned = new Map(plan.directories.map((directory) => [directory.path, directory]));
    const folders = new Set();
    // Folders that are new get their modes and times in any case: in an empty workspace there is nothing to remember.
    const isAnyFound = plan.directories.some((directory) => directory.found);
    const add = (folder) => {
        if (!isAnyFound || folders.has(folder))
            return;
        folders.add(folder);
        const found = planned.get(folder)?.found;
        if (found && !isWritable(found.mode))
            (0,external_node_fs_.chmodSync)(folder, found.mode | 0o700);
    };
    return {
        add,
        addParent: (segment, i) => {
            if (isAnyFound)
                add((0,external_node_path_.dirname)(plan_pathOf(plan, segment, i)));
        },
        unfinished(which) {
            return plan.directories.toReversed().filter(({ relative, path, mode, found, ...times }) => {
                const isRoot = relative === "";
                const isRight = found?.mode === mode && isSameTime(found, times);
                return isRoot === (which === "roots") && (isRoot || !isRight || folders.has(path));
            });
        },
    };
}
function finishDirectory({ path, mode, found, ...times }) {
    // What was made has whatever mode the folder around it hands down; what was found may have been made writable.
    if (found?.mode !== mode || !isWritable(mode))
        (0,external_node_fs_.chmodSync)(path, mode);
    setTimes(path, times);
}
function isWritable(mode) {
    return (mode & 0o300) === 0o300;
}
function tryFinishDirectory(directory) {
    try {
        finishDirectory(directory);
        return [];
    }
    catch (error) {
        return [`${directory.path} did not get its mode and times: ${error.message}`];
    }
}
//# sourceMappingURL=write-tree.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/write-undoably.js
// The write of a restore inside its undo: marker and undo folder before the first change, modes and times of folders at
// the end, and everything taken back when anything fails.




/** Writes what the plan says; when that fails, the tree is as it was. */
async function writeUndoably({ request, place, artifact, todo, targets, pool, }) {
    const clean = request.clean ?? false;
    const undo = beginUndo(targets, !isUnchanged(todo, clean), ({ index, place, survey }) => ({
        created: () => relativeTo(place.folder, createdPaths(todo, index)),
        states: statesToKeep(todo, index, survey),
    }));
    let doneBytes = 0;
    const onWritten = (bytes) => {
        doneBytes += bytes;
        request.onProgress?.(progressOf(todo, doneBytes));
    };
    try {
        const written = await writeTree({
            plan: todo,
            place,
            artifact,
            undo,
            pool,
            clean,
            signal: request.signal,
            onWritten,
        });
        written.finishDirectories();
        undo.finish();
        return { ...written, notices: written.finishRoots() };
    }
    catch (error) {
        // Nothing may be written any more while what was written is taken back.
        await pool.close();
        undo.rollBack();
        throw error;
    }
}
/** Paths of a root that will be made where nothing is, parents before children. */
function createdPaths(todo, index) {
    const inTheWay = new Set(todo.inTheWay);
    const created = [];
    const add = (root, path) => {
        if (root === index && !inTheWay.has(path))
            created.push(path);
    };
    for (const { found, root, path } of todo.directories)
        if (!found)
            add(root, path);
    forEachFile(todo, ({ segment, actions }, i) => {
        if (actions[i] === Action.create)
            add(segment.roots[i], plan_pathOf(todo, segment, i));
    });
    for (const { exists, root, path } of todo.links)
        if (!exists)
            add(root, path);
    return created;
}
/** Folders, and files of which perhaps only mode and times change; parents before children. */
function statesToKeep(todo, index, { walked }) {
    const stale = new Set();
    forEachFile(todo, ({ segment, actions }, i) => {
        const action = actions[i];
        const isStale = action === Action.compareStale || (hasItsBytes(action) && action !== Action.keep);
        if (isStale && segment.roots[i] === index)
            stale.add(segment.paths[i]);
    });
    return walked.filter(({ kind, path }) => path !== "" && (kind === "directory" || stale.has(path)));
}
/** Whether the tree is as it should be but for the times of folders: then not even a marker is needed. */
function isUnchanged(todo, clean) {
    if (todo.inTheWay.length > 0 || (clean && todo.extras.length > 0))
        return false;
    if (!todo.directories.every(({ found }) => found) || !todo.links.every((link) => link.isLinked))
        return false;
    let isKept = true;
    forEachFile(todo, ({ actions }, i) => {
        isKept &&= actions[i] === Action.keep;
    });
    return isKept;
}
function relativeTo(folder, paths) {
    return paths.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
}
function progressOf(todo, doneBytes) {
    return {
        phase: "write",
        doneBytes,
        totalBytes: todo.treeBytes,
        doneEntries: 0,
        totalEntries: todo.fileCount,
    };
}
//# sourceMappingURL=write-undoably.js.map
;// CONCATENATED MODULE: ./packages/core/dist/restore/restore.js
// restore = lookup -> plan -> get -> verify -> write. It ends with the tree as the artifact has it, or as it was.






















/** @throws CacheError; a miss is a value. */
async function restore(backend, request) {
    const startedAt = performance.now();
    const asking = new AbortController();
    // While the index is asked, and before it is known what for.
    const sealed = findSealedRoots(request, backend.stampsFolder, asking.signal);
    try {
        const found = await lookup(backend, request);
        if (found.status === "miss")
            return found;
        const restored = await restoreRef(backend, request, found.ref, sealed);
        return {
            ...found,
            ...restored,
            entryCount: found.ref.entryCount,
            durationMs: performance.now() - startedAt,
        };
    }
    finally {
        asking.abort();
    }
}
async function restoreRef(backend, request, ref, sealed) {
    const { folders } = request;
    const place = { store: backend.store, domain: ref.domain, contentHash: ref.contentHash };
    const counted = countUse(backend, request, ref);
    try {
        const { stamps } = sealed;
        if (stamps.every((stamp) => isSameArtifact(stamp, ref)) && (await sealed.untouched)) {
            writeHandover(folders.temp, { restored: [ref], stamps });
            return { restoredBytes: ref.treeBytes, keptBytes: ref.treeBytes, notices: [] };
        }
        const restored = await restoreArtifact(backend, request, place, sealed).catch((error) => {
            throw asLocalError(error);
        });
        writeHandover(folders.temp, { restored: [ref] });
        return restored;
    }
    catch (error) {
        reportBroken(folders.temp, ref, error);
        throw error;
    }
    finally {
        await counted;
    }
}
/**
 * Beside the restore, never instead of it. A job writes only rows of its own scope: a pull request's use of main's Ref
 * is not counted here.
 */
async function countUse({ index, clock, refTtlMs }, { access, signal }, ref) {
    const { writes } = access;
    if (writes?.repository !== ref.scope.repository || writes.ref !== ref.scope.ref)
        return;
    const atMs = clock.now();
    try {
        await index.touch(ref, { atMs, expiresAtMs: Math.min(atMs + refTtlMs, ref.notAfterMs), signal });
    }
    catch {
        // A count that is one too low harms nobody; a restore that fails for it would.
    }
}
/** The job's save step then neither reuses these objects nor keeps the Ref that named them. */
function reportBroken(temp, ref, error) {
    const isBroken = error instanceof errors_CorruptError || error instanceof ObjectMissingError || error instanceof UnsafePathError;
    if (!isBroken)
        return;
    const object = error instanceof UnsafePathError ? artifactName(ref.domain, ref.contentHash) : error.objectName;
    writeHandover(temp, { broken: [{ domain: ref.domain, contentHash: ref.contentHash, objects: [object] }] });
}
async function restoreArtifact(backend, request, place, sealed) {
    const { signal } = request;
    const artifact = await readArtifact(place, { signal });
    const lines = anchorLines(request.paths, request.folders);
    const isAnythingThere = artifact.header.roots.some((root) => (0,external_node_fs_.existsSync)(resolveRoot(root, request.folders)));
    const pool = openPool({ umask: process.umask() }, { isSmall: artifact.header.packs.length === 0, url: backend.workerUrl, isLazy: isAnythingThere });
    const stop = () => void pool.close();
    signal?.addEventListener("abort", stop, { once: true });
    try {
        return await restoreWith(pool, backend, request, { place, artifact, lines, sealed });
    }
    catch (error) {
        signal?.throwIfAborted();
        throw error;
    }
    finally {
        signal?.removeEventListener("abort", stop);
        await pool.close();
    }
}
async function restoreWith(pool, { stampsFolder }, request, { place, artifact, lines, sealed }) {
    const { folders, signal } = request;
    const startedAtMs = Date.now();
    const segments = [];
    for await (const segment of readSegments(place, artifact, { signal }))
        segments.push(segment);
    const roots = rootsWithEntries(artifact, segments);
    const targets = resolveTargets(roots, lines, folders);
    for (const target of targets)
        refuseOtherKind(target);
    const recovered = targets.filter((target) => recover(target.place));
    const current = recovered.length > 0 ? resolveTargets(roots, lines, folders) : targets;
    const isExcluded = excluder(lines, folders);
    const stamps = findStamps(current, folders.temp, stampsFolder);
    const known = await findKnownContent({ place, artifact, segments }, { stamps, sealed: recovered.length > 0 ? [] : await sealed.roots }, { signal });
    const surveyed = current.map((target) => {
        const { index } = target;
        const about = { stamp: stamps.get(index), sealed: known.get(index)?.sealed, nowMs: Date.now() };
        return { ...target, survey: takeSurvey(target, { isExcluded, ...about }) };
    });
    const todo = plan({
        segments,
        targets: new Map(surveyed.map((target) => [target.index, target])),
        isKnown: (s, i, walked) => known.get(segments[s].roots[i])?.isKnown(s, i, walked) ?? false,
        rootCount: artifact.header.roots.length,
        windows: process.platform === "win32",
        foldsCase: process.platform === "win32" || process.platform === "darwin",
    });
    await checkDisk(todo, pool, signal);
    const written = await writeUndoably({ request, place, artifact, todo, targets: surveyed, pool });
    const isComplete = written.notices.length === 0 && (todo.extras.length === 0 || request.clean === true);
    const finished = { plan: todo, targets: surveyed, place, artifact, startedAtMs, isComplete };
    leaveStamps(stampRoots(finished), folders.temp, stampsFolder);
    return {
        restoredBytes: todo.treeBytes,
        keptBytes: written.keptBytes + keptBytesOf(todo),
        notices: [...noticesOf(todo, request, recovered.length), ...written.notices],
    };
}
/** The roots that the artifact has something for, by their own entries: one that could not be read has none. */
function rootsWithEntries({ header }, segments) {
    const kinds = new Map();
    for (const segment of segments)
        for (let i = 0; i < segment.entryCount; i++)
            if (segment.paths[i] === "")
                kinds.set(segment.roots[i], segment.kinds[i]);
    return header.roots.flatMap((root, index) => {
        const kind = kinds.get(index);
        if (kind === Kind.symlink)
            throw new UnsafePathError(root.path, "a root can't be a symbolic link");
        return kind === undefined ? [] : [{ ...root, index, isFile: kind !== Kind.directory }];
    });
}
/** A whole folder is not thrown away for a file, nor a file that a user put where a folder is expected. */
function refuseOtherKind({ root, isFile, found }) {
    if (found === (isFile ? "folder" : "other")) {
        const [there, wanted] = isFile ? ["folder", "file"] : ["file", "folder"];
        throw new LocalFileError(`${root} is a ${there}, and the cache holds a ${wanted} of this name`, {
            hint: `delete the ${there} before the restore`,
        });
    }
}
function noticesOf(todo, request, recovered) {
    const notices = [];
    if (recovered > 0)
        notices.push("undid an earlier restore into the same paths that had not finished");
    if (todo.maskedModes > 0)
        notices.push(`${todo.maskedModes} entries were saved with setuid, setgid or sticky bits: these are not restored`);
    if (todo.extras.length > 0 && !request.clean) {
        notices.push(`${todo.extras.length} paths that the cache does not hold were left as they are (clean: true removes them)`);
    }
    return notices;
}
function keptBytesOf(todo) {
    let bytes = 0;
    forEachFile(todo, ({ segment, actions }, i) => {
        if (hasItsBytes(actions[i]))
            bytes += segment.sizes[i];
    });
    return bytes;
}
//# sourceMappingURL=restore.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/left-out.js
// What a save had to leave out, named once: a few examples for each reason, and how many more.
const EXAMPLES = 3;
function createLeftOut() {
    const byReason = new Map();
    const counts = new Map();
    return {
        add(path, why) {
            counts.set(why, (counts.get(why) ?? 0) + 1);
            const examples = byReason.get(why) ?? [];
            if (examples.length < EXAMPLES)
                examples.push(JSON.stringify(path));
            byReason.set(why, examples);
        },
        notices: () => [...byReason].map(([why, examples]) => {
            const more = counts.get(why) - examples.length;
            return `left out, since ${why}: ${examples.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
        }),
    };
}
//# sourceMappingURL=left-out.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/record-provenance.js
// Writes the provenance of a save beside its artifact, while the save commits. It never fails a save.




/** One record for each run: the first one that a run writes stands. */
async function recordProvenance({ store }, { ref, run, handover, reads }, options) {
    if (!run)
        return;
    const isRead = ({ scope }) => reads.some(({ repository, ref: name }) => repository === scope.repository && name === scope.ref);
    const dependencies = handover.restored.filter(isRead).map(({ contentHash }) => contentHash);
    const record = makeProvenance(ref, run, dependencies);
    const bytes = encodeProvenance(record);
    const name = metadataName(ref.domain, ref.contentHash, recordName(run, ref.createdAtMs));
    try {
        await store.put(name, bytes, sha256(bytes), options);
    }
    catch (error) {
        // What is saved is of use without it.
        if (!(error instanceof CacheError) && !options.signal?.aborted)
            throw error;
    }
}
//# sourceMappingURL=record-provenance.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/bases.js
// Base artifacts: what this job restored and the newest visible artifacts with the longest common key prefix, at most
// three. What they hold is not sent again, unless its pack is too old, condemned, known broken, or better rewritten.





const MAX_BASES = 3;
/** Prefixes of the key that are tried, longest first, before "any key": bounds the requests. */
const MAX_PREFIXES = 3;
/** Never fails a save: a base that can't be found or read is one less. */
async function loadHeld(backend, query, options) {
    const held = {
        chunks: new Map(),
        segments: new Map(),
        packs: new Map(),
        stamped: [],
        rewritten: new Set(),
    };
    const tried = new Set();
    const tryBase = (base) => bases_tolerate(options, async () => {
        if (tried.size === MAX_BASES || tried.has(base.contentHash) || !isUsable(base, query))
            return;
        tried.add(base.contentHash);
        await addBase(held, { store: backend.store, domain: base.domain, contentHash: base.contentHash }, backend, query, options);
    });
    for (const ref of query.handover.restored)
        await tryBase(ref);
    await bases_tolerate(options, async () => {
        for (const prefix of keyPrefixes(query.id.key)) {
            for (const scope of uniqueScopes([query.id.scope, ...query.reads])) {
                if (held.chunks.size > 0)
                    return;
                const ref = await backend.index.lookup({ scope, version: query.id.version, key: prefix, match: "prefix" }, options);
                if (ref)
                    await tryBase(ref);
            }
        }
    });
    return held;
}
function isUsable(ref, { id, domain, handover }) {
    const isBroken = handover.broken.some((artifact) => artifact.contentHash === ref.contentHash);
    // What main reads must not rest on anything that a pull request wrote.
    const isAllowed = ref.domain === "trusted" || domain === "pr";
    return ref.version === id.version && isAllowed && !isBroken;
}
function uniqueScopes(scopes) {
    return scopes.filter((scope, i) => scopes.findIndex(({ repository, ref }) => repository === scope.repository && ref === scope.ref) === i);
}
async function bases_tolerate({ signal }, work) {
    try {
        await work();
    }
    catch (error) {
        if (signal?.aborted || !(error instanceof CacheError))
            throw error;
    }
}
/** `a-b-c` -> `a-b-c`, `a-b-`, `a-`, ``: the key itself, then cut behind its last separators. */
function keyPrefixes(key) {
    const prefixes = [key];
    for (const separator of [...key.matchAll(/[-:_/.|]/g)].reverse()) {
        if (prefixes.length > MAX_PREFIXES)
            break;
        prefixes.push(key.slice(0, separator.index + 1));
    }
    return [...new Set([...prefixes, ""])];
}
async function addBase(held, place, backend, query, options) {
    const broken = new Set(query.handover.broken.flatMap((artifact) => artifact.objects));
    const isGone = (name) => broken.has(name) || query.condemned.has(name);
    if (isGone(artifactName(place.domain, place.contentHash)))
        return;
    const artifact = await readArtifact(place, options);
    const reusable = new Map(artifact.header.packs
        .filter((pack) => isYoung(pack.bornDay, pack.domain, backend.clock.now()) &&
        !isGone(packName(pack.domain, pack.digest)))
        .map((pack) => [pack.digest, pack]));
    for (const pack of packsToRewrite(artifact.header))
        held.rewritten.add(pack);
    for (const pack of held.rewritten)
        reusable.delete(pack);
    // All or nothing: a chunk is held only together with its pack.
    const chunks = [];
    const isStamped = query.handover.stamps.some(({ contentHash }) => contentHash === place.contentHash);
    const segments = [];
    for await (const segment of readSegments(place, artifact, options)) {
        if (isStamped)
            segments.push(segment);
        for (const chunk of segment.chunks)
            if (reusable.has(chunk.pack))
                chunks.push(chunk);
    }
    for (const chunk of chunks)
        held.chunks.set(chunk.digest, chunk);
    for (const segment of artifact.header.segments) {
        if (segment.chunk.pack !== INLINE_PACK && reusable.has(segment.chunk.pack))
            held.segments.set(segment.chunk.digest, segment);
    }
    for (const [digest, pack] of reusable)
        held.packs.set(digest, pack);
    const { domain, contentHash } = place;
    if (isStamped)
        held.stamped.push({ domain, contentHash, header: artifact.header, segments });
}
const bases_DAY_MS = 86_400_000;
/** In the first half of its life: a Ref made now is then good for at least the other half. */
function isYoung(bornDay, domain, nowMs) {
    return nowMs - bornDay * bases_DAY_MS < LIFETIME_MS[domain] / 2;
}
function dayOf(timeMs) {
    return Math.floor(timeMs / bases_DAY_MS);
}
function endOfLife(bornDay, domain) {
    return bornDay * bases_DAY_MS + LIFETIME_MS[domain];
}
/** When the first of an artifact's objects may be deleted. */
function endOfArtifact(bornMs, domain, { packs }) {
    return Math.min(endOfLife(dayOf(bornMs), domain), ...packs.map((pack) => endOfLife(pack.bornDay, pack.domain)));
}
/** The least used packs of an artifact that has nearly too many, as far as a tenth of the tree goes. */
function packsToRewrite({ packs }) {
    const usedBytes = packs.reduce((sum, pack) => sum + pack.usedBytes, 0);
    // A tree of many gigabytes needs many full packs; only more than twice as many are too many.
    const limit = Math.max(PACKS_BEFORE_REWRITE, (2 * usedBytes) / PACK_TARGET_BYTES);
    if (packs.length < limit - SPARE_PACKS)
        return [];
    let budget = usedBytes * REWRITE_SHARE;
    const rewritten = [];
    for (const pack of [...packs].sort((a, b) => a.usedBytes - b.usedBytes)) {
        budget -= pack.usedBytes;
        if (budget < 0 || packs.length - rewritten.length <= limit / 2)
            break;
        rewritten.push(pack.digest);
    }
    return rewritten;
}
/** Packs that one save usually adds. */
const SPARE_PACKS = 8;
//# sourceMappingURL=bases.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/commit.js
// commit: the one write that makes an artifact visible, and what a save asks before: what prune is going to delete, and
// whether it is itself younger than prune's grace.




/**
 * Names that prune is going to delete; a save must not rely on them.
 * @throws CorruptError when the list can't be read: then nothing may be relied on.
 */
async function readCondemned({ store }, options) {
    try {
        const bytes = await store.get(CONDEMNED_NAME, undefined, options);
        return new Set(decodeCondemned(bytes).flatMap(({ names }) => names));
    }
    catch (error) {
        if (error instanceof ObjectMissingError)
            return new Set();
        throw error;
    }
}
/** @throws DeadlineError when the save is older than what prune waits for. */
async function commitRef({ index }, ref, options) {
    if (options.ageMs > SAVE_MAX_AGE_MS) {
        throw new DeadlineError("this save took longer than six hours: what it relies on may be gone", {
            hint: "save again",
        });
    }
    return index.commit(ref, options);
}
//# sourceMappingURL=commit.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/known-files.js
// Files that need not be read: those that this job restored or saved, that have not changed since, and whose chunks the
// store still holds. Stamps of other jobs don't count here: what a job saves must not rest on what another one left.
//
// What is known changes nothing of what is stored, but for one thing: a file that is not known, and is a copy of one that is,
// is stored again, since nobody looks at the other's bytes.







function createKnownFiles(root, { stamps, bases, chunks, nowMs }) {
    const stamp = findStamp(stamps, undefined, root.absolute);
    const base = stamp && bases.find((each) => isSameArtifact(each, stamp));
    const index = base?.header.roots.findIndex((each) => isSameRoot(each, root));
    if (!stamp || !base || index === undefined || index < 0)
        return () => undefined;
    const isUnchanged = createTrust(stamp, nowMs);
    const find = createEntryFinder(base.segments, index);
    return (walked) => {
        const isFile = isUnchanged(walked);
        const found = find(walked.path);
        if (!isFile || !found)
            return undefined;
        const entry = entryAt(...found);
        const isSame = entry.kind === "file" &&
            entry.size === walked.size &&
            entry.mode === walked.mode &&
            isSameTime(entry, walked) &&
            entry.extents.every((extent) => chunks.has(extent.chunk));
        return isSame ? entry.extents : undefined;
    };
}
//# sourceMappingURL=known-files.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/lease.js
// A lease tells other jobs that a key is being saved, so that a matrix of them does not compress the same tree. It only
// advises, is renewed while the save runs, and ends by itself soon after a crash.


const lease_LEASE_MS = 60_000;
const RENEW_EVERY_MS = 20_000;
/** @param owner names the job; host and process are added, so that a dead one on this machine is noticed. */
async function holdLease({ index, clock }, id, owner, options) {
    const named = ownerHere(owner);
    const lease = () => ({ id, owner: named, expiresAtMs: clock.now() + lease_LEASE_MS });
    const other = await takeLease(index, lease, options);
    if (other)
        return { status: "busy", by: other };
    const renewal = setInterval(() => void index.acquireLease(lease(), options).catch(() => { }), RENEW_EVERY_MS);
    renewal.unref();
    return {
        status: "held",
        async release() {
            clearInterval(renewal);
            try {
                // Not with the save's signal: a cancelled save gives its lease up too.
                await index.releaseLease(lease(), { signal: AbortSignal.timeout(2_000) });
            }
            catch (error) {
                // It ends by itself.
                if (!(error instanceof CacheError) && !error.name?.match(/Abort|Timeout/))
                    throw error;
            }
        },
    };
}
//# sourceMappingURL=lease.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/put-verified.js
// Puts an object under the digest of its bytes. "Already there" is not believed: what stands under the name must have
// the size and the digest, be young enough and not condemned; else the same content goes under another name.


const put_verified_ATTEMPTS = 4;
async function putVerified(put) {
    for (let attempt = 0; attempt < put_verified_ATTEMPTS; attempt++) {
        const { bytes, detail } = put.form(attempt);
        const digest = sha256(bytes);
        const name = put.nameOf(digest);
        const object = { digest, detail, sizeBytes: bytes.length };
        if ((await put.store.put(name, bytes, digest, { signal: put.signal })) === "created") {
            return { ...object, bornMs: put.nowMs(), uploadedBytes: bytes.length };
        }
        const info = await put.store.head(name, { signal: put.signal });
        if (info && put.isReliable(name, info) && (await put_verified_holds(put, name, info, digest, bytes.length))) {
            return { ...object, bornMs: info.modifiedAtMs, uploadedBytes: 0 };
        }
    }
    throw new StoreUnavailableError(`${put.store.description} refuses every name for an object`, {
        hint: "look for something that writes into the store besides Cairn",
    });
}
async function put_verified_holds(put, name, info, digest, sizeBytes) {
    if (info.sizeBytes !== sizeBytes)
        return false;
    if (info.sha256)
        return info.sha256 === digest;
    try {
        return sha256(await put.store.get(name, undefined, { signal: put.signal })) === digest;
    }
    catch (error) {
        if (put.signal?.aborted || !(error instanceof CacheError) || error.retryable)
            throw error;
        return false;
    }
}
//# sourceMappingURL=put-verified.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/big-file.js
// A big file is cut by its content and stored in parts, each a chunk of its own. It has to be the same file before the
// first and after the last byte was read, or it is left out: a torn file is never stored.
/** The parts of a file in order, the end last, also when it can't be read. */
async function* readBigFile(path, pool) {
    const before = await pool.run("stateOf", { path: path.walked.absolute });
    const file = "problem" in before
        ? { path, before: undefined, parts: [], reads: [], problem: before.problem }
        : { path, before, parts: [], reads: [], problem: undefined };
    const size = file.before?.size ?? 0;
    for (let offset = 0; offset < size && file.problem === undefined;) {
        const cuts = await pool.run("cutFile", { path: path.walked.absolute, offset, size });
        if ("problem" in cuts)
            file.problem = cuts.problem;
        else {
            for (const length of cuts) {
                yield { file, offset, length };
                offset += length;
            }
        }
    }
    yield { file, offset: size, length: 0 };
}
async function storeBigFilePart({ file, offset, length }, pool) {
    if (length === 0) {
        // Only when no thread reads any more, the state says something about all that was read.
        await Promise.all(file.reads);
        const end = await pool.run("stateOf", { path: file.path.walked.absolute });
        const problem = problemAtEnd(file, end);
        return { chunks: [], paths: [file.path], problemOf: () => problem, entryOf: () => entryOf(file) };
    }
    const reading = pool.run("chunkFile", { path: file.path.walked.absolute, offset, length });
    file.reads.push(reading.then(noResult, noResult));
    const chunk = await reading;
    if ("problem" in chunk) {
        file.problem ??= chunk.problem;
        return partGroup([]);
    }
    file.parts.push({ offset, length, chunk: chunk.digest });
    return partGroup([chunk]);
}
/** Of a part that is not the last: the entry comes with that one. */
function partGroup(chunks) {
    const none = () => {
        throw new Error("a part of a file is no entry");
    };
    return { chunks, paths: [], problemOf: none, entryOf: none };
}
function noResult() { }
function problemAtEnd({ problem, before }, after) {
    if (problem !== undefined)
        return problem;
    if ("problem" in after)
        return after.problem;
    return after.ctimeNanos === before?.ctimeNanos && after.size === before.size
        ? undefined
        : "it changed while it was read";
}
function entryOf({ path, before, parts }) {
    const { size, mode, mtimeSeconds, mtimeNanos } = before;
    const extents = parts
        .sort((a, b) => a.offset - b.offset)
        .map(({ chunk, length }) => ({ chunk, offset: 0, length }));
    return {
        kind: "file",
        root: path.root,
        path: path.walked.path,
        size,
        mode,
        mtimeSeconds,
        mtimeNanos,
        extents,
    };
}
//# sourceMappingURL=big-file.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/known-group.js
// A group of which nothing is read: its entries point to the chunks that a base has them in.
/** @param paths of which those with bytes of their own are known. */
function knownGroup(paths) {
    const chunks = new Set();
    for (const { known } of paths)
        for (const { chunk } of known ?? [])
            chunks.add(chunk);
    return {
        chunks: [...chunks].map((digest) => ({ digest, plainLength: 0, stored: undefined })),
        paths,
        problemOf: () => undefined,
        entryOf: (i) => known_group_entryOf(paths[i]),
    };
}
function known_group_entryOf(path) {
    if (!hasOwnBytes(path))
        return entryWithoutBytes(path);
    const { root, walked, known } = path;
    const { path: relative, mode, size, mtimeSeconds, mtimeNanos } = walked;
    return { kind: "file", root, path: relative, mode, size, mtimeSeconds, mtimeNanos, extents: known };
}
function hasOwnBytes(path) {
    return path.walked.kind === "file" && !path.firstName;
}
/** Of folders, links and other names of a file. */
function entryWithoutBytes({ root, walked, firstName }) {
    const { path, kind, mode, mtimeSeconds, mtimeNanos, target } = walked;
    if (kind === "directory")
        return { kind, root, path, mode, mtimeSeconds, mtimeNanos };
    if (kind === "symlink")
        return { kind, root, path, target: target, mtimeSeconds, mtimeNanos };
    return { kind: "hardlink", root, path, targetRoot: firstName.root, target: firstName.path };
}
//# sourceMappingURL=known-group.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/resolve-roots.js
// From path lines to the roots that exist on this machine: globs expanded, nested roots dropped, a root that is a
// symbolic link followed once, and none that holds an unfinished restore.





/** @throws NothingToSaveError, UnfinishedRestoreError */
async function resolveRoots(lines, folders, expandGlob) {
    const includes = lines.filter((line) => !line.exclude);
    const found = [];
    for (const line of includes) {
        if (!line.isGlob)
            found.push({ anchor: line.anchor, path: line.path });
        else {
            const matches = await expandGlob(resolvePattern(line, folders), folders.workspace);
            found.push(...matches.sort().map((match) => rootOfMatch(match, line, folders)));
        }
    }
    const isExcluded = excluder(lines, folders);
    const located = found
        .flatMap((root) => locate(root, folders))
        .filter(({ written }) => !isExcluded(written));
    const roots = dropNested(located);
    if (roots.length === 0) {
        const spelled = includes.map((line) => resolveRoot(line, folders)).join(", ");
        throw new NothingToSaveError(`Path Validation Error: Path(s) specified in the action for caching do(es) not exist, hence no cache is being saved: ${spelled}`, {
            hint: "check `path`: relative lines start at the workspace, `~` is the home folder",
        });
    }
    for (const root of roots)
        refuseUnfinished(root);
    return roots;
}
function locate(root, folders) {
    const path = resolveRoot(root, folders);
    try {
        const absolute = (0,external_node_fs_.lstatSync)(path).isSymbolicLink() ? (0,external_node_fs_.realpathSync)(path) : path;
        return [{ anchor: root.anchor, path: root.path, absolute, written: path }];
    }
    catch (error) {
        if (["ENOENT", "ENOTDIR"].includes(error.code ?? ""))
            return [];
        throw error;
    }
}
/** A root inside another one is saved with it, once. In the order of the lines. */
function dropNested(roots) {
    const byPath = new Map(roots.toReversed().map((root) => [root.absolute, root]));
    return roots.filter((root) => byPath.get(root.absolute) === root && !foldersAbove(root.absolute).some((folder) => byPath.has(folder)));
}
/** Also a root below one with an unfinished restore, since its files belong to that; what is below, the walk finds. */
function refuseUnfinished(root) {
    const isFile = (0,external_node_fs_.lstatSync)(root.absolute).isFile();
    const places = [
        markerPlace(root.absolute, isFile),
        ...foldersAbove(root.absolute).map((folder) => markerPlace(folder, false)),
    ];
    const unfinished = places.find(readMarker);
    if (unfinished)
        throw unfinishedError(isFile && unfinished === places[0] ? root.absolute : unfinished.folder);
}
function unfinishedError(root) {
    return new UnfinishedRestoreError(root, {
        hint: "restore it once more, or delete it: a half-restored tree is never saved",
    });
}
function foldersAbove(path) {
    const above = (0,external_node_path_.dirname)(path);
    return above === path ? [] : [above, ...foldersAbove(above)];
}
//# sourceMappingURL=resolve-roots.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/first-contents.js
// Which contents of small files a save has met, and where it laid each first. There are as many as files, so each is a few
// numbers in columns and a path in one long buffer: objects would take half a gigabyte for a million files.
function createFirstContents() {
    /** The last content with a CRC-32, and for each content the one before it that has the same. */
    const byCrc = new Map();
    const before = [];
    const sizes = [];
    const ctimesMs = [];
    const chunks = [];
    const offsets = [];
    const pathEnds = [];
    let paths = Buffer.allocUnsafeSlow(FIRST_BYTES);
    let end = 0;
    // As a signed number it is no object of V8's, of which a map would need one for each file.
    const keyOf = (crc) => crc | 0;
    const keepPath = (path) => {
        if (end + 3 * path.length > paths.length) {
            const larger = Buffer.allocUnsafeSlow(2 * paths.length + 3 * path.length);
            paths.copy(larger, 0, 0, end);
            paths = larger;
        }
        end += paths.write(path, end);
        pathEnds.push(end);
    };
    return {
        find(size, crc) {
            let content = byCrc.get(keyOf(crc)) ?? first_contents_NONE;
            while (content !== first_contents_NONE && sizes[content] !== size)
                content = before[content];
            return content === first_contents_NONE ? undefined : content;
        },
        add(size, crc, { absolute, ctimeMs }) {
            const content = sizes.push(size) - 1;
            before.push(byCrc.get(keyOf(crc)) ?? first_contents_NONE);
            byCrc.set(keyOf(crc), content);
            ctimesMs.push(ctimeMs);
            chunks.push(undefined);
            offsets.push(0);
            keepPath(absolute);
            return content;
        },
        settle(content, chunk, offset) {
            chunks[content] = chunk;
            offsets[content] = offset;
        },
        extentOf: (content) => ({ chunk: chunks[content], offset: offsets[content], length: sizes[content] }),
        fileOf: (content) => ({
            absolute: paths.toString("utf8", content === 0 ? 0 : pathEnds[content - 1], pathEnds[content]),
            size: sizes[content],
            ctimeMs: ctimesMs[content],
        }),
    };
}
const first_contents_NONE = -1;
const FIRST_BYTES = 1 << 20;
//# sourceMappingURL=first-contents.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/small-files.js
// Small files are laid end to end, a batch a chunk. A worker reads the batch and keeps its bytes; here it is decided
// which of its files seem to be copies of earlier ones (equal bytes are stored once); the worker then compares those byte
// by byte and makes a chunk of the others.



function createSmallFiles(pool) {
    const contents = createFirstContents();
    /** Chunks of groups that were not read: what is known to lie in one of them is a copy. */
    const knownChunks = new Set();
    let batches = 0;
    return {
        know(paths) {
            const group = knownGroup(paths);
            for (const { digest } of group.chunks)
                knownChunks.add(digest);
            return group;
        },
        async read(paths) {
            const id = batches++;
            const thread = pool.pick();
            const own = [];
            for (const [i, path] of paths.entries())
                if (hasOwnBytes(path))
                    own.push(i);
            const task = { batch: id, files: listedFiles(own.map((i) => paths[i].walked)) };
            return { id, thread, paths, own, files: await pool.run("readBatch", task, { thread }) };
        },
        async store({ id, thread, paths, own, files }) {
            const added = new Int32Array(own.length).fill(small_files_NONE);
            const indices = [];
            const seeming = [];
            const held = [];
            /** Where the bytes of files lie that are not in the chunk of this batch, once asked. */
            const elsewhere = new Map();
            for (const [i, path] of own.entries()) {
                const [size, crc] = [files.numbers[i * READ_NUMBERS], files.numbers[i * READ_NUMBERS + 4]];
                if (size === 0)
                    continue;
                const { known, walked } = paths[path];
                const isAsListed = files.numbers[i * READ_NUMBERS + 1] === AS_LISTED;
                const there = known?.[0];
                const same = contents.find(size, crc);
                if (there && isAsListed && knownChunks.has(there.chunk)) {
                    held.push(i);
                    elsewhere.set(i, () => there);
                }
                else if (same !== undefined) {
                    indices.push(i);
                    seeming.push(same);
                    elsewhere.set(i, () => contents.extentOf(same));
                }
                else if (isAsListed)
                    added[i] = contents.add(size, crc, walked);
            }
            const copies = {
                indices: Uint32Array.from(indices),
                originals: listedFiles(seeming.map(contents.fileOf)),
            };
            // No await above this line: the order of the calls is the order of the decisions.
            const { chunk, offsets } = await pool.run("sealBatch", { batch: id, copies, held: Uint32Array.from(held) }, { thread });
            for (const [i, content] of added.entries())
                if (content !== small_files_NONE)
                    contents.settle(content, chunk.digest, offsets[i]);
            /** The other way round: which of the files that were read is path i. */
            const fileOf = new Int32Array(paths.length).fill(small_files_NONE);
            for (const [file, i] of own.entries())
                fileOf[i] = file;
            const extentsOf = (i) => {
                const length = files.numbers[i * READ_NUMBERS];
                if (length === 0)
                    return [];
                const isHere = offsets[i] !== NOT_STORED;
                return [isHere ? { chunk: chunk.digest, offset: offsets[i], length } : elsewhere.get(i)()];
            };
            return {
                chunks: chunk ? [chunk] : [],
                paths,
                problemOf: (i) => files.problems.get(fileOf[i]),
                entryOf: (i) => fileOf[i] === small_files_NONE
                    ? entryWithoutBytes(paths[i])
                    : fileEntry(paths[i], files, fileOf[i], extentsOf(fileOf[i])),
            };
        },
    };
}
const small_files_NONE = -1;
function listedFiles(files) {
    const numbers = new Float64Array(files.length * LISTED_NUMBERS);
    for (const [i, { size, ctimeMs }] of files.entries()) {
        numbers[i * LISTED_NUMBERS] = size;
        numbers[i * LISTED_NUMBERS + 1] = ctimeMs;
    }
    return { paths: files.map(({ absolute }) => absolute).join("\0"), numbers };
}
function fileEntry({ walked, root }, { numbers }, i, extents) {
    const at = i * READ_NUMBERS;
    const size = numbers[at];
    const mode = numbers[at + 1];
    const state = mode === AS_LISTED ? walked : { mode, mtimeSeconds: numbers[at + 2], mtimeNanos: numbers[at + 3] };
    return {
        kind: "file",
        root,
        path: walked.path,
        size,
        mode: state.mode,
        mtimeSeconds: state.mtimeSeconds,
        mtimeNanos: state.mtimeNanos,
        extents,
    };
}
//# sourceMappingURL=small-files.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/read-tree.js
// walk -> pack -> compress: turns the roots into groups of Entries with the chunks that hold their bytes, in walking
// order. Workers read, digest and compress; every decision (cuts, which file is new) is made here and in order, so that
// equal trees give equal chunks.









/** Every path counts with this much beside its bytes, so that many empty files are cut too. */
const PATH_WEIGHT_BYTES = 64;
/** Work under way for each thread: enough to never wait, little enough to bound memory. */
const WORK_PER_THREAD = 3;
async function* readTree(options) {
    const { pool, signal } = options;
    const limit = pool.size * WORK_PER_THREAD;
    const small = createSmallFiles(pool);
    const read = mapOrdered(cutTree(options), limit, async (step) => "batch" in step ? { batch: await small.read(step.batch) } : step);
    const stored = mapOrdered(read, limit, async (step) => {
        if ("known" in step)
            return small.know(step.known);
        return "batch" in step ? small.store(step.batch) : storeBigFilePart(step.part, pool);
    });
    const complete = createCompletion(options);
    for await (const group of stored) {
        // Not for each path: no signal comes while the walk goes on.
        signal?.throwIfAborted();
        yield complete(group);
    }
}
/** The walk, cut into batches of small files (with all other paths among them) and parts of big files. */
async function* cutTree(options) {
    let batch = [];
    let weight = 0;
    const takeBatch = () => {
        const taken = batch;
        batch = [];
        weight = 0;
        return needsReading(taken) ? { batch: relisted(taken, options) } : { known: taken };
    };
    for (const path of walkRoots(options)) {
        const { walked } = path;
        const ownBytes = walked.kind === "file" && !path.firstName ? walked.size : 0;
        if (ownBytes >= BIG_FILE_BYTES) {
            if (batch.length > 0)
                yield takeBatch();
            if (path.known)
                yield { known: [path] };
            else
                for await (const part of readBigFile(path, options.pool))
                    yield { part };
            continue;
        }
        if (weight + ownBytes + PATH_WEIGHT_BYTES > CHUNK_MAX_BYTES)
            yield takeBatch();
        batch.push(path);
        weight += ownBytes + PATH_WEIGHT_BYTES;
        if (walked.kind === "file" && cutsChunkAfter(walked.path, ownBytes + PATH_WEIGHT_BYTES))
            yield takeBatch();
    }
    if (batch.length > 0)
        yield takeBatch();
}
/** A batch is read as a whole or not at all: so its chunk does not depend on what happened to be known. */
function needsReading(batch) {
    return batch.some((path) => hasOwnBytes(path) && path.known === undefined);
}
/** What is read is first listed, so that a change in between is seen. */
function relisted(batch, options) {
    const there = [];
    for (const path of batch) {
        const { walked, known } = path;
        const now = hasOwnBytes(path) ? relist(walked, options) : walked;
        if (now === walked)
            there.push(path);
        else if (now) {
            const isSame = now.kind === "file" &&
                now.size === walked.size &&
                now.mode === walked.mode &&
                isSameTime(now, walked);
            there.push({ ...path, walked: now, known: isSame ? known : undefined });
        }
    }
    return there;
}
function* walkRoots({ roots, sealed, known, onWalked, isExcluded, onLeftOut, }) {
    const firstNames = new Map();
    const onMarker = (folder) => {
        throw unfinishedError(folder);
    };
    for (const [root, { absolute: top, written }] of roots.entries()) {
        const isExcludedHere = top === written ? isExcluded : (path) => isExcluded(written + path.slice(top.length));
        for (const walked of walkTree(top, sealed[root], { isExcluded: isExcludedHere, onLeftOut, onMarker })) {
            onWalked(root, walked);
            const isLinked = walked.kind === "file" && walked.inode !== undefined;
            const firstName = isLinked ? firstNames.get(walked.inode) : undefined;
            if (isLinked && !firstName)
                firstNames.set(walked.inode, { root, path: walked.path });
            yield { walked, root, firstName, known: known[root]?.(walked) };
        }
    }
}
/** Makes the entries of each group in turn, without what was left out and the other names of it. */
function createCompletion({ onLeftOut }) {
    const leftOut = new Set();
    const nameOf = ({ root, path }) => `${root}/${path}`;
    return (group) => {
        const entries = [];
        for (const [i, { walked, root, firstName }] of group.paths.entries()) {
            const isOfLeftOut = firstName && leftOut.size > 0 && leftOut.has(nameOf(firstName));
            const why = group.problemOf(i) ?? (isOfLeftOut ? "it is another name of a file that was left out" : undefined);
            if (why === undefined)
                entries.push(group.entryOf(i));
            else {
                leftOut.add(nameOf({ root, path: walked.path }));
                onLeftOut(walked.absolute, why);
            }
        }
        return { chunks: group.chunks, entries };
    };
}
//# sourceMappingURL=read-tree.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/reuse-artifact.js
// The quickest save: what this job restored, and nobody has touched since, is in the store already, as a whole. Only a new
// Ref has to be made.





/** The artifact of untouched roots, as if it had been written now; undefined where a new one is better. */
async function reuseArtifact({ store, clock }, { stamps, untouched }, { roots, domain, unreliable, signal }) {
    const stamp = stamps.length === roots.length && (await untouched) ? stamps[0] : undefined;
    if (stamp?.domain !== domain)
        return undefined;
    const { contentHash } = stamp;
    const name = artifactName(domain, contentHash);
    if (unreliable.has(name))
        return undefined;
    try {
        const [{ header }, info] = await Promise.all([
            readArtifact({ store, domain, contentHash }, { signal }),
            store.head(name, { signal }),
        ]);
        if (!info)
            return undefined;
        const nowMs = clock.now();
        const isReliable = isYoung(dayOf(info.modifiedAtMs), domain, nowMs) &&
            packsToRewrite(header).length === 0 &&
            header.packs.every((pack) => isYoung(pack.bornDay, pack.domain, nowMs) && !unreliable.has(packName(pack.domain, pack.digest)));
        const isSame = header.roots.length === roots.length && header.roots.every((root, i) => isSameRoot(root, roots[i]));
        if (!isReliable || !isSame)
            return undefined;
        const artifact = {
            contentHash,
            header,
            artifactBytes: info.sizeBytes,
            notAfterMs: endOfArtifact(info.modifiedAtMs, domain, header),
            uploadedBytes: 0,
            reusedBytes: header.treeBytes,
        };
        // Those that are there go on to hold.
        return { artifact, stamps: [], notices: [] };
    }
    catch (error) {
        if (signal?.aborted || !(error instanceof CacheError))
            throw error;
        return undefined;
    }
}
//# sourceMappingURL=reuse-artifact.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/sealed-roots.js
// Roots that this job restored and that are sealed: what has changed in them since is told without a walk of the disk.





/** @param ofJob stamps of this job: what it saves must not rest on what another one left. */
function sealed_roots_findSealedRoots({ lines, roots }, ofJob, signal) {
    // The restore may have had other `!` lines.
    if (lines.some((line) => line.exclude))
        return askForChanges([], signal);
    const stamps = roots.flatMap((root) => {
        const stamp = findStamp(ofJob, undefined, root.absolute);
        return stamp && isSameRoot(stamp.root, root) ? [stamp] : [];
    });
    return askForChanges(stamps, signal);
}
/** For each root: what it holds, where it is sealed and the artifact it was sealed with is among the bases. */
function openSealedTrees(roots, sealed, bases) {
    return roots.map(({ absolute }) => {
        const own = sealed.find(({ stamp }) => stamp.folder === absolute);
        const base = own && bases.find((each) => isSameArtifact(each, own.stamp));
        return base && openSealedTree(own, base.header, base.segments);
    });
}
//# sourceMappingURL=sealed-roots.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/small-tree.js
// Whether a tree is so small that it is stored before a thread has started.

/** Read and compressed in some 20 ms, a third of what a thread takes to start. */
const SMALL_TREE_BYTES = 1024 * 1024;
const SMALL_TREE_PATHS = 256;
/** Counts what is going to be left out, too: that makes a tree no larger. */
function isSmallTree(roots) {
    let paths = 0;
    let bytes = 0;
    for (const { absolute } of roots) {
        for (const { kind, size } of walk(absolute, { isExcluded: () => false, onLeftOut: () => { } })) {
            paths++;
            if (kind === "file")
                bytes += size;
            if (paths > SMALL_TREE_PATHS || bytes > SMALL_TREE_BYTES)
                return false;
        }
    }
    return true;
}
//# sourceMappingURL=small-tree.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/stamp-saved.js
// The stamps that a save leaves: what it listed is what it stored, and what changes later gets a later ctime than anything
// that was listed.


function createStamper(roots) {
    const seen = roots.map(() => ({ beforeMs: 0, folders: [] }));
    return {
        see(root, walked) {
            const of = seen[root];
            of.beforeMs = Math.max(of.beforeMs, walked.ctimeMs);
            if (walked.kind === "directory")
                of.folders.push(walked);
        },
        stamps: (domain, contentHash) => roots.flatMap(({ absolute: folder, anchor, path }, i) => {
            const { beforeMs, folders } = seen[i];
            const own = (0,external_node_fs_.lstatSync)(folder, { bigint: true, throwIfNoEntry: false });
            if (!own || folders.length === 0)
                return [];
            const identity = identityOf(own);
            const root = { anchor, path };
            return [makeStamp({ folder, identity, domain, contentHash, root, beforeMs }, folders)];
        }),
    };
}
//# sourceMappingURL=stamp-saved.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/pack-codec.js
// The bytes of a pack: stored chunks end to end, then a skippable zstd frame that lists them, so that a pack explains
// itself without any artifact and `zstd -d` reads straight through one whose chunks are all zstd.




/** Skippable frames have the magic numbers 0x184D2A50..5F (RFC 8878, 3.1.2); one of Cairn's is 0x184D2A5C. */
const SKIPPABLE_MAGIC = 0x184d2a5c;
const LIST_MAGIC = "CPK1";
/** A frame that readers skip; in front of a pack it gives the same chunks another name. */
function randomSkippableFrame() {
    return skippableFrame((0,external_node_crypto_.randomBytes)(16));
}
/** The frame that ends a pack. Its last 8 bytes are the frame's own length and LIST_MAGIC, to be found from the end. */
function encodePackList(chunks) {
    const out = createByteWriter();
    out.varint(chunks.length);
    for (const chunk of chunks) {
        out.digest(chunk.digest);
        out.digest(chunk.storedDigest);
        out.varint(chunk.offset);
        out.varint(chunk.storedLength);
        out.varint(chunk.plainLength);
        out.byte(segment_layout_CODECS.indexOf(chunk.codec));
    }
    const list = out.finish();
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(8 + list.length + tail.length, 0);
    tail.write(LIST_MAGIC, 4, "latin1");
    return skippableFrame(Buffer.concat([list, tail]));
}
/** @throws CorruptError */
function decodePackList(pack, what) {
    const buffer = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength);
    if (buffer.length < 16 || buffer.toString("latin1", buffer.length - 4) !== LIST_MAGIC)
        throw new CorruptError(what, "it does not end in a list of chunks");
    const frameLength = buffer.readUInt32LE(buffer.length - 8);
    if (frameLength < 16 || frameLength > buffer.length)
        throw new CorruptError(what, "its list of chunks is cut off");
    const frame = buffer.subarray(buffer.length - frameLength);
    if (frame.readUInt32LE(0) !== SKIPPABLE_MAGIC || frame.readUInt32LE(4) !== frameLength - 8) {
        throw new CorruptError(what, "its list of chunks is malformed");
    }
    const reader = createByteReader(frame.subarray(8, frameLength - 8), what);
    const chunks = Array.from({ length: reader.count(64) }, () => {
        const digest = reader.digest();
        const storedDigest = reader.digest();
        const [offset, storedLength, plainLength] = [reader.varint(), reader.varint(), reader.varint()];
        const codec = CODECS[reader.byte()];
        if (!codec || offset + storedLength > buffer.length)
            throw new CorruptError(what, "a chunk lies outside it");
        return { digest, storedDigest, offset, storedLength, plainLength, codec };
    });
    reader.end();
    return chunks;
}
function skippableFrame(payload) {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(SKIPPABLE_MAGIC, 0);
    head.writeUInt32LE(payload.length, 4);
    return Buffer.concat([head, payload]);
}
//# sourceMappingURL=pack-codec.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/build-packs.js
// put: collects stored chunks into packs of 16 to 32 MiB and uploads each as soon as it is full, a few at a time. A
// chunk's place is known once its pack is in the store, since only then the pack's name is certain.



/**
 * Enough that a slow answer does not keep the threads waiting: while an upload is waited for, nothing new is read. Each
 * holds a pack in memory.
 */
const UPLOADS_AT_ONCE = 4;
/** @param onUploaded called once for each pack, in no order. */
function createPackBuilder(put, onUploaded) {
    const uploads = [];
    const underWay = new Set();
    const arrived = new Set();
    let stored = 0;
    let open;
    /** Of packs that are in the store, to be filled again: fresh memory costs a page fault for each 4 KiB. */
    const rooms = [];
    const seal = async () => {
        if (!open)
            return;
        const { bytes, length, chunks } = open;
        open = undefined;
        const number = uploads.length;
        const upload = put((attempt) => formPack(bytes, length, chunks, attempt)).then((pack) => {
            onUploaded(pack);
            arrived.add(number);
            while (arrived.has(stored))
                stored++;
        });
        upload.catch(() => { });
        uploads.push(upload);
        const settled = upload.finally(() => {
            underWay.delete(settled);
            rooms.push(bytes);
        });
        settled.catch(() => { });
        underWay.add(settled);
        if (underWay.size >= UPLOADS_AT_ONCE)
            await Promise.race(underWay);
    };
    return {
        async add({ bytes, digest, plainLength, storedDigest, codec }) {
            if (open && open.length + bytes.length > open.bytes.length)
                await seal();
            open ??= { bytes: rooms.pop() ?? Buffer.allocUnsafeSlow(PACK_ROOM_BYTES), length: 0, chunks: [] };
            open.bytes.set(bytes, open.length);
            open.chunks.push({
                digest,
                plainLength,
                storedDigest,
                codec,
                offset: open.length,
                storedLength: bytes.length,
            });
            open.length += bytes.length;
            memory_release(bytes);
            if (open.length >= PACK_TARGET_BYTES)
                await seal();
        },
        async flush() {
            await seal();
            await Promise.all(uploads);
        },
        get begun() {
            return uploads.length + (open ? 1 : 0);
        },
        get stored() {
            return stored;
        },
        takeOpen() {
            const taken = {
                bytes: open?.bytes.subarray(0, open.length) ?? new Uint8Array(),
                chunks: open?.chunks ?? [],
            };
            open = undefined;
            return taken;
        },
        get openBytes() {
            return open?.length ?? 0;
        },
    };
}
/** A pack is sealed at its target, so one more chunk (or segment) fits; only the pages that are used are ever touched. */
const PACK_ROOM_BYTES = PACK_MAX_BYTES - 4 * 1024 * 1024;
/** @param room holds the chunks in its first `length` bytes. */
function formPack(room, length, chunks, attempt) {
    if (attempt > 0) {
        const front = randomSkippableFrame();
        const detail = chunks.map((chunk) => ({ ...chunk, offset: chunk.offset + front.length }));
        return { bytes: Buffer.concat([front, room.subarray(0, length), encodePackList(detail)]), detail };
    }
    // The list is written behind the chunks, where there is room: no copy of the whole pack.
    const list = encodePackList(chunks);
    if (length + list.length > room.length)
        return { bytes: Buffer.concat([room.subarray(0, length), list]), detail: chunks };
    room.set(list, length);
    return { bytes: room.subarray(0, length + list.length), detail: chunks };
}
//# sourceMappingURL=build-packs.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/places.js
// Where every chunk of a save is or will be: on its way, in a pack of this save, or held by a base. Also which packs the
// artifact ends up using, and how much of each.


function createPlaces(held, domain) {
    const chunks = new Map();
    const packs = new Map(held.packs);
    const begun = new Set();
    const used = new Map();
    const reused = new Set();
    const find = (digest) => {
        const chunk = chunks.get(digest) ?? held.chunks.get(digest);
        if (!chunk)
            throw new Error(`chunk ${digest} was stored nowhere`);
        return chunk;
    };
    return {
        addPack({ digest, detail, sizeBytes, bornMs }) {
            packs.set(digest, { domain, sizeBytes, bornDay: dayOf(bornMs) });
            for (const chunk of detail)
                chunks.set(chunk.digest, { ...chunk, pack: digest });
        },
        addChunk: (chunk) => void chunks.set(chunk.digest, chunk),
        use(digest) {
            const chunk = find(digest);
            used.set(digest, chunk);
            return chunk;
        },
        find,
        begin(digest) {
            if (begun.has(digest))
                return false;
            begun.add(digest);
            return true;
        },
        reuse: (digest) => void reused.add(digest),
        isReused: (digest) => reused.has(digest),
        heldSegment: (digest) => held.segments.get(digest),
        usedPacks(segments) {
            const usedBytes = new Map();
            for (const chunk of [...used.values(), ...segments.map((segment) => segment.chunk)]) {
                if (chunk.pack !== INLINE_PACK)
                    usedBytes.set(chunk.pack, (usedBytes.get(chunk.pack) ?? 0) + chunk.storedLength);
            }
            return [...usedBytes].map(([digest, bytes]) => ({ ...packs.get(digest), digest, usedBytes: bytes }));
        },
    };
}
//# sourceMappingURL=places.js.map
;// CONCATENATED MODULE: ./packages/core/dist/model/encode-segment.js
// Entries to the bytes of a segment: about 4,096 of them, with the chunks and packs they need, so that a segment means the
// same in every artifact that reuses it. segment-layout.ts has what reading shares.



function encodeEntries(entries) {
    const chunks = new Map();
    const columns = Object.fromEntries(COLUMNS.map((name) => [name, createByteWriter()]));
    const indexOf = (chunk) => {
        const index = chunks.get(chunk) ?? chunks.size;
        if (index === chunks.size)
            chunks.set(chunk, index);
        return index;
    };
    let previousPath = Buffer.alloc(0);
    let previousSeconds = 0;
    let previousRoot = 0;
    const cursor = { chunk: 0, offset: 0 };
    for (const entry of entries) {
        columns.kinds.byte(Kind[entry.kind]);
        columns.roots.zigzag(entry.root - previousRoot);
        previousRoot = entry.root;
        const path = Buffer.from(entry.path);
        const shared = commonPrefix(previousPath, path);
        columns.paths.varint(shared);
        columns.paths.varint(path.length - shared);
        columns.paths.bytes(path.subarray(shared));
        previousPath = path;
        if (entry.kind === "file" || entry.kind === "directory") {
            columns.modes.varint(entry.mode);
        }
        if (entry.kind !== "hardlink") {
            columns.times.zigzag(entry.mtimeSeconds - previousSeconds);
            columns.times.varint(entry.mtimeNanos);
            previousSeconds = entry.mtimeSeconds;
        }
        if (entry.kind === "file") {
            columns.sizes.varint(entry.size);
            encodeExtents(columns.extents, entry, indexOf, cursor);
        }
        if (entry.kind === "symlink")
            columns.targets.text(entry.target);
        if (entry.kind === "hardlink") {
            columns.targets.varint(entry.targetRoot);
            columns.targets.text(entry.target);
        }
    }
    const out = createByteWriter(65_536);
    for (const name of COLUMNS) {
        const column = columns[name].finish();
        out.varint(column.length);
        out.bytes(column);
    }
    return { entryCount: entries.length, chunks: [...chunks.keys()], columns: out.finish() };
}
/** @param locate tells where a chunk is stored; asked once for each chunk. */
function encodeSegment({ entryCount, chunks, columns }, locate) {
    const out = createByteWriter(65_536);
    encodeChunks(out, chunks.map(locate));
    out.varint(entryCount);
    out.bytes(columns);
    return out.finish();
}
function encodeExtents(out, entry, indexOf, cursor) {
    if (entry.size === 0)
        return;
    out.varint(entry.extents.length);
    for (const [i, extent] of entry.extents.entries()) {
        const chunk = indexOf(extent.chunk);
        out.zigzag(chunk - cursor.chunk);
        out.zigzag(extent.offset - (chunk === cursor.chunk ? cursor.offset : 0));
        if (i < entry.extents.length - 1)
            out.varint(extent.length);
        cursor.chunk = chunk;
        cursor.offset = extent.offset + extent.length;
    }
}
function encodeChunks(out, chunks) {
    const packs = [...new Set(chunks.map((chunk) => chunk.pack))];
    const packIndex = new Map(packs.map((pack, index) => [pack, index]));
    out.varint(packs.length);
    for (const pack of packs)
        out.digest(pack);
    out.varint(chunks.length);
    for (const chunk of chunks) {
        out.digest(chunk.digest);
        out.digest(chunk.storedDigest);
        out.varint(packIndex.get(chunk.pack));
        out.varint(chunk.offset);
        out.varint(chunk.storedLength);
        out.varint(chunk.plainLength);
        out.byte(segment_layout_CODECS.indexOf(chunk.codec));
    }
}
function commonPrefix(a, b) {
    const most = Math.min(a.length, b.length);
    let shared = 0;
    while (shared < most && a[shared] === b[shared])
        shared++;
    return shared;
}
//# sourceMappingURL=encode-segment.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/segments.js
// Segments of entries: a segment is finished once all packs it names are in the store, and sent only if no base has it.





function createSegments(packs, places) {
    let entries = [];
    const pending = [];
    /** Held by a base, or new. */
    const encoded = [];
    const infos = [];
    const finish = () => {
        if (entries.length > 0)
            pending.push({ entries: encodeEntries(entries), packsNeeded: packs.begun });
        entries = [];
    };
    const encodeNext = () => {
        const { entries: next } = pending.shift();
        const plain = encodeSegment(next, places.use);
        const digest = sha256(plain);
        const { entryCount } = next;
        const held = places.heldSegment(digest);
        if (held)
            return void encoded.push({ entryCount, held });
        const { codec, stored } = compress(plain, SEGMENT_COMPRESSION);
        encoded.push({
            entryCount,
            chunk: {
                digest,
                plainLength: plain.length,
                codec,
                storedDigest: sha256(stored),
                bytes: Buffer.from(stored),
            },
        });
    };
    return {
        add(entry) {
            entries.push(entry);
            if (cutsSegmentAfter(entry.path) || entries.length >= SEGMENT_MAX_ENTRIES)
                finish();
        },
        encodeReady() {
            while (pending.length > 0 && pending[0].packsNeeded <= packs.stored)
                encodeNext();
        },
        async encodeAll(put) {
            finish();
            while (pending.length > 0)
                encodeNext();
            const sent = new Set();
            for (const segment of encoded) {
                if ("held" in segment || sent.has(segment.chunk.digest))
                    continue;
                sent.add(segment.chunk.digest);
                await put(segment.chunk);
            }
        },
        locate() {
            for (const segment of encoded)
                infos.push("held" in segment
                    ? segment.held
                    : { entryCount: segment.entryCount, chunk: places.find(segment.chunk.digest) });
        },
        infos,
    };
}
/** Segments compress quickly and are read first by every restore. */
const SEGMENT_COMPRESSION = { codec: "zstd", level: 6 };
//# sourceMappingURL=segments.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/write-artifact.js
// From groups of the tree to an artifact in the store: chunks go into packs, entries into segments, a segment is
// encoded once all packs it names are in the store, and the header names them all.






async function writeArtifact(work) {
    const places = createPlaces(work.held, work.domain);
    const progress = { entries: 0, treeBytes: 0, uploadedBytes: 0 };
    let reusedBytes = 0;
    const packs = createPackBuilder(work.putPack, (pack) => {
        places.addPack(pack);
        progress.uploadedBytes += pack.uploadedBytes;
        work.onProgress(progress);
    });
    const segments = createSegments(packs, places);
    for await (const { chunks, entries } of work.groups) {
        for (const chunk of chunks) {
            if (!chunk.stored)
                places.reuse(chunk.digest);
            else if (places.begin(chunk.digest)) {
                const { bytes, codec, digest: storedDigest } = chunk.stored;
                await packs.add({ digest: chunk.digest, plainLength: chunk.plainLength, storedDigest, codec, bytes });
            }
        }
        for (const entry of entries) {
            segments.add(entry);
            progress.entries++;
            if (entry.kind !== "file")
                continue;
            progress.treeBytes += entry.size;
            for (const { chunk, length } of entry.extents)
                reusedBytes += places.isReused(chunk) ? length : 0;
        }
        segments.encodeReady();
        work.onProgress(progress);
    }
    const nothingSealed = packs.begun === (packs.openBytes > 0 ? 1 : 0);
    const isInline = nothingSealed && packs.openBytes <= INLINE_MAX_BYTES && reusedBytes === 0;
    const inlinePack = isInline
        ? await finishInline(packs, places, segments)
        : await finishInPacks(packs, segments);
    const header = (salt) => ({
        entryCount: progress.entries,
        treeBytes: progress.treeBytes,
        roots: work.roots,
        packs: places.usedPacks(segments.infos),
        inlineBytes: inlinePack.length,
        segments: segments.infos,
        ...(salt !== undefined && { salt }),
    });
    const artifact = await work.putArtifact((attempt) => ({
        bytes: encodeArtifact(header(attempt === 0 ? undefined : crypto.randomUUID()), inlinePack),
        detail: undefined,
    }));
    const final = header(undefined);
    return {
        contentHash: artifact.digest,
        header: final,
        artifactBytes: artifact.sizeBytes,
        notAfterMs: endOfArtifact(artifact.bornMs, work.domain, final),
        uploadedBytes: progress.uploadedBytes + artifact.uploadedBytes,
        // An artifact that was there had all of its content there, whatever the bases knew of it.
        reusedBytes: artifact.uploadedBytes === 0 ? progress.treeBytes : reusedBytes,
    };
}
/** All that a small tree needs lies in the artifact itself: chunks first, then the segments that name them. */
async function finishInline(packs, places, segments) {
    const { bytes, chunks } = packs.takeOpen();
    for (const chunk of chunks)
        places.addChunk({ ...chunk, pack: INLINE_PACK });
    const parts = [bytes];
    let length = bytes.length;
    await segments.encodeAll(({ bytes: stored, ...chunk }) => {
        parts.push(stored);
        places.addChunk({ ...chunk, pack: INLINE_PACK, offset: length, storedLength: stored.length });
        length += stored.length;
        return Promise.resolve();
    });
    segments.locate();
    return Buffer.concat(parts);
}
/** Segments go into packs of their own behind the chunks, side by side, so that a reader gets them with one request. */
async function finishInPacks(packs, segments) {
    await packs.flush();
    await segments.encodeAll((chunk) => packs.add(chunk));
    await packs.flush();
    segments.locate();
    return new Uint8Array();
}
//# sourceMappingURL=write-artifact.js.map
;// CONCATENATED MODULE: ./packages/core/dist/save/save.js
// save = walk -> pack -> compress -> put -> commit. Nothing is visible before the commit; a crash anywhere leaves at
// worst objects that no Ref names, and the next save finds them.

























/** @throws CacheError */
async function save(backend, request) {
    return saveTree(backend, request).catch((error) => {
        throw asLocalError(error);
    });
}
async function saveTree(backend, request) {
    const { access, key, folders, signal } = request;
    if (!access.writes)
        throw new AccessDeniedError(access.note ?? "this job may not save", {
            hint: "saves are made by pushes to a branch",
        });
    const startedAt = performance.now();
    const lines = anchorLines(request.paths, folders);
    const version = versionOf(lines, {
        windows: process.platform === "win32",
        crossOs: request.crossOs ?? false,
    });
    const id = { scope: access.writes, version, key };
    const handover = readHandover(folders.temp);
    const existing = await backend.index.lookup({ ...id, match: "exact" }, { signal });
    const isBroken = handover.broken.some((artifact) => artifact.contentHash === existing?.contentHash);
    if (existing && !isBroken && !request.overwrite)
        return { status: "exists", ref: existing };
    const roots = await resolveRoots(lines, folders, request.expandGlob ?? ((pattern) => expandPattern(pattern)));
    const asking = new AbortController();
    const sealed = sealed_roots_findSealedRoots({ lines, roots }, handover.stamps, asking.signal);
    const beside = { signal: eitherSignal(asking.signal, signal) };
    const readingStore = Promise.all([readCondemned(backend, beside), joinPair(backend, beside)]);
    const settled = readingStore.catch(() => { });
    let lease;
    try {
        lease = await holdLease(backend, id, request.owner ?? "cairn", { signal });
        if (lease.status === "busy")
            return { status: "busy", owner: lease.by.owner, expiresAtMs: lease.by.expiresAtMs };
        const [condemned] = await readingStore;
        const unreliable = new Set([...condemned, ...handover.broken.flatMap((artifact) => artifact.objects)]);
        const { domain } = access;
        const reused = await reuseArtifact(backend, sealed, { roots, domain, unreliable, signal });
        const { artifact, stamps, notices } = reused ??
            (await storeTree(backend, request, {
                lines,
                roots,
                held: await loadHeld(backend, { id, domain, reads: access.reads, handover, condemned }, { signal }),
                stamps: handover.stamps,
                sealed: await sealed.roots,
                domain,
                unreliable,
            }));
        if (existing?.contentHash === artifact.contentHash && !isBroken)
            return { status: "exists", ref: existing };
        const ref = makeRef(backend, request, id, artifact);
        const [outcome] = await Promise.all([
            commitRef(backend, ref, { ageMs: performance.now() - startedAt, replaces: existing, signal }),
            recordProvenance(backend, { ref, run: request.run, handover, reads: access.reads }, { signal }),
        ]);
        if (outcome.status === "conflict")
            return { status: "exists", ref: outcome.existing };
        leaveStamps(stamps, folders.temp, backend.stampsFolder);
        return {
            status: "saved",
            ref,
            replaced: existing !== undefined,
            uploadedBytes: artifact.uploadedBytes,
            reusedBytes: artifact.reusedBytes,
            durationMs: performance.now() - startedAt,
            notices,
        };
    }
    finally {
        asking.abort();
        await settled;
        if (lease?.status === "held")
            await lease.release();
    }
}
async function storeTree({ store, clock, compression, workerUrl }, request, { lines, roots, held, stamps, sealed, domain, unreliable }) {
    const { signal } = request;
    const leftOut = createLeftOut();
    const pool = openPool({ compression, known: new Set(held.chunks.keys()) }, { isSmall: isSmallTree(roots), url: workerUrl, isLazy: held.stamped.length > 0 });
    const stop = () => void pool.close();
    signal?.addEventListener("abort", stop, { once: true });
    const isReliable = (name, info) => !unreliable.has(name) && isYoung(dayOf(info.modifiedAtMs), domain, clock.now());
    const common = { store, isReliable, nowMs: clock.now, signal };
    try {
        const stamper = createStamper(roots);
        const isExcluded = excluder(lines, request.folders);
        const knownBy = { stamps, bases: held.stamped, chunks: held.chunks, nowMs: Date.now() };
        const known = roots.map((root) => createKnownFiles(root, knownBy));
        const artifact = await writeArtifact({
            domain,
            roots: roots.map(({ anchor, path }) => ({ anchor, path })),
            groups: readTree({
                roots,
                sealed: openSealedTrees(roots, sealed, held.stamped),
                known,
                onWalked: stamper.see,
                isExcluded,
                onLeftOut: leftOut.add,
                pool,
                signal,
            }),
            held,
            putPack: (form) => putVerified({ ...common, form, nameOf: (digest) => packName(domain, digest) }),
            putArtifact: (form) => putVerified({ ...common, form, nameOf: (digest) => artifactName(domain, digest) }),
            onProgress: (done) => request.onProgress?.(save_progressOf(done)),
        });
        if (artifact.header.entryCount === 0) {
            throw new NothingToSaveError(`nothing could be read of the paths: ${leftOut.notices().join("; ")}`, {
                hint: "check the permissions of the files",
            });
        }
        return {
            artifact,
            stamps: stamper.stamps(domain, artifact.contentHash),
            notices: leftOut.notices(),
        };
    }
    catch (error) {
        // A pool that was closed by the abort says so; the reason of the abort says more.
        signal?.throwIfAborted();
        throw error;
    }
    finally {
        signal?.removeEventListener("abort", stop);
        await pool.close();
    }
}
function makeRef({ clock, refTtlMs }, request, id, artifact) {
    const nowMs = clock.now();
    const { domain } = request.access;
    const { notAfterMs } = artifact;
    return {
        ...id,
        domain,
        contentHash: artifact.contentHash,
        createdAtMs: nowMs,
        lastAccessedAtMs: nowMs,
        accessCount: 0,
        expiresAtMs: Math.min(nowMs + refTtlMs, notAfterMs),
        notAfterMs,
        treeBytes: artifact.header.treeBytes,
        storedBytes: storedBytesOf(artifact.header, artifact.artifactBytes),
        entryCount: artifact.header.entryCount,
        ...(request.toolchain !== undefined && { toolchain: request.toolchain }),
        ...(request.lockfileHash !== undefined && { lockfileHash: request.lockfileHash }),
        ...(request.run?.buildSeconds !== undefined && { buildSeconds: request.run.buildSeconds }),
    };
}
function save_progressOf(done) {
    return {
        phase: "upload",
        doneBytes: done.treeBytes,
        totalBytes: undefined,
        doneEntries: done.entries,
        totalEntries: undefined,
    };
}
//# sourceMappingURL=save.js.map
;// CONCATENATED MODULE: ./packages/core/dist/indexes/with-signatures.js
// A KeyIndex whose Refs are signed: a commit signs, a look-up takes only what a trusted key has signed. What it refuses
// counts as not there, in every way: it hides no older Ref, is no base of a save, and gives way to a commit; so an index
// that someone has tampered with heals by the next save. One is made for each restore or save.



/** Refs that are refused in one look-up; more are refused unseen. Checking one takes a tenth of a millisecond. */
const REFUSALS_CHECKED = 100;
/** How often a commit meets another Ref that it refuses and has to replace. */
const with_signatures_COMMIT_ATTEMPTS = 3;
/** Maintenance sees every row, as it is. */
function withSignatures(inner, { keyring, access, onRefused }) {
    const own = ownPullRequest(access);
    const told = new Set();
    function accepts(ref) {
        if (isIn(own, ref.scope) && ref.domain === "pr")
            return true;
        const check = checkSignature(ref, keyring.verifiers);
        if (check.status === "valid")
            return true;
        const row = with_signatures_rowOf(ref);
        if (!told.has(row))
            onRefused(refuse(ref, check));
        told.add(row);
        return false;
    }
    /** A signature vouches for a row, so the row has to be of what was asked for. */
    function accepting(query) {
        let left = REFUSALS_CHECKED;
        return (ref) => {
            if (left === 0 || !isOf(query, ref) || !(query.accept?.(ref) ?? true))
                return false;
            const isAccepted = accepts(ref);
            if (!isAccepted)
                left--;
            return isAccepted;
        };
    }
    function requireSigner({ scope }) {
        if (keyring.signer || isIn(own, scope))
            return;
        throw new AccessDeniedError("this job has no key to sign with, and nobody who checks would take its save", {
            hint: "give it CAIRN_SIGNING_KEY, or let it only read: CAIRN_MODE=read",
        });
    }
    function sign(ref) {
        return keyring.signer ? { ...ref, signature: signRef(ref, keyring.signer) } : ref;
    }
    return {
        ...inner,
        sign,
        lookup: (query, options) => inner.lookup({ ...query, accept: accepting(query) }, options),
        async commit(ref, options) {
            requireSigner(ref);
            const signed = sign(ref);
            let replaces = options?.replaces;
            for (let attempt = 1; attempt <= with_signatures_COMMIT_ATTEMPTS; attempt++) {
                const outcome = await inner.commit(signed, { ...options, replaces });
                if (outcome.status === "committed" || accepts(outcome.existing))
                    return outcome;
                replaces = outcome.existing;
            }
            throw new StoreUnavailableError(`someone keeps writing "${ref.key}" into ${inner.description} without a signature that holds`, { hint: "find out who can write to the index" });
        },
        // Before the work, not after it: a lease announces a commit.
        async acquireLease(lease, options) {
            requireSigner(lease.id);
            return inner.acquireLease(lease, options);
        },
        // What was refused was told as that; it is no near miss of another kind.
        async findByKey(repository, key, limit, options) {
            const refs = await inner.findByKey(repository, key, limit, options);
            return refs.filter((ref) => !told.has(with_signatures_rowOf(ref)));
        },
    };
}
/** The scope in which a pull request's job takes Refs as they are: only pull requests write there, and none can sign. */
function ownPullRequest({ reads, writes, domain }) {
    const own = writes ?? reads[0];
    return domain === "pr" && own && isPullRequestRef(own.ref) ? own : undefined;
}
function isIn(own, scope) {
    return own !== undefined && own.repository === scope.repository && own.ref === scope.ref;
}
function isOf(query, ref) {
    const isKey = query.match === "exact" ? ref.key === query.key : ref.key.startsWith(query.key);
    return isKey && isIn(query.scope, ref.scope) && ref.version === query.version;
}
/** Tells rows apart, and a row from what was in its place before. Not its counters, which change in between. */
function with_signatures_rowOf({ scope, version, key, domain, contentHash, createdAtMs, notAfterMs, signature, }) {
    return JSON.stringify([
        ...[scope.repository, scope.ref, version, key],
        ...[domain, contentHash, createdAtMs, notAfterMs, signature],
    ]);
}
//# sourceMappingURL=with-signatures.js.map
;// CONCATENATED MODULE: ./packages/core/dist/signed-backend.js
// The backend as one job sees it where keys are set: its index signs and refuses, and the result of the call tells what
// was refused.

/** Of many, the rest says nothing new. */
const REFUSED_TOLD = 3;
/** The backend as a job with this access sees it; where there are no keys, as it is. */
function withSignedIndex(backend, access) {
    const { keyring, index } = backend;
    if (!keyring)
        return { backend, tell: (result) => result, tellSaved: (result) => result };
    const refused = [];
    const signed = withSignatures(index, { keyring, access, onRefused: (one) => refused.push(one) });
    return {
        backend: { ...backend, index: signed },
        tell: (result) => {
            if (refused.length === 0)
                return result;
            if (result.status !== "miss")
                return { ...result, refused };
            const [searched, ...rest] = result.explanation;
            const lines = refused.slice(0, REFUSED_TOLD).map(({ message }) => `${message}: it was not used`);
            return { ...result, refused, explanation: [...(searched ? [searched] : []), ...lines, ...rest] };
        },
        tellSaved: (result) => {
            if (result.status !== "saved")
                return result;
            const wasRefused = refused.some(({ ref }) => isSameId(ref, result.ref));
            return {
                ...result,
                ref: signed.sign(result.ref),
                replaced: result.replaced || wasRefused,
                notices: [
                    ...result.notices,
                    ...refused
                        .slice(0, REFUSED_TOLD)
                        .map(({ ref, message }) => `${message}: it was ${isSameId(ref, result.ref) ? "replaced" : "not used"}`),
                ],
            };
        },
    };
}
function isSameId(a, b) {
    return (a.scope.repository === b.scope.repository &&
        a.scope.ref === b.scope.ref &&
        a.version === b.version &&
        a.key === b.key);
}
//# sourceMappingURL=signed-backend.js.map
;// CONCATENATED MODULE: ./packages/core/dist/open-cache.js
// openCache: puts the two pipelines on the opened backend, with the decorators of a restore and a save, and gives every
// call its deadline.




















const NEAR_SETTING = "near (CAIRN_NEAR)";
const METRICS_SETTING = "metrics (CAIRN_METRICS)";
/** Deadline of one restore or save where neither the settings nor the request have one. */
const DEFAULT_TIMEOUT_MS = 10 * 60_000;
const LOOKUP_TIMEOUT_MS = 60_000;
/** Of making room after a save; what is left the next save goes on with. */
const EVICT_TIMEOUT_MS = 60_000;
/** Makes no request: a store that is away is noticed by the first call. Reads the keys. @throws SettingsError */
async function openCache(settings, options) {
    const backend = openBackend(settings, options);
    const near = settings.near === undefined ? undefined : parseNearDsn(settings.near, NEAR_SETTING);
    const withDeadline = async (what, request, run, defaultMs = DEFAULT_TIMEOUT_MS) => {
        const timeoutMs = request.timeoutMs ?? settings.timeoutMs ?? defaultMs;
        const deadline = new AbortController();
        const timer = setTimeout(() => {
            deadline.abort(new DeadlineError(`the ${what} was not done after ${timeoutMs / 1000} s`, {
                hint: "give it more with `timeout` (CAIRN_TIMEOUT), or look for what is slow: the store, the disk, the network",
            }));
        }, timeoutMs);
        const signal = eitherSignal(deadline.signal, request.signal);
        try {
            signal.throwIfAborted();
            return await run(signal);
        }
        finally {
            clearTimeout(timer);
        }
    };
    const metrics = openMetrics(settings.metrics, {
        env: backend.env,
        aws: backend.aws,
        setting: METRICS_SETTING,
        store: storeNameOf(settings.store, options),
    });
    /** Goes on while the caller reports what it got; close() waits for it. */
    const counting = new Set();
    const count = ({ access }, used) => {
        counting.add(countUses(backend, access, used));
    };
    const record = ({ access }, counters) => {
        if (metrics.counts)
            counting.add(recordStep(backend, metrics.sinks, access, counters));
    };
    return {
        storeDescription: backend.store.description,
        indexDescription: backend.index.description,
        lookup: async (request) => {
            const signed = withSignedIndex(backend, request.access);
            const run = (signal) => lookup(signed.backend, { ...request, signal });
            return signed.tell(await withDeadline("lookup", request, run, LOOKUP_TIMEOUT_MS));
        },
        restore: async (request) => {
            if (!settings.mode.restore)
                throw modeError("restore");
            const signed = withSignedIndex(backend, request.access);
            const run = (signal) => inSession(backend.sessions, () => restoreThroughNear(signed.backend, near, { ...request, signal }));
            const restored = await withDeadline("restore", request, run).catch((error) => {
                if (!request.signal?.aborted)
                    record(request, FAILED_RESTORE);
                throw error;
            });
            record(request, countersOfRestore(restored));
            if (restored.status === "hit")
                count(request, restored.ref);
            return signed.tell(restored);
        },
        save: async (request) => {
            if (!settings.mode.save)
                throw modeError("save");
            const signed = withSignedIndex(backend, request.access);
            const run = (signal) => saveInSession(signed.backend, { ...request, signal });
            const saved = signed.tellSaved(await withDeadline("save", request, run));
            if (saved.status !== "saved")
                return saved;
            record(request, countersOfSave(saved));
            count(request, undefined);
            const signal = AbortSignal.timeout(EVICT_TIMEOUT_MS);
            const onPruned = async ({ removed }) => {
                if (metrics.counts)
                    await recordEvictions(backend, removed, { signal });
            };
            const kept = backend.limit
                ? await keepWithin(backend, backend.limit, saved.ref, { signal, onPruned })
                : [];
            return { ...saved, notices: [...saved.notices, ...backend.notices, ...kept] };
        },
        async close() {
            await Promise.all(counting);
            await Promise.all([backend.index.close(), ...metrics.sinks.map((sink) => sink.close())]);
        },
    };
}
/** What another process evicts meanwhile waits for this restore to end. */
async function inSession(sessions, work) {
    // A store that may only be read can still be restored from: then an eviction makes it a miss at worst.
    const session = await sessions?.begin().catch(() => undefined);
    try {
        return await work();
    }
    finally {
        await session?.end();
    }
}
/** Relies on nothing that is condemned, and commits nothing once a prune may no longer wait for it. */
async function saveInSession(backend, request) {
    const { store, index } = backend;
    const session = await backend.sessions?.begin();
    const startedAtMs = Date.now();
    const check = async () => {
        // By the wall clock too: the monotonic one, which save() looks at, stands still while the machine sleeps.
        const isOld = Date.now() - startedAtMs > SAVE_MAX_AGE_MS;
        if (!isOld && (session === undefined || (await session.isCurrent())))
            return;
        throw new DeadlineError("this save was stopped for so long that what it relies on may be gone", {
            hint: "save again",
        });
    };
    try {
        return await save({ ...backend, store: withCondemned(store), index: withCommitCheck(index, check) }, request);
    }
    finally {
        await session?.end();
    }
}
/** Only what passes the near cache by is counted as downloaded. */
async function restoreThroughNear(backend, near, request) {
    const { store: far, counts } = withCounting(backend.store);
    const notices = [];
    const store = near ? withNearCache(far, { ...near, onNotice: (line) => notices.push(line) }) : far;
    const result = await restore({ ...backend, store }, request);
    if (result.status === "miss")
        return result;
    return { ...result, downloadedBytes: counts.downloadedBytes, notices: [...result.notices, ...notices] };
}
/** How metrics call the store: as the dashboard of `cairn setup` does. */
function storeNameOf(store, { env, repository }) {
    const { target } = parseStoreDsn(store, { env, repository, setting: STORE_SETTING });
    if (target.kind === "s3")
        return storeDimension(target.bucket, target.prefix);
    return target.kind === "file" ? target.root : target.name;
}
function modeError(what) {
    return new AccessDeniedError(`the mode of this job does not allow a ${what}`, {
        hint: "see `mode` (CAIRN_MODE)",
    });
}
//# sourceMappingURL=open-cache.js.map
// EXTERNAL MODULE: external "node:stream"
var external_node_stream_ = __webpack_require__(57075);
// EXTERNAL MODULE: ./node_modules/.pnpm/tar-stream@3.2.2_bare-buffer@3.7.1/node_modules/tar-stream/index.js
var tar_stream = __webpack_require__(88463);
;// CONCATENATED MODULE: ./packages/core/dist/maintain/read-chunks.js
// The plain bytes of the chunks that a walk over an artifact asks for, each verified, the last few kept: files lie in
// their chunks one behind the other, so nearly every chunk is read once.




const KEPT_BYTES = 64 * 1024 * 1024;
/** @param wanted every chunk that will be asked for, in that order: neighbours are fetched together. */
function createChunkReader(place, artifact, wanted, options) {
    const readOf = new Map(mergeReads(wanted, (chunk) => chunk).flatMap((read) => read.items.map((chunk) => [chunk.digest, read])));
    const kept = new Map();
    let keptBytes = 0;
    const keep = (digest, plain) => {
        if (kept.has(digest))
            return;
        kept.set(digest, plain);
        keptBytes += plain.length;
        for (const [oldest, bytes] of kept) {
            if (keptBytes <= KEPT_BYTES)
                break;
            kept.delete(oldest);
            keptBytes -= bytes.length;
        }
    };
    return {
        async read(digest) {
            const known = kept.get(digest);
            if (known)
                return known;
            const read = readOf.get(digest);
            if (!read)
                throw new Error(`chunk ${digest} was not announced`);
            const stored = await readPack(place, artifact, read, options);
            let wanted;
            for (const chunk of read.items) {
                const start = chunk.offset - read.offset;
                const plain = openChunk(stored.subarray(start, start + chunk.storedLength), chunk);
                if (typeof plain === "string")
                    throw new errors_CorruptError(packNameOf(place, artifact, chunk.pack), `chunk ${chunk.digest}: ${plain}`);
                if (chunk.digest === digest)
                    wanted = plain;
                keep(chunk.digest, plain);
            }
            return wanted;
        },
    };
}
//# sourceMappingURL=read-chunks.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/export-tar.js
// An artifact as a tar stream (pax), in the order of its entries, every chunk verified as a restore does. Paths are the
// root's path and the path below it; what is anchored absolutely loses its leading slash.






/** The stream fails with CorruptError or ObjectMissingError where a chunk does. */
async function exportTar(place, options) {
    const artifact = await readArtifact(place, options);
    const tar = (0,tar_stream.pack)();
    // tar-stream is a streamx stream, which pipes like Node's but is no instance of its classes.
    const output = new external_node_stream_.Readable({ read: () => void tar.resume() });
    tar.on("data", (bytes) => {
        if (!output.push(bytes))
            tar.pause();
    });
    tar.on("end", () => output.push(null));
    tar.on("error", (error) => output.destroy(error));
    output.once("close", () => tar.destroy());
    fillTar(tar, place, artifact, options).then(() => tar.finalize(), (error) => output.destroy(error));
    return output;
}
async function fillTar(tar, place, artifact, options) {
    const { roots } = artifact.header;
    const check = createPathCheck({ rootCount: roots.length, windows: false, foldsCase: false });
    const nameOf = (root, path) => tarName(roots[root].path, path);
    for await (const segment of readSegments(place, artifact, options)) {
        const chunks = createChunkReader(place, artifact, chunksInOrder(segment), options);
        check(segment);
        for (const entry of entriesOf(segment)) {
            options?.signal?.throwIfAborted();
            const name = nameOf(entry.root, entry.path);
            if (entry.kind === "hardlink")
                await add(tar, { name, type: "link", linkname: nameOf(entry.targetRoot, entry.target) });
            else {
                const mtime = new Date(entry.mtimeSeconds * 1000 + entry.mtimeNanos / 1e6);
                if (entry.kind === "symlink") {
                    await add(tar, { name, type: "symlink", linkname: entry.target, mtime });
                    continue;
                }
                const times = { mode: entry.mode & 0o777, mtime };
                if (entry.kind === "directory")
                    await add(tar, { name: `${name}/`, type: "directory", ...times });
                else {
                    const parts = entry.extents.map(({ chunk, offset, length }) => async () => (await chunks.read(chunk)).subarray(offset, offset + length));
                    await add(tar, { name, type: "file", size: entry.size, ...times }, parts);
                }
            }
        }
    }
}
function chunksInOrder({ chunks, extents }) {
    return [...new Set(extents.chunks)].map((index) => chunks[index]);
}
function tarName(root, path) {
    const base = root === "." ? "" : root.replace(/^\/+/, "");
    return [base, path].filter((part) => part !== "").join("/") || ".";
}
/** One entry, waiting whenever the stream is full: memory stays bounded. */
async function add(tar, header, parts = []) {
    const { promise, resolve, reject } = Promise.withResolvers();
    const entry = tar.entry(header, (error) => (error ? reject(error) : resolve()));
    // A failed chunk ends the whole stream, and with it this entry: whoever reads the stream is told.
    entry.on("error", reject);
    promise.catch(() => { });
    for (const part of parts) {
        if (!entry.write(Buffer.from(await part())))
            await new Promise((drained) => entry.once("drain", () => drained()));
    }
    entry.end(Buffer.alloc(0));
    await promise;
}
//# sourceMappingURL=export-tar.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/export-to-object.js
// A tar stream as one S3 object, by lib-storage's multipart upload: the stream's length is not known before its end.
// Only exports may do so; the store's own objects are single PUTs with a checksum of the whole.


const PART_BYTES = 16 * 1024 * 1024;
/** @param text `s3://bucket/key?region=&endpoint=&path-style=`. @throws SettingsError */
function parseObjectTarget(text, env) {
    const dsn = parseDsn(text, "the target of the export", { s3: ["region", "endpoint", "path-style"] });
    const key = dsn.path.replace(/^\/+/, "");
    if (dsn.host === "" || key === "") {
        throw new SettingsError("target", `${text} names no object`, {
            hint: "write s3://bucket/folder/name.tar",
        });
    }
    const endpoint = dsn.parameters.get("endpoint") ?? env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"];
    const region = dsn.parameters.get("region") ??
        env["AWS_REGION"] ??
        env["AWS_DEFAULT_REGION"] ??
        (endpoint ? "us-east-1" : undefined);
    return {
        bucket: dsn.host,
        key,
        region,
        endpoint,
        pathStyle: (dsn.parameters.get("path-style") ?? String(endpoint !== undefined)) === "true",
    };
}
async function exportToObject(stream, target, aws, options = {}) {
    const [{ S3Client }, { Upload }] = await Promise.all([
        Promise.all(/* import() */[__webpack_require__.e(858), __webpack_require__.e(897), __webpack_require__.e(572), __webpack_require__.e(712)]).then(__webpack_require__.t.bind(__webpack_require__, 16712, 19)),
        Promise.all(/* import() */[__webpack_require__.e(858), __webpack_require__.e(897), __webpack_require__.e(572), __webpack_require__.e(712), __webpack_require__.e(315)]).then(__webpack_require__.t.bind(__webpack_require__, 80315, 19)),
    ]);
    const client = new S3Client({
        ...(await aws.clientOptions()),
        forcePathStyle: target.pathStyle,
        ...(target.region !== undefined && { region: target.region }),
        ...(target.endpoint !== undefined && { endpoint: target.endpoint }),
    });
    let sizeBytes = 0;
    stream.on("data", (bytes) => {
        sizeBytes += bytes.length;
        options.onProgress?.({ doneBytes: sizeBytes });
    });
    stream.pause();
    const upload = new Upload({
        client,
        partSize: PART_BYTES,
        params: { Bucket: target.bucket, Key: target.key, Body: stream, ContentType: "application/x-tar" },
    });
    const abort = () => void upload.abort();
    options.signal?.addEventListener("abort", abort, { once: true });
    try {
        await upload.done();
        return { sizeBytes };
    }
    finally {
        options.signal?.removeEventListener("abort", abort);
        client.destroy();
    }
}
//# sourceMappingURL=export-to-object.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/inspect.js
// What an artifact is made of, without its content.




const inspect_DAY_MS = 86_400_000;
async function inspect(place, options) {
    const [{ header }, info] = await Promise.all([
        readArtifact(place, options),
        place.store.head(artifactName(place.domain, place.contentHash), options),
    ]);
    return {
        contentHash: place.contentHash,
        formatVersion: FORMAT_VERSION,
        entryCount: header.entryCount,
        treeBytes: header.treeBytes,
        storedBytes: storedBytesOf(header, info?.sizeBytes ?? header.inlineBytes),
        packs: header.packs.map((pack) => ({
            name: pack.digest,
            sizeBytes: pack.sizeBytes,
            bornAtMs: pack.bornDay * inspect_DAY_MS,
        })),
        roots: header.roots,
        segments: header.segments.length,
    };
}
async function* listEntries(place, options) {
    const artifact = await readArtifact(place, options);
    const { roots } = artifact.header;
    for await (const segment of readSegments(place, artifact, options)) {
        for (const entry of entriesOf(segment)) {
            const path = inspect_spell(roots[entry.root], entry.path);
            if (entry.kind === "hardlink") {
                yield {
                    path,
                    kind: entry.kind,
                    mode: 0,
                    mtimeMs: 0,
                    sizeBytes: 0,
                    target: inspect_spell(roots[entry.targetRoot], entry.target),
                };
                continue;
            }
            const mtimeMs = entry.mtimeSeconds * 1000 + entry.mtimeNanos / 1e6;
            if (entry.kind === "symlink") {
                yield { path, kind: entry.kind, mode: 0o777, mtimeMs, sizeBytes: 0, target: entry.target };
            }
            else {
                yield {
                    path,
                    kind: entry.kind,
                    mode: entry.mode,
                    mtimeMs,
                    sizeBytes: entry.kind === "file" ? entry.size : 0,
                };
            }
        }
    }
}
function inspect_spell(root, path) {
    const base = root.anchor === "home" ? (root.path === "." ? "~" : `~/${root.path}`) : root.path;
    return path === "" ? base : base === "." ? path : `${base}/${path}`;
}
//# sourceMappingURL=inspect.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/invalidate.js
// invalidate and revalidate: marks Refs as misses, all that a selection fits, and takes that back within the grace. The
// content stays until a prune that finds nobody using it.



/** Rows changed at once: what a table on demand takes from the start. */
const WRITES_AT_ONCE = 32;
/** Every Ref that is live and fits. */
async function invalidate({ index, clock }, selection, options) {
    const nowMs = clock.now();
    const refs = await invalidate_select(index, selection, (ref) => isLive(ref, nowMs), options);
    return change(refs, options, (ref) => index.invalidate(ref, { atMs: nowMs, signal: options.signal }));
}
/** Every Ref that fits and is a miss for its invalidation alone, which is younger than the grace. */
async function revalidate({ index, clock }, selection, options) {
    const nowMs = clock.now();
    const refs = await invalidate_select(index, selection, (ref) => wouldLive(ref, nowMs), options);
    // Whatever is older may be on its way out of the store already.
    const isLate = (ref) => nowMs - ref.invalidatedAtMs >= PRUNE_GRACE_MS;
    const report = await change(refs.filter((ref) => !isLate(ref)), options, (ref) => index.revalidate(ref, options));
    return { ...report, late: refs.filter(isLate) };
}
function wouldLive(ref, nowMs) {
    const { invalidatedAtMs, ...row } = ref;
    return invalidatedAtMs !== undefined && isLive(row, nowMs);
}
async function invalidate_select(index, { key, createdBeforeMs, ...filter }, accept, options) {
    const refs = [];
    for await (const ref of index.list({ ...filter, ...(key !== undefined && { keyPrefix: key }) }, options)) {
        const fits = (key === undefined || ref.key === key) &&
            (createdBeforeMs === undefined || ref.createdAtMs < createdBeforeMs);
        if (fits && accept(ref))
            refs.push(ref);
    }
    return refs;
}
async function change(refs, options, write) {
    const done = [];
    const changed = [];
    if (options.dryRun)
        done.push(...refs);
    else
        await forEachConcurrently(refs, WRITES_AT_ONCE, async (ref) => {
            options.signal?.throwIfAborted();
            const isDone = await write(ref);
            (isDone ? done : changed).push(ref);
        });
    return { done, changed, late: [] };
}
//# sourceMappingURL=invalidate.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/measure-storage.js
// How many bytes some Refs take up: the artifacts that they name and the packs that these need, each counted once,
// however many share it. One request for each artifact.




/** Artifacts read at once: of some hundred kilobytes at most. */
const measure_storage_READS_AT_ONCE = 16;
/** @throws CacheError: what can't be read for another reason than damage is no sum. */
async function measureStorage(store, refs, options) {
    const sizes = new Map();
    const broken = [];
    const distinct = Map.groupBy(refs, ({ domain, contentHash }) => artifactName(domain, contentHash));
    const read = async ([name, named]) => {
        const { domain, contentHash, storedBytes } = named[0];
        try {
            const { header } = await readChecked((fresh) => readArtifact({ store, domain, contentHash }, { ...options, ...(fresh && { fresh }) }));
            // What a Ref occupies is the artifact and what it uses of its packs (storedBytesOf).
            const usedBytes = header.packs.reduce((sum, pack) => sum + pack.usedBytes, 0);
            sizes.set(name, Math.max(0, storedBytes - usedBytes));
            for (const pack of header.packs)
                sizes.set(packName(pack.domain, pack.digest), pack.sizeBytes);
        }
        catch (error) {
            const isDamage = error instanceof ObjectMissingError ||
                error instanceof errors_CorruptError ||
                error instanceof FormatVersionError;
            if (!isDamage)
                throw error;
            broken.push(...named);
        }
    };
    for await (const _ of mapOrdered(distinct, measure_storage_READS_AT_ONCE, read))
        ;
    return { objects: sizes.size, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0), broken };
}
//# sourceMappingURL=measure-storage.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/provenance.js
// What made an artifact, from the records beside it, and what that was made with: the artifacts that its job had restored,
// and so on. Records of a pull request are told as such: anyone who opens one can write them.





const provenance_READS_AT_ONCE = 8;
/** What is asked for by its first digits, before it is clear that they begin several. */
const provenance_CANDIDATES = 2;
/** The records of an artifact, newest first. */
async function readProvenance(store, of, options) {
    const names = (async function* () {
        for await (const { name } of store.list(metadataPrefix(of.domain, of.contentHash), options))
            yield name;
    })();
    const read = async (name) => {
        const bytes = await store.get(name, undefined, options).catch((error) => {
            if (error instanceof ObjectMissingError)
                return undefined;
            throw error;
        });
        return bytes && decodeProvenance(bytes, of);
    };
    const records = [];
    for await (const record of mapOrdered(names, provenance_READS_AT_ONCE, read))
        if (record)
            records.push(record);
    return records.sort((a, b) => (a.buildTime < b.buildTime ? 1 : -1));
}
/**
 * An artifact that has records, by the first digits of its hash: also one that no Ref names any more.
 * @throws InputError when they begin more than one.
 */
async function findContent(store, digits, options) {
    for (const domain of ["trusted", "pr"]) {
        const found = new Set();
        const folder = contentPrefix(domain, "metadata");
        for await (const { name } of store.list(`${folder}${digits}`, options)) {
            const hash = name.slice(folder.length).split("/")[0];
            if (isDigest(hash))
                found.add(hash);
            if (found.size === provenance_CANDIDATES)
                throw new InputError(`${digits} begins more than one content hash`, { hint: "give more digits" });
        }
        for (const contentHash of found)
            return { domain, contentHash };
    }
    return undefined;
}
/** The artifact and all that it was made with, directly or not, each once, nearest first. */
async function why(store, of, options) {
    const nodes = [];
    const seen = new Set();
    let level = [of];
    for (let depth = 0; level.length > 0 && depth <= options.depth; depth++) {
        const fresh = level.filter(({ contentHash }) => !seen.has(contentHash) && seen.add(contentHash));
        const next = [];
        for await (const node of mapOrdered(fresh, provenance_READS_AT_ONCE, (id) => readNode(store, id, depth, options))) {
            nodes.push(node);
            for (const contentHash of node.dependencies)
                next.push({ domain: node.domain, contentHash });
        }
        level = next;
    }
    return nodes;
}
/**
 * What a trusted job restored is trusted; what a pull request's did can be either, and is looked for among the trusted
 * first, so that a record in its own domain stands for no artifact of the other.
 */
async function readNode(store, { domain, contentHash }, depth, options) {
    const domains = domain === "trusted" || depth === 0 ? [domain] : ["trusted", "pr"];
    let node = { domain, contentHash, depth, records: [], isStored: false, dependencies: [] };
    for (const each of domains) {
        const records = await readProvenance(store, { domain: each, contentHash }, options);
        const isStored = (await store.head(artifactName(each, contentHash), options)) !== undefined;
        const dependencies = new Set(records.flatMap((record) => record.dependencies.flatMap((text) => provenance_digestOf(text) ?? [])));
        node = { domain: each, contentHash, depth, records, isStored, dependencies: [...dependencies] };
        if (records.length > 0 || isStored)
            break;
    }
    return node;
}
//# sourceMappingURL=provenance.js.map
;// CONCATENATED MODULE: ./packages/core/dist/maintain/verify.js
// verify: re-reads everything that an artifact names and checks it as a restore would. What is missing or corrupt goes
// into the report, so that one run tells all of it.







const verify_READS_AT_ONCE = 4;
async function verify(place, options = {}) {
    const problems = [];
    const note = async (work) => {
        try {
            return await work();
        }
        catch (error) {
            const isProblem = error instanceof errors_CorruptError ||
                error instanceof ObjectMissingError ||
                error instanceof FormatVersionError ||
                error instanceof UnsafePathError;
            if (!isProblem)
                throw error;
            problems.push(error.message);
            return undefined;
        }
    };
    const artifact = await note(() => readArtifact(place, options));
    const chunks = new Map();
    let entries = 0;
    if (artifact) {
        await note(async () => {
            const check = createPathCheck({
                rootCount: artifact.header.roots.length,
                windows: false,
                foldsCase: false,
            });
            for await (const segment of readSegments(place, artifact, options)) {
                check(segment);
                for (const chunk of segment.chunks)
                    chunks.set(chunk.digest, chunk);
                entries += segment.entryCount;
            }
        });
        await checkPacks(place, artifact, note, options);
        await checkChunks(place, artifact, [...chunks.values()], note, options);
    }
    const packs = artifact?.header.packs ?? [];
    const storedBytes = (artifact?.header.inlineBytes ?? 0) + packs.reduce((sum, pack) => sum + pack.usedBytes, 0);
    return {
        contentHash: place.contentHash,
        packs: packs.length,
        chunks: chunks.size,
        storedBytes,
        entries,
        problems,
    };
}
/** Packs have the size that the header says, so that nothing that was not asked for hides in them. */
async function checkPacks({ store }, { header }, note, options) {
    await forEachConcurrently(header.packs, verify_READS_AT_ONCE, async (pack) => {
        await note(async () => {
            const name = packName(pack.domain, pack.digest);
            const info = await store.head(name, options);
            if (!info)
                throw new ObjectMissingError(name);
            if (info.sizeBytes !== pack.sizeBytes)
                throw new errors_CorruptError(name, `it has ${info.sizeBytes} bytes instead of ${pack.sizeBytes}`);
        });
    });
}
async function checkChunks(place, artifact, chunks, note, options) {
    const inOrder = [...chunks].sort((a, b) => a.pack < b.pack ? -1 : a.pack > b.pack ? 1 : a.offset - b.offset);
    const totalBytes = inOrder.reduce((sum, chunk) => sum + chunk.storedLength, 0);
    const lost = new Set();
    let doneBytes = 0;
    await forEachConcurrently(mergeReads(inOrder, (chunk) => chunk), verify_READS_AT_ONCE, async (read) => {
        options.signal?.throwIfAborted();
        if (!lost.has(read.pack)) {
            const stored = await note(() => readPack(place, artifact, read, options));
            if (!stored)
                lost.add(read.pack);
            for (const chunk of stored ? read.items : []) {
                const start = chunk.offset - read.offset;
                const plain = openChunk(stored.subarray(start, start + chunk.storedLength), chunk);
                if (typeof plain === "string")
                    await note(() => Promise.reject(new errors_CorruptError(packNameOf(place, artifact, chunk.pack), `chunk ${chunk.digest}: ${plain}`)));
            }
        }
        doneBytes += read.items.reduce((sum, chunk) => sum + chunk.storedLength, 0);
        options.onProgress?.({ doneBytes, totalBytes });
    });
}
//# sourceMappingURL=verify.js.map
;// CONCATENATED MODULE: ./packages/core/dist/open-maintenance.js
// openMaintenance: the drivers again, for looking after a store instead of using it.













/** Makes no request. @throws SettingsError */
async function openMaintenance(settings, options) {
    // Who looks after a store waits for it.
    const backend = openBackend({ ...settings, outagesFolder: undefined }, options);
    const { store, index, keyring } = backend;
    const signatureOf = (ref) => {
        const keyId = signatureKeyId(ref.signature);
        if (!keyring && keyId !== undefined)
            return { status: "unchecked", keyId };
        return checkSignature(ref, keyring?.verifiers ?? new Map());
    };
    const isRefused = (ref) => keyring !== undefined && signatureOf(ref).status !== "valid";
    const placeOf = (ref) => ({ store, domain: ref.domain, contentHash: ref.contentHash });
    let session;
    /** From the first content that is read until close(): what another process evicts meanwhile waits for it. */
    const begin = async () => {
        session ??= backend.sessions?.begin().catch(() => undefined);
        await session;
    };
    const reading = (read) => async (ref, call) => {
        await begin();
        return read(ref, call);
    };
    const exportRef = reading(async (ref, call) => {
        if (isRefused(ref)) {
            throw new UntrustedRefError(`${JSON.stringify(ref.key)} ${describeSignature(signatureOf(ref))}`, {
                hint: "to look at it all the same, unset CAIRN_VERIFY_KEY and CAIRN_SIGNING_KEY",
            });
        }
        return exportTar(placeOf(ref), call);
    });
    return {
        storeDescription: store.description,
        indexDescription: index.description,
        list: (filter, call) => index.list(filter, call),
        counters: (filter, call) => index.counters(filter, call),
        async storage(refs, call) {
            await begin();
            return measureStorage(store, refs, call);
        },
        signatureOf,
        inspect: reading((ref, call) => inspect(placeOf(ref), call)),
        async *entries(ref, call) {
            await begin();
            yield* listEntries(placeOf(ref), call);
        },
        provenance: (of, call) => readProvenance(store, of, call),
        findContent: (digits, call) => findContent(store, digits, call),
        why: (of, call) => why(store, of, call),
        remove: (ref, call) => index.remove(ref, call),
        invalidate: (selection, call) => invalidate(backend, selection, call),
        revalidate: (selection, call) => revalidate(backend, selection, call),
        async prune({ maxSizeBytes = backend.limit?.maxSizeBytes, evict = backend.limit?.evict, ...call }) {
            const report = await prune(backend, { ...call, maxSizeBytes, evict });
            if (!report.dryRun && settings.metrics !== "off")
                await recordEvictions(backend, report.removed, { signal: call.signal });
            return report;
        },
        exportTar: exportRef,
        exportToObject: async (ref, target, call) => {
            const parsed = parseObjectTarget(target, options.env);
            return exportToObject(await exportRef(ref, call), parsed, backend.aws, call);
        },
        verify: async (ref, call) => {
            await begin();
            const report = await verify(placeOf(ref), call);
            // What a pull request saves for itself needs none.
            const needsNone = ref.domain === "pr" && isPullRequestRef(ref.scope.ref);
            if (needsNone || !isRefused(ref))
                return report;
            return { ...report, problems: [`it ${describeSignature(signatureOf(ref))}`, ...report.problems] };
        },
        async close() {
            await (await session)?.end();
            await index.close();
        },
    };
}
//# sourceMappingURL=open-maintenance.js.map
;// CONCATENATED MODULE: ./packages/core/dist/open-places.js
// openPlaces: what a store and an index stand on, for who sets it up or examines it (packages/infra): the bucket and the
// table behind the settings, with the drivers' own connections. Who only uses a cache wants openCache().







/** Makes no request. @throws SettingsError */
function openPlaces(settings, options) {
    const { repository, clock = createClock() } = options;
    const { env, aws } = openAws(settings, options);
    const store = parseStoreDsn(settings.store, { env, repository, setting: STORE_SETTING });
    const index = parseIndexDsn(settings.index, { env, setting: INDEX_SETTING });
    const table = index.kind === "dynamodb" ? createDynamoSession(index.place, clock, aws) : undefined;
    return {
        store: openStorePlace(store.target, clock, aws),
        index: index.kind === "dynamodb" ? { ...index, call: table.call } : index,
        refTtlMs: store.settings.ttlMs ?? REF_TTL_MS,
        lifetimeMs: LIFETIME_MS,
        clock,
        aws,
        close: async () => table?.close(),
    };
}
function openStorePlace(target, clock, aws) {
    if (target.kind !== "s3")
        return target;
    return { kind: "s3", target, call: createS3Session({ ...target, clock, aws }).call };
}
//# sourceMappingURL=open-places.js.map
;// CONCATENATED MODULE: ./packages/core/dist/settings.js
// Settings: from explicit inputs or flags, then CAIRN_* variables, then defaults, to one CacheSettings. Pure: no I/O,
// no clock, the environment is handed in. What is wrong is a SettingsError that names the nearest known value; the
// parameters of a DSN are checked by the driver that reads them.






/** @throws SettingsError */
function resolveSettings(sources) {
    const notices = [...misspelled(sources.env), ...emptyVerifyKey(sources.env)];
    const given = giver(sources);
    const storeGiven = given("store");
    const fallback = storeGiven ? undefined : resolveFallback(given("fallback"), sources.env, notices);
    const store = storeGiven
        ? checkedStore(storeGiven, sources.repository)
        : defaultStore(sources, fallback === undefined ? notices : []);
    const indexGiven = given("index");
    const index = indexGiven ? checkedIndex(indexGiven) : defaultIndex(store);
    const nearGiven = given("near");
    let near = nearGiven && checkedNear(nearGiven);
    if (near !== undefined && schemeOf(store) !== "s3") {
        notices.push("the near cache is not used: only an S3 store has one in front of it");
        near = undefined;
    }
    const metrics = given("metrics");
    return {
        store,
        index,
        near,
        metrics: metrics && checkedMetrics(metrics),
        stampsFolder: keepsStamps(sources.env) ? joinPath(sources, defaultFolder(sources), "stamps") : undefined,
        outagesFolder: isCi(sources.env) ? joinPath(sources, sources.folders.temp, "cairn") : undefined,
        mode: intersect(parseMode(given("mode")), parseUpstreamMode(sources.env["ACTIONS_CACHE_MODE"])),
        timeoutMs: parseTimeout(given("timeout")),
        role: resolveRole(given, sources.env, usesAws(store, index), notices),
        region: given("aws-region")?.value,
        fallback,
        notices,
    };
}
const VARIABLES = {
    store: "CAIRN_STORE",
    index: "CAIRN_INDEX",
    mode: "CAIRN_MODE",
    near: "CAIRN_NEAR",
    timeout: "CAIRN_TIMEOUT",
    metrics: "CAIRN_METRICS",
    fallback: "CAIRN_FALLBACK",
    "role-to-assume": "CAIRN_ROLE_TO_ASSUME",
    "role-session-name": "CAIRN_ROLE_SESSION_NAME",
    "role-audience": "CAIRN_ROLE_AUDIENCE",
    "aws-region": "AWS_REGION",
};
function giver(sources) {
    return (name) => {
        const explicit = sources.read(name)?.trim();
        if (explicit)
            return { value: explicit, setting: sources.label?.(name) ?? name };
        const variable = VARIABLES[name];
        const value = sources.env[variable]?.trim();
        return value ? { value, setting: variable } : undefined;
    };
}
/** A variable one or two letters off is most likely one of ours: it must not be ignored in silence. */
function misspelled(env) {
    const known = [
        ...Object.values(VARIABLES).filter((name) => name.startsWith("CAIRN_")),
        STAMPS_VARIABLE,
        SIGNING_KEY,
        VERIFY_KEY,
    ];
    const notices = [];
    for (const name of Object.keys(env)) {
        if (!name.startsWith("CAIRN_") || known.includes(name))
            continue;
        const hint = suggestion(name, known);
        if (hint.startsWith("did you mean"))
            notices.push(`${name} is set but means nothing to Cairn: ${hint}`);
    }
    return notices;
}
/** A secret or variable that does not exist is an empty text in a workflow: what was meant to be checked then is not. */
function emptyVerifyKey(env) {
    const isEmpty = env[VERIFY_KEY] !== undefined && splitKeys(env[VERIFY_KEY]).length === 0;
    if (!isEmpty || env[SIGNING_KEY]?.trim())
        return [];
    return [`warning: ${VERIFY_KEY} is set and empty, so signatures are not checked`];
}
/** Only a variable: a setting of the machine, not of a workflow. */
const STAMPS_VARIABLE = "CAIRN_STAMPS";
function keepsStamps(env) {
    const value = env[STAMPS_VARIABLE]?.trim() || "on";
    if (value === "on" || value === "off")
        return value === "on";
    throw new SettingsError(STAMPS_VARIABLE, `${STAMPS_VARIABLE} is neither on nor off: ${JSON.stringify(value)}`, {
        hint: suggestion(value, ["on", "off"]),
    });
}
/** Where nobody watches, and one job has many steps. A person at a terminal may want to try again at once. */
function isCi(env) {
    return (env["GITHUB_ACTIONS"] === "true" || !["", "0", "false"].includes(env["CI"]?.trim().toLowerCase() ?? ""));
}
const STORE_SCHEMES = ["s3", "file", "memory"];
const INDEX_SCHEMES = ["dynamodb", "sqlite", "memory"];
const BUCKET_INDEX = "bucket";
/** What the setting of metrics can be beside a DSN. */
const METRICS_WORDS = ["index", "off", "cloudwatch"];
const settings_REPOSITORY_FIELD = "{repository}";
function checkedStore(given, repository) {
    checkScheme(given, STORE_SCHEMES);
    if (!given.value.includes(settings_REPOSITORY_FIELD))
        return given.value;
    if (repository === undefined) {
        throw new SettingsError(given.setting, `${given.setting} asks for the repository, which is not known here`, {
            hint: "set GITHUB_REPOSITORY or pass the repository",
        });
    }
    return given.value.replaceAll(settings_REPOSITORY_FIELD, encodedRepository(repository, given.setting));
}
/** Percent-encoded by segment: a repository name must not reach another folder or add a parameter. */
function encodedRepository(repository, setting) {
    const segments = repository.split("/");
    if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
        throw new SettingsError(setting, `${JSON.stringify(repository)} can't stand in ${setting}`, {
            hint: "write the repository as owner/name",
        });
    }
    return segments.map(encodeURIComponent).join("/");
}
function checkedIndex(given) {
    if (given.value === BUCKET_INDEX)
        return BUCKET_INDEX;
    if (!given.value.includes("://")) {
        const names = [BUCKET_INDEX, ...INDEX_SCHEMES.map((scheme) => `${scheme}://…`)];
        throw new SettingsError(given.setting, `${given.setting} is not an index: ${JSON.stringify(given.value)}`, {
            hint: suggestion(given.value, names),
        });
    }
    checkScheme(given, INDEX_SCHEMES);
    return given.value;
}
function checkedNear(given) {
    checkScheme(given, ["file"]);
    return given.value;
}
function checkedMetrics(given) {
    if (METRICS_WORDS.includes(given.value))
        return given.value;
    if (!given.value.includes("://")) {
        throw new SettingsError(given.setting, `${given.setting} is no place for metrics: ${JSON.stringify(given.value)}`, { hint: suggestion(given.value, [...METRICS_WORDS, "emf:///file"]) });
    }
    checkScheme(given, ["cloudwatch", "emf"]);
    return given.value;
}
/** Schemes that name a file: an authority in them is nearly always a missing slash. */
const FILE_SCHEMES = ["file", "sqlite", "emf"];
function checkScheme({ value, setting }, schemes) {
    const scheme = schemeOf(value);
    if (scheme === undefined) {
        const looksLikeFolder = /^([./~\\]|[A-Za-z]:[\\/])/.test(value) && schemes.includes("file");
        throw new SettingsError(setting, `${setting} is not a URL: ${JSON.stringify(value.slice(0, 120))}`, {
            hint: looksLikeFolder
                ? "write a folder as file:///absolute/path"
                : `use ${schemes.map((name) => `${name}://…`).join(" or ")}`,
        });
    }
    if (!schemes.includes(scheme)) {
        throw new SettingsError(setting, `${setting} has an unknown scheme "${scheme}"`, {
            hint: suggestion(scheme, schemes),
        });
    }
    if (FILE_SCHEMES.includes(scheme) && !value.startsWith("/", scheme.length + 3)) {
        throw new SettingsError(setting, `${setting} needs an absolute path`, {
            hint: `write ${scheme}:///absolute/path, with three slashes`,
        });
    }
}
function schemeOf(dsn) {
    return /^([a-z][a-z0-9+.-]*):\/\//i.exec(dsn)?.[1]?.toLowerCase();
}
function defaultStore(sources, notices) {
    const folder = defaultFolder(sources);
    notices.push(`the cache is kept in ${folder} (set CAIRN_STORE to keep it elsewhere)`);
    if (sources.env["RUNNER_ENVIRONMENT"] === "github-hosted") {
        notices.push("warning: this runner is discarded after the job, and the cache with it: set CAIRN_STORE to s3://bucket/prefix");
    }
    const platform = sources.platform ?? process.platform;
    return (0,external_node_url_.pathToFileURL)(folder, { windows: platform === "win32" }).href;
}
const FALLBACKS = ["github", "none"];
/** Whether GitHub's own cache takes the place of a store that is not set. */
function resolveFallback(given, env, notices) {
    if (!given || given.value === "none")
        return undefined;
    if (given.value !== "github") {
        throw new SettingsError(given.setting, `${given.setting} is unknown: ${JSON.stringify(given.value)}`, {
            hint: suggestion(given.value, FALLBACKS),
        });
    }
    if (!env["ACTIONS_RESULTS_URL"] && !env["ACTIONS_CACHE_URL"]) {
        notices.push("GitHub's own cache can't be reached from here, which fallback: github asks for: only the actions can");
        return undefined;
    }
    notices.push("no store is set: GitHub's own cache is used (fallback: github)");
    return "github";
}
function usesAws(store, index) {
    return schemeOf(store) === "s3" || schemeOf(index) === "dynamodb";
}
const AUDIENCE = "sts.amazonaws.com";
const AUDIENCE_OF_CHINA = "sts.amazonaws.com.cn";
function resolveRole(given, env, isUsed, notices) {
    const role = given("role-to-assume");
    if (!role)
        return undefined;
    const { value: arn, setting } = role;
    const [, partition] = /^arn:(aws[\w-]*):iam::\d{12}:role\/[\w+=,.@/-]+$/.exec(arn) ?? [];
    if (partition === undefined) {
        throw new SettingsError(setting, `${setting} is not the ARN of a role: ${JSON.stringify(arn)}`, {
            hint: "write arn:aws:iam::ACCOUNT:role/NAME, with the account's 12 digits",
        });
    }
    if (!isUsed) {
        notices.push("role-to-assume is not used: neither the store nor the index is in AWS");
        return undefined;
    }
    return {
        arn,
        sessionName: sessionName(given("role-session-name"), env),
        audience: given("role-audience")?.value ?? (partition === "aws-cn" ? AUDIENCE_OF_CHINA : AUDIENCE),
    };
}
/** What CloudTrail shows. Default: the run. */
function sessionName(given, env) {
    if (!given)
        return env["GITHUB_RUN_ID"] ? `cairn-${env["GITHUB_RUN_ID"]}` : "cairn";
    if (/^[\w+=,.@-]{2,64}$/.test(given.value))
        return given.value;
    throw new SettingsError(given.setting, `${given.setting} is no name of a session: ${JSON.stringify(given.value)}`, {
        hint: "2 to 64 letters, digits and _+=,.@-",
    });
}
function joinPath({ platform = process.platform }, ...parts) {
    return (platform === "win32" ? external_node_path_.win32 : external_node_path_.posix).join(...parts);
}
function defaultFolder({ env, folders, uid, platform = process.platform }) {
    const path = platform === "win32" ? external_node_path_.win32 : external_node_path_.posix;
    const toolCache = env["RUNNER_TOOL_CACHE"];
    if (env["GITHUB_ACTIONS"] === "true" && toolCache) {
        // Beside, not below, another user's folder: that one belongs to the user who came first.
        return path.join(toolCache, uid === undefined ? "cairn" : `cairn-${uid}`);
    }
    return path.join(userCacheFolder(env, folders.home, platform), "cairn");
}
function userCacheFolder(env, home, platform) {
    if (platform === "win32")
        return env["LOCALAPPDATA"] || external_node_path_.win32.join(home, "AppData", "Local");
    const xdg = env["XDG_CACHE_HOME"];
    // The XDG specification: a relative path is invalid and to be ignored.
    if (xdg && external_node_path_.posix.isAbsolute(xdg))
        return xdg;
    return platform === "darwin" ? external_node_path_.posix.join(home, "Library", "Caches") : external_node_path_.posix.join(home, ".cache");
}
function defaultIndex(store) {
    const scheme = schemeOf(store);
    if (scheme === "s3")
        return BUCKET_INDEX;
    const [folder] = store.split(/[?#]/, 1);
    if (scheme === "memory")
        return folder;
    return `sqlite${folder.slice("file".length).replace(/\/+$/, "")}/index.sqlite`;
}
const MODES = {
    "read-write": { restore: true, save: true },
    read: { restore: true, save: false },
    write: { restore: false, save: true },
    off: { restore: false, save: false },
};
/** The values of ACTIONS_CACHE_MODE, whose `write` includes reading. Others, and none, allow everything. */
const UPSTREAM_MODES = {
    write: { restore: true, save: true },
    "write-only": { restore: false, save: true },
    read: { restore: true, save: false },
    none: { restore: false, save: false },
};
function parseMode(given) {
    if (!given)
        return MODES["read-write"];
    const mode = Object.hasOwn(MODES, given.value) ? MODES[given.value] : undefined;
    if (mode)
        return mode;
    throw new SettingsError(given.setting, `${given.setting} is not a mode: ${JSON.stringify(given.value)}`, {
        hint: suggestion(given.value, Object.keys(MODES)),
    });
}
function parseUpstreamMode(value) {
    const name = value?.trim().toLowerCase() ?? "";
    return Object.hasOwn(UPSTREAM_MODES, name) ? UPSTREAM_MODES[name] : MODES["read-write"];
}
function intersect(a, b) {
    return { restore: a.restore && b.restore, save: a.save && b.save };
}
function parseTimeout(given) {
    if (!given)
        return undefined;
    const timeoutMs = parseDuration(given.value, given.setting);
    if (timeoutMs > 0)
        return timeoutMs;
    throw new SettingsError(given.setting, `${given.setting} leaves no time at all`, {
        hint: "write 10m, or leave it out for the default",
    });
}
//# sourceMappingURL=settings.js.map
;// CONCATENATED MODULE: ./packages/core/dist/index.js
// The front door of the core: what the actions, the command line and the benchmark may use.


































//# sourceMappingURL=index.js.map

/***/ })

};
