export const id = 567;
export const ids = [567];
export const modules = {

/***/ 95567:
/***/ ((__webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.a(__webpack_module__, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
__webpack_require__.r(__webpack_exports__);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(51455);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(48161);
/* harmony import */ var node_readline_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(26848);
/* harmony import */ var _cairn_core__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(22779);
/* harmony import */ var _cancellation_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(50807);
/* harmony import */ var _exit_codes_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(62323);
/* harmony import */ var _git_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(11330);
/* harmony import */ var _job_temp_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(828);
/* harmony import */ var _lockfile_versions_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(58971);
/* harmony import */ var _open_core_js__WEBPACK_IMPORTED_MODULE_9__ = __webpack_require__(8298);
/* harmony import */ var _program_js__WEBPACK_IMPORTED_MODULE_10__ = __webpack_require__(49064);
/* harmony import */ var _redact_js__WEBPACK_IMPORTED_MODULE_11__ = __webpack_require__(67713);
/* harmony import */ var _version_js__WEBPACK_IMPORTED_MODULE_12__ = __webpack_require__(36118);
// The process: real streams, environment, signals and exit code around run(). The only file that touches `process`,
// with cancellation.ts.













/** What a shell shows for a process that SIGPIPE ended: `cairn ls | head -1`. */
const BROKEN_PIPE = 141;
const env = (0,_cairn_core__WEBPACK_IMPORTED_MODULE_3__/* .keepKeysBack */ .xD)(process.env);
const redact = (0,_redact_js__WEBPACK_IMPORTED_MODULE_11__/* .createRedactor */ .l)(env);
const complain = (text) => process.stderr.write(redact(text));
process.stdout.on("error", (error) => {
    if (error.code === "EPIPE")
        process.exit(BROKEN_PIPE);
    complain(`error: stdout can't be written: ${error.message}\n`);
    process.exit(_exit_codes_js__WEBPACK_IMPORTED_MODULE_5__/* .EXIT */ .dc.local);
});
// Nobody is left to tell.
process.stderr.on("error", () => { });
process.on("uncaughtException", (error) => {
    complain(`error: unexpected: ${Error.isError(error) ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(_exit_codes_js__WEBPACK_IMPORTED_MODULE_5__/* .EXIT */ .dc.unexpected);
});
const { signal, interruption } = (0,_cancellation_js__WEBPACK_IMPORTED_MODULE_4__/* .listenForSignals */ .s)((name) => {
    complain("error: cancelled before everything was put back; the next restore of these paths does it\n");
    // By the signal itself: exit() would wait for threads, and one that hangs in a dead file system is why we are here.
    process.removeAllListeners(name);
    process.kill(process.pid, name);
});
const context = {
    env,
    cwd: process.cwd(),
    home: (0,node_os__WEBPACK_IMPORTED_MODULE_1__.homedir)(),
    jobTemp: () => (0,_job_temp_js__WEBPACK_IMPORTED_MODULE_7__/* .makeJobTemp */ .i)({ env, tmp: (0,node_os__WEBPACK_IMPORTED_MODULE_1__.tmpdir)(), uid: process.getuid?.(), nowMs: Date.now() }),
    uid: process.getuid?.(),
    platform: process.platform,
    version: _version_js__WEBPACK_IMPORTED_MODULE_12__/* .VERSION */ .x,
    stdout: sink(process.stdout),
    stderr: sink(process.stderr),
    barStream: process.stderr.isTTY && process.env["TERM"] !== "dumb" ? process.stderr : undefined,
    ask: process.stdin.isTTY && process.stderr.isTTY ? ask : undefined,
    signal,
    interruption,
    now: Date.now,
    readGit: _git_js__WEBPACK_IMPORTED_MODULE_6__/* .readGit */ .l,
    findLockfileVersions: _lockfile_versions_js__WEBPACK_IMPORTED_MODULE_8__/* .findLockfileVersions */ .S,
    readRemoteRefs: _git_js__WEBPACK_IMPORTED_MODULE_6__/* .readRemoteRefs */ .J,
    readFile: (path) => (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(path),
    openCache: _open_core_js__WEBPACK_IMPORTED_MODULE_9__/* .openCache */ .bp,
    openMaintenance: _open_core_js__WEBPACK_IMPORTED_MODULE_9__/* .openMaintenance */ .qc,
    openInfra: _open_core_js__WEBPACK_IMPORTED_MODULE_9__/* .openInfra */ .Z0,
};
const code = await (0,_program_js__WEBPACK_IMPORTED_MODULE_10__/* .run */ .e)(process.argv.slice(2), context);
// Not only `exitCode`: a socket or a worker that is still open must not keep a finished command.
process.stdout.write("", () => process.exit(code));
function sink(stream) {
    return {
        isTerminal: stream.isTTY === true,
        columns: stream.columns,
        write: (text) => new Promise((resolve) => {
            // A failed write is told by the stream's error event, which ends the process or is ignored.
            stream.write(text, () => resolve());
        }),
    };
}
async function ask(question) {
    // Not as a terminal: in raw mode Ctrl-C would be a key, not a signal.
    const lines = (0,node_readline_promises__WEBPACK_IMPORTED_MODULE_2__.createInterface)({ input: process.stdin, output: process.stderr, terminal: false });
    try {
        const closed = new Promise((resolve) => lines.once("close", () => resolve("")));
        return await Promise.race([lines.question(question, { signal }), closed]);
    }
    finally {
        lines.close();
    }
}
//# sourceMappingURL=bin.js.map
__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 50807:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   s: () => (/* binding */ listenForSignals)
/* harmony export */ });
/* harmony import */ var _cairn_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(22779);
// SIGINT and SIGTERM -> one AbortSignal. The work gets a moment to put things back; what does not end by itself is ended,
// since a runner kills a cancelled step without asking.

/** Cancelling ends within two seconds; the process itself needs a little of them to start and to stop. */
const GRACE_MS = 1_700;
/**
 * @param force called when the grace is over, or on a second signal; ends the process.
 */
function listenForSignals(force) {
    const controller = new AbortController();
    let first;
    const onSignal = (name) => {
        if (first !== undefined) {
            force(name);
            return;
        }
        first = name;
        setTimeout(force, GRACE_MS, name).unref();
        controller.abort(new _cairn_core__WEBPACK_IMPORTED_MODULE_0__/* .CancelledError */ .cc(`cancelled by ${name}`));
    };
    process.on("SIGINT", () => onSignal("SIGINT"));
    process.on("SIGTERM", () => onSignal("SIGTERM"));
    return { signal: controller.signal, interruption: () => first };
}
//# sourceMappingURL=cancellation.js.map

/***/ }),

/***/ 62323:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   FO: () => (/* binding */ exitCodeOf),
/* harmony export */   ai: () => (/* binding */ EXIT_CODES),
/* harmony export */   dc: () => (/* binding */ EXIT),
/* harmony export */   xh: () => (/* binding */ isSoftened)
/* harmony export */ });
/* harmony import */ var _cairn_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(22779);
// Exit codes: what a script may rely on. The README's table and `cairn help` say the same; a test compares them.

const EXIT = {
    /** Done; also a save whose key exists, or that this job may not make. */
    ok: 0,
    /** A fault of Cairn itself. */
    unexpected: 1,
    /** Wrong arguments, settings or input: the command must be changed. */
    usage: 2,
    /** Nothing was found to restore. */
    miss: 3,
    /** The store or the index is away, slow, full, missing, or denies access. */
    store: 4,
    /** What the store holds is missing, corrupt, unsafe or not signed as it must be; nothing of it was written. */
    damaged: 5,
    /** The files on this machine are in the way: nothing to save, no space, an unfinished restore. */
    local: 6,
    interrupted: 130,
    terminated: 143,
};
/** For help and the README. */
const EXIT_CODES = [
    [EXIT.ok, "done (a save whose key exists is done, too)"],
    [EXIT.unexpected, "a fault of Cairn itself"],
    [EXIT.usage, "wrong arguments, settings or input"],
    [EXIT.miss, "nothing found to restore"],
    [EXIT.store, "store or index away, slow, full, missing or denied"],
    [EXIT.damaged, "stored data missing, corrupt, unsafe or not signed; nothing of it was written"],
    [EXIT.local, "files on this machine in the way: nothing to save, no space, an unfinished restore"],
    [EXIT.interrupted, "cancelled by SIGINT (Ctrl-C)"],
    [EXIT.terminated, "cancelled by SIGTERM"],
];
const BY_ERROR_CODE = {
    SETTINGS: EXIT.usage,
    INPUT: EXIT.usage,
    REFUSED: EXIT.usage,
    STORE_UNAVAILABLE: EXIT.store,
    ACCESS_DENIED: EXIT.store,
    STORE_MISSING: EXIT.store,
    STORE_FULL: EXIT.store,
    DEADLINE: EXIT.store,
    IDENTITY: EXIT.store,
    OBJECT_MISSING: EXIT.damaged,
    CORRUPT: EXIT.damaged,
    FORMAT_VERSION: EXIT.damaged,
    UNSAFE_PATH: EXIT.damaged,
    UNTRUSTED_REF: EXIT.damaged,
    NOTHING_TO_SAVE: EXIT.local,
    UNFINISHED_RESTORE: EXIT.local,
    LOCAL_FILE: EXIT.local,
    WORKER_LOST: EXIT.local,
    CANCELLED: EXIT.interrupted,
};
/** What a thrown error makes the process exit with; whatever is no CacheError is a fault of ours. */
function exitCodeOf(error) {
    return error instanceof _cairn_core__WEBPACK_IMPORTED_MODULE_0__/* .CacheError */ .xA ? (BY_ERROR_CODE[error.code] ?? EXIT.unexpected) : EXIT.unexpected;
}
/** Under --soft a build goes on without its cache; a wrong command, a fault of ours and Ctrl-C still end it. */
function isSoftened(code) {
    return code === EXIT.miss || code === EXIT.store || code === EXIT.damaged || code === EXIT.local;
}
//# sourceMappingURL=exit-codes.js.map

/***/ }),

/***/ 11330:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   J: () => (/* binding */ readRemoteRefs),
/* harmony export */   l: () => (/* binding */ readGit)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(31421);
/* harmony import */ var _cairn_core__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(22779);
// What git says of the working tree, for access outside a CI system that says it in variables: read from git itself, so
// that worktrees, packed refs and includes are its business.


const TIMEOUT_MS = 5_000;
/** Of what asks a server. */
const REMOTE_TIMEOUT_MS = 60_000;
/** A server lists every pull request that there ever was. */
const MAX_BYTES = 64 * 2 ** 20;
/** @returns undefined where there is no working tree, or no git. */
async function readGit(cwd) {
    const [top, branch, remote, remoteHead, commit] = await Promise.all([
        git(cwd, ["rev-parse", "--show-toplevel"]),
        git(cwd, ["symbolic-ref", "--quiet", "--short", "HEAD"]),
        git(cwd, ["config", "--get", "remote.origin.url"]),
        git(cwd, ["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"]),
        git(cwd, ["log", "-1", "--no-show-signature", "--format=%H%n%B"]),
    ]);
    if (top === undefined)
        return undefined;
    const [commitSha, ...message] = commit?.split("\n") ?? [];
    return {
        branch,
        repository: (0,_cairn_core__WEBPACK_IMPORTED_MODULE_1__/* .repositoryOf */ ._M)(remote),
        defaultBranch: remoteHead?.replace(/^origin\//, ""),
        commitSha,
        commitMessage: message.join("\n") || undefined,
    };
}
/** Full names of the refs that origin has. @returns undefined where it can't be asked. */
async function readRemoteRefs(cwd) {
    // Nobody is there to type a password.
    const quietly = ["-c", "credential.interactive=false", "-c", "core.askPass=true"];
    const lines = await git(cwd, [...quietly, "ls-remote", "origin"], REMOTE_TIMEOUT_MS);
    if (lines === undefined)
        return undefined;
    return new Set(lines.split("\n").flatMap((line) => line.split("\t")[1] ?? []));
}
function git(cwd, args, timeout = TIMEOUT_MS) {
    return new Promise((resolve) => {
        const options = { cwd, timeout, maxBuffer: MAX_BYTES, windowsHide: true };
        (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.execFile)("git", args, options, (error, stdout) => {
            resolve(error ? undefined : stdout.trim() || undefined);
        });
    });
}
//# sourceMappingURL=git.js.map

/***/ }),

/***/ 828:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   i: () => (/* binding */ makeJobTemp)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(76760);
// A folder for what the steps of one job tell each other, where the CI system gives none: below the system's temporary
// folder, private to the user, one for each job, gone a day later. Outside CI everything of a day is one job.



/** What tells one job from another, by CI system: GitLab, Buildkite, CircleCI, Jenkins. */
const JOB_VARIABLES = ["CI_JOB_ID", "BUILDKITE_JOB_ID", "CIRCLE_WORKFLOW_JOB_ID", "BUILD_TAG"];
const DAY_MS = 86_400_000;
/** @returns the folder, made if need be; a fresh one where the usual one is not ours. */
function makeJobTemp(options) {
    const own = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(options.tmp, options.uid === undefined ? "cairn" : `cairn-${options.uid}`);
    (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.mkdirSync)(own, { recursive: true, mode: 0o700 });
    const stat = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.lstatSync)(own);
    if (!stat.isDirectory() || (options.uid !== undefined && stat.uid !== options.uid)) {
        // Someone else was first: what they put there must not steer our saves.
        return (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.mkdtempSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(options.tmp, "cairn-job-"));
    }
    if ((stat.mode & 0o077) !== 0)
        (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.chmodSync)(own, 0o700);
    const job = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(own, jobName(options));
    removeOld(own, job, options.nowMs);
    (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.mkdirSync)(job, { recursive: true });
    return job;
}
function jobName({ env, nowMs }) {
    const ids = JOB_VARIABLES.map((name) => env[name] ?? "");
    if (ids.every((id) => id === ""))
        return new Date(nowMs).toISOString().slice(0, "2026-01-01".length);
    return (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)("sha256").update(ids.join("\n")).digest("hex").slice(0, 16);
}
function removeOld(own, current, nowMs) {
    for (const name of (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.readdirSync)(own)) {
        const folder = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(own, name);
        const stat = (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.lstatSync)(folder, { throwIfNoEntry: false });
        if (stat === undefined || folder === current || nowMs - stat.mtimeMs < DAY_MS)
            continue;
        // Another command may be removing it as well.
        (0,node_fs__WEBPACK_IMPORTED_MODULE_1__.rmSync)(folder, { recursive: true, force: true });
    }
}
//# sourceMappingURL=job-temp.js.map

/***/ }),

/***/ 58971:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   S: () => (/* binding */ findLockfileVersions)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(31421);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(77598);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(76760);
/* harmony import */ var _cairn_core__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(22779);
// Which lock file a digest in a key is: that of the working tree, or of a commit. Git's own history is asked, newest
// first and within bounds; whatever it can't tell (no git, a shallow clone) is just not found.





/** Of a commit; --no-abbrev, which whole names of blobs need, prints all. */
const ID_DIGITS = 12;
const TIMEOUT_MS = 10_000;
/** Commits that changed a lock file: years of most repositories. */
const COMMITS_MAX = 300;
/** Read by one process at once: lock files can have some megabytes. */
const BLOBS_AT_ONCE = 20;
const OUTPUT_MAX_BYTES = 256 * 1024 * 1024;
const findLockfileVersions = async (cwd, digits) => {
    const found = new Map();
    const top = (await git(cwd, ["rev-parse", "--show-toplevel"]))?.toString("utf8").trimEnd();
    const paths = top === undefined ? [] : await trackedLockfiles(top);
    const note = (content, version) => {
        const digest = (0,node_crypto__WEBPACK_IMPORTED_MODULE_1__.createHash)("sha256").update(content).digest("hex");
        const match = digits.find((each) => digest.startsWith(each));
        if (match !== undefined && !found.has(match))
            found.set(match, version);
    };
    for (const path of paths) {
        const content = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.readFile)((0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(top, path)).catch(() => undefined);
        if (content)
            note(content, { path });
    }
    const versions = paths.length === 0 ? [] : await committedVersions(top, paths);
    for (let at = 0; at < versions.length && found.size < digits.length; at += BLOBS_AT_ONCE) {
        const group = versions.slice(at, at + BLOBS_AT_ONCE);
        const contents = await readBlobs(top, group.map(({ blob }) => blob));
        for (const [index, content] of contents.entries())
            note(content, group[index]);
    }
    return found;
};
async function trackedLockfiles(top) {
    const names = (await git(top, ["ls-files", "-z"]))?.toString("utf8").split("\0") ?? [];
    return names.filter((path) => (0,_cairn_core__WEBPACK_IMPORTED_MODULE_4__/* .isLockfile */ .em)(path.slice(path.lastIndexOf("/") + 1)));
}
/** Newest first; of each content the newest commit that brought it. */
async function committedVersions(top, paths) {
    const format = "--format=%x01%h%x09%cs%x09%s";
    const flags = ["--raw", "--no-abbrev", "--no-renames", "--diff-filter=AM", "-z"];
    const log = await git(top, [
        "log",
        "--all",
        `--max-count=${COMMITS_MAX}`,
        format,
        ...flags,
        "--",
        ...paths,
    ]);
    const versions = new Map();
    for (const entry of log?.toString("utf8").split("\u0001") ?? []) {
        const [head = "", ...fields] = entry.split("\0");
        const [id = "", date = "", subject = ""] = head.split("\t");
        for (let at = 0; at + 1 < fields.length; at += 1) {
            const blob = /^\n?:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) [AM]$/.exec(fields[at])?.[1];
            const path = fields[at + 1];
            if (blob && !versions.has(blob)) {
                versions.set(blob, { blob, path, commit: { id: id.slice(0, ID_DIGITS), date, subject } });
            }
        }
    }
    return [...versions.values()];
}
/** @returns contents in the same order; none where git does not have them all. */
async function readBlobs(top, blobs) {
    const output = await git(top, ["cat-file", "--batch"], blobs.map((blob) => `${blob}\n`).join(""));
    const contents = [];
    let rest = output ?? Buffer.alloc(0);
    while (rest.length > 0) {
        const end = rest.indexOf("\n");
        const size = Number(/ blob (\d+)$/.exec(rest.subarray(0, end).toString("latin1"))?.[1] ?? Number.NaN);
        // A partial clone lacks it.
        if (Number.isNaN(size))
            return [];
        contents.push(rest.subarray(end + 1, end + 1 + size));
        rest = rest.subarray(end + 1 + size + 1);
    }
    return contents;
}
function git(cwd, args, input = "") {
    const options = { cwd, timeout: TIMEOUT_MS, windowsHide: true, maxBuffer: OUTPUT_MAX_BYTES };
    return new Promise((resolve) => {
        const child = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.execFile)("git", args, { ...options, encoding: "buffer" }, (error, stdout) => {
            resolve(error ? undefined : stdout);
        });
        // Git may be gone before it has read its input.
        child.stdin?.on("error", () => { }).end(input);
    });
}
//# sourceMappingURL=lockfile-versions.js.map

/***/ }),

/***/ 8298:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z0: () => (/* binding */ openInfra),
/* harmony export */   bp: () => (/* binding */ openCache),
/* harmony export */   qc: () => (/* binding */ openMaintenance)
/* harmony export */ });
/* harmony import */ var _cairn_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(22779);
// Where the command line gets the core's two doors from, and that of infra, which is loaded only by the commands that ask
// for it: no action and no save waits for it. Tests hand in fakes instead.

/** Set by the single executable (scripts/lib/executable), whose worker threads have no file. */
const { cairnWorkerUrl: workerUrl } = globalThis;
const openCache = (settings, { env }) => _cairn_core__WEBPACK_IMPORTED_MODULE_0__/* .openCache */ .bp(settings, { env, workerUrl });
const openMaintenance = (settings, { env }) => _cairn_core__WEBPACK_IMPORTED_MODULE_0__/* .openMaintenance */ .qc(settings, { env, workerUrl });
const openInfra = async (settings, { env }) => {
    const infra = await __webpack_require__.e(/* import() */ 952).then(__webpack_require__.bind(__webpack_require__, 12952));
    return infra.openInfra(settings, { env });
};
//# sourceMappingURL=open-core.js.map

/***/ }),

/***/ 49064:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  e: () => (/* binding */ run)
});

// EXTERNAL MODULE: ./node_modules/.pnpm/commander@15.1.0/node_modules/commander/index.js + 6 modules
var commander = __webpack_require__(16434);
// EXTERNAL MODULE: ./packages/cli/dist/exit-codes.js
var exit_codes = __webpack_require__(62323);
;// CONCATENATED MODULE: ./packages/cli/dist/options.js
// The flags that commands share, declared once: with the same name, the same meaning and the same help everywhere.

function collect(value, earlier) {
    return [...(earlier ?? []), value];
}
/** An option that may be given several times. */
function repeatable(flags, description) {
    return new commander/* Option */.c$(flags, `${description} (repeatable)`).argParser(collect);
}
const PATHS_HEADING = "Paths and key:";
const OUTPUT_HEADING = "Output:";
const STORE_HEADING = "Store (each also by its variable):";
const SCOPE_HEADING = "Scope (default: from the CI event, else from git):";
/** For every command that opens a store. */
function addStoreOptions(command) {
    command
        .optionsGroup(STORE_HEADING)
        .option("--store <dsn>", "s3://bucket/prefix?region=… or file:///folder (CAIRN_STORE)")
        .option("--index <dsn>", "dynamodb://table, bucket or sqlite:///file (CAIRN_INDEX)")
        .option("--near <dsn>", "file:///folder: keep packs on this disk, in front of S3 (CAIRN_NEAR)")
        .option("--timeout <duration>", "deadline of the command: 90s, 10m (CAIRN_TIMEOUT)");
    return addOutputOptions(command);
}
/** For every command. */
function addOutputOptions(command) {
    return command
        .optionsGroup(OUTPUT_HEADING)
        .option("--json", "print one JSON document on stdout")
        .option("-q, --quiet", "print results, warnings and errors only")
        .option("-v, --verbose", "also print what was tried and the causes of errors");
}
/** For the commands of a build. Commander is told of no mandatory option: it would name that before a misspelled one. */
function addPathOptions(command) {
    command
        .optionsGroup(PATHS_HEADING)
        .option("-k, --key <key>", "name of the cache; a restore also takes the newest that starts with it")
        .addOption(repeatable("-p, --path <path>", "file, folder, pattern or !excluded pattern, as the arguments"))
        .option("--cross-os", "let saves of Windows and of other systems match each other")
        .option("--workspace <folder>", "folder that paths belong to (default: the CI's, else the current one)")
        .optionsGroup(SCOPE_HEADING)
        .option("--repository <owner/name>", "repository the cache belongs to")
        .option("--scope <ref>", "git ref the cache belongs to: refs/heads/main")
        .addOption(repeatable("--read-scope <ref>", "also look in refs/heads/x or owner/repo@refs/heads/x"));
    return addStoreOptions(command)
        .option("--soft", "turn a miss and any trouble with the cache into exit code 0")
        .optionsGroup(STORE_HEADING)
        .option("--mode <mode>", "read-write, read, write or off (CAIRN_MODE)")
        .option("--metrics <place>", "also to cloudwatch or emf:///file; off: count nothing (CAIRN_METRICS)");
}
/** For the commands that look after a store. */
function addMaintenanceOptions(command) {
    command
        .optionsGroup("Which:")
        .option("--repository <owner/name>", "repository to look at, '*' for all (default: this one)")
        .option("--ref <ref>", "only this git ref: refs/heads/main");
    return addStoreOptions(command);
}
function addRestoreKeyOption(command) {
    return command
        .optionsGroup(PATHS_HEADING)
        .addOption(repeatable("-r, --restore-key <prefix>", "else take the newest key that starts with this, in order"));
}
function newCommand(name, summary, examples) {
    const lines = examples.map((example) => `  $ ${example}`);
    return new commander/* Command */.uB(name)
        .description(summary)
        .addHelpText("after", `\nExample${lines.length > 1 ? "s" : ""}:\n${lines.join("\n")}`);
}
//# sourceMappingURL=options.js.map
// EXTERNAL MODULE: ./packages/core/dist/index.js + 208 modules
var dist = __webpack_require__(22779);
;// CONCATENATED MODULE: ./packages/cli/dist/access.js
// What this command may read and write: derived from the CI event as in an action, then narrowed or moved by --scope,
// --read-scope and --repository. Moving never crosses from a pull request into a branch.

/** @throws InputError, SettingsError */
async function resolveAccess(context, options) {
    const { env } = context;
    const eventPath = env["GITHUB_EVENT_PATH"];
    const [event, git] = await Promise.all([
        eventPath ? readEvent(context, eventPath) : undefined,
        // GitHub's own variables say all that is needed: no process is started for them.
        env["GITHUB_ACTIONS"] ? undefined : context.readGit(context.cwd),
    ]);
    const derived = (0,dist/* deriveAccess */.SU)({
        env,
        event,
        git: named(git, options),
        readScopes: options.readScope ?? [],
        mergeGroupSaves: options.savesExplicitly ?? false,
    });
    return moved(derived, options);
}
/** The repository that this checkout or job is of; `local` where nothing says. */
async function ownRepository({ env, cwd, readGit }) {
    const git = env["GITHUB_ACTIONS"] ? undefined : await readGit(cwd);
    return (0,dist/* repositoryOfJob */.R5)({ env, git }) ?? "local";
}
/** The repository that maintenance commands look at. */
function repositoryOfAccess(access) {
    return (access.writes ?? access.reads[0])?.repository;
}
/** Where only git knows (no CI, or a detached HEAD), what the user names stands in for it. */
function named(git, { scope, repository }) {
    if (scope === undefined && repository === undefined)
        return git;
    return { branch: "local", ...git, ...(scope && { branch: scope }), ...(repository && { repository }) };
}
function moved(access, { scope, repository }) {
    if (scope === undefined && repository === undefined)
        return access;
    const ref = scope === undefined ? undefined : checkedRef(scope);
    const own = access.writes ?? access.reads[0];
    const target = ref !== undefined || own !== undefined
        ? { repository: repository ?? own?.repository ?? "local", ref: ref ?? own.ref }
        : undefined;
    if (!target) {
        throw new dist/* InputError */.dz("this job has no branch of its own", { hint: "name one: --scope refs/heads/main" });
    }
    const isPull = /^refs\/(pull|merge-requests)\//.test(target.ref);
    if (access.domain === "pr" && !isPull && ref !== undefined) {
        throw new dist/* InputError */.dz(`a pull request's job can't work in ${target.ref}`, {
            hint: "leave out --scope, or read it with --read-scope",
        });
    }
    const others = access.reads.map((read) => repository !== undefined && read.repository === own?.repository ? { ...read, repository } : read);
    const isTarget = (read) => read.ref === target.ref && read.repository === target.repository;
    return {
        reads: [target, ...others.filter((read) => !isTarget(read))],
        // A job that may not save doesn't come to save by naming another scope.
        writes: access.writes && target,
        domain: isPull ? "pr" : access.domain,
        note: access.note,
    };
}
function checkedRef(scope) {
    if (/^refs\/[^/\s]+\/\S+$/.test(scope))
        return scope;
    throw new dist/* InputError */.dz(`--scope is not a git ref: ${JSON.stringify(scope)}`, {
        hint: `write it in full: refs/heads/${scope.replace(/^\/+|\s/g, "") || "main"}`,
    });
}
async function readEvent(context, path) {
    try {
        return JSON.parse(Buffer.from(await context.readFile(path)).toString("utf8"));
    }
    catch {
        // As for a job without a payload: fewer fallbacks, never more rights.
        return undefined;
    }
}
//# sourceMappingURL=access.js.map
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(76760);
;// CONCATENATED MODULE: ./packages/cli/dist/folders.js
// Where path lines are anchored, and the lines as seen from there. A command runs anywhere in the checkout, the action at
// its top; both must come to the same paths, or their caches would never match.


/** What CI systems call the folder that they check out into. */
const WORKSPACE_VARIABLES = [
    "GITHUB_WORKSPACE",
    "CI_PROJECT_DIR",
    "BUILDKITE_BUILD_CHECKOUT_PATH",
    "CIRCLE_WORKING_DIRECTORY",
    "WORKSPACE",
];
/** @param workspace given explicitly; relative to the current folder. */
function resolveFolders(context, workspace) {
    const path = context.platform === "win32" ? external_node_path_.win32 : external_node_path_.posix;
    return {
        workspace: workspace === undefined ? (ciWorkspace(context) ?? context.cwd) : path.resolve(context.cwd, workspace),
        home: context.home,
        temp: context.env["RUNNER_TEMP"] || context.jobTemp(),
    };
}
/** Where files of the checkout are looked for: from the current folder upward. @param top of it, where it is given. */
function checkoutPlace(context, top) {
    const { cwd, home, platform } = context;
    const path = platform === "win32" ? external_node_path_.win32 : external_node_path_.posix;
    return {
        folder: cwd,
        top: top === undefined ? (0,dist/* findCheckout */.I8)(cwd, ciWorkspace(context)) : path.resolve(cwd, top),
        home,
    };
}
/** The folder that the CI system checks out into, where the command runs inside it. */
function ciWorkspace({ env, cwd, home, platform }) {
    const path = platform === "win32" ? external_node_path_.win32 : external_node_path_.posix;
    for (const name of WORKSPACE_VARIABLES) {
        const folder = env[name]?.replace(/^~(?=[\\/]|$)/, home);
        if (folder && path.isAbsolute(folder) && isInside(path.relative(folder, cwd), path))
            return path.resolve(folder);
    }
    return undefined;
}
function isInside(relative, path) {
    return relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
/**
 * @param lines as typed: relative to the current folder, `~`, absolute, or `!excluded`; several in one by newlines.
 * @returns the same lines relative to the workspace.
 * @throws InputError when there is none.
 */
function anchorLines(context, folders, lines) {
    const path = context.platform === "win32" ? external_node_path_.win32 : external_node_path_.posix;
    const anchored = lines
        .flatMap((line) => line.split("\n"))
        .map((line) => line.replace(/^!\s+/, "!").trim())
        .filter((line) => line !== "" && line !== "!")
        .map((line) => {
        const sign = line.startsWith("!") ? "!" : "";
        const body = line.slice(sign.length);
        if (path.isAbsolute(body) || /^~(?=[\\/]|$)/.test(body))
            return line;
        if (path.resolve(context.cwd) === path.resolve(folders.workspace))
            return line;
        // Also for `../x`: what leaves the workspace becomes absolute and is anchored as that.
        const resolved = path.resolve(context.cwd, body);
        const relative = path.relative(folders.workspace, resolved);
        const trailing = /[\\/]$/.test(body) && relative !== "" ? "/" : "";
        return `${sign}${isInside(relative, path) ? `${relative || "."}${trailing}` : resolved}`;
    });
    if (!anchored.some((line) => !line.startsWith("!"))) {
        throw new dist/* InputError */.dz("no path is given", {
            hint: "name what to keep: cairn save --key K node_modules",
        });
    }
    return anchored;
}
//# sourceMappingURL=folders.js.map
// EXTERNAL MODULE: ./packages/cli/dist/redact.js
var dist_redact = __webpack_require__(67713);
;// CONCATENATED MODULE: ./packages/cli/dist/output.js
// Output: the one way a command speaks. Results go to stdout, as one JSON document under --json; everything else goes to
// stderr, redacted: results are made of keys and paths, messages may be made of what an SDK threw.

/** JSON, in which no text is a command to GitHub's runner, which obeys `##[command]` anywhere in a line. */
function documentText(value) {
    return JSON.stringify(value, null, 2).replaceAll("##[", "##\\u005b");
}
function createOutput(context, flags) {
    const redact = (0,dist_redact/* createRedactor */.l)(context.env);
    const quiet = flags.quiet ?? false;
    const verbose = flags.verbose ?? false;
    const json = flags.json ?? false;
    const say = (line) => context.stderr.write(`${redact(line)}\n`);
    const nothing = async () => { };
    return {
        json,
        quiet,
        verbose,
        result: json ? nothing : (...lines) => context.stdout.write(`${lines.join("\n")}\n`),
        document: json ? (value) => context.stdout.write(`${documentText(value)}\n`) : nothing,
        note: quiet ? nothing : say,
        warn: (line) => say(line.startsWith("warning: ") ? line : `warning: ${line}`),
        error: (line) => say(`error: ${line}`),
        hint: (line) => say(`hint: ${line}`),
        redact,
        detail: verbose ? say : nothing,
    };
}
//# sourceMappingURL=output.js.map
// EXTERNAL MODULE: ./packages/cli/dist/text.js
var dist_text = __webpack_require__(43539);
;// CONCATENATED MODULE: ./packages/cli/dist/report-error.js
// One place decides what a failure looks like and what the process exits with: message and hint, the chain of causes
// under --verbose, an error document under --json, a warning and exit code 0 under --soft.



async function reportError(error, output, context) {
    if (context.interruption !== undefined) {
        const code = context.interruption === "SIGTERM" ? exit_codes/* EXIT */.dc.terminated : exit_codes/* EXIT */.dc.interrupted;
        await output.error(`cancelled: ${context.cancelled}`);
        await detailCauses(error, output);
        await output.document({ status: "cancelled", message: context.cancelled, exitCode: code });
        return code;
    }
    const failure = (0,exit_codes/* exitCodeOf */.FO)(error);
    const softened = context.soft && (0,exit_codes/* isSoftened */.xh)(failure);
    const code = softened ? exit_codes/* EXIT */.dc.ok : failure;
    const message = (0,dist_text/* printable */.g$)(messageOf(error));
    const hint = error instanceof dist/* CacheError */.xA ? error.hint : undefined;
    await (softened ? output.warn(message) : output.error(message));
    if (hint)
        await output.hint(`${(0,dist_text/* printable */.g$)(hint)}`);
    if (failure === exit_codes/* EXIT */.dc.unexpected) {
        await output.hint("this is a fault of Cairn itself; please report it with what --verbose prints");
        if (output.verbose && Error.isError(error) && error.stack)
            await output.detail(error.stack);
    }
    await detailCauses(error, output);
    await output.document({
        status: "error",
        error: {
            code: error instanceof dist/* CacheError */.xA ? error.code : "UNEXPECTED",
            message: output.redact(message),
            ...(hint === undefined ? {} : { hint: output.redact(hint) }),
            ...(error instanceof dist/* SettingsError */.GN ? { setting: error.setting } : {}),
            retryable: error instanceof dist/* CacheError */.xA && error.retryable,
        },
        exitCode: code,
    });
    return code;
}
function messageOf(error) {
    if (error instanceof dist/* CacheError */.xA)
        return error.message;
    return `unexpected: ${Error.isError(error) ? `${error.name}: ${error.message}` : String(error)}`;
}
/** Causes can be made to point at each other. */
const DEEPEST_CAUSE = 8;
async function detailCauses(error, output) {
    let cause = Error.isError(error) ? error.cause : undefined;
    for (let depth = 0; cause !== undefined && depth < DEEPEST_CAUSE; depth += 1) {
        if (!Error.isError(cause)) {
            await output.detail(`  caused by ${(0,dist_text/* printable */.g$)(String(cause))}`);
            return;
        }
        await output.detail(`  caused by ${(0,dist_text/* printable */.g$)(`${cause.name}: ${cause.message}`)}`);
        cause = cause.cause;
    }
}
//# sourceMappingURL=report-error.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/session.js
// A session: one run of one command. It resolves settings and access, opens the core, closes it whatever happens, and
// turns every outcome into an exit code. Commands hold only what is their own.






/** Stands for every repository in --repository. */
const ANY_REPOSITORY = "*";
/** @param cancelled what to say after Ctrl-C: "nothing was saved". */
async function runBuildCommand(context, options, cancelled, body) {
    return guarded(context, options, cancelled, async (session, opened) => {
        const folders = resolveFolders(context, options.workspace);
        const mode = options.mode ?? context.env["CAIRN_MODE"];
        const access = await resolveAccess(context, {
            scope: options.scope,
            readScope: options.readScope,
            repository: options.repository,
            savesExplicitly: mode === "read-write" || mode === "write",
        });
        const settings = await readSettings(session, options, folders, repositoryOfAccess(access));
        const exposed = (0,dist/* exposedKeyWarning */.sq)(context.env, access.domain);
        if (exposed)
            await session.output.warn(exposed);
        const openCache = async () => {
            const cache = await context.openCache(settings, coreContext(session));
            opened.push(cache);
            await session.output.detail(`store ${cache.storeDescription}, index ${cache.indexDescription}`);
            return cache;
        };
        return body({ ...session, settings, access, folders, openCache });
    });
}
async function runMaintenanceCommand(context, options, cancelled, body) {
    return guarded(context, options, cancelled, async (session, opened) => {
        const repository = await repositoryToLookAt(context, options);
        const own = repository ?? (await repositoryToLookAt(context, {}));
        const settings = await readSettings(session, options, resolveFolders(context, undefined), own);
        const maintenance = await context.openMaintenance(settings, coreContext(session));
        opened.push(maintenance);
        await session.output.detail(`store ${maintenance.storeDescription}, index ${maintenance.indexDescription}`);
        return body({ ...session, settings, repository, maintenance });
    });
}
/** For what a store stands on: bucket, table, policies. */
async function runInfraCommand(context, options, cancelled, body) {
    return guarded(context, options, cancelled, async (session, opened) => {
        const access = await resolveAccess(context, {
            scope: options.scope,
            repository: options.repository,
        });
        const repository = options.repository ?? repositoryOfAccess(access);
        const settings = await readSettings(session, options, resolveFolders(context, undefined), repository);
        const infra = await context.openInfra(settings, coreContext(session));
        opened.push(infra);
        return body({ ...session, settings, access, repository, infra });
    });
}
/** For a command that opens no store. */
async function runLocalCommand(context, options, cancelled, body) {
    return guarded(context, options, cancelled, (session) => body(session));
}
async function repositoryToLookAt(context, options) {
    if (options.repository === ANY_REPOSITORY)
        return undefined;
    return options.repository ?? repositoryOfAccess(await resolveAccess(context, {}));
}
async function guarded(context, options, cancelled, body) {
    const output = createOutput(context, options);
    const soft = options.soft ?? false;
    const opened = [];
    try {
        if (context.signal.aborted)
            throw new dist/* CancelledError */.cc("cancelled");
        return await body({ context, output, soft }, opened);
    }
    catch (error) {
        return await reportError(error, output, {
            soft,
            cancelled,
            // An error that only looks like the signal's doing, because both came at once, is still told as a cancel.
            interruption: context.signal.aborted ? (context.interruption() ?? "SIGINT") : undefined,
        });
    }
    finally {
        for (const part of opened) {
            // The result stands; what can't be freed ends with the process.
            await part.close().catch((error) => output.detail(`closing: ${String(error)}`));
        }
    }
}
async function readSettings(session, options, folders, repository) {
    const { context, output } = session;
    const settings = (0,dist/* resolveSettings */.Mo)({
        read: (name) => options[name],
        label: (name) => `--${name}`,
        env: context.env,
        folders,
        repository,
        uid: context.uid,
        platform: context.platform,
    });
    for (const notice of settings.notices) {
        await (notice.startsWith("warning: ") ? output.warn(notice) : output.note(notice));
    }
    return settings;
}
function coreContext({ context, output }) {
    return { env: context.env, log: (line) => void output.detail(line) };
}
/** A miss is exit code 3, so that `cairn restore … || install` reads well; under --soft it is 0. */
function missCode(session) {
    return session.soft ? exit_codes/* EXIT */.dc.ok : exit_codes/* EXIT */.dc.miss;
}
//# sourceMappingURL=session.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/doctor.js
// cairn doctor: examines store and index as this job sees them, and says what to do about each finding.




function doctorCommand(context, done) {
    const command = newCommand("doctor", "Check credentials, clock, speed, conditional writes, permissions and settings; exit code 4 when there is a problem.", [
        "cairn doctor --store 's3://acme-cache?region=eu-west-1' --index 'dynamodb://acme-cache'",
        "cairn doctor --mode read      (writes nothing, not even for a moment)",
        "cairn doctor --scope refs/pull/7/merge      (as a pull request sees it)",
    ])
        .option("--scope <ref>", "as a job of this git ref: refs/heads/x (default: from the CI event, else from git)")
        .option("--repository <owner/name>", "as a job of this repository (default: this one)");
    return addStoreOptions(command)
        .option("--mode <mode>", "read-write, read, write or off (CAIRN_MODE)")
        .action(async (options) => done(await runInfraCommand(context, options, "the examination was not finished", (session) => doctor(session))));
}
async function doctor({ output, context, settings, access, infra }) {
    const findings = await infra.diagnose({ access, mayWrite: settings.mode.save, signal: context.signal });
    const problems = findings.filter(({ state }) => state === "problem").length;
    const warnings = findings.filter(({ state }) => state === "warning").length;
    await output.document({ healthy: problems === 0, problems, warnings, findings });
    await output.result(...(0,dist_text/* formatTable */.ku)([{ title: "STATE" }, { title: "CHECK" }, { title: "FOUND" }], findings.map(({ state, check, found }) => [state, (0,dist_text/* printable */.g$)(check), (0,dist_text/* printable */.g$)(found)])));
    for (const finding of findings)
        if (finding.remedy !== undefined)
            await output.hint(remedyLine(finding));
    return problems === 0 ? exit_codes/* EXIT */.dc.ok : exit_codes/* EXIT */.dc.store;
}
function remedyLine({ check, remedy = "" }) {
    return `${(0,dist_text/* printable */.g$)(check)}: ${(0,dist_text/* printable */.g$)(remedy)}`;
}
//# sourceMappingURL=doctor.js.map
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(77598);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(73024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(51455);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(46466);
;// CONCATENATED MODULE: ./packages/cli/dist/ref-view.js
// A Ref as --json shows it: the field names and forms that scripts may rely on.

function stateOf(ref, nowMs) {
    if (ref.invalidatedAtMs !== undefined)
        return "invalidated";
    return (0,dist/* isLive */.DG)(ref, nowMs) ? "live" : "expired";
}
/** @param signature where it was asked for. */
function refDocument(ref, nowMs, signature) {
    const signedBy = (0,dist/* signatureKeyId */.NU)(ref.signature);
    return {
        key: ref.key,
        repository: ref.scope.repository,
        ref: ref.scope.ref,
        version: ref.version,
        domain: ref.domain,
        contentHash: ref.contentHash,
        createdAt: iso(ref.createdAtMs),
        lastAccessedAt: iso(ref.lastAccessedAtMs),
        expiresAt: iso(ref.expiresAtMs),
        notAfter: iso(ref.notAfterMs),
        accessCount: ref.accessCount,
        treeBytes: ref.treeBytes,
        storedBytes: ref.storedBytes,
        entryCount: ref.entryCount,
        state: stateOf(ref, nowMs),
        ...(ref.toolchain === undefined ? {} : { toolchain: ref.toolchain }),
        ...(ref.lockfileHash === undefined ? {} : { lockfileHash: ref.lockfileHash }),
        ...(signedBy === undefined ? {} : { signedBy }),
        ...(signature === undefined ? {} : { signature: signature.status }),
    };
}
/** What a document of a restore or a look-up says of it; nothing where none was refused. */
function refusedPart(refused, nowMs) {
    if (!refused)
        return {};
    return {
        refused: refused.map(({ why, message, hint, ref }) => {
            return { why, message, hint, ref: refDocument(ref, nowMs) };
        }),
    };
}
function iso(ms) {
    // A Date ends in the year 275760; an index may hold any number.
    return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
//# sourceMappingURL=ref-view.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/find-refs.js
// Which Refs a person means: a whole key, or a content hash (whole, or its first digits, with or without `sha256:`).




/** As short as can be told from a key with some certainty. */
const CONTENT_HASH = /^(?:sha256:)?([0-9a-f]{8,64})$/;
/** @returns newest first; live ones before others. A key wins over a hash that looks the same. */
async function findRefs(session, wanted) {
    const filter = { repository: session.repository, ref: wanted.ref };
    const named = await matching(session, { ...filter, keyPrefix: wanted.name }, (ref) => ref.key === wanted.name);
    if (named.length > 0 || !wanted.byHash)
        return named;
    const digits = CONTENT_HASH.exec(wanted.name)?.[1];
    if (digits === undefined)
        return [];
    const byHash = await matching(session, filter, (ref) => ref.contentHash.startsWith(digits));
    if (new Set(byHash.map((ref) => ref.contentHash)).size > 1) {
        throw new dist/* InputError */.dz(`${wanted.name} begins more than one content hash`, { hint: "give more digits" });
    }
    return byHash;
}
/**
 * The newest of them, and a note when there are others.
 * @returns undefined after saying that there is none.
 */
async function findOneRef(session, wanted) {
    const [newest, ...others] = await findRefs(session, wanted);
    if (newest && others.length > 0) {
        await session.output.note(`${(0,dist_text/* counted */.hS)(others.length, "older save")} of ${(0,dist_text/* printable */.g$)(wanted.name)} not shown: narrow with --ref, see cairn ls`);
    }
    return newest;
}
async function reportNotFound(session, name) {
    const where = session.repository === undefined ? "any repository" : session.repository;
    await session.output.error(`nothing is saved as ${(0,dist_text/* printable */.g$)(name)} in ${(0,dist_text/* printable */.g$)(where)}`);
    await session.output.hint("cairn ls shows what there is; --repository '*' looks everywhere");
    await session.output.document({ status: "not-found", name, repository: session.repository ?? null });
    return exit_codes/* EXIT */.dc.miss;
}
/** Collects from the index, newest first, live ones before others. */
async function matching(session, filter, accept) {
    const { context, maintenance } = session;
    const refs = [];
    for await (const ref of maintenance.list(filter, { signal: context.signal }))
        if (accept(ref))
            refs.push(ref);
    const nowMs = context.now();
    const rank = (ref) => (stateOf(ref, nowMs) === "live" ? 0 : 1);
    return refs.sort((a, b) => rank(a) - rank(b) || b.createdAtMs - a.createdAtMs);
}
//# sourceMappingURL=find-refs.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/progress.js
// Progress of a long command on stderr: a bar on a terminal, else a plain line every few seconds, so that a CI log shows
// that something happens and is not flooded. Quick commands show nothing.

/** A log line at most every so often, and none before as much has passed. */
const LINE_INTERVAL_MS = 5_000;
/** A bar that would be gone at once only flickers. */
const BAR_DELAY_MS = 300;
const BAR_WIDTH = 30;
async function startProgress(context, output) {
    if (output.quiet)
        return { update: () => { }, stop: () => { } };
    if (context.barStream === undefined)
        return plainLines(context, output);
    const { SingleBar } = await __webpack_require__.e(/* import() */ 255).then(__webpack_require__.t.bind(__webpack_require__, 2255, 19));
    const bar = new SingleBar({
        stream: context.barStream,
        format: (_options, { progress }, payload) => barLine(progress, payload),
        clearOnComplete: true,
        hideCursor: true,
        fps: 10,
        // The process handles signals itself: the bar must not end it.
        gracefulExit: false,
    });
    return drawn(bar, context.now);
}
/** Without a total there is no bar: an empty one would say that nothing happens. */
function barLine(progress, { phase, detail, hasTotal }) {
    if (!hasTotal)
        return `${phase} ${detail}`;
    const share = Math.min(Math.max(progress, 0), 1);
    const done = Math.round(share * BAR_WIDTH);
    const bar = "\u2588".repeat(done) + "\u2591".repeat(BAR_WIDTH - done);
    return `${phase} ${bar} ${String(Math.floor(share * 100)).padStart(3)}%  ${detail}`;
}
function drawn(bar, now) {
    const startedAtMs = now();
    let isShown = false;
    let isStopped = false;
    return {
        update(progress) {
            if (isStopped || now() - startedAtMs < BAR_DELAY_MS)
                return;
            const { done, total } = measure(progress);
            const payload = {
                phase: progress.phase.padEnd(8),
                detail: describe(progress),
                hasTotal: total > 0,
            };
            if (isShown) {
                bar.setTotal(total);
                bar.update(done, payload);
            }
            else {
                bar.start(total, done, payload);
                isShown = true;
            }
        },
        stop() {
            if (isShown && !isStopped)
                bar.stop();
            isStopped = true;
        },
    };
}
function plainLines(context, output) {
    let lastAtMs = context.now();
    let isStopped = false;
    return {
        update(progress) {
            const nowMs = context.now();
            if (isStopped || nowMs - lastAtMs < LINE_INTERVAL_MS)
                return;
            lastAtMs = nowMs;
            void output.note(`${progress.phase}: ${describe(progress)}`);
        },
        stop() {
            isStopped = true;
        },
    };
}
/** Of bytes where their total is known, else of entries; a total of 0 stands for an unknown one. */
function measure(progress) {
    if (progress.totalBytes !== undefined)
        return { done: progress.doneBytes, total: progress.totalBytes };
    if (progress.totalEntries !== undefined)
        return { done: progress.doneEntries ?? 0, total: progress.totalEntries };
    return { done: 0, total: 0 };
}
function describe(progress) {
    const parts = [];
    if (progress.doneBytes > 0 || progress.totalBytes !== undefined) {
        const total = progress.totalBytes === undefined ? "" : ` of ${(0,dist_text/* formatBytes */.z3)(progress.totalBytes)}`;
        parts.push(`${(0,dist_text/* formatBytes */.z3)(progress.doneBytes)}${total}`);
    }
    const entries = progress.doneEntries ?? 0;
    if (entries > 0) {
        const total = progress.totalEntries === undefined ? "" : ` of ${(0,dist_text/* formatCount */.B4)(progress.totalEntries)}`;
        parts.push(`${(0,dist_text/* formatCount */.B4)(entries)}${total} entries`);
    }
    return parts.join(", ");
}
//# sourceMappingURL=progress.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/export.js
// cairn export: a save as a tar, to a file, to stdout, or to an object in S3. A file appears under its name only when it
// is whole.













function exportCommand(context, done) {
    const command = newCommand("export", "Write a save as a tar: to a file, to stdout, or to S3.", [
        "cairn export deps-5d41402a --output deps.tar",
        "cairn export deps-5d41402a --output - | tar -xC /tmp/look",
        "cairn export 9f86d081 --output s3://archive/2026/deps.tar",
    ])
        .argument("<key|hash>", "a whole key, or the first digits of a content hash")
        .option("-o, --output <target>", "a file, - for stdout, or s3://bucket/key");
    return addMaintenanceOptions(command).action(async (name, options) => done(await runMaintenanceCommand(context, options, "no whole tar was written", (session) => exportSave(session, name, options))));
}
async function exportSave(session, name, options) {
    const { output, context } = session;
    const target = options.output;
    if (!target)
        throw new dist/* InputError */.dz("no target is given", { hint: "add --output FILE, - or s3://bucket/key" });
    const toStdout = target === "-";
    if (toStdout && (output.json || context.stdout.isTerminal)) {
        throw new dist/* InputError */.dz(output.json
            ? "--json and --output - both want stdout"
            : "a tar on a terminal helps nobody, so nothing is written", { hint: "name a file, or pipe it: cairn export KEY --output - | tar -t" });
    }
    const ref = await findOneRef(session, { name, ref: options.ref, byHash: true });
    if (!ref)
        return reportNotFound(session, name);
    const startedAtMs = context.now();
    const sizeBytes = await write(session, ref, target);
    const durationMs = context.now() - startedAtMs;
    if (!toStdout && !output.quiet) {
        await output.result(`exported ${(0,dist_text/* printable */.g$)(ref.key)} to ${(0,dist_text/* printable */.g$)(target)}: ` +
            `${(0,dist_text/* formatBytes */.z3)(sizeBytes)} in ${(0,dist_text/* formatDuration */.a3)(durationMs)}`);
    }
    await output.document({
        status: "exported",
        ref: refDocument(ref, context.now()),
        output: target,
        sizeBytes,
        durationMs,
    });
    return exit_codes/* EXIT */.dc.ok;
}
async function write(session, ref, target) {
    const { context, output, maintenance } = session;
    const call = { signal: context.signal };
    const progress = await startProgress(context, output);
    const show = (doneBytes) => progress.update({ phase: "export", doneBytes, totalBytes: undefined });
    try {
        if (/^s3:\/\//i.test(target)) {
            const onProgress = ({ doneBytes }) => show(doneBytes);
            return (await maintenance.exportToObject(ref, target, { ...call, onProgress })).sizeBytes;
        }
        const tar = counting(await maintenance.exportTar(ref, call), show);
        if (target === "-") {
            for await (const bytes of tar) {
                context.signal.throwIfAborted();
                await context.stdout.write(bytes);
            }
        }
        else
            await writeFile(context, tar, (0,external_node_path_.isAbsolute)(target) ? target : (0,external_node_path_.join)(context.cwd, target));
        return tar.sizeBytes;
    }
    finally {
        progress.stop();
    }
}
function counting(source, show) {
    let sizeBytes = 0;
    return {
        get sizeBytes() {
            return sizeBytes;
        },
        async *[Symbol.asyncIterator]() {
            for await (const bytes of source) {
                sizeBytes += bytes.length;
                show(sizeBytes);
                yield bytes;
            }
        },
    };
}
async function writeFile(context, tar, path) {
    const unfinished = `${path}.unfinished-${(0,external_node_crypto_.randomUUID)().slice(0, 8)}`;
    const target = (0,external_node_fs_.createWriteStream)(unfinished, { flags: "wx" });
    try {
        await (0,external_node_stream_promises_.pipeline)(tar, target, { signal: context.signal });
        await (0,promises_.rename)(unfinished, path);
    }
    catch (error) {
        await (0,promises_.rm)(unfinished, { force: true });
        if (Error.isError(error) && "syscall" in error) {
            throw new dist/* LocalFileError */.QD(`${path} can't be written: ${error.message}`, {
                hint: "name a folder that exists and has space left",
                cause: error,
            });
        }
        throw error;
    }
}
//# sourceMappingURL=export.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/inspect.js
// cairn inspect: what one save is made of: its row in the index, its artifact, its packs, and on request its entries.







function inspectCommand(context, done) {
    const command = newCommand("inspect", "Show what one save is made of.", [
        "cairn inspect deps-5d41402a",
        "cairn inspect 9f86d081 --json | jq .artifact.packs",
        "cairn inspect deps-5d41402a --entries | grep package.json",
    ]).argument("<key|hash>", "a whole key, or the first digits of a content hash");
    return addMaintenanceOptions(command)
        .optionsGroup("Which:")
        .option("--entries", "list every file, folder and link instead")
        .action(async (name, options) => done(await runMaintenanceCommand(context, options, "an inspection changes nothing", (session) => inspect(session, name, options))));
}
async function inspect(session, name, options) {
    const { output, context, maintenance } = session;
    const ref = await findOneRef(session, { name, ref: options.ref, byHash: true });
    if (!ref)
        return reportNotFound(session, name);
    const call = { signal: context.signal };
    if (options.entries && !output.json) {
        for await (const entry of maintenance.entries(ref, call))
            await output.result(entryLine(entry));
        return exit_codes/* EXIT */.dc.ok;
    }
    const artifact = await maintenance.inspect(ref, call);
    const signature = maintenance.signatureOf(ref);
    if (!output.json) {
        await output.result(...refLines(ref, signature, context.now()), ...artifactLines(artifact, context.now()));
        return exit_codes/* EXIT */.dc.ok;
    }
    const entries = [];
    if (options.entries)
        for await (const entry of maintenance.entries(ref, call))
            entries.push(entry);
    await output.document({
        ref: refDocument(ref, context.now(), signature),
        artifact: {
            ...artifact,
            packs: artifact.packs.map(({ bornAtMs, ...pack }) => ({
                ...pack,
                bornAt: new Date(bornAtMs).toISOString(),
            })),
        },
        ...(options.entries ? { entries } : {}),
    });
    return exit_codes/* EXIT */.dc.ok;
}
function refLines(ref, signature, nowMs) {
    const rows = [
        ["key", ref.key],
        ["repository", ref.scope.repository],
        ["ref", ref.scope.ref],
        ["state", stateOf(ref, nowMs)],
        ["content", ref.contentHash],
        ["version", ref.version],
        ["domain", ref.domain],
        ["signature", (0,dist/* describeSignature */.iL)(signature)],
        ["saved", `${(0,dist_text/* formatAgo */.n4)(nowMs - ref.createdAtMs)}`],
        ["used", `${(0,dist_text/* formatCount */.B4)(ref.accessCount)} times, last ${(0,dist_text/* formatAgo */.n4)(nowMs - ref.lastAccessedAtMs)}`],
        ["expires", `in ${(0,dist_text/* formatAge */.nV)(ref.expiresAtMs - nowMs)}`],
        ...(ref.toolchain === undefined ? [] : [["toolchain", ref.toolchain]]),
        ...(ref.lockfileHash === undefined ? [] : [["lockfile", ref.lockfileHash]]),
    ];
    return (0,dist_text/* formatTable */.ku)([{ title: "" }, { title: "" }], rows.map(([name, value]) => [name, (0,dist_text/* printable */.g$)(value)])).slice(1);
}
function artifactLines(artifact, nowMs) {
    const roots = artifact.roots.map(({ anchor, path }) => `  ${anchor}: ${(0,dist_text/* printable */.g$)(path)}`);
    const packs = (0,dist_text/* formatTable */.ku)([{ title: "  PACK" }, { title: "SIZE", alignRight: true }, { title: "AGE", alignRight: true }], artifact.packs.map((pack) => [
        `  ${pack.name.slice(0, 16)}`,
        (0,dist_text/* formatBytes */.z3)(pack.sizeBytes),
        (0,dist_text/* formatAge */.nV)(nowMs - pack.bornAtMs),
    ]));
    const chunks = artifact.chunks === undefined ? "" : `, ${(0,dist_text/* counted */.hS)(artifact.chunks, "chunk")}`;
    return [
        "",
        `${(0,dist_text/* counted */.hS)(artifact.entryCount, "entry", "entries")}, ${(0,dist_text/* formatBytes */.z3)(artifact.treeBytes)}, ` +
            `${(0,dist_text/* formatBytes */.z3)(artifact.storedBytes)} stored (format ${artifact.formatVersion}, ` +
            `${(0,dist_text/* counted */.hS)(artifact.segments, "segment")}${chunks})`,
        "",
        (0,dist_text/* counted */.hS)(artifact.roots.length, "path"),
        ...roots,
        "",
        ...(artifact.packs.length > 0 ? packs : ["no packs: everything is in the artifact"]),
    ];
}
const KIND_LETTERS = { file: "-", directory: "d", symlink: "l", hardlink: "h" };
function entryLine(entry) {
    const target = entry.target === undefined ? "" : ` -> ${(0,dist_text/* printable */.g$)(entry.target)}`;
    const size = String(entry.sizeBytes).padStart(11);
    // The microseconds that the store keeps say nothing here.
    const time = new Date(entry.mtimeMs).toISOString().slice(0, 19);
    return `${KIND_LETTERS[entry.kind]}${(0,dist_text/* formatMode */.VQ)(entry.mode)} ${size} ${time} ${(0,dist_text/* printable */.g$)(entry.path)}${target}`;
}
//# sourceMappingURL=inspect.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/lockfile-hash.js
// --lockfile: from the file, pattern or `auto` to the SHA-256 that a save records and a selection looks for.



/** @returns `sha256:…`; undefined where `auto` finds none. @throws InputError */
async function hashLockfile(context, lines) {
    const { files, missing } = await (0,dist/* findLockfiles */.wN)(lines, checkoutPlace(context));
    if (missing.length === 0)
        return (0,dist/* hashLockfiles */.aq)(files);
    throw new dist/* InputError */.dz(`--lockfile finds nothing: ${missing.map(dist_text/* printable */.g$).join(", ")}`, {
        hint: "name a file, relative to the current folder; auto looks for the nearest that is known, upward",
    });
}
//# sourceMappingURL=lockfile-hash.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/selection.js
// Which saves invalidate and revalidate are about: the selectors, declared once, and what to say when nothing fits them.







function addSelectionOptions(command) {
    return addMaintenanceOptions(command)
        .optionsGroup("Which:")
        .option("--branch <name>", "only this branch: main (the same as --ref refs/heads/main)")
        .option("-k, --key <key>", "only this key")
        .option("--prefix <prefix>", "only keys that start with this")
        .option("--toolchain <name>", "only saves recorded with this toolchain: node-20.1.0")
        .option("--lockfile <file|hash>", "only saves recorded with this lock file, or with its SHA-256")
        .option("--older-than <duration>", "only what was saved longer ago: 12h, 30d")
        .option("--all", "everything in the repository; needed where nothing else is given")
        .option("--dry-run", "change nothing, show what would be");
}
/** @throws InputError, SettingsError */
async function readSelection({ context, repository }, options) {
    const { branch, key, prefix, toolchain, lockfile, olderThan } = options;
    if (branch !== undefined && options.ref !== undefined)
        throw new dist/* InputError */.dz("--branch and --ref say the same thing", { hint: "give one of them" });
    const ref = branch === undefined ? options.ref : `refs/heads/${branch.replace(/^refs\/heads\//, "")}`;
    const given = [ref, key, prefix, toolchain, lockfile, olderThan].filter((value) => value !== undefined);
    if (given.some((value) => value.trim() === ""))
        throw new dist/* InputError */.dz("a selector is empty", {
            hint: "leave it out, or check the variable it comes from",
        });
    if (given.length === 0 && !options.all)
        throw new dist/* InputError */.dz("nothing says which saves are meant", {
            hint: "give --key, --prefix, --ref, --branch, --toolchain, --lockfile or --older-than; --all is everything in the repository",
        });
    return {
        repository,
        ref,
        key,
        keyPrefix: prefix,
        toolchain,
        lockfileHash: lockfile === undefined ? undefined : await lockfileHashOf(context, lockfile),
        createdBeforeMs: olderThan === undefined ? undefined : context.now() - (0,dist/* parseDuration */.E9)(olderThan, "--older-than"),
    };
}
/** A digest as it is, else that of the file. */
async function lockfileHashOf(context, lockfile) {
    const digest = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(lockfile)?.[1];
    if (digest !== undefined)
        return `sha256:${digest.toLowerCase()}`;
    const found = await hashLockfile(context, [lockfile]);
    if (found !== undefined)
        return found;
    throw new dist/* InputError */.dz("--lockfile auto finds no lock file", { hint: "name a file, or give its SHA-256" });
}
/** What there is instead, so that a misspelled selector is seen. */
async function reportNoMatch(session, selection, state) {
    const { output, context, repository } = session;
    const nowMs = context.now();
    const there = await matching(session, { repository }, (ref) => stateOf(ref, nowMs) === state);
    const where = repository === undefined ? "any repository" : (0,dist_text/* printable */.g$)(repository);
    await output.error(`no ${state} save in ${where} fits`);
    await output.hint(there.length === 0
        ? "cairn ls --dead shows what there is; --repository '*' looks everywhere"
        : (nearest(there, selection) ??
            `${(0,dist_text/* counted */.hS)(there.length, `${state} save`)} are there: cairn ls shows them`));
    await output.document({ status: "nothing", repository: repository ?? null, refs: [], changed: [] });
    return exit_codes/* EXIT */.dc.miss;
}
/** The first selector that nothing has, and what comes closest. */
function nearest(refs, selection) {
    const known = {
        ref: refs.map((ref) => ref.scope.ref),
        key: refs.map((ref) => ref.key),
        toolchain: refs.flatMap((ref) => ref.toolchain ?? []),
        lockfileHash: refs.flatMap((ref) => ref.lockfileHash ?? []),
    };
    for (const name of ["ref", "toolchain", "lockfileHash", "key"]) {
        const wanted = selection[name];
        if (wanted === undefined || known[name].includes(wanted))
            continue;
        const values = [...new Set(known[name])].slice(0, SUGGESTED);
        const flag = { ref: "--ref", key: "--key", toolchain: "--toolchain", lockfileHash: "--lockfile" }[name];
        return `no save there has the ${flag} ${(0,dist_text/* printable */.g$)(wanted)}: ${values.length === 0 ? "none was recorded" : (0,dist_text/* printable */.g$)((0,dist/* suggestion */.h)(wanted, values))}`;
    }
    return undefined;
}
const SUGGESTED = 20;
/** What a person reads of a long list. */
const SHOWN = 20;
async function tellRefs({ output, context }, verb, refs) {
    const shown = output.verbose ? refs : refs.slice(0, SHOWN);
    if (shown.length > 0)
        await output.result(...shown.map((ref) => `${verb} ${describeRef(ref, context.now())}`));
    if (shown.length < refs.length)
        await output.note(`and ${(0,dist_text/* counted */.hS)(refs.length - shown.length, "other")} (--verbose and --json show all)`);
}
function describeRef(ref, nowMs) {
    return (`${(0,dist_text/* printable */.g$)(ref.key)} of ${(0,dist_text/* printable */.g$)(ref.scope.repository)} ${(0,dist_text/* printable */.g$)(ref.scope.ref)} ` +
        `(${(0,dist_text/* formatBytes */.z3)(ref.treeBytes)}, saved ${(0,dist_text/* formatAgo */.n4)(nowMs - ref.createdAtMs)})`);
}
function refDocuments(refs, nowMs) {
    return refs.map((ref) => refDocument(ref, nowMs));
}
//# sourceMappingURL=selection.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/invalidate.js
// cairn invalidate: makes saves misses from now on. Their content stays for a day at least, so that revalidate works.





function invalidateCommand(context, done) {
    const command = newCommand("invalidate", "Make saves misses from now on: by toolchain, lock file, key, branch or age; exit code 3 when nothing fits.", [
        "cairn invalidate --toolchain node-20.1.0 --dry-run",
        "cairn invalidate --lockfile package-lock.json",
        "cairn invalidate --branch release-1 --prefix deps- --older-than 7d",
        "cairn invalidate --repository acme/api --all",
    ]);
    return addSelectionOptions(command).action(async (options) => done(await runMaintenanceCommand(context, options, "some may be invalidated, run it again for the rest", (session) => invalidate(session, options))));
}
async function invalidate(session, options) {
    const { output, context, maintenance } = session;
    const selection = await readSelection(session, options);
    const dryRun = options.dryRun ?? false;
    const { done, changed } = await maintenance.invalidate(selection, { dryRun, signal: context.signal });
    if (done.length + changed.length === 0)
        return reportNoMatch(session, selection, "live");
    await tellRefs(session, dryRun ? "would invalidate" : "invalidated", done);
    for (const ref of changed)
        await output.warn(`left alone, it changed meanwhile: ${describeRef(ref, context.now())}`);
    const bytes = done.reduce((sum, ref) => sum + ref.treeBytes, 0);
    await output.note(dryRun
        ? `${(0,dist_text/* counted */.hS)(done.length, "save")}, trees of ${(0,dist_text/* formatBytes */.z3)(bytes)} in all: nothing was changed`
        : `${(0,dist_text/* counted */.hS)(done.length, "save")} invalidated; cairn revalidate takes it back within a day, cairn prune frees the space after that`);
    await output.document({
        status: dryRun ? "dry-run" : "invalidated",
        repository: session.repository ?? null,
        refs: refDocuments(done, context.now()),
        changed: refDocuments(changed, context.now()),
    });
    return exit_codes/* EXIT */.dc.ok;
}
//# sourceMappingURL=invalidate.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/key-advice.js
// What a difference of two keys means, and what to do about it: the lines below the table of `cairn key diff`. Pure.
/** @param versions by the digits that stand in a key. */
function adviceFor({ different }, versions) {
    if (different.length === 0)
        return [];
    return [
        ...different.flatMap((each) => ADVICE[each.part](each, versions).map((line) => `${each.part}: ${line}`)),
        ...whereToLook(different, versions),
        reach(different),
    ];
}
const ADVICE = {
    name: () => ["two caches, which are not meant to match"],
    repository: () => ["a checkout without a remote is called local; --repository names it"],
    platform: () => ["what one builds may not run on the other; --platform none is for what runs everywhere"],
    toolchain: adviceOnToolchain,
    environment: ({ items }) => [
        items
            ? `${namesOf(items)}; --env '!NAME' leaves one out of a pattern`
            : "a variable has another value, or others are chosen",
    ],
    configuration: ({ items }) => [items ? namesOf(items) : "a file has another content, or others are chosen"],
    lockfile: adviceOnLockfile,
};
function adviceOnToolchain({ a, b }) {
    const sides = (sign) => sidesWhere([a, b], (text) => text.includes(sign));
    const lines = [
        [sides("~"), "has another version than the repository asks for (behind the ~)"],
        [sides("-unknown"), "was made where a tool did not answer"],
    ].flatMap(([side, what]) => (side ? [`${side} ${what}: set the tool up before the key is made`] : []));
    return lines.length > 0
        ? lines
        : [
            "what one version builds may not work with the other; node@major, python@minor keep less of a version",
        ];
}
function adviceOnLockfile({ a, b, items }, versions) {
    const [one, other] = [a, b].map((text) => versions.get(digitsOf(text) ?? ""));
    const known = [
        ...(one ? [`A is ${key_advice_describe(one)}`] : []),
        ...(other ? [`B is ${key_advice_describe(other)}`] : []),
        ...(one && other && one.path === other.path ? compareCommand(one, other) : []),
    ];
    if (known.length > 0)
        return known;
    return [
        items ? namesOf(items) : "another content, or other files; of one file it is what sha256sum prints",
    ];
}
/** The digits of a lock file's digest in a key. @returns undefined: it has none. */
function digitsOf(text) {
    return /^lock-([0-9a-f]{16})$/.exec(text)?.[1];
}
function key_advice_describe({ path, commit }) {
    return commit
        ? `${path} of commit ${commit.id}, ${commit.date}: ${commit.subject}`
        : `${path} as it is in this folder`;
}
function compareCommand(one, other) {
    const commits = [one, other].flatMap(({ commit }) => commit?.id ?? []);
    return commits.length === 0 ? [] : [`git diff ${commits.join(" ")} -- ${one.path}`];
}
function whereToLook(different, versions) {
    const untold = different.filter(({ part, items }) => items === undefined &&
        (part === "environment" || part === "configuration" || (part === "lockfile" && versions.size === 0)));
    if (untold.length === 0)
        return [];
    return [
        "which file or variable it is, a key does not tell: give the logs of both jobs in place of the keys (the action cache-key and cairn key --explain write it there)",
    ];
}
/** Whether one of them finds what was saved under the other. */
function reach(different) {
    if (different.some(({ part }) => part !== "lockfile" && part !== "configuration")) {
        return "no restore-key of one finds the other";
    }
    const configuration = different.find(({ part }) => part === "configuration");
    if (!configuration)
        return "the first restore-key of each finds the other";
    // Without configuration there is no second one.
    const side = sidesWhere([configuration.a, configuration.b], (text) => text !== "cfg-none");
    return `the second restore-key of ${side} finds the other`;
}
function namesOf(items) {
    return items
        .map(({ name, how }) => (how === "changed" ? `${name} changed` : `${name} is ${how}`))
        .join(", ");
}
function sidesWhere([a, b], holds) {
    return [...(holds(a) ? ["A"] : []), ...(holds(b) ? ["B"] : [])].join(" and ").replace("A and B", "each");
}
//# sourceMappingURL=key-advice.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/key-diff.js
// cairn key diff: what differs between two keys, and what to do about it. Each side is a key, a job's log that holds the
// key (explained or not), or a document of `cairn key --json`. With two bare keys, git is asked which lock files they are.







function keyDiffCommand(context, done) {
    const command = newCommand("diff", "Say which part differs between two keys, and what to do about it.", [
        "cairn key diff deps:acme/api:…:lock-5d41402abc4b2a76 deps:acme/api:…:lock-9f86d081884c7d65",
        "gh run view 123 --log >hit.log; gh run view 124 --log >miss.log; cairn key diff hit.log miss.log",
        'cairn key diff ci.log "$(cairn key)"',
    ])
        .argument("<a>", "a key, or a file that holds one: the log of a job, or what cairn key --json printed")
        .argument("<b>", "the same")
        .optionsGroup("Which:")
        .option("-n, --name <name>", "the keys of this name, where a log holds several");
    return addOutputOptions(command).action(async (a, b, options) => done(await runLocalCommand(context, options, "a comparison changes nothing", (session) => diff(session, [a, b], options.name))));
}
async function diff({ context, output }, [a, b], name) {
    const [one, other] = [await readSide(context, a, name), await readSide(context, b, name)];
    const difference = (0,dist/* diffKeys */.y$)(one, other);
    const versions = await lockfileVersions(context, difference);
    const advice = adviceFor(difference, versions);
    await output.result(...summaryLines(difference), ...(advice.length > 0 ? ["", ...advice.map(dist_text/* printable */.g$)] : []));
    await output.document({
        status: difference.different.length === 0 ? "same" : "different",
        a: one.key,
        b: other.key,
        ...difference,
        lockfileVersions: Object.fromEntries(versions),
        advice,
    });
    return exit_codes/* EXIT */.dc.ok;
}
async function readSide(context, given, name) {
    const asKey = (0,dist/* explanationOfKey */.gB)(given.trim());
    if (asKey)
        return asKey;
    const text = await readText(context, given);
    const isWanted = (each) => name === undefined || each.parts[0].text === name;
    const explained = (0,dist/* readExplanations */.$b)(text).filter(isWanted);
    const found = explained.length > 0
        ? explained
        : (0,dist/* findKeys */.WB)(text)
            .map((key) => (0,dist/* explanationOfKey */.gB)(key))
            .filter(isWanted);
    if (found.length === 1)
        return found[0];
    const what = name === undefined ? "key of cairn key" : `key of the name ${name}`;
    if (found.length === 0) {
        throw new dist/* InputError */.dz(`${given} holds no ${what}`, {
            hint: "give a job's log, what cairn key --explain or --json printed, or the key itself",
        });
    }
    throw new dist/* InputError */.dz(`${given} holds ${found.length} keys: ${found.map(({ key }) => key).join(", ")}`, {
        hint: "pick one by --name, or give the key itself",
    });
}
async function readText(context, given) {
    const path = (0,external_node_path_.isAbsolute)(given) ? given : (0,external_node_path_.join)(context.cwd, given);
    try {
        return Buffer.from(await context.readFile(path)).toString("utf8");
    }
    catch (error) {
        throw new dist/* InputError */.dz(`${given} is neither a key of cairn key nor a file`, {
            hint: "such a key has seven parts: deps:acme/api:linux-x64:node-24.21.0:env-…:cfg-…:lock-…",
            cause: error,
        });
    }
}
async function lockfileVersions(context, { different }) {
    const lockfile = different.find(({ part }) => part === "lockfile");
    const digits = [lockfile?.a, lockfile?.b].flatMap((text) => digitsOf(text ?? "") ?? []);
    return digits.length === 0 ? new Map() : context.findLockfileVersions(context.cwd, digits);
}
function summaryLines({ same, different }) {
    if (different.length === 0)
        return ["the keys are the same"];
    const rows = different.flatMap(({ part, a, b, items }) => [
        [part, a, b],
        ...(items ?? []).map((item) => [`  - ${item.name}`, item.a ?? "-", item.b ?? "-"]),
    ]);
    const table = (0,dist_text/* formatTable */.ku)([{ title: "DIFFERENT" }, { title: "A" }, { title: "B" }], rows.map((row) => row.map(dist_text/* printable */.g$)));
    return [...table, `the same: ${same.join(", ") || "nothing"}`];
}
//# sourceMappingURL=key-diff.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/key.js
// cairn key: the key of a cache, made from what a job depends on. Stdout has the key alone, so that it can be assigned;
// the explanation goes to stderr, where a CI log keeps it for `cairn key diff`.









function keyCommand(context, done) {
    const command = newCommand("key", "Make the key of a cache from what the job depends on.", [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell expands it
        'KEY=$(cairn key --explain); cairn restore --key "$KEY" --restore-key "${KEY%:*}:" node_modules',
        "cairn key --name build --env NODE_ENV --env 'VITE_*' --config 'tsconfig*.json' --toolchain node@major",
        "cairn key --name pip --lockfile 'requirements/*.txt' --toolchain python@minor",
    ])
        .optionsGroup("Parts of the key:")
        .option("-n, --name <name>", "what is cached", "deps")
        .addOption(repeatable("--lockfile <path>", "file or pattern, auto (nearest upward) or none"))
        .addOption(repeatable("--toolchain <tool>", "auto, none, node, node@major, python@minor, or a text: gcc-13"))
        .addOption(new commander/* Option */.c$("--toolchain-from <source>", "the tools themselves, files as .nvmrc and go.mod, or both")
        .choices(dist/* TOOLCHAIN_SOURCES */.Bw)
        .default(dist/* AUTO */.Q8))
        .addOption(repeatable("--env <name>", "variable, pattern or !excluded; its value enters as a digest"))
        .addOption(repeatable("--config <path>", "file that changes what is built, pattern or !excluded"))
        .option("--platform <name>", "auto (system and processor), none, or a text", dist/* AUTO */.Q8)
        .option("--repository <owner/name>", "repository the cache belongs to (default: from the CI event or git)")
        .option("--workspace <folder>", "where the search upward ends (default: the top of the checkout)");
    addOutputOptions(command)
        .optionsGroup(OUTPUT_HEADING)
        .option("--explain", "also print every part with its digest, on stderr")
        .option("--restore-keys", "print the restore-keys instead, one a line");
    return command
        .addCommand(keyDiffCommand(context, done))
        .action(async (options) => done(await runLocalCommand(context, options, "a key changes nothing", (session) => key(session, options))));
}
async function key(session, options) {
    const { context, output } = session;
    const { platform } = options;
    const made = await (0,dist/* makeKey */.og)({
        name: options.name,
        repository: options.repository ?? (await ownRepository(context)),
        platform: platform === dist/* AUTO */.Q8 ? (0,dist/* thisPlatform */.gA)() : platform === dist/* NONE */.x3 ? "any" : platform,
        lockfiles: options.lockfile ?? [dist/* AUTO */.Q8],
        toolchain: options.toolchain ?? [dist/* AUTO */.Q8],
        toolchainFrom: options.toolchainFrom,
        environment: options.env ?? [],
        configuration: options.config ?? [],
        place: checkoutPlace(context, options.workspace),
        env: context.env,
        signal: context.signal,
    });
    for (const notice of made.notices)
        await output.note((0,dist_text/* printable */.g$)(notice));
    if (options.explain)
        for (const line of (0,dist/* explainKey */.J9)(made))
            await output.note((0,dist_text/* printable */.g$)(line));
    await output.result(...(options.restoreKeys ? made.restoreKeys : [made.key]));
    await output.document(documentOf(made));
    return exit_codes/* EXIT */.dc.ok;
}
function documentOf({ lockfiles, notices, ...made }) {
    return {
        status: "made",
        ...made,
        lockfiles: lockfiles.map(({ name }) => name),
        parts: made.parts.map((part) => ({
            ...part,
            // Not left out: "not set" is what it says.
            items: part.items.map((item) => ({ ...item, digest: item.digest ?? null })),
        })),
        notices,
    };
}
//# sourceMappingURL=key.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/request.js
// What restore, save and lookup have in common: from flags and a session to the core's request.


function commonRequest(session, options, paths, onProgress) {
    const { context, settings, access, folders } = session;
    return {
        paths: anchorLines(context, folders, [...paths, ...(options.path ?? [])]),
        key: requireKey(options),
        access,
        folders,
        crossOs: options.crossOs ?? false,
        signal: context.signal,
        timeoutMs: settings.timeoutMs,
        ...(onProgress && { onProgress }),
    };
}
/** As in the action, so that what one saves the other can name. */
const MAX_KEY_CHARACTERS = 512;
const MAX_KEYS = 10;
/** @throws InputError when the key, or a restore-key, is none. */
function requireKey(options) {
    const key = options.key?.trim();
    if (!key)
        throw new dist/* InputError */.dz("no key is given", { hint: "name the cache: --key deps-5d41402a" });
    const keys = [key, ...(options.restoreKey ?? [])];
    if (keys.length > MAX_KEYS) {
        throw new dist/* InputError */.dz(`${keys.length} keys are too many`, {
            hint: `give at most ${MAX_KEYS - 1} restore-keys`,
        });
    }
    for (const each of keys) {
        if (each.length > MAX_KEY_CHARACTERS) {
            throw new dist/* InputError */.dz(`a key has ${each.length} characters, at most ${MAX_KEY_CHARACTERS} fit`, {
                hint: "put a digest of the long part into it",
            });
        }
        if (each.includes(","))
            throw new dist/* InputError */.dz(`the key ${each} holds a comma`, { hint: "use - or _ instead" });
    }
    return key;
}
//# sourceMappingURL=request.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/restore.js
// cairn restore: brings the paths to what a key holds. A miss is exit code 3.







function restoreCommand(context, done) {
    const command = newCommand("restore", "Restore paths from the cache; exit code 3 when nothing fits.", [
        "cairn restore --key deps-$(sha256sum < package-lock.json | cut -c1-16) --restore-key deps- node_modules",
        "cairn restore --key deps node_modules || npm ci",
        "cairn restore --soft --key build --path dist --path '!dist/**/*.map'",
    ]).argument("[paths...]", "what to restore, as it was named when it was saved");
    addRestoreKeyOption(addPathOptions(command)).option("--clean", "remove files below the paths that the cache does not hold");
    return command.action(async (paths, options) => done(await runBuildCommand(context, options, "the files are as they were", (session) => restore(session, options, paths))));
}
async function restore(session, options, paths) {
    const { output, context, settings, access } = session;
    const key = requireKey(options);
    if (access.note)
        await output.note(access.note);
    if (!settings.mode.restore)
        return skipped(session, key, "restoring is off (mode)");
    const progress = await startProgress(context, output);
    try {
        const request = commonRequest(session, options, paths, progress.update);
        const cache = await session.openCache();
        const result = await cache.restore({
            ...request,
            restoreKeys: options.restoreKey ?? [],
            clean: options.clean ?? false,
        });
        progress.stop();
        await tellRefused(session, result.refused);
        return result.status === "miss"
            ? await reportMiss(session, key, result)
            : await reportHit(session, key, result);
    }
    finally {
        progress.stop();
    }
}
async function reportHit({ output, context }, key, result) {
    for (const notice of result.notices)
        await output.note((0,dist_text/* printable */.g$)(notice));
    const by = result.exact ? "" : ` (for ${(0,dist_text/* printable */.g$)(key)})`;
    if (!output.quiet) {
        await output.result(`restored ${(0,dist_text/* printable */.g$)(result.ref.key)}${by}: ${(0,dist_text/* counted */.hS)(result.entryCount, "entry", "entries")}, ` +
            `${(0,dist_text/* formatBytes */.z3)(result.restoredBytes)} in ${(0,dist_text/* formatDuration */.a3)(result.durationMs)} ` +
            `(${(0,dist_text/* formatBytes */.z3)(result.downloadedBytes)} read from the store, ${(0,dist_text/* formatBytes */.z3)(result.keptBytes)} already here)`);
    }
    await output.document({
        status: "hit",
        key,
        matchedKey: result.ref.key,
        exact: result.exact,
        ref: refDocument(result.ref, context.now()),
        restoredBytes: result.restoredBytes,
        downloadedBytes: result.downloadedBytes,
        keptBytes: result.keptBytes,
        entryCount: result.entryCount,
        durationMs: result.durationMs,
        notices: result.notices,
        ...refusedPart(result.refused, context.now()),
    });
    return exit_codes/* EXIT */.dc.ok;
}
/** Of many, the rest says nothing new. */
const REFUSED_TOLD = 3;
/** For lookup as well: what was found and not used, since its signature does not hold. */
async function tellRefused({ output, soft }, refused = []) {
    const say = soft ? output.warn : output.error;
    for (const { message, hint } of refused.slice(0, REFUSED_TOLD)) {
        await say(`refused ${(0,dist_text/* printable */.g$)(message)}`);
        await output.hint(hint);
    }
    const rest = refused.length - REFUSED_TOLD;
    if (rest > 0)
        await say(`refused ${(0,dist_text/* counted */.hS)(rest, "more save")} for their signatures`);
}
/** For lookup as well. What was refused is no plain miss: someone has to look at the index. */
async function reportMiss(session, key, result) {
    await session.output.note(`nothing found for ${(0,dist_text/* printable */.g$)(key)}`);
    for (const line of result.explanation)
        await session.output.note(`  ${(0,dist_text/* printable */.g$)(line)}`);
    await session.output.document({
        status: "miss",
        key,
        version: result.version,
        explanation: result.explanation,
        ...refusedPart(result.refused, session.context.now()),
    });
    return result.refused && !session.soft ? exit_codes/* EXIT */.dc.damaged : missCode(session);
}
/** For lookup as well: a mode that does not restore finds nothing. */
async function skipped(session, key, reason) {
    await session.output.note(reason);
    await session.output.document({ status: "skipped", key, reason });
    return missCode(session);
}
//# sourceMappingURL=restore.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/lookup.js
// cairn lookup: what a restore would take, without reading or writing any content.







function lookupCommand(context, done) {
    const command = newCommand("lookup", "Tell what a restore would take; exit code 3 when nothing fits.", [
        "cairn lookup --key deps-5d41402a --restore-key deps- node_modules",
        "cairn lookup --json --key deps-5d41402a node_modules | jq -r .matchedKey",
    ]).argument("[paths...]", "the paths, as they were named when they were saved");
    return addRestoreKeyOption(addPathOptions(command)).action(async (paths, options) => done(await runBuildCommand(context, options, "a look-up changes nothing", (session) => lookup(session, options, paths))));
}
async function lookup(session, options, paths) {
    const { output, context, settings, access } = session;
    const key = requireKey(options);
    if (access.note)
        await output.note(access.note);
    if (!settings.mode.restore)
        return skipped(session, key, "restoring is off (mode)");
    const request = commonRequest(session, options, paths);
    const cache = await session.openCache();
    const result = await cache.lookup({ ...request, restoreKeys: options.restoreKey ?? [] });
    await tellRefused(session, result.refused);
    if (result.status === "miss")
        return reportMiss(session, key, result);
    const { ref, exact } = result;
    await output.result(`found ${(0,dist_text/* printable */.g$)(ref.key)}${exact ? "" : ` (for ${(0,dist_text/* printable */.g$)(key)})`}: ${(0,dist_text/* formatBytes */.z3)(ref.treeBytes)}, ` +
        `saved ${(0,dist_text/* formatAgo */.n4)(context.now() - ref.createdAtMs)} on ${(0,dist_text/* printable */.g$)(ref.scope.ref)}`);
    await output.document({
        status: "hit",
        key,
        matchedKey: ref.key,
        exact,
        ref: refDocument(ref, context.now()),
        ...refusedPart(result.refused, context.now()),
    });
    return exit_codes/* EXIT */.dc.ok;
}
//# sourceMappingURL=lookup.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/ls.js
// cairn ls: the Refs of a repository, or of all, as a table or a document.








const ORDERS = {
    age: (a, b) => b.createdAtMs - a.createdAtMs,
    used: (a, b) => b.lastAccessedAtMs - a.lastAccessedAtMs,
    size: (a, b) => b.treeBytes - a.treeBytes,
    uses: (a, b) => b.accessCount - a.accessCount,
    key: (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
};
function lsCommand(context, done) {
    const command = newCommand("ls", "List what is saved, newest first.", [
        "cairn ls",
        "cairn ls deps- --ref refs/heads/main --sort size --limit 10",
        "cairn ls --repository '*' --dead --json | jq -r '.refs[].key'",
    ]).argument("[prefix]", "only keys that start with this");
    return addMaintenanceOptions(command)
        .optionsGroup("Which:")
        .option("--toolchain <name>", "only saves recorded with this toolchain")
        .option("--dead", "also what is expired or invalidated")
        .addOption(new commander/* Option */.c$("--sort <by>", "order of the list").choices(Object.keys(ORDERS)).default("age"))
        .option("--limit <count>", "at most this many")
        .action(async (prefix, options) => done(await runMaintenanceCommand(context, options, "a listing changes nothing", (session) => list(session, prefix ?? "", options))));
}
async function list(session, prefix, options) {
    const { context, output, maintenance, repository } = session;
    const limit = parseLimit(options.limit);
    const nowMs = context.now();
    const found = await matching(session, { repository, ref: options.ref, keyPrefix: prefix || undefined }, (ref) => (options.dead || stateOf(ref, nowMs) === "live") &&
        (options.toolchain === undefined || ref.toolchain === options.toolchain));
    const refs = found.sort(ORDERS[options.sort]).slice(0, limit);
    await output.document({
        repository: repository ?? null,
        total: found.length,
        refs: refs.map((ref) => refDocument(ref, nowMs, maintenance.signatureOf(ref))),
    });
    if (refs.length > 0)
        await output.result(...table(session, refs));
    await output.note(summary(found, refs.length, repository));
    return exit_codes/* EXIT */.dc.ok;
}
function table({ context, maintenance, repository }, refs) {
    const nowMs = context.now();
    const showRepository = repository === undefined;
    const signatures = refs.map((ref) => maintenance.signatureOf(ref));
    const showSignatures = signatures.some(({ status }) => status !== "unsigned");
    const showState = refs.some((ref) => stateOf(ref, nowMs) !== "live");
    const columns = [
        { title: "KEY" },
        ...(showRepository ? [{ title: "REPOSITORY" }] : []),
        { title: "REF" },
        { title: "SIZE", alignRight: true },
        { title: "STORED", alignRight: true },
        { title: "AGE", alignRight: true },
        { title: "USES", alignRight: true },
        { title: "CONTENT" },
        ...(showSignatures ? [{ title: "SIGNED" }] : []),
        ...(showState ? [{ title: "STATE" }] : []),
    ];
    const rows = refs.map((ref, n) => [
        (0,dist_text/* printable */.g$)(ref.key),
        ...(showRepository ? [(0,dist_text/* printable */.g$)(ref.scope.repository)] : []),
        (0,dist_text/* printable */.g$)(ref.scope.ref.replace(/^refs\/heads\//, "")),
        (0,dist_text/* formatBytes */.z3)(ref.treeBytes),
        (0,dist_text/* formatBytes */.z3)(ref.storedBytes),
        (0,dist_text/* formatAge */.nV)(nowMs - ref.createdAtMs),
        (0,dist_text/* formatCount */.B4)(ref.accessCount),
        ref.contentHash.slice(0, 12),
        ...(showSignatures ? [signatureCell(signatures[n])] : []),
        ...(showState ? [stateOf(ref, nowMs)] : []),
    ]);
    return (0,dist_text/* formatTable */.ku)(columns, rows);
}
/** The key that signed, and what is wrong with it. */
function signatureCell(signature) {
    if (signature.status === "valid")
        return signature.keyId;
    if (signature.status === "unsigned")
        return "no";
    return "keyId" in signature ? `${signature.keyId} (${signature.status})` : signature.status;
}
function summary(found, shown, repository) {
    const where = repository === undefined ? "all repositories" : (0,dist_text/* printable */.g$)(repository);
    if (found.length === 0)
        return `nothing is saved in ${where}`;
    const treeBytes = found.reduce((sum, ref) => sum + ref.treeBytes, 0);
    const rest = shown < found.length ? `, ${(0,dist_text/* formatCount */.B4)(shown)} shown` : "";
    return `${(0,dist_text/* counted */.hS)(found.length, "save")} in ${where}, trees of ${(0,dist_text/* formatBytes */.z3)(treeBytes)} in all${rest}`;
}
function parseLimit(text) {
    if (text === undefined)
        return undefined;
    if (/^[1-9]\d{0,8}$/.test(text))
        return Number(text);
    throw new dist/* InputError */.dz(`--limit is not a count: ${JSON.stringify(text)}`, {
        hint: "write a number from 1 on",
    });
}
//# sourceMappingURL=ls.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/policy.js
// cairn policy: prints the IAM documents of a role for this store. Makes no request.





/** Here too, and not asked of infra: help must not load it. A test compares the two. */
const ROLES = ["trusted-writer", "pull-request-writer", "reader", "maintainer"];
function policyCommand(context, done) {
    const command = newCommand("policy", "Print what a role may do with this store, as an IAM policy; ACCOUNT in it is for you to fill in.", ["cairn policy trusted-writer", "cairn policy --trust pull-request-writer", "cairn policy --json reader"])
        .addArgument(new commander/* Argument */.ef("<role>", "whose policy").choices(ROLES))
        .option("--trust", "print which jobs of GitHub Actions may take the role")
        .option("--repository <owner/name>", "repository that the role is for (default: this one)");
    return addStoreOptions(command).action(async (role, options) => done(await runInfraCommand(context, options, "nothing was changed", (session) => policy(session, role, options))));
}
async function policy({ output, infra, repository }, role, options) {
    if (repository === undefined) {
        throw new dist/* SettingsError */.GN("repository", "a policy is for a repository, and this folder belongs to none", {
            hint: "name it with --repository owner/name",
        });
    }
    const documents = infra.documents(role, repository);
    if (options.trust === true && documents.trust === undefined) {
        throw new dist/* SettingsError */.GN("role", `no workflow takes the role of a ${role}`, {
            hint: "attach its policy to a person, or to a role of your own",
        });
    }
    await output.document(documents);
    await output.result(JSON.stringify(options.trust ? documents.trust : documents.policy, null, 2));
    return exit_codes/* EXIT */.dc.ok;
}
//# sourceMappingURL=policy.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/find-content.js
// Which artifact a person means: that of a key or a content hash in the index, else one that only its records know.

const DIGITS = /^(?:sha256:)?([0-9a-f]{8,64})$/;
/** @throws InputError when it begins more than one content hash. */
async function findContent(session, name, gitRef) {
    const ref = await findOneRef(session, { name, ref: gitRef, byHash: true });
    if (ref)
        return { domain: ref.domain, contentHash: ref.contentHash };
    const digits = DIGITS.exec(name)?.[1];
    if (digits === undefined)
        return undefined;
    return session.maintenance.findContent(digits, { signal: session.context.signal });
}
//# sourceMappingURL=find-content.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/provenance.js
// cairn provenance: what made a save: run, commit, toolchain, and what it was made with.








const FORMATS = {
    "in-toto": dist/* toInTotoStatement */.sv,
    slsa: dist/* toSlsaPredicate */._g,
    json: (provenance) => provenance,
};
function provenanceCommand(context, done) {
    const command = newCommand("provenance", "Show what made a save: run, commit, toolchain, and what the job had restored.", [
        "cairn provenance deps-5d41402a",
        "cairn provenance 9f86d081 --format in-toto > statement.json",
        "cairn provenance deps-5d41402a --format slsa | jq .buildDefinition.resolvedDependencies",
    ]).argument("<key|hash>", "a whole key, or the first digits of a content hash");
    return addMaintenanceOptions(command)
        .optionsGroup("Which:")
        .option("--all", "every run that made this content, not only the newest")
        .optionsGroup("Output:")
        .addOption(new commander/* Option */.c$("--format <format>", "an in-toto statement, its SLSA predicate, or the record itself").choices(Object.keys(FORMATS)))
        .action(async (name, options) => done(await runMaintenanceCommand(context, options, "a look changes nothing", (session) => show(session, name, options))));
}
async function show(session, name, options) {
    const { output, context, maintenance } = session;
    if (options.format !== undefined && output.json)
        throw new dist/* InputError */.dz("--json and --format both say what stdout is", { hint: "give one of them" });
    const content = await findContent(session, name, options.ref);
    if (!content)
        return reportNotFound(session, name);
    const records = await maintenance.provenance(content, { signal: context.signal });
    const shown = options.all ? records : records.slice(0, 1);
    await output.document({
        status: records.length > 0 ? "found" : "unknown",
        ...content,
        provenance: records,
    });
    if (records.length === 0) {
        await output.error(`nothing is recorded of how ${content.contentHash.slice(0, 12)} was made`);
        await output.hint("saves made by an older Cairn, or by a program, have no record");
        return exit_codes/* EXIT */.dc.miss;
    }
    if (options.format !== undefined) {
        const format = FORMATS[options.format];
        await output.result(...shown.map((record) => JSON.stringify(format(record), null, options.all ? 0 : 2)));
    }
    else
        await output.result(...shown.flatMap((record, n) => [...(n > 0 ? [""] : []), ...lines(record)]));
    if (shown.length < records.length)
        await output.note(`${(0,dist_text/* counted */.hS)(records.length - 1, "other run")} made the same content: --all shows them`);
    return exit_codes/* EXIT */.dc.ok;
}
function lines(record) {
    const { run, toolchain, dependencies, buildDuration } = record;
    const tools = Object.entries(toolchain).map(([name, version]) => (version ? `${name} ${version}` : name));
    const rows = [
        ["content", record.contentHash.replace(/^sha256:/, "")],
        ["domain", record.domain === "pr" ? "pr: what a pull request says of itself" : record.domain],
        ["key", record.cacheKey],
        ["repository", record.repository],
        ["ref", record.ref],
        ["branch", record.branch],
        ["commit", record.commitSha],
        ["message", record.commitMessage?.split("\n")[0]],
        ["run", [run.system, run.runId, run.attempt].filter(Boolean).join(" ")],
        ["url", run.url],
        ["workflow", [run.workflow, run.job].filter(Boolean).join(" / ")],
        ["by", [run.actor, run.event].filter(Boolean).join(", ")],
        ["toolchain", tools.join(", ")],
        ["lockfile", record.lockfileHash],
        ["saved", record.buildTime],
        ["took", buildDuration === undefined ? undefined : (0,dist_text/* formatDuration */.a3)(buildDuration * 1000)],
        ...dependencies.map((digest, n) => [n === 0 ? "made with" : "", digest.replace(/^sha256:/, "")]),
    ];
    return (0,dist_text/* formatTable */.ku)([{ title: "" }, { title: "" }], rows.flatMap(([name, value]) => (value ? [[name, (0,dist_text/* printable */.g$)(value)]] : []))).slice(1);
}
//# sourceMappingURL=provenance.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/prune.js
// cairn prune: frees what no save needs, in two phases: condemned now, deleted by a prune at least a day later.







function pruneCommand(context, done) {
    const command = newCommand("prune", "Free what no save needs: it is condemned now, and deleted by a prune at least a day later.", [
        "cairn prune --dry-run",
        "cairn prune --max-size 500GiB --evict lru",
        "cairn prune --drop-ref refs/pull/7/merge",
        "cairn prune --drop-gone",
    ])
        .optionsGroup("What:")
        .option("--dry-run", "change nothing, show what would be freed")
        .option("--max-size <size>", "evict saves until the rest needs no more than this: 500GiB")
        .addOption(new commander/* Option */.c$("--evict <policy>", "what --max-size takes first: used longest ago, least often, oldest, largest")
        .choices([...dist/* EVICTION_POLICIES */.R$])
        .default(undefined, "that of the store, else lru"))
        .addOption(repeatable("--drop-ref <ref>", "also drop the saves of this git ref: refs/pull/7/merge"))
        .option("--drop-gone", "also drop those of branches, tags and pull requests that git's origin no longer has")
        .option("--confirm <size>", "go on where it refuses, as long as no more than this is freed")
        .option("--take-over", "the store's earlier index is gone for good: from now on prunes go by this one")
        .option("--repository <owner/name>", "repository that --drop-ref and --drop-gone are about");
    return addStoreOptions(command).action(async (options) => done(await runMaintenanceCommand(context, options, "what was not deleted yet is deleted by the next prune", (session) => prune(session, options))));
}
async function prune(session, options) {
    const { output, context, maintenance } = session;
    const dryRun = options.dryRun ?? false;
    const report = await maintenance.prune({
        dryRun,
        maxSizeBytes: sizeOf(options.maxSize, "--max-size"),
        evict: options.evict,
        isDropped: await readDropped(session, options),
        confirmedBytes: sizeOf(options.confirm, "--confirm"),
        takesOver: options.takeOver,
        signal: context.signal,
    });
    await output.document(prune_documentOf(report, context.now()));
    await output.result(...tableOf(report));
    await tellRemoved(session, report);
    if (report.broken.length > 0) {
        await output.warn(`${(0,dist_text/* counted */.hS)(report.broken.length, "save")} can't be restored: the artifact is missing or corrupt`);
        await output.hint("cairn verify --all tells which; a save of the same key replaces one, cairn rm removes it");
    }
    if (report.refusal !== undefined) {
        await output.warn(`without --dry-run it would refuse: ${(0,dist_text/* printable */.g$)(report.refusal)}`);
        await output.hint(`--confirm ${report.condemned.bytes + report.deleted.bytes} goes on even so`);
    }
    if (report.graced.refs > 0)
        await output.note(`${(0,dist_text/* counted */.hS)(report.graced.refs, "save")} invalidated or expired within a day: the content is in use until ${new Date(report.graced.untilMs).toISOString()}`);
    if (report.condemned.objects + report.deleted.objects + report.waiting.objects === 0)
        await output.note("there is nothing to free");
    if (dryRun)
        await output.note("nothing was changed");
    else if (report.dueAtMs !== undefined)
        await output.note(`the next prune from ${new Date(report.dueAtMs).toISOString()} on deletes what is condemned`);
    return exit_codes/* EXIT */.dc.ok;
}
function sizeOf(text, flag) {
    return text === undefined ? undefined : (0,dist/* parseSize */.DB)(text, flag);
}
/** @throws InputError */
async function readDropped({ context, repository }, { dropRef = [], dropGone = false }) {
    if (dropRef.length === 0 && !dropGone)
        return undefined;
    if (repository === undefined)
        throw new dist/* InputError */.dz("nothing says whose refs are to be dropped", {
            hint: "add --repository owner/name",
        });
    const wrong = dropRef.find((ref) => !/^refs\/./.test(ref));
    if (wrong !== undefined)
        throw new dist/* InputError */.dz(`--drop-ref is no full git ref: ${JSON.stringify(wrong)}`, {
            hint: `write refs/heads/${wrong} for a branch, refs/pull/7/merge for a pull request`,
        });
    const there = dropGone ? await readRemote(context, repository) : undefined;
    return (scope) => scope.repository === repository &&
        (dropRef.includes(scope.ref) || (there !== undefined && isGone(scope.ref, there)));
}
/** @throws InputError: nothing is dropped when it is not certain what is there. */
async function readRemote(context, repository) {
    const git = await context.readGit(context.cwd);
    if (git?.repository !== repository)
        throw new dist/* InputError */.dz(`the origin of this checkout is ${git?.repository ?? "not known"}, not ${repository}`, {
            hint: "run it in a checkout of that repository, or name what to drop with --drop-ref",
        });
    const refs = await context.readRemoteRefs(context.cwd);
    if (refs === undefined || ![...refs].some((ref) => ref.startsWith("refs/heads/")))
        throw new dist/* InputError */.dz("git's origin does not say which branches it has", {
            hint: "check that `git ls-remote origin` works here",
        });
    return refs;
}
/** Heads of pull and merge requests stay on the server after they were closed: they say nothing. */
function isGone(ref, there) {
    return /^refs\/(heads\/.|tags\/.|pull\/\d+\/merge$)/.test(ref) && !there.has(ref);
}
const ROWS = [
    ["stored", "stored", "stored"],
    ["kept", "in use", "in use"],
    ["deleted", "deleted", "to delete"],
    ["condemned", "condemned", "to condemn"],
    ["waiting", "waiting since condemned", "waiting since condemned"],
    ["young", "too young to tell", "too young to tell"],
    ["deferred", "left for the next prune", "left for the next prune"],
];
function tableOf(report) {
    const rows = ROWS.flatMap(([field, done, planned]) => {
        const { objects, bytes } = report[field];
        const isShown = objects > 0 || field === "stored" || field === "kept";
        return isShown ? [[report.dryRun ? planned : done, (0,dist_text/* formatCount */.B4)(objects), (0,dist_text/* formatBytes */.z3)(bytes)]] : [];
    });
    return (0,dist_text/* formatTable */.ku)([{ title: "" }, { title: "OBJECTS", alignRight: true }, { title: "SIZE", alignRight: true }], rows);
}
/** What a person reads of a long list. */
const prune_SHOWN = 20;
async function tellRemoved(session, report) {
    const { output, context } = session;
    for (const why of ["dropped", "evicted", "dead"]) {
        const refs = report.removed.filter((removal) => removal.why === why).map(({ ref }) => ref);
        if (refs.length === 0)
            continue;
        const verb = report.dryRun ? "to be " : "";
        const what = why === "dead" ? `${verb}removed from the index, dead for days` : `${verb}${why}`;
        await output.note(`${(0,dist_text/* counted */.hS)(refs.length, "save")} ${what}`);
        // What would go is what a dry run is for; what has gone is told on request.
        const shown = output.verbose ? refs : report.dryRun ? refs.slice(0, prune_SHOWN) : [];
        for (const ref of shown)
            await output.note(`  ${describeRef(ref, context.now())}`);
        if (report.dryRun && shown.length < refs.length)
            await output.note(`  and ${(0,dist_text/* counted */.hS)(refs.length - shown.length, "other")} (--verbose and --json show all)`);
    }
}
function prune_documentOf(report, nowMs) {
    const { removed, broken, dueAtMs, graced, ...rest } = report;
    const removedAs = (why) => refDocuments(removed.filter((removal) => removal.why === why).map(({ ref }) => ref), nowMs);
    return {
        status: report.dryRun ? "dry-run" : "pruned",
        ...rest,
        graced: { refs: graced.refs, until: graced.untilMs ? new Date(graced.untilMs).toISOString() : null },
        dueAt: dueAtMs === undefined ? null : new Date(dueAtMs).toISOString(),
        dropped: removedAs("dropped"),
        evicted: removedAs("evicted"),
        dead: removedAs("dead"),
        broken: refDocuments(broken, nowMs),
    };
}
//# sourceMappingURL=prune.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/revalidate.js
// cairn revalidate: takes invalidations back, within a day of them.





function revalidateCommand(context, done) {
    const command = newCommand("revalidate", "Take invalidations back, within a day of them; exit code 3 when nothing fits or it is too late.", ["cairn revalidate --toolchain node-20.1.0", "cairn revalidate --all --dry-run"]);
    return addSelectionOptions(command).action(async (options) => done(await runMaintenanceCommand(context, options, "some may be live again, run it again for the rest", (session) => revalidate(session, options))));
}
async function revalidate(session, options) {
    const { output, context, maintenance } = session;
    const selection = await readSelection(session, options);
    const dryRun = options.dryRun ?? false;
    const report = await maintenance.revalidate(selection, { dryRun, signal: context.signal });
    const { done, changed, late } = report;
    if (done.length + changed.length + late.length === 0)
        return reportNoMatch(session, selection, "invalidated");
    await tellRefs(session, dryRun ? "would revalidate" : "revalidated", done);
    for (const ref of changed)
        await output.warn(`left alone, it changed meanwhile: ${describeRef(ref, context.now())}`);
    if (late.length > 0) {
        await output.warn(`${(0,dist_text/* counted */.hS)(late.length, "save")} were invalidated more than a day ago and stay so`);
        await output.hint("their content may be on its way out of the store: save them again");
    }
    await output.document({
        status: dryRun ? "dry-run" : "revalidated",
        repository: session.repository ?? null,
        refs: refDocuments(done, context.now()),
        changed: refDocuments(changed, context.now()),
        late: refDocuments(late, context.now()),
    });
    return done.length > 0 ? exit_codes/* EXIT */.dc.ok : exit_codes/* EXIT */.dc.miss;
}
//# sourceMappingURL=revalidate.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/rm.js
// cairn rm: takes saves out of the index. The data stays until it expires or is pruned, since others may share it.







function rmCommand(context, done) {
    const command = newCommand("rm", "Take a key out of the cache, in every branch that has it, or in one.", [
        "cairn rm deps-5d41402a",
        "cairn rm deps-5d41402a --ref refs/heads/main --yes",
    ]).argument("<key>", "a whole key");
    return addMaintenanceOptions(command)
        .optionsGroup("Which:")
        .option("-y, --yes", "do not ask")
        .action(async (name, options) => done(await runMaintenanceCommand(context, options, "what was not named above is still there", (session) => remove(session, name, options))));
}
async function remove(session, name, options) {
    const { output, context, maintenance } = session;
    const refs = await findRefs(session, { name, ref: options.ref, byHash: false });
    if (refs.length === 0)
        return reportNotFound(session, name);
    if (!options.yes && !(await isConfirmed(session, refs))) {
        await output.note("nothing was removed");
        await output.document({ status: "declined", removed: [], changed: [] });
        return exit_codes/* EXIT */.dc.ok;
    }
    const removed = [];
    const changed = [];
    for (const ref of refs) {
        context.signal.throwIfAborted();
        const isGone = await maintenance.remove(ref, { signal: context.signal });
        (isGone ? removed : changed).push(ref);
        await (isGone
            ? output.result(`removed ${describeRef(ref, context.now())}`)
            : output.warn(`not removed, it changed meanwhile: ${describeRef(ref, context.now())}`));
    }
    await output.document({
        status: "removed",
        removed: refDocuments(removed, context.now()),
        changed: refDocuments(changed, context.now()),
    });
    return exit_codes/* EXIT */.dc.ok;
}
async function isConfirmed({ context, output }, refs) {
    if (context.ask === undefined || output.json) {
        throw new dist/* InputError */.dz(`${(0,dist_text/* counted */.hS)(refs.length, "save")} would be removed, and nobody can be asked`, {
            hint: "add --yes",
        });
    }
    for (const ref of refs)
        await output.result(`  ${describeRef(ref, context.now())}`);
    const answer = await context.ask(`Remove ${refs.length === 1 ? "it" : `these ${refs.length}`}? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
}
//# sourceMappingURL=rm.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/run-facts.js
// What makes what is saved: from the CI system's variables and the event, and from git where they don't say.


/** @throws InputError */
async function readRunFacts(context, options) {
    const { env } = context;
    const buildSeconds = parseSeconds(options.buildSeconds);
    const eventPath = env["GITHUB_EVENT_PATH"];
    const [event, git] = await Promise.all([
        eventPath ? readEvent(context, eventPath) : undefined,
        // GitHub's own variables and event say what there is: no process is started for it.
        env["GITHUB_ACTIONS"] ? undefined : context.readGit(context.cwd),
    ]);
    return { ...(0,dist/* describeRun */.vZ)({ env, event, git }), ...(buildSeconds !== undefined && { buildSeconds }) };
}
function parseSeconds(text) {
    if (text === undefined)
        return undefined;
    const seconds = (0,dist/* parseBuildSeconds */.pM)(text);
    if (seconds !== undefined)
        return seconds;
    throw new dist/* InputError */.dz(`--build-seconds is not a number: ${JSON.stringify(text)}`, {
        hint: "write how many seconds it took: 92 or 92.5",
    });
}
//# sourceMappingURL=run-facts.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/save.js
// cairn save: keeps the paths under a key. A key that exists, or that another job is saving, is no failure.











function saveCommand(context, done) {
    const command = newCommand("save", "Save paths to the cache; only what the store does not hold is sent.", [
        "cairn save --key deps-$(sha256sum < package-lock.json | cut -c1-16) node_modules",
        "cairn save --key build --overwrite --toolchain auto --lockfile auto dist '!dist/tmp'",
        "cairn save --soft --key deps-$CI_COMMIT_REF_SLUG --path node_modules --path ~/.cache/tool",
    ]).argument("[paths...]", "files, folders and patterns; !pattern leaves out");
    addPathOptions(command)
        .optionsGroup(PATHS_HEADING)
        .option("--overwrite", "replace what the key holds, when the content differs")
        .option("--toolchain <name>", "recorded with the save, to find or drop it by: node-24, or auto")
        .addOption(repeatable("--lockfile <file>", "recorded with the save by its SHA-256: file, pattern or auto"))
        .option("--build-seconds <count>", "recorded with the save: how long it took to build");
    return command.action(async (paths, options) => done(await runBuildCommand(context, options, "nothing was saved", (session) => save(session, options, paths))));
}
async function save(session, options, paths) {
    const { output, context, settings, access } = session;
    const key = requireKey(options);
    if (!settings.mode.save)
        return notSaved(session, key, "saving is off (mode)");
    if (access.writes === undefined) {
        return notSaved(session, key, access.note ?? "this job may not save");
    }
    if (access.note)
        await output.note(access.note);
    const progress = await startProgress(context, output);
    try {
        const request = commonRequest(session, options, paths, progress.update);
        const lockfileHash = options.lockfile && (await hashLockfile(context, options.lockfile));
        const toolchain = await findToolchain(session, options);
        const run = await readRunFacts(context, options);
        const cache = await session.openCache();
        const result = await cache.save({
            ...request,
            overwrite: options.overwrite ?? false,
            toolchain,
            lockfileHash,
            run,
        });
        progress.stop();
        await report(session, key, result);
        return exit_codes/* EXIT */.dc.ok;
    }
    finally {
        progress.stop();
    }
}
async function report({ output, context }, key, result) {
    if (result.status === "busy") {
        await output.note(`not saved: ${(0,dist_text/* printable */.g$)(result.owner)} is saving ${(0,dist_text/* printable */.g$)(key)} now`);
        await output.document({
            status: "busy",
            key,
            owner: result.owner,
            expiresAt: new Date(result.expiresAtMs).toISOString(),
        });
        return;
    }
    const ref = refDocument(result.ref, context.now());
    if (result.status === "exists") {
        if (!output.quiet)
            await output.result(`${(0,dist_text/* printable */.g$)(key)} is saved already, nothing was sent`);
        await output.document({ status: "exists", key, ref });
        return;
    }
    for (const notice of result.notices)
        await output.note((0,dist_text/* printable */.g$)(notice));
    if (!output.quiet) {
        await output.result(`${result.replaced ? "replaced" : "saved"} ${(0,dist_text/* printable */.g$)(key)}: ` +
            `${(0,dist_text/* counted */.hS)(result.ref.entryCount, "entry", "entries")}, ${(0,dist_text/* formatBytes */.z3)(result.ref.treeBytes)} in ` +
            `${(0,dist_text/* formatDuration */.a3)(result.durationMs)} (${(0,dist_text/* formatBytes */.z3)(result.uploadedBytes)} sent, ` +
            `${(0,dist_text/* formatBytes */.z3)(result.reusedBytes)} were in the store)`);
    }
    await output.document({
        status: "saved",
        key,
        replaced: result.replaced,
        ref,
        uploadedBytes: result.uploadedBytes,
        reusedBytes: result.reusedBytes,
        durationMs: result.durationMs,
        notices: result.notices,
    });
}
async function notSaved({ output }, key, reason) {
    await output.note(`not saved: ${reason}`);
    await output.document({ status: "skipped", key, reason });
    return exit_codes/* EXIT */.dc.ok;
}
async function findToolchain({ context, output }, { toolchain, lockfile = [] }) {
    if (toolchain !== dist/* AUTO */.Q8)
        return toolchain;
    const { env, signal } = context;
    const detected = await (0,dist/* detectToolchain */.bf)({ lockfiles: lockfile, place: checkoutPlace(context), env, signal });
    if (detected.notice)
        await output.note((0,dist_text/* printable */.g$)(detected.notice));
    return detected.toolchain;
}
//# sourceMappingURL=save.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/setup.js
// cairn setup: looks whether bucket, table and monitoring are as Cairn needs them, and with --apply makes them so.




function setupCommand(context, done) {
    const command = newCommand("setup", "Show what the store and the index lack, and with --apply make and change it; exit code 4 while something lacks.", [
        "cairn setup --store 's3://acme-cache?region=eu-west-1' --index 'dynamodb://acme-cache'",
        "cairn setup --apply",
    ])
        .option("--apply", "make what is missing and change what is outdated; nothing is ever deleted")
        .option("--archive", "let packs of branches move to Glacier Instant Retrieval after 90 days")
        .option("--no-monitoring", "leave out the CloudWatch dashboard and the alarms")
        .option("--alarm-topic <arn>", "SNS topic that the alarms tell");
    return addStoreOptions(command).action(async (options) => done(await runInfraCommand(context, options, "what was made is kept, run it again for the rest", (session) => setup(session, options))));
}
async function setup({ output, context, infra }, options) {
    const { apply = false, archive = false, monitoring = true, alarmTopic } = options;
    const steps = await infra.setup({ apply, archive, monitoring, alarmTopic, signal: context.signal });
    const ready = steps.every(isReady);
    await output.document({ apply, ready, steps });
    if (steps.length > 0) {
        await output.result(...(0,dist_text/* formatTable */.ku)([{ title: "STATE" }, { title: "WHAT" }, { title: "" }], steps.map((step) => [step.state, (0,dist_text/* printable */.g$)(step.resource), (0,dist_text/* printable */.g$)(step.detail)])));
    }
    for (const { resource, hint } of steps) {
        if (hint !== undefined)
            await output.hint(`${(0,dist_text/* printable */.g$)(resource)}: ${(0,dist_text/* printable */.g$)(hint)}`);
    }
    if (ready)
        return exit_codes/* EXIT */.dc.ok;
    if (!apply && steps.some(({ state }) => state === "missing" || state === "outdated")) {
        await output.hint("cairn setup --apply makes what is missing and changes what is outdated");
    }
    return exit_codes/* EXIT */.dc.store;
}
/** What a server has no API for can't be made ready: it is named, and no failure. */
const READY = ["present", "created", "changed", "unsupported"];
function isReady({ state, optional = false }) {
    return READY.includes(state) || (state === "missing" && optional);
}
//# sourceMappingURL=setup.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/shell-functions.js
// The functions that `cairn shell-init` gives to a shell, in POSIX sh: for entrypoints of containers and Kubernetes jobs.
// A body in parentheses is a shell of its own: its variables and options are nobody else's. No cache, whatever the reason,
// is a status of 1 of cache_restore and nothing else: no function ends the script that calls it.
const SHELL_FUNCTIONS = `# Cairn's functions for POSIX shells. See docs/guides/containers.md.

# Whether there is a bucket, and something that looks like credentials for it.
cache_is_enabled() {
  [ -n "\${CACHE_S3_BUCKET:-}" ] || return 1
  [ -z "\${AWS_ACCESS_KEY_ID:-}\${AWS_PROFILE:-}\${AWS_WEB_IDENTITY_TOKEN_FILE:-}" ] || return 0
  [ -z "\${AWS_CONTAINER_CREDENTIALS_RELATIVE_URI:-}\${AWS_CONTAINER_CREDENTIALS_FULL_URI:-}" ] || return 0
  [ ! -r "\${AWS_SHARED_CREDENTIALS_FILE:-\${HOME:-/nonexistent}/.aws/credentials}" ] || return 0
  [ "\${AWS_EC2_METADATA_DISABLED:-}" = false ]
}

# cache_hash FILE: the first 16 hex digits of its SHA-256.
cache_hash() (
  set +eu
  if ! [ -f "$1" ] || ! [ -r "$1" ]; then
    echo "cache: warning: there is no file \${1:-with an empty name} to make a key of" >&2
    exit 1
  fi
  if command -v sha256sum >/dev/null 2>&1; then
    sum=$(sha256sum <"$1")
  elif command -v shasum >/dev/null 2>&1; then
    sum=$(shasum -a 256 <"$1")
  else
    sum=$(openssl dgst -sha256 -r <"$1" 2>/dev/null)
  fi
  case $sum in
    ????????????????*) printf '%.16s\\n' "$sum" ;;
    *)
      echo "cache: warning: there is no sha256sum, shasum or openssl to make a key with" >&2
      exit 1
      ;;
  esac
)

# cache_key TYPE LOCKFILE: TYPE-HASH.
cache_key() (
  set +eu
  hash=$(cache_hash "$2") || exit 1
  printf '%s-%s\\n' "$1" "$hash"
)

# cache_restore TYPE LOCKFILE DIR: 0 when DIR was restored, 1 when it was not.
cache_restore() (
  set +eu
  cache_is_enabled || exit 1
  key=$(cache_key "$1" "$2") || exit 1
  _cache_cairn restore "$key" "$3"
  case $? in
    0) _cache_say "restored $3 from $key" ;;
    3)
      _cache_say "nothing is saved as $key"
      exit 1
      ;;
    *) exit 1 ;;
  esac
)

# cache_save TYPE LOCKFILE DIR: always 0.
cache_save() (
  set +eu
  cache_is_enabled || exit 0
  key=$(cache_key "$1" "$2") || exit 0
  if _cache_cairn save "$key" "$3"; then _cache_say "saved $3 as $key"; fi
  exit 0
)

_cache_say() {
  case \${CACHE_VERBOSE:-} in
    '' | 0 | false | no | off) ;;
    *) echo "cache: $1" >&2 ;;
  esac
}

# _cache_cairn COMMAND KEY DIR: within five minutes, or CACHE_TIMEOUT. What goes wrong is a warning.
_cache_cairn() (
  if [ -z "$3" ]; then
    echo "cache: warning: usage: cache_$1 TYPE LOCKFILE DIR" >&2
    exit 1
  fi
  store="s3://$CACHE_S3_BUCKET/\${CACHE_S3_PREFIX:-}"
  [ -z "\${CACHE_COMPRESSION:-}" ] || store="$store?compression=$CACHE_COMPRESSION"
  # Cairn ends by itself; this is for a process that hangs.
  bound=
  if [ -z "\${CACHE_TIMEOUT:-}" ] && command -v timeout >/dev/null 2>&1; then bound='timeout 310'; fi
  # shellcheck disable=SC2086 # two words, or none
  said=$($bound cairn "$1" --quiet --timeout "\${CACHE_TIMEOUT:-5m}" --store "$store" --key "$2" -- "$3" 2>&1)
  status=$?
  case $status in
    0 | 3) ;;
    124 | 143) echo "cache: warning: $1 of $2 took longer than five minutes and was given up" >&2 ;;
    127) echo "cache: warning: there is no program cairn on the PATH" >&2 ;;
    *) echo "cache: warning: \${said:-cairn $1 ended with status $status}" >&2 ;;
  esac
  if [ $status -eq 0 ] && [ -n "$said" ]; then _cache_say "$said"; fi
  exit $status
)
`;
//# sourceMappingURL=shell-functions.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/shell-init.js
// cairn shell-init: gives a POSIX shell the functions of shell-functions.ts. As a file whose path it prints, for
// `. "$(cairn shell-init)"`, or as text, for `eval "$(cairn shell-init --print)"`.







function shellInitCommand(context, done) {
    const command = newCommand("shell-init", "Give a shell the functions cache_restore, cache_save, cache_key, cache_hash and cache_is_enabled.", [
        '. "$(cairn shell-init)"',
        'eval "$(cairn shell-init --print)"',
        "cache_restore deps package-lock.json node_modules || npm ci",
    ]).option("--print", "print the functions themselves, not the path of a file that holds them");
    return addOutputOptions(command).action(async (options) => done(await runLocalCommand(context, options, "no function was made", async ({ output }) => {
        const file = options.print ? undefined : writeFunctions(context);
        await output.document(file === undefined ? { functions: SHELL_FUNCTIONS } : { file });
        await output.result(file ?? SHELL_FUNCTIONS.trimEnd());
        return exit_codes/* EXIT */.dc.ok;
    })));
}
/** In one step: another command may be reading it. */
function writeFunctions({ env, jobTemp, version }) {
    const folder = env["RUNNER_TEMP"] || jobTemp();
    const file = (0,external_node_path_.join)(folder, `cairn-functions-${version}.sh`);
    try {
        (0,external_node_fs_.mkdirSync)(folder, { recursive: true });
        (0,external_node_fs_.writeFileSync)(`${file}.${process.pid}`, SHELL_FUNCTIONS);
        (0,external_node_fs_.renameSync)(`${file}.${process.pid}`, file);
    }
    catch (error) {
        throw new dist/* LocalFileError */.QD(`the functions can't be written to ${file}: ${error.message}`, {
            hint: 'take them without a file: eval "$(cairn shell-init --print)"',
            cause: error,
        });
    }
    return file;
}
//# sourceMappingURL=shell-init.js.map
// EXTERNAL MODULE: ./packages/cli/dist/stats/figures.js
var figures = __webpack_require__(69087);
// EXTERNAL MODULE: ./packages/cli/dist/stats/text.js
var stats_text = __webpack_require__(47403);
;// CONCATENATED MODULE: ./packages/cli/dist/commands/stats.js
// cairn stats: what the cache did for a repository, or for each: hit rate, time and bytes by the counters of the index,
// size, age and use by the saves that are there; against the targets. As a table, a document, or a page with charts.











const DEFAULT_DAYS = 30;
function statsCommand(context, done) {
    const command = newCommand("stats", "Show what the cache did: hit rate, time saved, size, age.", [
        "cairn stats",
        "cairn stats --repository '*' --days 7",
        "cairn stats --html cache.html",
        "cairn stats --json | jq '.repositories[].branches.hitRate'",
    ]);
    command
        .optionsGroup("Which:")
        .option("--repository <owner/name>", "repository to look at, '*' for all (default: this one)")
        .option("--days <count>", `the last so many days, up to ${dist/* COUNTERS_KEPT_DAYS */.D5}`, String(DEFAULT_DAYS));
    return addStoreOptions(command)
        .optionsGroup(OUTPUT_HEADING)
        .option("--html <file>", "write one page with charts that needs nothing else")
        .action(async (options) => done(await runMaintenanceCommand(context, options, "nothing was changed", (session) => stats_show(session, options))));
}
async function stats_show(session, options) {
    const { context, output, repository } = session;
    const stats = await stats_collect(session, parseDays(options.days));
    if (options.html !== undefined) {
        const { renderPage } = await Promise.all(/* import() */[__webpack_require__.e(339), __webpack_require__.e(914)]).then(__webpack_require__.bind(__webpack_require__, 73914));
        const page = renderPage(stats, { nowMs: context.now(), isWhole: repository === undefined });
        await writePage((0,external_node_path_.resolve)(context.cwd, options.html), page);
    }
    await output.document({
        ...{ from: stats.from, to: stats.to, days: stats.days },
        repository: repository ?? null,
        repositories: stats.repositories,
        ...(options.html !== undefined && { html: (0,external_node_path_.resolve)(context.cwd, options.html) }),
    });
    await output.result(...(repository === undefined ? overview(stats) : details(stats)));
    const counted = stats.repositories.some(({ branches, pullRequests }) => branches.restores + branches.saves + pullRequests.restores > 0);
    if (!counted) {
        await output.note(`no step was counted from ${stats.from} to ${stats.to}: restores and saves of this version count, unless CAIRN_METRICS=off`);
    }
    const broken = stats.repositories.reduce((sum, { brokenSaves }) => sum + brokenSaves, 0);
    if (broken > 0)
        await output.warn(`${(0,stats_text/* describeSaves */.KB)(broken)} can't be restored: cairn prune names them`);
    if (options.html !== undefined)
        await output.note(`wrote ${(0,dist_text/* printable */.g$)(options.html)}`);
    return exit_codes/* EXIT */.dc.ok;
}
async function stats_collect(session, count) {
    const { context, maintenance, repository } = session;
    const { signal } = context;
    const nowMs = context.now();
    const range = (0,figures/* rangeOf */.be)(count, nowMs);
    const isLiveNow = (ref) => stateOf(ref, nowMs) === "live";
    const [rows, refs] = await Promise.all([
        readCounters(maintenance.counters({ repository, from: range.from, to: range.to }, { signal })),
        matching(session, { repository }, isLiveNow),
    ]);
    const rowsBy = Map.groupBy(rows, (row) => row.repository);
    const refsBy = Map.groupBy(refs, (ref) => ref.scope.repository);
    const names = repository === undefined ? new Set([...rowsBy.keys(), ...refsBy.keys()]) : [repository];
    const repositories = [];
    for (const name of [...names].sort()) {
        const own = refsBy.get(name) ?? [];
        const storage = await maintenance.storage(own, { signal });
        repositories.push((0,figures/* statsOf */.LZ)({ repository: name, rows: rowsBy.get(name) ?? [], refs: own, storage }, range, nowMs));
    }
    return { ...range, repositories };
}
async function readCounters(counters) {
    const rows = [];
    for await (const row of counters)
        rows.push(row);
    return rows;
}
/** One repository: every figure. */
function details({ from, to, repositories }) {
    const [stats] = repositories;
    const { branches, pullRequests, mostUsed } = stats;
    const used = mostUsed.map(({ key, ref, uses, treeBytes, ageDays }) => [
        (0,dist_text/* printable */.g$)(key),
        (0,dist_text/* printable */.g$)(ref.replace(/^refs\/heads\//, "")),
        (0,dist_text/* formatCount */.B4)(uses),
        (0,dist_text/* formatBytes */.z3)(treeBytes),
        (0,stats_text/* days */._3)(ageDays),
    ]);
    return [
        `${(0,dist_text/* printable */.g$)(stats.repository)}, ${from} to ${to}`,
        "",
        ...(0,dist_text/* formatTable */.ku)([{ title: "TARGET" }, { title: "NOW", alignRight: true }, { title: "WANTED" }, { title: "" }], stats.targets
            .map(stats_text/* describeTarget */.ff)
            .map(({ name, value, wanted, verdict }) => [name, value, wanted, verdict])),
        "",
        ...(0,dist_text/* formatTable */.ku)([
            { title: "STEPS" },
            { title: "BRANCHES", alignRight: true },
            { title: "PULL REQUESTS", alignRight: true },
        ], stats_text/* FIGURE_ROWS */.Nv.map(({ name, of }) => [name, of(branches), of(pullRequests)])),
        ...(used.length === 0
            ? []
            : [
                "",
                ...(0,dist_text/* formatTable */.ku)([
                    { title: "MOST USED" },
                    { title: "REF" },
                    { title: "USES", alignRight: true },
                    { title: "SIZE", alignRight: true },
                    { title: "AGE", alignRight: true },
                ], used),
            ]),
        "",
        `${(0,stats_text/* describeSaves */.KB)(stats.saves)}, trees of ${(0,dist_text/* formatBytes */.z3)(stats.treeBytes)} in ${(0,dist_text/* formatBytes */.z3)(stats.storedBytes)}`,
    ];
}
/** All repositories: a line each. */
function overview({ from, to, repositories }) {
    const right = { alignRight: true };
    return [
        `all repositories, ${from} to ${to}`,
        "",
        ...(0,dist_text/* formatTable */.ku)([
            { title: "REPOSITORY" },
            { title: "RESTORES", ...right },
            { title: "HIT RATE", ...right },
            { title: "TIME SAVED", ...right },
            { title: "WORK SAVED", ...right },
            { title: "SAVES", ...right },
            { title: "STORED", ...right },
            { title: "MEAN AGE", ...right },
            { title: "EVICTED", ...right },
            { title: "TARGETS" },
        ], repositories.map(({ repository, branches, saves, storedBytes, meanAgeDays, targets }) => [
            (0,dist_text/* printable */.g$)(repository),
            (0,dist_text/* formatCount */.B4)(branches.restores),
            (0,stats_text/* percent */.KN)(branches.hitRate),
            (0,stats_text/* percent */.KN)(branches.timeSaved),
            branches.timedHits > 0 ? (0,stats_text/* seconds */.YA)(branches.secondsSaved) : "-",
            (0,dist_text/* formatCount */.B4)(saves),
            (0,dist_text/* formatBytes */.z3)(storedBytes),
            (0,stats_text/* days */._3)(meanAgeDays),
            (0,stats_text/* percent */.KN)(branches.evictionRate),
            missed(targets),
        ])),
    ];
}
function missed(targets) {
    const names = targets.filter(({ isReached }) => isReached === false).map(({ name }) => name);
    return names.length === 0 ? "reached" : `not reached: ${names.join(", ")}`;
}
async function writePage(file, page) {
    try {
        await (0,promises_.writeFile)(file, page);
    }
    catch (cause) {
        const code = cause.code ?? "error";
        throw new dist/* InputError */.dz(`the page can't be written to ${file} (${code})`, {
            hint: "name a file in a folder that exists and that this user may write to",
            cause,
        });
    }
}
function parseDays(text) {
    const count = /^\d{1,3}$/.test(text ?? "") ? Number(text) : 0;
    if (count >= 1 && count <= dist/* COUNTERS_KEPT_DAYS */.D5)
        return count;
    throw new dist/* InputError */.dz(`--days is not a number of days: ${JSON.stringify(text)}`, {
        hint: `write a number from 1 to ${dist/* COUNTERS_KEPT_DAYS */.D5}: counters are kept so long`,
    });
}
//# sourceMappingURL=stats.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/verify.js
// cairn verify: reads a save, or all of them, and checks every byte against its digest.








function verifyCommand(context, done) {
    const command = newCommand("verify", "Read saves and check every byte; exit code 5 when something is missing or corrupt.", ["cairn verify deps-5d41402a", "cairn verify --all --repository '*' --json"]).argument("[key|hash]", "a whole key, or the first digits of a content hash");
    return addMaintenanceOptions(command)
        .optionsGroup("Which:")
        .option("--all", "every live save of the repository")
        .action(async (name, options) => done(await runMaintenanceCommand(context, options, "a check changes nothing", (session) => verify(session, name, options))));
}
async function verify(session, name, options) {
    if ((name === undefined) !== (options.all ?? false)) {
        throw new dist/* InputError */.dz("verify takes either a key or --all", { hint: "cairn ls shows the keys" });
    }
    const { output, context } = session;
    const wanted = name === undefined ? await everything(session, options.ref) : await one(session, name, options);
    if (name !== undefined && wanted.length === 0)
        return reportNotFound(session, name);
    const checked = [];
    for (const ref of wanted) {
        const report = await checkOne(session, ref);
        checked.push({ ref, report });
        await tell(session, ref, report);
    }
    const damaged = checked.filter(({ report }) => report.problems.length > 0);
    await output.document({
        status: damaged.length > 0 ? "damaged" : "ok",
        checked: checked.map(({ ref, report }) => ({ ref: refDocument(ref, context.now()), report })),
    });
    if (damaged.length > 0) {
        await output.error(`${damaged.length} of ${(0,dist_text/* counted */.hS)(checked.length, "save")} can't be restored`);
        await output.hint("remove them with cairn rm, or save again: a save replaces what it finds broken");
        return exit_codes/* EXIT */.dc.damaged;
    }
    if (options.all)
        await output.note(`${(0,dist_text/* counted */.hS)(checked.length, "save")} checked, all are whole`);
    return exit_codes/* EXIT */.dc.ok;
}
async function one(session, name, options) {
    const ref = await findOneRef(session, { name, ref: options.ref, byHash: true });
    return ref ? [ref] : [];
}
/** One Ref for each content, and for each verdict on its signature: saves of several keys often share their content. */
async function everything(session, gitRef) {
    const nowMs = session.context.now();
    const filter = { repository: session.repository, ref: gitRef };
    const refs = await matching(session, filter, (ref) => stateOf(ref, nowMs) === "live");
    const nameOf = (ref) => `${ref.domain}/${ref.contentHash}/${session.maintenance.signatureOf(ref).status}`;
    return [...new Map(refs.map((ref) => [nameOf(ref), ref])).values()];
}
async function checkOne(session, ref) {
    const { context, output, maintenance } = session;
    const progress = await startProgress(context, output);
    try {
        return await maintenance.verify(ref, {
            signal: context.signal,
            onProgress: (done) => progress.update({ phase: "check", ...done }),
        });
    }
    finally {
        progress.stop();
    }
}
async function tell({ output }, ref, report) {
    const what = `${(0,dist_text/* counted */.hS)(report.entries, "entry", "entries")}, ${(0,dist_text/* counted */.hS)(report.chunks, "chunk")} in ` +
        `${(0,dist_text/* counted */.hS)(report.packs, "pack")}, ${(0,dist_text/* formatBytes */.z3)(report.storedBytes)}`;
    const key = (0,dist_text/* printable */.g$)(ref.key);
    if (report.problems.length === 0) {
        if (!output.quiet)
            await output.result(`whole    ${key}: ${what}`);
        return;
    }
    await output.result(`damaged  ${key}: ${what}`, ...report.problems.map((line) => `  ${(0,dist_text/* printable */.g$)(line)}`));
}
//# sourceMappingURL=verify.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/commands/why.js
// cairn why: what a save was made with, and what that was made with, as far back as it is recorded.







const DEFAULT_DEPTH = "20";
function whyCommand(context, done) {
    const command = newCommand("why", "Show what a save was made with, and what that was made with.", [
        "cairn why 9f86d081",
        "cairn why build-main --depth 2 --json | jq -r '.artifacts[].contentHash'",
    ]).argument("<key|hash>", "a whole key, or the first digits of a content hash");
    return addMaintenanceOptions(command)
        .optionsGroup("Which:")
        .option("--depth <count>", "how many steps back", DEFAULT_DEPTH)
        .action(async (name, options) => done(await runMaintenanceCommand(context, options, "a look changes nothing", (session) => explain(session, name, options))));
}
async function explain(session, name, options) {
    const { output, context, maintenance } = session;
    if (!/^\d{1,4}$/.test(options.depth))
        throw new dist/* InputError */.dz(`--depth is not a count: ${JSON.stringify(options.depth)}`, {
            hint: "write a number from 0 on",
        });
    const content = await findContent(session, name, options.ref);
    if (!content)
        return reportNotFound(session, name);
    const nodes = await maintenance.why(content, { depth: Number(options.depth), signal: context.signal });
    await output.document({ status: "found", ...content, artifacts: nodes });
    await output.result(...treeOf(nodes));
    return exit_codes/* EXIT */.dc.ok;
}
/** Each artifact once with what it was made with; where it comes again, only its name. */
function treeOf(nodes) {
    const byHash = new Map(nodes.map((node) => [node.contentHash, node]));
    const told = new Set();
    const lines = [];
    const tell = (contentHash, indent, branch) => {
        const node = byHash.get(contentHash);
        const isAgain = told.has(contentHash);
        lines.push(`${indent}${branch}${why_describe(contentHash, node, isAgain)}`);
        if (!node || isAgain)
            return;
        told.add(contentHash);
        const below = branch === "" ? indent : `${indent}${branch === "└─ " ? "   " : "│  "}`;
        for (const [n, dependency] of node.dependencies.entries())
            tell(dependency, below, n === node.dependencies.length - 1 ? "└─ " : "├─ ");
    };
    const [root] = nodes;
    if (root)
        tell(root.contentHash, "", "");
    return lines;
}
function why_describe(contentHash, node, isAgain) {
    const name = contentHash.slice(0, 12);
    if (isAgain)
        return `${name} (above)`;
    if (!node)
        return `${name} (further back: --depth)`;
    const [record] = node.records;
    const domain = node.domain === "pr" ? ", of a pull request" : "";
    if (!record)
        return `${name} (${node.isStored ? "nothing is recorded" : "no longer in the store"}${domain})`;
    const { cacheKey, repository, commitSha, branch, run, buildTime } = record;
    const at = commitSha === undefined ? "" : ` at ${commitSha.slice(0, 12)}`;
    const on = branch === undefined ? "" : ` on ${branch}`;
    const by = [run.system, run.runId].filter(Boolean).join(" ");
    const gone = node.isStored ? "" : ", no longer in the store";
    return (0,dist_text/* printable */.g$)(`${name} ${cacheKey}: ${repository}${at}${on}, by ${by}, ${buildTime.slice(0, 19)}Z${domain}${gone}`);
}
//# sourceMappingURL=why.js.map
;// CONCATENATED MODULE: ./packages/cli/dist/program.js
// The command line as a whole: commands, help, and what a wrong argument says. run() is its only door.






















const COMMANDS = [
    restoreCommand,
    saveCommand,
    lookupCommand,
    keyCommand,
    lsCommand,
    inspectCommand,
    rmCommand,
    invalidateCommand,
    revalidateCommand,
    pruneCommand,
    statsCommand,
    provenanceCommand,
    whyCommand,
    exportCommand,
    verifyCommand,
    setupCommand,
    doctorCommand,
    policyCommand,
    shellInitCommand,
];
/**
 * Runs one command line.
 * @param args without the names of Node and of the script.
 * @returns what the process should exit with; never throws.
 */
async function run(args, context) {
    let code = exit_codes/* EXIT */.dc.ok;
    const written = [];
    const program = createProgram(context, written, (result) => {
        code = result;
    });
    try {
        await program.parseAsync([...args], { from: "user" });
    }
    catch (error) {
        // Help and --version end in an "error" too, with exit code 0.
        if (!(error instanceof commander/* CommanderError */.b7))
            throw error;
        code = error.exitCode === 0 ? exit_codes/* EXIT */.dc.ok : exit_codes/* EXIT */.dc.usage;
        if (code !== exit_codes/* EXIT */.dc.ok && wantsJson(args))
            written.push(context.stdout.write(usageDocument(error, code)));
    }
    await Promise.all(written);
    return code;
}
/** Commander gave up before it knew the flags. */
function wantsJson(args) {
    const end = args.indexOf("--");
    return (end < 0 ? args : args.slice(0, end)).includes("--json");
}
function usageDocument(error, exitCode) {
    const message = error.message.replace(/^error: /, "");
    return `${JSON.stringify({ status: "error", error: { code: "USAGE", message, retryable: false }, exitCode }, null, 2)}\n`;
}
function createProgram(context, written, done) {
    const redact = (0,dist_redact/* createRedactor */.l)(context.env);
    const program = new commander/* Command */.uB("cairn")
        .description("Restore and save what builds need, from your own storage.")
        .version(context.version, "-V, --version", "print the version")
        .helpOption("-h, --help", "print help")
        .helpCommand("help [command]", "print the help of a command")
        .showHelpAfterError("(cairn help shows what there is)")
        // What stands behind the name of a command is that command's own: key and key diff have flags of the same name.
        .enablePositionalOptions()
        .exitOverride()
        .configureOutput({
        writeOut: (text) => written.push(context.stdout.write(text)),
        writeErr: (text) => written.push(context.stderr.write(redact(text))),
        getOutHelpWidth: () => context.stdout.columns ?? 100,
        getErrHelpWidth: () => context.stderr.columns ?? 100,
        getOutHasColors: () => false,
        getErrHasColors: () => false,
    })
        .addHelpText("after", `\n${exitCodeHelp()}\n\n${BUILD_ADVICE}`);
    for (const create of COMMANDS) {
        const command = create(context, done);
        inherit(command, program, `cairn ${command.name()}`);
        program.addCommand(command);
    }
    return program;
}
/** What every command has from the program, those below it included. */
function inherit(command, parent, name) {
    command.copyInheritedSettings(parent).showHelpAfterError(`(${name} --help shows how it is used)`);
    for (const below of command.commands)
        inherit(below, command, `${name} ${below.name()}`);
}
function exitCodeHelp() {
    return ["Exit codes:", ...exit_codes/* EXIT_CODES */.ai.map(([code, text]) => `  ${String(code).padEnd(4)} ${text}`)].join("\n");
}
const BUILD_ADVICE = `A cache must not break a build:
  $ cairn restore --key K node_modules || npm ci     whatever is wrong, install
  $ cairn save --soft --key K node_modules           trouble is a warning, exit code 0`;
//# sourceMappingURL=program.js.map

/***/ }),

/***/ 67713:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   l: () => (/* binding */ createRedactor)
/* harmony export */ });
/* harmony import */ var _cairn_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(22779);
// The last gate before a message is printed: credentials that an SDK or a mistyped DSN put into a text are taken out.
// The core's own messages hold none; this is for what others throw.

const SECRET_VARIABLES = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "ACTIONS_RUNTIME_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "GITHUB_TOKEN",
];
/** Shorter values would take ordinary words out of messages. */
const SHORTEST_SECRET = 8;
const PATTERNS = [
    [/(:\/\/)[^\s/@?#]+@/g, "$1***@"],
    [/\b(X-Amz-(?:Signature|Credential|Security-Token))=[^&\s"']+/gi, "$1=***"],
    [/\b(Authorization|x-amz-security-token)(["']?\s*[:=]\s*["']?)[^\r\n"']+/gi, "$1$2***"],
];
function createRedactor(env) {
    const values = SECRET_VARIABLES.map((name) => env[name]?.trim());
    const secrets = [...values, ...(0,_cairn_core__WEBPACK_IMPORTED_MODULE_0__/* .keySecrets */ .PZ)(env)]
        .filter((value) => value !== undefined && value.length >= SHORTEST_SECRET)
        // A secret that holds another goes first.
        .sort((a, b) => b.length - a.length);
    return (text) => {
        let result = text;
        for (const secret of secrets)
            result = result.replaceAll(secret, "***");
        for (const [pattern, replacement] of PATTERNS)
            result = result.replace(pattern, replacement);
        return result;
    };
}
//# sourceMappingURL=redact.js.map

/***/ }),

/***/ 69087:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   LZ: () => (/* binding */ statsOf),
/* harmony export */   be: () => (/* binding */ rangeOf),
/* harmony export */   dW: () => (/* binding */ TARGETS)
/* harmony export */ });
/* unused harmony exports figuresOf, daysOf */
/* harmony import */ var _cairn_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(22779);
// What the counters and the saves of a repository say: rates, times, bytes by day, and how they compare with the targets.
// Pure; the table, the document and the page show these. What is not known is null, never 0.

const DAY_MS = 86_400_000;
const MOST_USED = 10;
/** What a cache is meant to do, and what of it counts. */
const TARGETS = {
    hitRate: 0.6,
    timeSaved: { from: 0.5, to: 0.9 },
    storedBytes: 100e9,
    meanAgeDays: 7,
};
/** The last `days` days, today included. */
function rangeOf(days, nowMs) {
    return { from: (0,_cairn_core__WEBPACK_IMPORTED_MODULE_0__/* .dayOfTime */ .ZC)(nowMs - (days - 1) * DAY_MS), to: (0,_cairn_core__WEBPACK_IMPORTED_MODULE_0__/* .dayOfTime */ .ZC)(nowMs), days };
}
function statsOf(facts, range, nowMs) {
    const { repository, rows, refs, storage } = facts;
    const own = rows.filter(({ domain }) => domain === "trusted");
    const branches = figuresOf(sum(own));
    const meanAgeDays = mean(refs.map(({ createdAtMs }) => Math.max(0, nowMs - createdAtMs) / DAY_MS));
    const storedBytes = storage.bytes;
    return {
        repository,
        branches,
        pullRequests: figuresOf(sum(rows.filter(({ domain }) => domain === "pr"))),
        byDay: daysOf(range).map((day) => ({ day, ...figuresOf(sum(own.filter((row) => row.day === day))) })),
        saves: refs.length,
        storedBytes,
        treeBytes: refs.reduce((bytes, ref) => bytes + ref.treeBytes, 0),
        meanAgeDays,
        brokenSaves: storage.broken.length,
        mostUsed: mostUsedOf(refs, nowMs),
        targets: targetsOf({ ...branches, storedBytes, meanAgeDays, hasSaves: refs.length > 0 }),
    };
}
function figuresOf(counters) {
    const { hits, partialHits, misses, saves, timedHits, sparedMs, sparingMs, evictions } = counters;
    const found = hits + partialHits;
    return {
        restores: found + misses,
        ...{ hits, partialHits, misses, failures: counters.failures },
        hitRate: ratio(found, found + misses),
        restoredBytes: counters.restoredBytes,
        downloadedBytes: counters.downloadedBytes,
        keptShare: ratio(counters.keptBytes, counters.restoredBytes),
        meanRestoreSeconds: ratio(counters.restoreMs / 1000, found),
        saves,
        savedBytes: counters.savedBytes,
        uploadedBytes: counters.uploadedBytes,
        reusedShare: ratio(counters.reusedBytes, counters.savedBytes),
        meanSaveSeconds: ratio(counters.saveMs / 1000, saves),
        timedHits,
        secondsWithout: ratio(sparedMs / 1000, timedHits),
        secondsWith: ratio(sparingMs / 1000, timedHits),
        secondsSaved: (sparedMs - sparingMs) / 1000,
        timeSaved: ratio(sparedMs - sparingMs, sparedMs),
        evictions,
        evictionRate: ratio(evictions, saves),
    };
}
function targetsOf({ hitRate, timeSaved, storedBytes, meanAgeDays, hasSaves, }) {
    const judged = (value, isGood) => ({
        value,
        isReached: value === null ? null : isGood(value),
    });
    return [
        { name: "hit rate", ...judged(hitRate, (rate) => rate > TARGETS.hitRate) },
        // More than the upper bound is no fault.
        { name: "time saved by a hit", ...judged(timeSaved, (share) => share >= TARGETS.timeSaved.from) },
        { name: "stored", ...judged(hasSaves ? storedBytes : null, (bytes) => bytes < TARGETS.storedBytes) },
        { name: "mean age of a save", ...judged(meanAgeDays, (days) => days < TARGETS.meanAgeDays) },
    ];
}
function mostUsedOf(refs, nowMs) {
    return refs
        .filter(({ accessCount }) => accessCount > 0)
        .sort((a, b) => b.accessCount - a.accessCount || b.lastAccessedAtMs - a.lastAccessedAtMs)
        .slice(0, MOST_USED)
        .map(({ key, scope, contentHash, accessCount, treeBytes, createdAtMs }) => ({
        ...{ key, ref: scope.ref, contentHash, uses: accessCount, treeBytes },
        ageDays: Math.max(0, nowMs - createdAtMs) / DAY_MS,
    }));
}
function daysOf({ from, days }) {
    const start = (0,_cairn_core__WEBPACK_IMPORTED_MODULE_0__/* .timeOfDay */ .rb)(from);
    return Array.from({ length: days }, (_, day) => (0,_cairn_core__WEBPACK_IMPORTED_MODULE_0__/* .dayOfTime */ .ZC)(start + day * DAY_MS));
}
function sum(rows) {
    return rows.reduce((total, { counters }) => (0,_cairn_core__WEBPACK_IMPORTED_MODULE_0__/* .addCounters */ .Zy)(total, counters), _cairn_core__WEBPACK_IMPORTED_MODULE_0__/* .NO_COUNTERS */ .W7);
}
function ratio(part, whole) {
    return whole > 0 ? part / whole : null;
}
function mean(values) {
    return ratio(values.reduce((total, value) => total + value, 0), values.length);
}
//# sourceMappingURL=figures.js.map

/***/ }),

/***/ 47403:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   HV: () => (/* binding */ UNKNOWN),
/* harmony export */   KB: () => (/* binding */ describeSaves),
/* harmony export */   KN: () => (/* binding */ percent),
/* harmony export */   Nv: () => (/* binding */ FIGURE_ROWS),
/* harmony export */   YA: () => (/* binding */ seconds),
/* harmony export */   _3: () => (/* binding */ days),
/* harmony export */   ff: () => (/* binding */ describeTarget)
/* harmony export */ });
/* harmony import */ var _text_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(43539);
/* harmony import */ var _figures_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(69087);
// How the figures of `cairn stats` are spelled, in the table and on the page.


/** For what is not known. */
const UNKNOWN = "-";
function percent(share) {
    return share === null ? UNKNOWN : `${(100 * share).toFixed(1)} %`;
}
function days(count) {
    return count === null ? UNKNOWN : `${count.toFixed(1)} d`;
}
function seconds(value) {
    if (value === null)
        return UNKNOWN;
    const minutes = Math.round(Math.abs(value) / 60);
    const text = minutes < 60
        ? (0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatDuration */ .a3)(Math.abs(value) * 1000)
        : `${(0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatCount */ .B4)(Math.floor(minutes / 60))} h ${minutes % 60} min`;
    return `${value < 0 ? "-" : ""}${text}`;
}
/** The figures of steps, in order. */
const FIGURE_ROWS = [
    { name: "restores", of: ({ restores }) => (0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatCount */ .B4)(restores) },
    { name: "  hits", of: ({ hits }) => (0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatCount */ .B4)(hits) },
    { name: "  partial hits", of: ({ partialHits }) => (0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatCount */ .B4)(partialHits) },
    { name: "  misses", of: ({ misses }) => (0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatCount */ .B4)(misses) },
    { name: "  of these failed", of: ({ failures }) => (0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatCount */ .B4)(failures) },
    { name: "hit rate", of: ({ hitRate }) => percent(hitRate) },
    { name: "restored", of: ({ restoredBytes }) => (0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatBytes */ .z3)(restoredBytes) },
    { name: "  downloaded", of: ({ downloadedBytes }) => (0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatBytes */ .z3)(downloadedBytes) },
    { name: "  was on disk", of: ({ keptShare }) => percent(keptShare) },
    { name: "a restore takes", of: ({ meanRestoreSeconds }) => seconds(meanRestoreSeconds) },
    { name: "saves", of: ({ saves }) => (0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatCount */ .B4)(saves) },
    { name: "  uploaded", of: ({ uploadedBytes }) => (0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatBytes */ .z3)(uploadedBytes) },
    { name: "  was stored", of: ({ reusedShare }) => percent(reusedShare) },
    { name: "a save takes", of: ({ meanSaveSeconds }) => seconds(meanSaveSeconds) },
    { name: "work, without a hit", of: ({ secondsWithout }) => seconds(secondsWithout) },
    { name: "work, with a hit", of: ({ secondsWith }) => seconds(secondsWith) },
    {
        name: "work saved",
        of: ({ secondsSaved, timedHits }) => (timedHits > 0 ? seconds(secondsSaved) : UNKNOWN),
    },
    {
        name: "evicted",
        of: ({ evictions, evictionRate }) => `${(0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatCount */ .B4)(evictions)} (${percent(evictionRate)})`,
    },
];
const WANTED = {
    "hit rate": { text: `above ${100 * _figures_js__WEBPACK_IMPORTED_MODULE_0__/* .TARGETS */ .dW.hitRate} %`, of: percent },
    "time saved by a hit": {
        text: `${100 * _figures_js__WEBPACK_IMPORTED_MODULE_0__/* .TARGETS */ .dW.timeSaved.from} to ${100 * _figures_js__WEBPACK_IMPORTED_MODULE_0__/* .TARGETS */ .dW.timeSaved.to} %`,
        of: percent,
    },
    stored: { text: `below ${(0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatBytes */ .z3)(_figures_js__WEBPACK_IMPORTED_MODULE_0__/* .TARGETS */ .dW.storedBytes)}`, of: _text_js__WEBPACK_IMPORTED_MODULE_1__/* .formatBytes */ .z3 },
    "mean age of a save": { text: `below ${_figures_js__WEBPACK_IMPORTED_MODULE_0__/* .TARGETS */ .dW.meanAgeDays} d`, of: days },
};
function describeTarget({ name, value, isReached }) {
    const wanted = WANTED[name];
    const verdict = isReached === null ? "not known" : isReached ? "reached" : "not reached";
    return { name, value: value === null ? UNKNOWN : wanted.of(value), wanted: wanted.text, verdict };
}
function describeSaves(saves) {
    return (0,_text_js__WEBPACK_IMPORTED_MODULE_1__/* .counted */ .hS)(saves, "save");
}
//# sourceMappingURL=text.js.map

/***/ }),

/***/ 43539:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   B4: () => (/* binding */ formatCount),
/* harmony export */   VQ: () => (/* binding */ formatMode),
/* harmony export */   a3: () => (/* binding */ formatDuration),
/* harmony export */   g$: () => (/* binding */ printable),
/* harmony export */   hS: () => (/* binding */ counted),
/* harmony export */   ku: () => (/* binding */ formatTable),
/* harmony export */   n4: () => (/* binding */ formatAgo),
/* harmony export */   nV: () => (/* binding */ formatAge),
/* harmony export */   z3: () => (/* binding */ formatBytes)
/* harmony export */ });
// Numbers, times and foreign text as a person reads them. Keys and paths come out of a store that others write to:
// what goes to a terminal passes through printable() first.
const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];
/** `1536` -> `1.5 kB`; powers of 1000. */
function formatBytes(bytes) {
    let value = bytes;
    let unit = 0;
    while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
        value /= 1_000;
        unit += 1;
    }
    return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}
/** `87500` -> `87,500`. */
function formatCount(count) {
    return count.toLocaleString("en-US");
}
/** `1 file`, `2 files`. */
function counted(count, noun, plural = `${noun}s`) {
    return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}
/** `1234` -> `1.2 s`. */
function formatDuration(ms) {
    if (ms < 999.5)
        return `${Math.round(ms)} ms`;
    if (ms < 60_000)
        return `${(ms / 1_000).toFixed(1)} s`;
    const seconds = Math.round(ms / 1_000);
    return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
const AGE_UNITS = [
    ["y", 31_536_000_000],
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1_000],
];
/** The largest whole unit: `3 d`. */
function formatAge(ms) {
    for (const [unit, unitMs] of AGE_UNITS)
        if (ms >= unitMs)
            return `${Math.floor(ms / unitMs)} ${unit}`;
    return "now";
}
/** For a sentence: `3 h ago`, `just now`. */
function formatAgo(ms) {
    const age = formatAge(ms);
    return age === "now" ? "just now" : `${age} ago`;
}
/** `0o100755` -> `rwxr-xr-x`. */
function formatMode(mode) {
    return [6, 3, 0]
        .map((shift) => (mode >> shift) & 7)
        .map((bits) => `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${bits & 1 ? "x" : "-"}`)
        .join("");
}
/**
 * Control characters, and those that turn the direction of writing, become visible escapes. So does what GitHub's runner
 * takes for a command in the output of a `run:` step: `##[command]` anywhere, `::command::` at the start of a line.
 */
function printable(text) {
    return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]|(?<=##)\[|(?<=^\s*):(?=:)/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
/** Lines of a table, columns two spaces apart, none with spaces at its end. */
function formatTable(columns, rows) {
    const all = [columns.map((column) => column.title), ...rows];
    const widths = columns.map((_, index) => all.reduce((width, row) => Math.max(width, (row[index] ?? "").length), 0));
    return all.map((row) => row
        .map((cell, index) => columns[index]?.alignRight ? cell.padStart(widths[index]) : cell.padEnd(widths[index]))
        .join("  ")
        .trimEnd());
}
//# sourceMappingURL=text.js.map

/***/ }),

/***/ 36118:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   x: () => (/* binding */ VERSION)
/* harmony export */ });
// The version that `cairn --version` prints: that of package.json, which a test compares. Not read from there, since
// the bundle has a package.json of its own.
const VERSION = "0.1.0";
//# sourceMappingURL=version.js.map

/***/ })

};
