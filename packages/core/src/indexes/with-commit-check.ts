// An index whose commits have to pass a check first: for what only holds as long as a save is young, or is not taken for
// dead by others.

import type { MaintainableIndex } from "../ports/key-index.ts";

/** @param check rejects when the save may no longer commit. */
export function withCommitCheck(inner: MaintainableIndex, check: () => Promise<void>): MaintainableIndex {
  return {
    ...inner,
    async commit(ref, options) {
      await check();
      return inner.commit(ref, options);
    },
  };
}
