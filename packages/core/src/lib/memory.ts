// Memory outside of V8's heap, given back by who is done with it. The collector would take its time, and meanwhile every
// chunk lands in fresh memory: a page fault for each 4 KiB makes decompression half as fast and compression a quarter
// slower; and memory that waits for it makes it run all the time.

/** No buffer of Node's own that several share is larger. */
export const SLAB_MAX_BYTES = 65_536;

/** Gives the memory of bytes that nobody needs any more back at once; they can't be read afterwards. */
export function release({ buffer, byteLength }: Uint8Array): void {
  // What is a part of a small buffer may share Node's slab with others, which can't be given back.
  const isAlone = byteLength === buffer.byteLength || buffer.byteLength > SLAB_MAX_BYTES;
  if (buffer instanceof ArrayBuffer && !buffer.detached && isAlone) buffer.transfer(0);
}
