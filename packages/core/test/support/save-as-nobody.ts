// A script that a test starts as an ordinary user: saves a tree in which not everything may be read, restores it, and
// tries paths that may not even be looked at.

import { chmodSync, readdirSync } from "node:fs";
import { createJob, testBackend } from "./job.ts";
import { file, makeTree } from "./tree.ts";

const [from, to] = [createJob(), createJob()];
makeTree(from.path("tree"), {
  "closed/x": file("x"),
  "secret/y": file("y"),
  open: file("open"),
  unreadable: file("unreadable"),
  big: file(Buffer.alloc(3_000_000, "big")),
});
chmodSync(from.path("tree/closed"), 0);
chmodSync(from.path("tree/unreadable"), 0);
chmodSync(from.path("tree/big"), 0o200);
const backend = testBackend();
const base = from.path("");
const saved = await from.save(backend);
const notices = saved.status === "saved" ? saved.notices.map((line) => line.replaceAll(base, "")) : [];
await to.restore(backend);
const restored = readdirSync(to.path("tree")).sort();

chmodSync(from.path("tree/secret"), 0);
const failure = await from
  .save(backend, { paths: ["tree/secret/y"], key: "other" })
  .catch((error: Error) => error.name);
// Onto a root that may not be written into, with a folder in it that may not be listed.
chmodSync(to.path("tree"), 0o555);
const again = await to.restore(backend, { clean: true }).catch((error: Error) => error.name);
console.log(
  JSON.stringify({ notices, restored, failure, again: typeof again === "string" ? again : again.status }),
);
