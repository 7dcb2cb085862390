// The order in which a walk meets the paths below a root, and an artifact lists them: a folder before what is in it,
// names in a folder ascending by UTF-16 code units.

const SLASH = 47;

/** Negative when a walk meets `a` before `b`, 0 when they are the same path. */
export function compareWalkOrder(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left === right) continue;
    // The name that ends first is the smaller one, whatever the other goes on with.
    return left === SLASH ? -1 : right === SLASH ? 1 : left - right;
  }
  return a.length - b.length;
}

/** How many of the first of `count` things fit, where all that fit come first. */
export function partitionPoint(count: number, fits: (i: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fits(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
