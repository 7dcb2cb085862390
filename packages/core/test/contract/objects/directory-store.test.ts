// The directory driver under the contract: with hard links, and as on a file system that has none.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";
import { createDirectoryStore } from "../../../src/objects/directory-store.ts";
import { objectStoreSuite } from "./object-store-suite.ts";

const folders: string[] = [];

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-directory-store-"));
  folders.push(folder);
  return folder;
}

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

for (const hardLinks of [true, false]) {
  objectStoreSuite(hardLinks ? "directory" : "directory without hard links", {
    async create() {
      const root = join(await newFolder(), "made", "when needed");
      return { open: () => createDirectoryStore({ root, hardLinks }) };
    },
    checksDigest: false,
    keepsDigest: false,
  });
}
