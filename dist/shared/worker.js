import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
var __webpack_exports__ = {};

;// CONCATENATED MODULE: external "node:worker_threads"
const external_node_worker_threads_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:worker_threads");
;// CONCATENATED MODULE: ./packages/core/dist/lib/memory.js
// Memory outside of V8's heap, given back by who is done with it. The collector would take its time, and meanwhile every
// chunk lands in fresh memory: a page fault for each 4 KiB makes decompression half as fast and compression a quarter
// slower; and memory that waits for it makes it run all the time.
/** No buffer of Node's own that several share is larger. */
const SLAB_MAX_BYTES = 65_536;
/** Gives the memory of bytes that nobody needs any more back at once; they can't be read afterwards. */
function release({ buffer, byteLength }) {
    // What is a part of a small buffer may share Node's slab with others, which can't be given back.
    const isAlone = byteLength === buffer.byteLength || buffer.byteLength > SLAB_MAX_BYTES;
    if (buffer instanceof ArrayBuffer && !buffer.detached && isAlone)
        buffer.transfer(0);
}
//# sourceMappingURL=memory.js.map
;// CONCATENATED MODULE: external "node:fs"
const external_node_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");
;// CONCATENATED MODULE: external "node:zlib"
const external_node_zlib_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:zlib");
;// CONCATENATED MODULE: external "node:crypto"
const external_node_crypto_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");
;// CONCATENATED MODULE: ./packages/core/dist/lib/sha256.js
// SHA-256 of whole buffers: one native call, no Hash object.

function sha256(bytes) {
    return (0,external_node_crypto_namespaceObject.hash)("sha256", bytes, "hex");
}
//# sourceMappingURL=sha256.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/codec.js
// One chunk, one independent frame. What does not shrink is stored as it is.


const DEFAULT_COMPRESSION = { codec: "zstd", level: 3 };
function compress(plain, { codec, level }) {
    if (codec === "none")
        return { codec, stored: plain };
    const stored = codec === "zstd"
        ? (0,external_node_zlib_namespaceObject.zstdCompressSync)(plain, {
            // Told the size, and given room for the worst case, zstd works in one pass, without buffers of its own; and the
            // frame names its size, so that reading it takes one pass too: 12 % and 8 % less time on chunks of 1 MiB.
            pledgedSrcSize: plain.length,
            chunkSize: worstCase(plain.length),
            // No checksum of zstd's own: both SHA-256 say more, and it costs 4 % of a compression, more of a decompression.
            params: { [external_node_zlib_namespaceObject.constants.ZSTD_c_compressionLevel]: level },
        })
        : (0,external_node_zlib_namespaceObject.gzipSync)(plain, { level, chunkSize: outputChunk(plain.length) });
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
            return (0,external_node_zlib_namespaceObject.zstdDecompressSync)(stored, options);
        case "gzip":
            return (0,external_node_zlib_namespaceObject.gunzipSync)(stored, options);
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
;// CONCATENATED MODULE: external "node:path"
const external_node_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");
;// CONCATENATED MODULE: ./packages/core/dist/lib/move-away.js
// What has to go before something else can stand in its place: moved into an undo folder, or removed, read-only folders
// (of module caches, for example) too.


/** Renames what stands at `path` into the undo folder of its root, under the same relative path. */
function moveAway(path, undo) {
    const place = undo.find(({ root }) => path === root || path.startsWith(`${root}/`));
    if (!place)
        throw new Error(`${path} is in none of the roots`);
    const to = `${place.folder}/moved${path.slice(place.root.length)}`;
    (0,external_node_fs_namespaceObject.mkdirSync)((0,external_node_path_namespaceObject.dirname)(to), { recursive: true });
    // A folder is written to when its parent changes: its `..` does.
    if ((0,external_node_fs_namespaceObject.lstatSync)(path).isDirectory())
        makeWritable(path);
    (0,external_node_fs_namespaceObject.renameSync)(path, to);
}
/** Lets the owner of a folder change what is in it; module caches, for example, are read-only. */
function makeWritable(folder) {
    const { mode } = (0,external_node_fs_namespaceObject.statSync)(folder);
    if ((mode & 0o300) !== 0o300)
        (0,external_node_fs_namespaceObject.chmodSync)(folder, (mode & 0o7777) | 0o700);
}
/** Removes a file or a folder with all that is in it, read-only folders too. What is not there is no error. */
function removeTree(path) {
    try {
        rmSync(path, { recursive: true, force: true });
    }
    catch {
        makeFoldersWritable(path);
        rmSync(path, { recursive: true, force: true });
    }
}
function makeFoldersWritable(path) {
    if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory())
        return;
    makeWritable(path);
    for (const entry of readdirSync(path, { withFileTypes: true }))
        if (entry.isDirectory())
            makeFoldersWritable(`${path}/${entry.name}`);
}
//# sourceMappingURL=move-away.js.map
;// CONCATENATED MODULE: ./packages/core/dist/lib/times.js
// Times for Node's utimes. It takes seconds as a double, which libuv cuts down to microseconds; and for a negative
// number it sets the present time, but not for one written as a text.

function setTimes(path, times) {
    const time = utimeOf(secondsOf(times));
    utimesSync(path, time, time);
}
/** Those of a symbolic link itself. */
function setLinkTimes(path, times) {
    const time = utimeOf(secondsOf(times));
    lutimesSync(path, time, time);
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
                        (0,external_node_fs_namespaceObject.chmodSync)(path, mode);
                    (0,external_node_fs_namespaceObject.utimesSync)(path, utimeOf(mtime), utimeOf(mtime));
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
                if (!readRun(file.path, file.position, run))
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
            release(plain);
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
                (0,external_node_fs_namespaceObject.chmodSync)(file.path, file.mode);
                (0,external_node_fs_namespaceObject.utimesSync)(file.path, utimeOf(file.mtime), utimeOf(file.mtime));
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
    const fd = (0,external_node_fs_namespaceObject.openSync)(path, "wx", mode);
    try {
        writeAll(fd, bytes, null);
        if ((mode & umask) !== 0 || (mode & 0o200) === 0)
            (0,external_node_fs_namespaceObject.fchmodSync)(fd, mode);
        (0,external_node_fs_namespaceObject.futimesSync)(fd, utimeOf(mtime), utimeOf(mtime));
    }
    finally {
        (0,external_node_fs_namespaceObject.closeSync)(fd);
    }
}
function writePart(path, bytes, position) {
    const fd = (0,external_node_fs_namespaceObject.openSync)(path, "r+");
    try {
        writeAll(fd, bytes, position);
    }
    finally {
        (0,external_node_fs_namespaceObject.closeSync)(fd);
    }
}
function writeAll(fd, bytes, position) {
    for (let done = 0; done < bytes.length;) {
        done += (0,external_node_fs_namespaceObject.writeSync)(fd, bytes, done, bytes.length - done, position === null ? null : position + done);
    }
}
function holds(path, bytes) {
    const there = Buffer.allocUnsafe(bytes.length);
    return readRun(path, 0, there) && there.equals(bytes);
}
function readRun(path, position, into) {
    let fd;
    try {
        fd = (0,external_node_fs_namespaceObject.openSync)(path, "r");
    }
    catch {
        return false;
    }
    try {
        for (let done = 0; done < into.length;) {
            const read = (0,external_node_fs_namespaceObject.readSync)(fd, into, done, into.length - done, position + done);
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
        (0,external_node_fs_namespaceObject.closeSync)(fd);
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
;// CONCATENATED MODULE: ./packages/core/dist/model/limits.js
// The sizes and limits that the stored format and its writers share, each with its why.
const KIB = 1024;
const MIB = 1024 * KIB;
const DAY_MS = 86_400_000;
/**
 * Mean plain size of a chunk of small files. Smaller sends less after a change, larger compresses better: js-app takes
 * 159.6 MB at 1 MiB, 158.1 at 1.25, 157.2 at 1.5, and js-app-bump then sends 9.6, 10.2 and 10.6 MB.
 */
const limits_CHUNK_TARGET_BYTES = 1280 * KIB;
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
const limits_SEGMENT_TARGET_ENTRIES = 4096;
const SEGMENT_MAX_ENTRIES = 4 * limits_SEGMENT_TARGET_ENTRIES;
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
const SAVE_MAX_AGE_MS = (/* unused pure expression or super */ null && (6 * 3_600_000));
/**
 * Between condemning an object and deleting it: four times what a save may take. So long a Ref that has died keeps its
 * objects, too, and an invalidation can be taken back.
 */
const PRUNE_GRACE_MS = (/* unused pure expression or super */ null && (DAY_MS));
const PATH_MAX_BYTES = 4096;
const NAME_MAX_BYTES = 255;
const KEY_MAX_CHARACTERS = 512;
const KEYS_MAX = 10;
//# sourceMappingURL=limits.js.map
;// CONCATENATED MODULE: external "node:os"
const external_node_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");
;// CONCATENATED MODULE: ./packages/core/dist/lib/marker.js
// The marker of a restore in progress: a file in the root (beside it, where the root is a file) from before the first
// change until after the last. A save of a root that carries one is refused; the next restore first undoes what the
// unfinished one did. Read back it is believed no more than any file that happens to lie there: a field that is not as
// Cairn writes it makes it the marker of an unknown restore, which deletes nothing.



/** Everything that a restore puts into a root beside the tree starts so, and is never saved. */
const marker_UNDO_PREFIX = ".cairn-";
const UNDO_FOLDER_PREFIX = (/* unused pure expression or super */ null && (`${marker_UNDO_PREFIX}undo-`));
const marker_MARKER_NAME = (/* unused pure expression or super */ null && (`${marker_UNDO_PREFIX}restoring`));
/** Of an undo folder. */
const ID = /^[0-9a-f]{16}$/;
/** Where links can't be made: a file that is larger is no marker. */
const MARKER_MAX_BYTES = 4_096;
/** @param root absolute path of a folder, or of a file when `isFile`. */
function markerPlace(root, isFile) {
    const folder = isFile ? dirname(root) : root;
    return {
        folder,
        file: join(folder, isFile ? `${marker_MARKER_NAME}-${basename(root)}` : marker_MARKER_NAME),
    };
}
function undoFolder(place, id) {
    return join(place.folder, `${UNDO_FOLDER_PREFIX}${id}`);
}
/**
 * Makes the marker, as a symbolic link whose target is its text: the one thing of a file system that is there with its
 * content or not at all. A crash between the making and the writing of a file would lose how the folder was before.
 */
function writeMarker(place, marker) {
    const text = JSON.stringify({
        ...marker,
        ...(marker.rootCreated && { made: inodeOf(place.folder) }),
        ...{ pid: process.pid, host: hostname() },
    });
    try {
        symlinkSync(text, place.file);
    }
    catch (error) {
        // Where a user may not make links: Windows, some network drives.
        if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"].includes(error.code ?? ""))
            throw error;
        writeFileSync(place.file, text);
    }
}
/** @returns undefined where it is no marker of ours. @throws ENOENT */
function readText(file) {
    const stats = lstatSync(file);
    if (stats.isSymbolicLink())
        return readlinkSync(file);
    return stats.isFile() && stats.size <= MARKER_MAX_BYTES ? readFileSync(file, "utf8") : undefined;
}
/** The markers of all roots that have theirs in this folder. */
function markersIn(folder) {
    const names = readdirSync(folder).filter((name) => name.startsWith(marker_MARKER_NAME));
    return names.flatMap((name) => readMarker({ folder, file: join(folder, name) }) ?? []);
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
    const marker = parse(text);
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
function parse(text) {
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
        ID.test(id) &&
        typeof rootCreated === "boolean" &&
        (own === undefined || isOwnState(own)) &&
        isWithin(pid, 0, 2 ** 32) &&
        typeof host === "string" &&
        (made === undefined || typeof made === "string"));
}
/** Whether these are a mode and a time that a file can have. */
function isOwnState(state) {
    if (typeof state !== "object" || state === null)
        return false;
    const { mode, mtimeSeconds, mtimeNanos } = state;
    return (isWithin(mode, 0, 0o7777) &&
        isWithin(mtimeSeconds, -(2 ** 43), 2 ** 43) &&
        isWithin(mtimeNanos, 0, 999_999_999));
}
function isWithin(value, least, most) {
    return Number.isInteger(value) && value >= least && value <= most;
}
function inodeOf(folder) {
    return String(lstatSync(folder, { bigint: true }).ino);
}
/** Where the marker itself is lost, the one undo folder there is must be its own. */
function onlyUndoId(folder) {
    const ids = readdirSync(folder)
        .filter((name) => name.startsWith(UNDO_FOLDER_PREFIX))
        .map((name) => name.slice(UNDO_FOLDER_PREFIX.length))
        .filter((id) => ID.test(id));
    return ids.length === 1 ? ids[0] : undefined;
}
function removeMarker(place) {
    rmSync(place.file, { recursive: true, force: true });
}
/** Whether the process that wrote the marker still runs on this host. */
function isMarkerAlive(marker) {
    if (marker.host !== hostname() || marker.pid === process.pid || marker.pid <= 0)
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
    return describe(root, "", lstatSync(root, { bigint: true }), options);
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
        names = readdirSync(folder);
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
    return readdirSync(folder, { encoding: "buffer" }).flatMap((bytes) => {
        const name = bytes.toString();
        if (Buffer.from(name).equals(bytes))
            return [name];
        options.onLeftOut(`${folder}/${name}`, "its name is not UTF-8");
        return [];
    });
}
function lstatOrReport(absolute, options) {
    try {
        return lstatSync(absolute, { bigint: true });
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
        const bytes = readlinkSync(absolute, { encoding: "buffer" });
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
            release(stored);
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
                    numbers[at + 4] = (0,external_node_zlib_namespaceObject.crc32)(bytes.subarray(start, start + read.size));
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
        if (isWhole && isAsListed((0,external_node_fs_namespaceObject.fstatSync)(fd), listed))
            return { size, mode: AS_LISTED, mtimeSeconds: 0, mtimeNanos: 0 };
        return readChanged(fd, room, start);
    });
}
/** Whether a file that was read before still is as it was listed, and holds the same bytes. */
function holdsSame(path, ctimeMs, bytes, scratch) {
    const read = attempt(() => withFile(path, (fd) => {
        const isWhole = readFully(fd, scratch, 0, bytes.length, 0) === bytes.length;
        return { isSame: isWhole && isAsListed((0,external_node_fs_namespaceObject.fstatSync)(fd), { size: bytes.length, ctimeMs }) };
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
    const stats = (0,external_node_fs_namespaceObject.fstatSync)(fd, { bigint: true });
    if (!stats.isFile())
        throw new Error("it is no longer a file");
    const { size, mode, mtimeSeconds, mtimeNanos } = describeStats(stats);
    return { size, mode, mtimeSeconds, mtimeNanos, ctimeNanos: stats.ctimeNs };
}
function withFile(path, use) {
    const fd = (0,external_node_fs_namespaceObject.openSync)(path, "r");
    try {
        return use(fd);
    }
    finally {
        (0,external_node_fs_namespaceObject.closeSync)(fd);
    }
}
/** @returns how many bytes there were, `length` at most. */
function readFully(fd, into, start, length, position) {
    let done = 0;
    while (done < length) {
        const read = (0,external_node_fs_namespaceObject.readSync)(fd, into, start + done, length - done, position + done);
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
;// CONCATENATED MODULE: ./packages/core/dist/workers/worker.js
// The worker thread's side of the pool: one message, one task, one answer. Three message shapes, all in pool.ts.


const tasks = runTask(external_node_worker_threads_namespaceObject.workerData);
external_node_worker_threads_namespaceObject.parentPort.on("message", ({ id, name, task }) => {
    let answer;
    try {
        answer = { id, result: tasks(name, task) };
    }
    catch (error) {
        answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    external_node_worker_threads_namespaceObject.parentPort.postMessage(answer, transferableOf(answer.result));
});
//# sourceMappingURL=worker.js.map
