// The near cache in front of the memory driver under the contract: once with names that it leaves alone, once with every
// name a pack's, so that all ranges go through it.

import { join } from "node:path";
import { sha256 } from "../../../src/lib/sha256.ts";
import { ObjectMissingError } from "../../../src/model/errors.ts";
import { packName } from "../../../src/model/names.ts";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";
import { checkObjectName, compareNames } from "../../../src/objects/object-name.ts";
import { withNearCache } from "../../../src/objects/with-near-cache.ts";
import type { ListedObject, SwappableStore } from "../../../src/ports/object-store.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { objectStoreSuite } from "./object-store-suite.ts";

const open = (far: SwappableStore, root: string) => withNearCache(far, { root, maxSizeBytes: 2 ** 30 });

objectStoreSuite("near cache, other names", {
  async create() {
    const [far, root] = [createMemoryStore(), join(temporaryFolder(), "made", "when needed")];
    return { open: () => open(far, root) };
  },
  checksDigest: true,
  keepsDigest: true,
});

objectStoreSuite("near cache, packs", {
  async create() {
    const [far, root] = [createMemoryStore(), temporaryFolder()];
    const names = new Map<string, string>();
    return { open: () => asPacks(open(far, root), names) };
  },
  checksDigest: true,
  keepsDigest: true,
});

/** Every object is stored as the pack whose digest is that of its name. */
function asPacks(inner: SwappableStore, names: Map<string, string>): SwappableStore {
  const packOf = (name: string): string => {
    checkObjectName(name);
    const pack = packName("trusted", sha256(Buffer.from(name)));
    names.set(pack, name);
    return pack;
  };
  return {
    description: inner.description,
    put: async (name, bytes, digest, options) => inner.put(packOf(name), bytes, digest, options),
    get: async (name, range, options) =>
      inner.get(packOf(name), range, options).catch((error: unknown) => {
        throw error instanceof ObjectMissingError ? new ObjectMissingError(name) : error;
      }),
    head: async (name, options) => inner.head(packOf(name), options),
    async *list(prefix, options) {
      const listed: ListedObject[] = [];
      for await (const object of inner.list("", { signal: options?.signal }))
        listed.push({ ...object, name: names.get(object.name)! });
      const after = options?.after ?? "";
      yield* listed
        .filter(({ name }) => name.startsWith(prefix) && compareNames(name, after) > 0)
        .sort((a, b) => compareNames(a.name, b.name));
    },
    delete: async (name, options) => inner.delete(packOf(name), options),
    read: async (name, options) => inner.read(packOf(name), options),
    swap: async (name, bytes, tag, options) => inner.swap(packOf(name), bytes, tag, options),
  };
}
