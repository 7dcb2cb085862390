// Finds the entries of one root while paths go by: both stand in the order of a walk, so nothing is looked up.

import { Kind, type Segment } from "./segment.ts";
import { compareWalkOrder } from "./walk-order.ts";

/** @returns where the file of a path is, if there is one. To be asked for paths in the order of a walk. */
export function createEntryFinder(
  segments: readonly Segment[],
  root: number,
): (path: string) => readonly [Segment, number] | undefined {
  let s = 0;
  let i = 0;
  return (path) => {
    for (; s < segments.length; s++, i = 0) {
      const segment = segments[s]!;
      for (; i < segment.entryCount; i++) {
        if (segment.roots[i] !== root) {
          if (segment.roots[i]! > root) return undefined;
          continue;
        }
        if (segment.paths[i] === path) return segment.kinds[i] === Kind.file ? [segment, i] : undefined;
        if (compareWalkOrder(segment.paths[i]!, path) > 0) return undefined;
      }
    }
    return undefined;
  };
}
