export const id = 602;
export const ids = [602];
export const modules = {

/***/ 16602:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  runAction: () => (/* reexport */ runAction)
});

// UNUSED EXPORTS: runStep

// EXTERNAL MODULE: ./packages/core/dist/index.js + 208 modules
var dist = __webpack_require__(22779);
;// CONCATENATED MODULE: ./packages/action-kit/dist/failure-policy.js
// What a failure does to the step: the one place that decides. A cache never breaks a build and never lies. Inputs of
// the contract behave as the contract says; Cairn's own settings fail a main step; a store that is away is a warning
// and a miss, once a job (later steps only say it in their log); damage is an error annotation and a miss; our own bugs surface.

const NOTHING_TO_SAVE = "Path Validation Error: Path(s) specified in the action for caching do(es) not exist, hence no cache is being saved.";
/** Damage and attacks: someone has to look at the store. */
const DAMAGE = new Set(["CORRUPT", "UNSAFE_PATH", "OBJECT_MISSING", "UNTRUSTED_REF"]);
/** Whatever is not `fail` is a miss: the step goes on, unless fail-on-cache-miss is set. */
function reactToRestore(error) {
    if (isCode(error, "INPUT", "SETTINGS"))
        return { level: "fail", message: explain(error) };
    if (isCode(error, "CANCELLED"))
        return { level: "info", message: explain(error) };
    const message = `Failed to restore: ${explain(error)}`;
    if (error instanceof dist/* StoreAwayError */.oq)
        return { level: "info", message };
    if (error instanceof dist/* CacheError */.xA)
        return { level: DAMAGE.has(error.code) ? "error" : "warning", message };
    return { level: isSystemError(error) ? "warning" : "fail", message };
}
/** Annotations that one step makes of Refs that it refused: more say nothing new. */
const REFUSED_TOLD = 3;
/** What was refused counts as not there, so the step goes on as after a miss, or with what else was found. */
function reactToRefused(refused = []) {
    const reactions = refused
        .slice(0, REFUSED_TOLD)
        .map(({ message, hint }) => ({ level: "error", message: `Refused a cache: ${message}; ${hint}` }));
    const rest = refused.length - reactions.length;
    return rest > 0
        ? [...reactions, { level: "error", message: `Refused ${rest} more caches for their signatures` }]
        : reactions;
}
/** @param step `save`: a step of its own; `post`: the end of the combined action, whose settings main has checked. */
function reactToSave(error, step) {
    if (error instanceof dist/* NothingToSaveError */._O)
        return { level: "info", message: NOTHING_TO_SAVE };
    if (isCode(error, "INPUT", "CANCELLED"))
        return { level: "info", message: explain(error) };
    if (isCode(error, "SETTINGS"))
        return { level: step === "save" ? "fail" : "warning", message: explain(error) };
    const message = `Failed to save: ${explain(error)}`;
    if (error instanceof dist/* StoreAwayError */.oq)
        return { level: "info", message };
    if (error instanceof dist/* CacheError */.xA)
        return { level: DAMAGE.has(error.code) ? "error" : "warning", message };
    return { level: isSystemError(error) ? "warning" : "fail", message };
}
/** What upstream's library throws; of what it does not throw it has told itself. */
function reactToGitHubCache(error, step) {
    if (error instanceof dist/* CacheError */.xA)
        return step === "restore" ? reactToRestore(error) : reactToSave(error, "post");
    const message = Error.isError(error) ? error.message : String(error);
    return step === "restore"
        ? { level: "warning", message: `Failed to restore: ${message}` }
        : { level: "info", message };
}
/** Without its key, or without the program, no later step can do its work; a wrong key would restore the wrong files. */
function reactToKey(error) {
    return { level: isCode(error, "CANCELLED") ? "info" : "fail", message: explain(error) };
}
/** An event that escaped every promise: a late socket error must not undo a step's work. */
function reactToUncaught(error, step) {
    if (step === "key" || step === "setup")
        return reactToKey(error);
    return step === "restore" ? reactToRestore(error) : { level: "info", message: explain(error) };
}
/** The log line, always without an annotation, of a save that was not needed or was another's to make. */
function describeUnsaved(key, result, overwrite) {
    if (result.status === "exists" && overwrite) {
        return `Cache with key ${key} already holds this content, not saving cache.`;
    }
    const why = result.status === "busy"
        ? `${result.owner} is saving it now`
        : `it exists since ${new Date(result.ref.createdAtMs).toISOString()}, and only overwrite: true replaces a cache`;
    // Upstream's sentence, which scripts look for; its guess is put right by what follows.
    return `Failed to save: Unable to reserve cache with key ${key}, another job may be creating this cache. More details: ${why}`;
}
/** What happened and what to do next. Our own bugs come with their stack. */
function explain(error) {
    if (error instanceof dist/* CacheError */.xA)
        return error.hint ? `${error.message}; ${error.hint}` : error.message;
    if (!Error.isError(error))
        return String(error);
    return isSystemError(error) ? error.message : (error.stack ?? error.message);
}
function isCode(error, ...codes) {
    return error instanceof dist/* CacheError */.xA && codes.includes(error.code);
}
/** ENOSPC and its kin: the machine's fault, not a bug. */
function isSystemError(error) {
    return Error.isError(error) && typeof error.syscall === "string";
}
//# sourceMappingURL=failure-policy.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/github-cache.js
// GitHub's own cache, by upstream's library: for jobs without a store. Loaded when a step uses it: it brings tar, an HTTP
// client and the SDK of GitHub's storage.
function loadGitHubCache() {
    return Promise.all(/* import() */[__webpack_require__.e(723), __webpack_require__.e(21), __webpack_require__.e(676)]).then(__webpack_require__.bind(__webpack_require__, 37676));
}
//# sourceMappingURL=github-cache.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/inputs.js
// The inputs of the actions, read in one place. What the actions/cache contract defines is read as leniently as
// upstream does; Cairn's own inputs are strict. Every input of an action.yml is read here, and no other.

/** @throws SettingsError */
function loadRestoreInputs(read) {
    return { ...common(read), ...restoring(read) };
}
/** @throws SettingsError */
function loadSaveInputs(read) {
    return { ...common(read), ...saving(read), notices: ignored(read, ["upload-chunk-size"]) };
}
/** @throws SettingsError */
function loadCacheInputs(read) {
    return {
        ...common(read),
        ...restoring(read),
        ...saving(read),
        notices: ignored(read, ["upload-chunk-size", "save-always"]),
        saveOn: oneOf(read, "save-on", ["success", "failure", "always"]),
        jobStatus: read("job-status"),
    };
}
/** @throws SettingsError */
function loadKeyInputs(read) {
    return {
        name: read("name") || "deps",
        lockfiles: lines(read("lockfile") || dist/* AUTO */.Q8),
        toolchain: lines(read("toolchain") || dist/* AUTO */.Q8),
        toolchainFrom: oneOf(read, "toolchain-from", dist/* TOOLCHAIN_SOURCES */.Bw),
        environment: lines(read("env")),
        configuration: lines(read("config")),
        platform: read("platform") || dist/* AUTO */.Q8,
        workingDirectory: read("working-directory") || ".",
    };
}
function common(read) {
    const path = lines(read("path"));
    const paths = lines(read("paths"));
    return {
        key: read("key"),
        paths: path.length > 0 ? path : paths,
        pathsGivenTwice: path.length > 0 && paths.length > 0,
        crossOs: lenientBoolean(read("enableCrossOsArchive")),
        settings: {
            store: read("store"),
            index: read("index"),
            mode: read("mode"),
            near: read("near"),
            timeout: read("timeout"),
            metrics: read("metrics"),
            fallback: read("fallback"),
            "role-to-assume": read("role-to-assume"),
            "role-session-name": read("role-session-name"),
            "role-audience": read("role-audience"),
            "aws-region": read("aws-region"),
        },
        readScopes: lines(read("read-scopes")),
        summary: strictBoolean(read, "summary", true),
        notices: [],
    };
}
function restoring(read) {
    return {
        restoreKeys: lines(read("restore-keys")),
        failOnCacheMiss: lenientBoolean(read("fail-on-cache-miss")),
        lookupOnly: lenientBoolean(read("lookup-only")),
        clean: strictBoolean(read, "clean", false),
    };
}
function saving(read) {
    return {
        overwrite: strictBoolean(read, "overwrite", false),
        toolchain: read("toolchain") || undefined,
        lockfile: read("lockfile") || undefined,
        buildSeconds: seconds(read, "build-seconds"),
    };
}
const IGNORED = {
    "upload-chunk-size": "upload-chunk-size has no effect: chunks are cut by content",
    "save-always": "save-always has no effect, as upstream: use save-on: always",
};
function ignored(read, names) {
    return names
        .filter((name) => read(name) && read(name).toLowerCase() !== "false")
        .map((name) => IGNORED[name]);
}
/** Upstream's rule, shared by paths and restore keys: `! x` is `!x`, lines are trimmed, empty ones dropped. */
function lines(text) {
    return text
        .split("\n")
        .map((line) => line.replace(/^!\s+/, "!").trim())
        .filter((line) => line !== "");
}
function lenientBoolean(text) {
    return text.toLowerCase() === "true";
}
function strictBoolean(read, name, otherwise) {
    const text = read(name).toLowerCase();
    if (text === "")
        return otherwise;
    if (text === "true" || text === "false")
        return text === "true";
    throw new dist/* SettingsError */.GN(name, `the input ${name} is neither true nor false: ${JSON.stringify(read(name))}`, {
        hint: "write true or false",
    });
}
function seconds(read, name) {
    const text = read(name);
    if (text === "")
        return undefined;
    const count = (0,dist/* parseBuildSeconds */.pM)(text);
    if (count !== undefined)
        return count;
    throw new dist/* SettingsError */.GN(name, `the input ${name} is not a number: ${JSON.stringify(text)}`, {
        hint: "write how many seconds it took: 92 or 92.5",
    });
}
function oneOf(read, name, values) {
    const text = read(name);
    const value = text === "" ? values[0] : values.find((known) => known === text);
    if (value !== undefined)
        return value;
    throw new dist/* SettingsError */.GN(name, `the input ${name} is not one of its values: ${JSON.stringify(text)}`, {
        hint: `write ${values.join(", ")}`,
    });
}
//# sourceMappingURL=inputs.js.map
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(48161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
;// CONCATENATED MODULE: ./packages/action-kit/dist/key-flow.js
// The step `cache-key`: makes the key of a cache from what the job depends on, and shows in the log what went into it.
// It opens no store.




/** @throws CacheError, and what is none. */
async function runCacheKey({ env, runner, cancel }, inputs) {
    const workspace = env["GITHUB_WORKSPACE"] || process.cwd();
    const folder = (0,external_node_path_.resolve)(workspace, inputs.workingDirectory);
    if (!(0,external_node_fs_.statSync)(folder, { throwIfNoEntry: false })?.isDirectory()) {
        throw new dist/* InputError */.dz(`working-directory: there is no folder ${folder}`, {
            hint: "check the repository out before its key is made",
        });
    }
    const { name, platform, lockfiles, toolchain, toolchainFrom, environment, configuration } = inputs;
    const made = await (0,dist/* makeKey */.og)({
        ...{ name, lockfiles, toolchain, toolchainFrom, environment, configuration },
        repository: (0,dist/* repositoryOfJob */.R5)({ env }) ?? "local",
        platform: platform === dist/* AUTO */.Q8 ? (0,dist/* thisPlatform */.gA)() : platform === dist/* NONE */.x3 ? "any" : platform,
        place: { folder, top: (0,dist/* findCheckout */.I8)(folder, workspace), home: (0,external_node_os_.homedir)() },
        env,
        signal: cancel,
    });
    for (const notice of made.notices)
        runner.info(notice);
    const explanation = (0,dist/* explainKey */.J9)(made);
    runner.group("What the key is made of", explanation.slice(0, -1));
    runner.info(explanation.at(-1));
    runner.setOutput("key", made.key);
    runner.setOutput("restore-keys", made.restoreKeys.join("\n"));
    runner.setOutput("lockfile", made.lockfiles.map(({ path }) => inWorkspace(path, workspace)).join("\n"));
    runner.setOutput("toolchain", made.toolchain ?? "");
}
/** As the input of this name of the saving actions reads it. */
function inWorkspace(path, workspace) {
    return (0,external_node_path_.relative)(workspace, path).split(external_node_path_.sep).join("/");
}
//# sourceMappingURL=key-flow.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/react.js
// Tells the runner what the failure policy decided.
function apply({ level, message }, runner) {
    if (level === "fail")
        runner.setFailed(message);
    else if (level === "info")
        runner.info(`[warning]${message}`);
    else
        runner[level](message);
}
//# sourceMappingURL=react.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/cache-mode.js
// Why a step does not restore or save at all: the runner's cache-mode (with upstream's words), or Cairn's own mode.
const FORBIDS = { restore: ["none", "write-only"], save: ["none", "read"] };
const VERBS = { restore: "reads", save: "writes" };
/** @returns undefined when the mode allows it. */
function whySkipped(what, settings, env) {
    if (settings.mode[what])
        return undefined;
    const mode = env["ACTIONS_CACHE_MODE"]?.trim().toLowerCase() ?? "";
    const forbidding = FORBIDS[what];
    return forbidding.includes(mode)
        ? {
            message: `Cache ${what} skipped: the effective cache-mode '${mode}' does not permit ${VERBS[what]}.`,
            byRunner: true,
        }
        : { message: `Cache ${what} skipped: the setting mode does not allow it.`, byRunner: false };
}
//# sourceMappingURL=cache-mode.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/format.js
// Sizes, times and shares as people read them.
const UNITS = ["B", "KB", "MB", "GB", "TB"];
/** 171966464 -> "172.0 MB", powers of 1000. */
function formatBytes(bytes) {
    let value = bytes;
    let unit = 0;
    while (value >= 999.95 && unit < UNITS.length - 1) {
        value /= 1000;
        unit++;
    }
    return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
/** 640 -> "640 ms", 1400 -> "1.4 s", 600000 -> "10 min". */
function formatDuration(ms) {
    if (ms < 1000)
        return `${Math.round(ms)} ms`;
    if (ms < 60_000)
        return `${(ms / 1000).toFixed(1)} s`;
    const minutes = Math.floor(ms / 60_000);
    const seconds = Math.round((ms % 60_000) / 1000);
    return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
}
/** Share of the whole in percent, rounded down so that 100 % means all of it. Nothing of nothing is all of it. */
function formatShare(part, whole) {
    return `${whole === 0 ? 100 : Math.floor((part / whole) * 100)} %`;
}
/** 94681 -> "94,681 entries". */
function formatCount(count, noun, plural = `${noun}s`) {
    // By hand: the language's own rules take 6 ms to load.
    const digits = String(count).replace(/\B(?=(\d{3})+$)/g, ",");
    return `${digits} ${count === 1 ? noun : plural}`;
}
//# sourceMappingURL=format.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/deadline.js
// The deadline of a step. The work gets a signal that aborts when the time is over or the run is cancelled; work that
// ignores it is left behind after a grace, so that nothing that hangs can hold a job.


const RESTORE_TIMEOUT_MS = 10 * 60_000;
const SAVE_TIMEOUT_MS = 10 * 60_000;
/** A post step has no timeout-minutes of its own, and a stalled one holds the whole job. */
const POST_TIMEOUT_MS = 5 * 60_000;
/** Time to roll back a restore: the steps that follow go on with this tree. */
const GRACE_MS = 9_000;
/** Cancelling ends within two seconds: nobody uses the tree any more, and the next restore rolls back what is left. */
const CANCEL_GRACE_MS = 1_500;
/** @throws DeadlineError, the reason of `cancel`, or what `work` throws. */
async function withDeadline(work, limits) {
    const { cancel, timeoutMs, what, graceMs = GRACE_MS, onLeftBehind } = limits;
    const deadline = new AbortController();
    const signal = AbortSignal.any([cancel, deadline.signal]);
    const timer = setTimeout(() => {
        deadline.abort(new dist/* DeadlineError */.j3(`the ${what} took longer than ${formatDuration(timeoutMs)}`, {
            hint: "set the input timeout to allow more",
        }));
    }, timeoutMs);
    let graceTimer;
    const leftBehind = new Promise((_, reject) => {
        const leaveAfter = (ms) => {
            clearTimeout(graceTimer);
            graceTimer = setTimeout(() => {
                onLeftBehind?.();
                reject(signal.reason);
            }, ms);
        };
        const onCancel = () => leaveAfter(Math.min(graceMs, CANCEL_GRACE_MS));
        deadline.signal.addEventListener("abort", () => leaveAfter(graceMs), { once: true });
        if (cancel.aborted)
            onCancel();
        else
            cancel.addEventListener("abort", onCancel, { once: true });
    });
    try {
        return await Promise.race([work(signal), leftBehind]);
    }
    finally {
        clearTimeout(timer);
        clearTimeout(graceTimer);
    }
}
//# sourceMappingURL=deadline.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/expand-glob.js
// Glob patterns, expanded by the library that upstream uses, so that a pattern means the same here. Loaded when a
// path line is a pattern, which most are not.

/** Absolute paths that exist; a directory stands for itself, not for what is below it. */
const expandGlob = async (pattern, cwd) => {
    const { create } = await __webpack_require__.e(/* import() */ 21).then(__webpack_require__.bind(__webpack_require__, 48021));
    const isRelative = !(0,external_node_path_.isAbsolute)(pattern) && !pattern.startsWith("~");
    const globber = await create(isRelative ? `${escapeGlob(cwd)}/${pattern}` : pattern, {
        implicitDescendants: false,
    });
    return globber.glob();
};
/** A folder's own name is no pattern. */
function escapeGlob(folder) {
    return folder.replace(/[[?*]/g, "[$&]");
}
//# sourceMappingURL=expand-glob.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/github-flow.js
// Restoring from and saving to GitHub's own cache (`fallback: github`). What it does and says is upstream's: scopes, keys
// that can't be replaced, its own warnings. Never fails a build.



/** @returns the key of what was restored, or only found. */
async function findInGitHub(deps, inputs, settings) {
    const { key, paths, restoreKeys, lookupOnly, crossOs, clean } = inputs;
    if (clean)
        deps.runner.info("clean has no effect in GitHub's own cache.");
    const timeoutMs = settings.timeoutMs ?? RESTORE_TIMEOUT_MS;
    const work = async () => {
        const { restoreCache } = await deps.gitHubCache();
        return restoreCache([...paths], key, [...restoreKeys], { lookupOnly }, crossOs);
    };
    try {
        return await withDeadline(work, { ...deps, timeoutMs, what: "restore" });
    }
    catch (error) {
        if (deps.cancel.aborted)
            throw error;
        apply(reactToGitHubCache(error, "restore"), deps.runner);
        return undefined;
    }
}
async function saveInGitHub(deps, job, timeoutMs) {
    const { runner } = deps;
    const { key, paths, crossOs, overwrite } = job;
    if (overwrite)
        runner.info("overwrite has no effect in GitHub's own cache: a key there is never replaced.");
    const work = async () => {
        const { saveCache } = await deps.gitHubCache();
        return saveCache([...paths], key, undefined, crossOs);
    };
    try {
        // Upstream has said why, in an info or a warning of its own.
        if ((await withDeadline(work, { ...deps, timeoutMs, what: "save" })) === -1)
            return "lost";
        runner.info(`Cache saved with key: ${key}`);
        return "saved";
    }
    catch (error) {
        if (deps.cancel.aborted)
            throw error;
        apply(reactToGitHubCache(error, "save"), runner);
        return "failed";
    }
}
//# sourceMappingURL=github-flow.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/identity-token.js
// The identity token of this job (OIDC), to take a role with. Each step asks anew, the post step too: a token is good for
// some minutes only.

/** The runner sets both, where the workflow gives the permission. */
const VARIABLES = ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"];
/** @throws CacheError */
async function fetchIdentityToken(runner, env, audience) {
    if (VARIABLES.some((name) => !env[name])) {
        throw new dist/* AccessDeniedError */.Uk("this job gets no identity token from GitHub, which role-to-assume needs", {
            hint: "add `permissions: { id-token: write, contents: read }` to the workflow or the job; pull requests of forks get none, whatever it says",
        });
    }
    try {
        return await runner.getIdToken(audience);
    }
    catch (error) {
        const reason = String(Error.isError(error) ? error.message : error).replace(/\s+/g, " ");
        throw new dist/* StoreUnavailableError */.o2("GitHub gave no identity token for role-to-assume", {
            hint: `try the job again, and look whether a proxy is in the way: ${reason.slice(0, 300)}`,
            cause: error,
        });
    }
}
//# sourceMappingURL=identity-token.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/prepare.js
// From inputs and environment to what every flow starts with: folders, scopes, settings.



/** @throws SettingsError */
function prepare(deps, inputs) {
    const { env, context } = deps;
    const folders = {
        workspace: env["GITHUB_WORKSPACE"] || process.cwd(),
        home: (0,external_node_os_.homedir)(),
        temp: env["RUNNER_TEMP"] || (0,external_node_os_.tmpdir)(),
    };
    const settings = deps.resolveSettings({
        read: (name) => inputs.settings[name] || undefined,
        label: (name) => `the input ${name}`,
        env,
        folders,
        repository: env["GITHUB_REPOSITORY"] || undefined,
        uid: process.getuid?.(),
    });
    const access = (0,dist/* deriveAccess */.SU)({
        env,
        event: context.payload,
        readScopes: inputs.readScopes,
        runtimeToken: env["ACTIONS_RUNTIME_TOKEN"],
        mergeGroupSaves: Boolean(inputs.settings.mode || env["CAIRN_MODE"]),
    });
    return { folders, access, settings, signerId: (0,dist/* signerId */.cC)(env) };
}
/** What every flow opens its cache with. */
function openOptions({ env, runner }) {
    return { env, fetchIdentityToken: (audience) => fetchIdentityToken(runner, env, audience) };
}
/** Upstream's check and its words: a step of an event without a branch or tag does nothing. */
function isValidEvent({ context, runner }) {
    if (context.ref)
        return true;
    runner.info(`[warning]Event Validation Error: The event type ${context.eventName} is not supported because it's not tied to a branch or tag ref.`);
    return false;
}
/** What the user should know about settings and inputs. */
function report(deps, inputs, { settings, access }) {
    const { runner } = deps;
    for (const notice of [...inputs.notices, ...settings.notices]) {
        const warning = /^warning: (.*)$/s.exec(notice)?.[1];
        if (warning)
            runner.warning(warning);
        else
            runner.info(notice);
    }
    const exposed = (0,dist/* exposedKeyWarning */.sq)(deps.env, access.domain);
    if (exposed)
        runner.warning(exposed);
    // A scope of the user's own that is left out; why a job may not save is told when it would.
    if (access.note && inputs.readScopes.length > 0)
        runner.info(`${access.note}.`);
    runner.debug(`reads: ${access.reads.map((scope) => `${scope.repository}@${scope.ref}`).join(", ") || "nothing"}`);
    runner.debug(`writes: ${access.writes ? `${access.writes.ref} (${access.domain})` : "nothing"}`);
}
/** For the lease of a save. Matrix jobs share their name, so the runner's name is in it. */
function ownerOf({ context, env }) {
    const { runId, runAttempt, job = "job" } = context;
    if (Number.isNaN(runId))
        return undefined;
    return [runId, runAttempt || 1, job, env["RUNNER_NAME"]].filter(Boolean).join("-");
}
//# sourceMappingURL=prepare.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/state.js
// What the main step of the combined action hands to its post step. The runner evaluates `with:` anew before a post
// step, and contexts of nested composites are gone by then, so the post step saves what the main step has read.
const PRIMARY_KEY = "CACHE_KEY";
const MATCHED_KEY = "CACHE_RESULT";
const VERSION = "CACHE_VERSION";
const JOB = "CAIRN_JOB";
const RESTORED_AT = "CAIRN_RESTORED_AT";
function savePrimaryKey(runner, key) {
    runner.saveState(PRIMARY_KEY, key);
}
function saveMatch(runner, matchedKey, version) {
    if (matchedKey !== undefined)
        runner.saveState(MATCHED_KEY, matchedKey);
    if (version !== undefined)
        runner.saveState(VERSION, version);
}
function saveJob(runner, job, saveOn) {
    runner.saveState(JOB, JSON.stringify({ job, saveOn }));
}
function saveRestoredAt(runner, nowMs) {
    runner.saveState(RESTORED_AT, String(nowMs));
}
/** @returns undefined when the main step ended before it had read its inputs. */
function loadPostState(runner) {
    const text = runner.getState(JOB);
    if (!text)
        return undefined;
    const { job, saveOn } = JSON.parse(text);
    return {
        job,
        saveOn,
        restoredKey: runner.getState(MATCHED_KEY) || undefined,
        restoredAtMs: Number(runner.getState(RESTORED_AT)) || undefined,
    };
}
//# sourceMappingURL=state.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/summary.js
// The job summary: one small table for each step, for the page of the run.
/** Lines for a person, such as why it missed, come below the table. */
function renderSummary(row, lines = []) {
    const columns = [
        ["Cache", row.result],
        ["Key", code(row.key)],
        ["Size", row.size],
        ["Transferred", row.transferred],
        ["Reused", row.reused],
        ["Time", row.time],
        ["Time saved", row.timeSaved],
        ["Content", row.contentHash && code(row.contentHash.slice(0, 12))],
    ];
    const shown = columns.filter((column) => column[1] !== undefined);
    const table = [shown.map(([name]) => name), shown.map(() => "---"), shown.map(([, value]) => value)];
    return [
        ...table.map((cells) => `| ${cells.join(" | ")} |`),
        "",
        ...lines.map((line) => `- ${escapeMarkup(line)}`),
        "",
    ].join("\n");
}
function code(text) {
    return `<code>${escapeMarkup(text)}</code>`;
}
/** Keys and paths come from workflows: no markup, no new cells. */
function escapeMarkup(text) {
    return text
        .replace(/&/g, "&amp;")
        .replace(/</g, "&lt;")
        .replace(/>/g, "&gt;")
        .replace(/\|/g, "&#124;")
        .replace(/[\r\n]+/g, " ");
}
//# sourceMappingURL=summary.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/validate.js
// What the actions/cache contract demands of keys and paths, with upstream's messages. On a restore these fail the
// step, on a save they don't (failure-policy.ts).

const MAX_KEY_CHARACTERS = 512;
/** One primary key and nine restore keys. */
const MAX_KEYS = 10;
/** @throws InputError */
function requireKey(inputs) {
    if (!inputs.key)
        throw new dist/* InputError */.dz("Input required and not supplied: key");
}
/** @throws InputError */
function requirePaths(inputs) {
    if (inputs.pathsGivenTwice) {
        throw new dist/* InputError */.dz("The inputs path and paths are the same: give one of them");
    }
    if (inputs.paths.length === 0)
        throw new dist/* InputError */.dz("Input required and not supplied: path");
}
/** @throws InputError */
function checkKeys(keys) {
    if (keys.length > MAX_KEYS) {
        throw new dist/* InputError */.dz(`Key Validation Error: Keys are limited to a maximum of ${MAX_KEYS}.`);
    }
    for (const key of keys) {
        if (key.length > MAX_KEY_CHARACTERS) {
            throw new dist/* InputError */.dz(`Key Validation Error: ${key} cannot be larger than ${MAX_KEY_CHARACTERS} characters.`);
        }
        if (key.includes(","))
            throw new dist/* InputError */.dz(`Key Validation Error: ${key} cannot contain commas.`);
    }
}
/**
 * Upstream's rule for `cache-hit` and for not saving again: regardless of case, but not of accents. Look-ups are
 * exact to the byte; this only judges what one has found.
 */
function isExactKeyMatch(key, matched) {
    // Loading the rules of a language takes 5 ms, and nearly always there is nothing to ask them.
    if (matched === key && key !== "")
        return true;
    return Boolean(matched) && matched.localeCompare(key, undefined, { sensitivity: "accent" }) === 0;
}
//# sourceMappingURL=validate.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/restore-flow.js
// The restoring step: main of `cache`, and `restore-cache`. Outputs and log lines are those of actions/cache; a miss
// leaves `cache-hit` unset, as scripts expect (actions/cache#1466).












/** @throws what the failure policy for restores judges. */
async function runRestore(deps, inputs) {
    await restoreStep(deps, inputs, () => { });
}
/** The main step of the combined action: also hands everything over to the post step. */
async function runCacheMain(deps, inputs) {
    await restoreStep(deps, inputs, (prepared) => {
        const { key, paths, crossOs, overwrite, toolchain, lockfile, buildSeconds, summary } = inputs;
        saveJob(deps.runner, { key, paths, crossOs, overwrite, toolchain, lockfile, buildSeconds, summary, ...prepared }, inputs.saveOn);
    });
    saveRestoredAt(deps.runner, Date.now());
}
async function restoreStep(deps, inputs, handOver) {
    const { runner, env } = deps;
    if (!isValidEvent(deps))
        return;
    const prepared = prepare(deps, inputs);
    const skip = whySkipped("restore", prepared.settings, env);
    if (skip && !skip.byRunner && !prepared.settings.mode.save) {
        runner.info(skip.message);
        runner.setOutput("cache-hit", "false");
        return;
    }
    report(deps, inputs, prepared);
    requireKey(inputs);
    savePrimaryKey(runner, inputs.key);
    runner.setOutput("cache-primary-key", inputs.key);
    requirePaths(inputs);
    handOver(prepared);
    checkKeys([inputs.key, ...inputs.restoreKeys]);
    if (skip) {
        runner.info(skip.message);
        if (skip.byRunner)
            await reportMiss(deps, inputs, []);
        else
            runner.setOutput("cache-hit", "false");
        return;
    }
    if (prepared.settings.fallback === "github") {
        const matchedKey = await findInGitHub(deps, inputs, prepared.settings);
        if (matchedKey === undefined)
            await reportMiss(deps, inputs, []);
        else
            await reportMatch(deps, inputs, matchedKey);
        return saveMatch(runner, matchedKey);
    }
    const result = await find(deps, inputs, prepared);
    for (const reaction of reactToRefused(result?.refused))
        apply(reaction, runner);
    if (result?.status === "hit")
        await reportHit(deps, inputs, result);
    else
        await reportMiss(deps, inputs, result?.explanation ?? []);
    if (result)
        saveMatch(runner, result.status === "hit" ? result.ref.key : undefined, result.version);
}
/** @returns undefined when it failed in a way that counts as a miss. */
async function find(deps, inputs, { access, folders, settings }) {
    const timeoutMs = settings.timeoutMs ?? RESTORE_TIMEOUT_MS;
    const work = async (signal) => {
        const cache = await deps.openCache(settings, openOptions(deps));
        try {
            const { key, paths, restoreKeys, crossOs, clean } = inputs;
            const common = { key, paths, restoreKeys, crossOs, clean, access, folders };
            return await ask(cache, inputs.lookupOnly, { ...common, expandGlob: expandGlob, signal, timeoutMs });
        }
        finally {
            await cache.close();
        }
    };
    try {
        return await withDeadline(work, { ...deps, timeoutMs, what: "restore" });
    }
    catch (error) {
        if (deps.cancel.aborted)
            throw error;
        const reaction = reactToRestore(error);
        if (reaction.level === "fail")
            throw error;
        apply(reaction, deps.runner);
        return undefined;
    }
}
function ask(cache, lookupOnly, request) {
    return lookupOnly ? cache.lookup(request) : cache.restore(request);
}
/** Of a cache that says no more than its key. */
async function reportMatch({ runner }, inputs, key) {
    const isExact = isExactKeyMatch(inputs.key, key);
    runner.setOutput("cache-matched-key", key);
    runner.setOutput("cache-hit", String(isExact));
    runner.info(inputs.lookupOnly
        ? `Cache found and can be restored from key: ${key}`
        : `Cache restored from key: ${key}`);
    if (inputs.summary)
        await runner.addSummary(renderSummary({ result: isExact ? "hit" : "partial hit", key }));
}
async function reportHit({ runner }, inputs, hit) {
    const { ref } = hit;
    const isExact = isExactKeyMatch(inputs.key, ref.key);
    runner.setOutput("cache-matched-key", ref.key);
    runner.setOutput("cache-hit", String(isExact));
    runner.setOutput("content-hash", ref.contentHash);
    const row = { result: isExact ? "hit" : "partial hit", key: ref.key, contentHash: ref.contentHash };
    if (!("restoredBytes" in hit)) {
        runner.info(`Cache found and can be restored from key: ${ref.key}`);
        if (inputs.summary)
            await runner.addSummary(renderSummary({ ...row, size: formatBytes(ref.treeBytes) }));
        return;
    }
    runner.setOutput("restored-bytes", String(hit.restoredBytes));
    runner.setOutput("downloaded-bytes", String(hit.downloadedBytes));
    const size = formatBytes(hit.restoredBytes);
    const transferred = formatBytes(hit.downloadedBytes);
    const reused = formatShare(hit.keptBytes, hit.restoredBytes);
    const time = formatDuration(hit.durationMs);
    const spared = (0,dist/* sparedMs */.mw)(hit) ?? 0;
    const timeSaved = spared > 0 ? formatDuration(spared) : undefined;
    for (const notice of hit.notices)
        runner.info(notice);
    const entries = formatCount(hit.entryCount, "entry", "entries");
    runner.info(`${size} (${entries}) in ${time}: ${transferred} downloaded, ${reused} was already on disk`);
    if (timeSaved !== undefined)
        runner.info(`${timeSaved} less than the work that it stands for`);
    runner.info(`Cache restored from key: ${ref.key}`);
    if (inputs.summary)
        await runner.addSummary(renderSummary({ ...row, size, transferred, reused, time, timeSaved }));
}
async function reportMiss({ runner }, inputs, explanation) {
    if (inputs.failOnCacheMiss) {
        for (const line of explanation)
            runner.info(line);
        runner.setFailed(`Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input key: ${inputs.key}`);
    }
    else {
        runner.info(`Cache not found for input keys: ${[inputs.key, ...inputs.restoreKeys].join(", ")}`);
        for (const line of explanation)
            runner.info(line);
    }
    if (inputs.summary)
        await runner.addSummary(renderSummary({ result: "miss", key: inputs.key }, explanation));
}
//# sourceMappingURL=restore-flow.js.map
// EXTERNAL MODULE: ./node_modules/.pnpm/@actions+github@9.1.1_patch_hash=9e7995e3ef419f8ac9088707853dc2c838ead757130b3727bcc3f34443a23f2a/node_modules/@actions/github/lib/context.js
var context = __webpack_require__(12728);
;// CONCATENATED MODULE: ./packages/action-kit/dist/run-context.js
// What the runner says about the run: event, ref, run and job, as the toolkit reads them. The module of its Context is
// imported alone: the toolkit's front door would load octokit.


/** Never throws: a payload that is missing or is no JSON leaves the rest as it is. */
function readContext({ debug }) {
    const path = process.env["GITHUB_EVENT_PATH"];
    try {
        // Of a missing file a Context writes a line of its own to the log.
        if (path)
            (0,external_node_fs_.accessSync)(path);
        return new context/* Context */.o();
    }
    catch (error) {
        debug(`no event payload: ${String(error)}`);
        return contextWithoutPayload();
    }
}
/** A Context takes the path of its payload from the environment alone. */
function contextWithoutPayload() {
    const path = process.env["GITHUB_EVENT_PATH"];
    delete process.env["GITHUB_EVENT_PATH"];
    try {
        return new context/* Context */.o();
    }
    finally {
        process.env["GITHUB_EVENT_PATH"] = path;
    }
}
//# sourceMappingURL=run-context.js.map
// EXTERNAL MODULE: ./node_modules/.pnpm/@actions+core@3.0.1_patch_hash=5d3039ff44e37ef8cdd09c6e1f08180ac841da4fa6a645576c1b5c82a3e8d679/node_modules/@actions/core/lib/core.js + 6 modules
var core = __webpack_require__(11879);
;// CONCATENATED MODULE: ./packages/action-kit/dist/log-line.js
// A line of the log that is text and nothing else. The runner obeys `::command::` at the start of a line and `##[command]`
// anywhere in it, and the lines hold names that others chose: a key, a branch, a file. One of them must not set an
// output or fail the step. Annotations need none of this: the toolkit writes them as commands and escapes the rest.
/** Control characters, line breaks among them, and what turns the direction of writing become visible escapes. */
function asLogLine(text) {
    return text
        .replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => character === "\n" ? "\\n" : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
        .replaceAll("##[", "##\\u005b")
        .replace(/^(\s*):(?=:)/, "$1\\u003a");
}
//# sourceMappingURL=log-line.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/runner.js
// Runner: what a step tells the GitHub Actions runner, as a port: log lines, annotations, outputs, state, summary.
// The only file that imports @actions/core; flows and tests see the interface.


/** A runner that is spoken to through stdout and the files of GITHUB_OUTPUT, GITHUB_STATE, GITHUB_STEP_SUMMARY. */
function createRunner(env) {
    let failed = false;
    return {
        getInput: (name) => core/* getInput */.V4(name),
        info: (line) => core/* info */.pq(asLogLine(line)),
        group(title, lines) {
            core/* startGroup */.Oh(title);
            for (const line of lines)
                core/* info */.pq(asLogLine(line));
            core/* endGroup */.N4();
        },
        debug: (line) => core/* debug */.Yz(line),
        warning: (message) => core/* warning */.$e(message),
        error: (message) => core/* error */.z3(message),
        setFailed(message) {
            failed = true;
            core/* setFailed */.C1(message);
        },
        get failed() {
            return failed;
        },
        setSecret: (text) => core/* setSecret */.Pq(text),
        getIdToken: (audience) => core/* getIDToken */.V9(audience),
        setOutput: (name, value) => core/* setOutput */.uH(name, value),
        addPath: (folder) => core/* addPath */.fM(folder),
        saveState: (name, value) => core/* saveState */.LZ(name, value),
        getState: (name) => core/* getState */.Gu(name),
        async addSummary(markdown) {
            if (!env["GITHUB_STEP_SUMMARY"])
                return;
            try {
                await core/* summary */.z.addRaw(markdown, true).write();
            }
            catch (error) {
                // The page is full (1 MiB a step) or its file is gone: never worth a failed step.
                core/* debug */.Yz(`no job summary: ${String(error)}`);
            }
        },
    };
}
//# sourceMappingURL=runner.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/save-flow.js
// The saving steps: `save-cache`, and the post step of `cache`. Saving never fails a build: only a wrong setting in a
// step of its own, and our own bugs do.













/** There is nothing to roll back, and a post step holds the job. */
const SAVE_GRACE_MS = 1_000;
/** The step `save-cache`. @throws SettingsError, and what is no CacheError. */
async function runSave(deps, inputs) {
    const { runner } = deps;
    if (!isValidEvent(deps))
        return;
    const prepared = prepare(deps, inputs);
    report(deps, inputs, prepared);
    const outcome = await save_flow_saveJob(deps, { ...inputs, ...prepared }, "save");
    // Upstream's closing words, for whatever kept a step of its own from saving; quiet when another job was first.
    if (outcome === "failed")
        runner.warning("Cache save failed.");
    if (outcome === "lost")
        runner.debug("Cache save failed.");
}
/** The post step of `cache`. @throws what is no CacheError. */
async function runCachePost(deps) {
    const { runner } = deps;
    const state = loadPostState(runner);
    if (!state && !isValidEvent(deps))
        return;
    const inputs = loadCacheInputs(deps.readInput);
    const saveOn = state?.saveOn ?? inputs.saveOn;
    if (!isDue(saveOn, inputs.jobStatus)) {
        runner.info(`Not saving cache: the job's status is ${inputs.jobStatus}, and save-on is ${saveOn}.`);
        return;
    }
    const job = state?.job ?? { ...inputs, ...prepare(deps, inputs) };
    if (!job.overwrite && isExactKeyMatch(job.key, state?.restoredKey)) {
        runner.info(`Cache hit occurred on the primary key ${job.key}, not saving cache.`);
        return;
    }
    // Evaluated anew: a step of the job may have measured it meanwhile.
    const buildSeconds = inputs.buildSeconds ?? job.buildSeconds ?? secondsSince(state?.restoredAtMs);
    await save_flow_saveJob(deps, { ...job, buildSeconds }, "post");
}
/** As the status functions of a workflow: `always` includes cancelled. No status: an older runner, and a success. */
function isDue(saveOn, jobStatus) {
    return saveOn === "always" || saveOn === (jobStatus || "success");
}
function secondsSince(momentMs) {
    return momentMs === undefined ? undefined : (Date.now() - momentMs) / 1000;
}
async function save_flow_saveJob(deps, job, step) {
    const { runner, context } = deps;
    const skip = whySkipped("save", job.settings, deps.env);
    if (skip && !skip.byRunner) {
        runner.info(skip.message);
        return "skipped";
    }
    if (!job.key) {
        runner.info("[warning]Key is not specified.");
        return "skipped";
    }
    try {
        requirePaths(job);
        checkKeys([job.key]);
        if (skip) {
            runner.info(skip.message);
            return "failed";
        }
        if (job.settings.fallback === "github")
            return await saveInGitHub(deps, job, timeoutOf(job, step));
        if (!job.access.writes) {
            const message = `Cache not saved: ${job.access.note ?? "this job may only read"}.`;
            // A merge group does not save by design; the others hear of it as upstream's read-only tokens make them.
            if (context.eventName === "merge_group")
                runner.info(message);
            else
                runner.warning(message);
            return "failed";
        }
        if (step === "post" && job.signerId !== undefined && (0,dist/* signerId */.cC)(deps.env) !== job.signerId) {
            runner.warning(`Cache not saved: the step that restored had the signing key ${job.signerId}, which is not there at the end of the job; set ${dist/* SIGNING_KEY */.oF} in the workflow itself, not inside a composite action.`);
            return "failed";
        }
        return await reportResult(deps, job, await store(deps, job, step));
    }
    catch (error) {
        if (deps.cancel.aborted)
            throw error;
        const reaction = reactToSave(error, step);
        if (reaction.level === "fail")
            throw error;
        apply(reaction, runner);
        return "failed";
    }
}
function timeoutOf({ settings }, step) {
    return settings.timeoutMs ?? (step === "post" ? POST_TIMEOUT_MS : SAVE_TIMEOUT_MS);
}
async function store(deps, job, step) {
    const { settings, key, paths, crossOs, access, folders, overwrite, buildSeconds } = job;
    const timeoutMs = timeoutOf(job, step);
    const owner = ownerOf(deps);
    const [lockfileHash, toolchain] = await Promise.all([hashLockfile(deps, job), findToolchain(deps, job)]);
    const work = async (signal) => {
        const cache = await deps.openCache(settings, openOptions(deps));
        try {
            return await cache.save({
                ...{ key, paths, crossOs, access, folders, overwrite, toolchain, lockfileHash },
                run: { ...(0,dist/* describeRun */.vZ)({ env: deps.env, event: deps.context.payload }), buildSeconds },
                ...{ expandGlob: expandGlob, signal, timeoutMs },
                ...(owner === undefined ? {} : { owner }),
            });
        }
        finally {
            await cache.close();
        }
    };
    return withDeadline(work, { graceMs: SAVE_GRACE_MS, ...deps, timeoutMs, what: "save" });
}
async function hashLockfile({ runner }, { lockfile, folders }) {
    if (lockfile === undefined)
        return undefined;
    const { files, missing } = await (0,dist/* findLockfiles */.wN)(lines(lockfile), placeOf(folders));
    for (const line of missing) {
        runner.warning(`lockfile: ${line} finds no lock file in ${folders.workspace}: none is recorded`);
    }
    return (0,dist/* hashLockfiles */.aq)(files);
}
async function findToolchain(deps, job) {
    if (job.toolchain !== dist/* AUTO */.Q8)
        return job.toolchain;
    const { runner, env, cancel } = deps;
    const { toolchain, notice } = await (0,dist/* detectToolchain */.bf)({
        lockfiles: lines(job.lockfile ?? ""),
        place: placeOf(job.folders),
        env,
        signal: cancel,
    });
    if (notice)
        runner.info(notice);
    return toolchain;
}
/** A save goes by the lock files of the workspace; where they lie elsewhere, `lockfile` names them. */
function placeOf({ workspace, home }) {
    return { folder: workspace, top: workspace, home };
}
async function reportResult({ runner }, job, result) {
    if (result.status !== "saved") {
        runner.info(describeUnsaved(job.key, result, job.overwrite));
        return job.overwrite && result.status === "exists" ? "skipped" : "lost";
    }
    const { ref } = result;
    runner.setOutput("content-hash", ref.contentHash);
    runner.setOutput("uploaded-bytes", String(result.uploadedBytes));
    for (const notice of result.notices)
        runner.info(notice);
    const size = formatBytes(ref.treeBytes);
    const transferred = formatBytes(result.uploadedBytes);
    const reused = formatShare(result.reusedBytes, ref.treeBytes);
    const time = formatDuration(result.durationMs);
    runner.info(`${size} in ${time}: ${transferred} uploaded, ${reused} was already stored`);
    runner.info(`Cache saved with key: ${job.key}`);
    const row = { result: result.replaced ? "replaced" : "saved", key: ref.key, contentHash: ref.contentHash };
    if (job.summary)
        await runner.addSummary(renderSummary({ ...row, size, transferred, reused, time }));
    return "saved";
}
//# sourceMappingURL=save-flow.js.map
// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(31421);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(57975);
;// CONCATENATED MODULE: ./packages/action-kit/dist/setup-flow.js
// The step `setup-cairn`: puts the command `cairn` on the PATH of the job's later steps: a small script that runs the
// bundle beside this step's own with the runner's Node, so that nothing is downloaded and no Node has to be set up.






/** @throws LocalFileError when the command can't be made or does not run. */
async function runSetup({ runner, env, cancel }, { node, entry }, platform = process.platform) {
    const bundle = (0,external_node_path_.join)((0,external_node_path_.dirname)((0,external_node_path_.dirname)(entry)), "cli", "index.js");
    const folder = (0,external_node_path_.join)(env["RUNNER_TEMP"] || (0,external_node_os_.tmpdir)(), "cairn-bin");
    const { stdout } = await (0,external_node_util_.promisify)(external_node_child_process_.execFile)(node, [bundle, "--version"], { signal: cancel }).catch((cause) => {
        throw new dist/* LocalFileError */.QD(`the command line does not run: ${cause.message}`, {
            hint: "the whole repository of Cairn must be there, with its folder dist/",
            cause,
        });
    });
    await writeCommand(folder, [node, bundle], platform);
    runner.addPath(folder);
    const version = stdout.trim();
    runner.setOutput("path", folder);
    runner.setOutput("version", version);
    runner.info(`cairn ${version} is on the PATH of the next steps: ${folder}`);
}
async function writeCommand(folder, words, platform) {
    const file = (0,external_node_path_.join)(folder, "cairn");
    try {
        await (0,promises_.mkdir)(folder, { recursive: true });
        // Bash is there on Windows, too.
        await (0,promises_.writeFile)(file, `#!/bin/sh\nexec ${words.map(quoted).join(" ")} "$@"\n`);
        await (0,promises_.chmod)(file, 0o755);
        if (platform === "win32")
            await (0,promises_.writeFile)(`${file}.cmd`, `@${words.map((word) => `"${word}"`).join(" ")} %*\r\n`);
    }
    catch (error) {
        throw new dist/* LocalFileError */.QD(`the command can't be written to ${file}: ${error.message}`, {
            hint: "the folder for temporary files of this runner must be writable",
            cause: error,
        });
    }
}
/** For POSIX shells. */
function quoted(word) {
    return `'${word.replaceAll("'", "'\\''")}'`;
}
//# sourceMappingURL=setup-flow.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/run-action.js
// One process is one step of one action: wires the flows to the process, and turns what happened into an exit code.











const KINDS = {
    cache: "restore",
    "cache-post": "post",
    "restore-cache": "restore",
    "save-cache": "save",
    "cache-key": "key",
    "setup-cairn": "setup",
};
/** As shells write it: 128 and the number of SIGINT. */
const EXIT_CANCELLED = 130;
/** Runs the step and ends the process: a dangling socket or timer must not hold the job. */
async function runAction(name) {
    const runner = createRunner(process.env);
    const kind = KINDS[name];
    process.on("uncaughtException", (error) => apply(reactToUncaught(error, kind), runner));
    const cancel = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM"]) {
        // The runner sends SIGINT, 7.5 s later SIGTERM, and kills 2.5 s later. We are gone before the second.
        process.on(signal, () => cancel.abort(new dist/* CancelledError */.cc(`cancelled by ${signal}`)));
    }
    let isStuck = false;
    const deps = {
        env: (0,dist/* keepKeysBack */.xD)(process.env),
        runner,
        readInput: runner.getInput,
        context: readContext(runner),
        resolveSettings: dist/* resolveSettings */.Mo,
        openCache: dist/* openCache */.bp,
        gitHubCache: loadGitHubCache,
        cancel: cancel.signal,
        onLeftBehind: () => {
            isStuck = true;
        },
    };
    try {
        await runStep(name, deps);
    }
    catch (error) {
        apply(judge(error, kind), runner);
        if (cancel.signal.aborted)
            return exit(EXIT_CANCELLED, isStuck);
    }
    return exit(runner.failed ? 1 : 0, isStuck);
}
/** @throws what the failure policy judges. */
async function runStep(name, deps) {
    // Before anything is said. The runner knows what came from its secrets; a key from elsewhere it does not.
    for (const secret of (0,dist/* keySecrets */.PZ)(deps.env))
        deps.runner.setSecret(secret);
    switch (name) {
        case "cache":
            return runCacheMain(deps, loadCacheInputs(deps.readInput));
        case "cache-post":
            return runCachePost(deps);
        case "restore-cache":
            return runRestore(deps, loadRestoreInputs(deps.readInput));
        case "save-cache":
            return runSave(deps, loadSaveInputs(deps.readInput));
        case "setup-cairn":
            return runSetup(deps, { node: process.execPath, entry: process.argv[1] });
        case "cache-key":
            return runCacheKey(deps, loadKeyInputs(deps.readInput));
    }
}
function judge(error, kind) {
    if (kind === "key" || kind === "setup")
        return reactToKey(error);
    return kind === "restore" ? reactToRestore(error) : reactToSave(error, kind);
}
/**
 * Ends the process once stdout has been taken: a pipe may still hold our last lines.
 * @param isStuck a thread may hang in a dead file system. exit() would wait for it for ever, and a signal would fail the
 * step; another program in our place ends all threads and leaves the code that we want.
 */
function exit(code, isStuck) {
    return new Promise(() => process.stdout.write("", () => {
        if (isStuck && process.execve)
            process.execve("/bin/sh", ["sh", "-c", `exit ${code}`], {});
        process.exit(code);
    }));
}
//# sourceMappingURL=run-action.js.map
;// CONCATENATED MODULE: ./packages/action-kit/dist/index.js
// The front door of the action kit: what the entries of the actions use, and the flows for tests.

//# sourceMappingURL=index.js.map

/***/ })

};
