// The sizes and limits that the stored format and its writers share, each with its why.

const KIB = 1024;
const MIB = 1024 * KIB;
const DAY_MS = 86_400_000;

/**
 * Mean plain size of a chunk of small files. Smaller sends less after a change, larger compresses better: js-app takes
 * 159.6 MB at 1 MiB, 158.1 at 1.25, 157.2 at 1.5, and js-app-bump then sends 9.6, 10.2 and 10.6 MB.
 */
export const CHUNK_TARGET_BYTES: number = 1280 * KIB;
/** Mean plain size of a chunk of a big file. */
export const BIG_CHUNK_TARGET_BYTES: number = 1 * MIB;
/** No chunk is larger (plain): bounds what a reader must hold to verify one. */
export const CHUNK_MAX_BYTES: number = 4 * MIB;
/** No content-defined cut comes earlier, so that big files don't make tiny chunks. */
export const CHUNK_MIN_BYTES: number = 512 * KIB;
/** Files from this size on are split by content; smaller ones share chunks. */
export const BIG_FILE_BYTES: number = 2 * MIB;

/** A pack is sealed once it holds this much: large enough for throughput, small enough to overlap. */
export const PACK_TARGET_BYTES: number = 16 * MIB;
/** A pack is never larger than a target, a chunk that hardly compressed, and the list of its chunks. */
export const PACK_MAX_BYTES: number = 32 * MIB;

/** Mean number of entries in a segment. */
export const SEGMENT_TARGET_ENTRIES = 4096;
export const SEGMENT_MAX_ENTRIES: number = 4 * SEGMENT_TARGET_ENTRIES;

/** An artifact whose stored chunks come to no more than this carries them itself: one read restores it. */
export const INLINE_MAX_BYTES: number = 1 * MIB;
/** What a reader accepts as header: 64 packs and a thousand segments are below 1 MiB. */
export const HEADER_MAX_BYTES: number = 64 * MIB;
/** What a reader accepts as a plain segment: SEGMENT_MAX_ENTRIES of the longest paths. */
export const SEGMENT_MAX_BYTES: number = 128 * MIB;

/** From this many packs on a save rewrites the least used ones: every pack is a request, and keeps its dead bytes. */
export const PACKS_BEFORE_REWRITE = 64;
/** The share of the tree that a save may rewrite to get there. */
export const REWRITE_SHARE = 0.1;

/** How long the store keeps an object; see "Lifetime" in docs/format.md. */
export const LIFETIME_MS: Readonly<Record<"trusted" | "pr", number>> = {
  trusted: 365 * DAY_MS,
  pr: 30 * DAY_MS,
};
/** How long a Ref lives after its last use. */
export const REF_TTL_MS: number = 90 * DAY_MS;
/** A save older than this may not commit: prune's grace counts on it. */
export const SAVE_MAX_AGE_MS: number = 6 * 3_600_000;
/**
 * Between condemning an object and deleting it: four times what a save may take. So long a Ref that has died keeps its
 * objects, too, and an invalidation can be taken back.
 */
export const PRUNE_GRACE_MS: number = DAY_MS;

export const PATH_MAX_BYTES = 4096;
export const NAME_MAX_BYTES = 255;
export const KEY_MAX_CHARACTERS = 512;
export const KEYS_MAX = 10;
