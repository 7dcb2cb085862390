// Threat: files between the steps of a job that another program of the job wrote or cut off. What is malformed is left
// out; no step fails for it, and what is whole beside it still counts.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { parseHandover, readHandover, writeHandover } from "../../src/lib/handover.ts";
import type { Stamp } from "../../src/lib/stamp.ts";
import { createJob, testBackend } from "../support/job.ts";
import { digestOf, makeRef } from "../support/refs.ts";
import { file, makeTree } from "../support/tree.ts";

const stamp: Stamp = {
  folder: "/w/tree",
  identity: { device: 1, inode: 2, birth: "3" },
  domain: "trusted",
  contentHash: digestOf("a"),
  root: { anchor: "workspace", path: "tree" },
  beforeMs: 5,
  seal: { rootCtimeNs: "6", sinceMs: 7, roots: 1 },
  folders: "",
  inodes: [2],
};
const broken = { domain: "trusted", contentHash: digestOf("b"), objects: ["v1/x"] } as const;
const whole = { restored: [makeRef()], broken: [broken], stamps: [stamp] };

test("what is whole is read", () => {
  expect(parseHandover(JSON.stringify(whole))).toEqual(whole);
});

test.each([
  "",
  "null",
  "7",
  '"text"',
  "[]",
  '{"restored":',
  '{"restored":null,"broken":7,"stamps":{}}',
  '{"restored":"x","stamps":{"length":3}}',
  '{"restored":[null,{}],"broken":[null,{"domain":"pr"}],"stamps":[null,1,{}]}',
])("%j gives nothing", (text) => {
  expect(parseHandover(text)).toEqual({ restored: [], broken: [], stamps: [] });
});

test.each<[string, object]>([
  ["a seal that is null", { seal: null }],
  ["a seal whose time is no number", { seal: { ...stamp.seal, rootCtimeNs: "0x7" } }],
  ["a seal without roots", { seal: { ...stamp.seal, roots: "1" } }],
  ["no identity", { identity: null }],
  ["a contentHash that leads elsewhere", { contentHash: "../../x" }],
  ["an anchor that is none", { root: { anchor: "up", path: "tree" } }],
  ["a moment that is none", { beforeMs: null }],
  ["inodes that are none", { inodes: [{}] }],
])("a stamp with %s is left out, and the others count", (_what, changes) => {
  const text = JSON.stringify({ ...whole, stamps: [{ ...stamp, ...changes }, stamp] });
  expect(parseHandover(text)).toEqual(whole);
});

test("a restore and a save go on beside files like these", async () => {
  const backend = testBackend();
  const job = createJob();
  makeTree(job.path("tree"), { a: file("1") });
  const inTemp = join(job.folders.temp, "cairn");
  mkdirSync(inTemp, { recursive: true });
  writeFileSync(join(inTemp, "a.json"), '{"restored":[null],"broken":[{}],"stamps":[null,{"seal":null}]}');
  writeFileSync(join(inTemp, "b.json"), "{");
  mkdirSync(join(inTemp, "c.json"));
  writeHandover(job.folders.temp, { broken: [broken] });
  expect(readHandover(job.folders.temp)).toEqual({ restored: [], broken: [broken], stamps: [] });
  expect(await job.save(backend)).toMatchObject({ status: "saved" });
  expect(await job.restore(backend)).toMatchObject({ status: "hit" });
});
