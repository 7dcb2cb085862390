import type { Ref } from "../model/ref.ts";
import type { KeyIndex } from "../ports/key-index.ts";
export async function findRef(
  index: KeyIndex,
  q: any,
  options: any,
): Promise<{ ref: Ref; exact: boolean } | undefined> {
  for (const scope of q.access.reads)
    for (const [i, key] of [q.key, ...q.restoreKeys].entries())
      for (const match of ["exact", "prefix"] as const) {
        const ref = await index.lookup({ scope, version: q.version, key, match }, options);
        if (ref) return { ref, exact: ref.key === q.key };
      }
  return undefined;
}
