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
export function checkObjectName(name: string): void {
  if (name === "" || !name.isWellFormed() || Buffer.byteLength(name) > MAX_NAME_BYTES) throw badName(name);
  for (const segment of name.split("/")) {
    const isPlain = segment !== "" && !segment.startsWith(".") && !segment.includes("\\");
    if (!isPlain || hasControlCharacter(segment) || Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)
      throw badName(name);
  }
}

/**
 * Compares as a listing is ordered: by UTF-8 bytes. That is the order of UTF-16 code units except that a surrogate (a
 * character beyond the basic plane) comes after everything else.
 */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left === right) continue;
    const isLeftSurrogate = isSurrogate(left);
    if (isLeftSurrogate === isSurrogate(right)) return left - right;
    return isLeftSurrogate ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function badName(name: string): TypeError {
  return new TypeError(`not a name of an object: ${JSON.stringify(name.slice(0, 120))}`);
}
