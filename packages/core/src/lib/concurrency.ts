// Joins stages by async iteration, with bounds: what is under way is limited in count, and order is kept where it
// matters. The first error stops the pull and reaches the consumer.

/** Calls `work` on up to `limit` items at once and yields the results in the order of the source. */
export async function* mapOrdered<In, Out>(
  source: Iterable<In> | AsyncIterable<In>,
  limit: number,
  work: (item: In) => Promise<Out>,
): AsyncGenerator<Out> {
  const underWay: Promise<Out>[] = [];
  try {
    for await (const item of source) {
      const result = work(item);
      // Awaited below, in order: until then a rejection must not count as unhandled.
      result.catch(() => {});
      underWay.push(result);
      if (underWay.length >= limit) yield await underWay.shift()!;
    }
    while (underWay.length > 0) yield await underWay.shift()!;
  } finally {
    await Promise.allSettled(underWay);
  }
}

/** Calls `work` on up to `limit` items at once, in no order. Rejects with the first error, once all have ended. */
export async function forEachConcurrently<In>(
  source: Iterable<In> | AsyncIterable<In>,
  limit: number,
  work: (item: In) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  try {
    for await (const item of source) {
      if (failure) break;
      const task: Promise<void> = work(item)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => underWay.delete(task));
      underWay.add(task);
      if (underWay.size >= limit) await Promise.race(underWay);
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failure) throw failure.error;
}
