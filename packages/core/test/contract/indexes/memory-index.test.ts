import { createMemoryIndex } from "../../../src/indexes/memory-index.ts";
import type { MaintainableIndex } from "../../../src/ports/key-index.ts";
import { keyIndexSuite } from "./key-index-suite.ts";

keyIndexSuite("memory", {
  async fresh() {
    let index: MaintainableIndex | undefined;
    return { open: (clock) => (index ??= createMemoryIndex({ clock })) };
  },
});
