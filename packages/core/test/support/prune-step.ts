// A script that tests start to kill: one prune of a directory store, as it will look some days later. Says when it begins.
// Arguments: the store's folder, how many days later, and whether one machine uses it.

import { utimesSync } from "node:fs";
import { join } from "node:path";
import { prune } from "../../src/maintain/prune.ts";
import { createDirectorySessions } from "../../src/objects/directory-sessions.ts";
import { diskBackend } from "./disk-backend.ts";
import { listNames } from "./stores.ts";

const [folder, days, isEmbedded] = process.argv.slice(2) as [string, string, string];
const backend = diskBackend(folder);
const root = join(folder, "objects");
// Days pass for what is there: its files are so much older now.
const seconds = Date.now() / 1000 - Number(days) * 86_400;
for (const name of await listNames(backend.store, "v1/")) utimesSync(join(root, name), seconds, seconds);
const sessions = isEmbedded === "embedded" ? createDirectorySessions({ root }) : undefined;
console.log("begins");
const report = await prune(
  { ...backend, sessions },
  { dryRun: false, confirmedBytes: Number.POSITIVE_INFINITY },
);
console.log(JSON.stringify({ deleted: report.deleted.objects, condemned: report.condemned.objects }));
await backend.index.close();
