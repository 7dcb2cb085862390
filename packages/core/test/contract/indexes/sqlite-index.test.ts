import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSqliteIndex } from "../../../src/indexes/sqlite-index.ts";
import { keyIndexSuite } from "./key-index-suite.ts";

const folders: string[] = [];

keyIndexSuite("SQLite", {
  async fresh() {
    const folder = await mkdtemp(join(tmpdir(), "cairn-sqlite-"));
    folders.push(folder);
    return { open: (clock) => createSqliteIndex({ file: join(folder, "new", "index.db"), clock }) };
  },
  async end() {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  },
});
