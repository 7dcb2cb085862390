// For work beside a step that must never fail it: figures and counts that are one short harm nobody.

import { CacheError } from "../model/errors.ts";

/** @throws what is neither a CacheError nor the end of a time limit: a bug of ours. */
export async function tolerate(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const isTimeout = Error.isError(error) && /Abort|Timeout/.test(error.name);
    if (!(error instanceof CacheError) && !isTimeout) throw error;
  }
}
