// Sessions of a directory store: who is at work is seen by other processes, and who died is not waited for.

import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { AccessDeniedError } from "../../../src/model/errors.ts";
import { createDirectorySessions } from "../../../src/objects/directory-sessions.ts";
import { createDirectoryStore } from "../../../src/objects/directory-store.ts";
import { all } from "../../support/refs.ts";
import { runSource, runSourceAsNobody, startSource } from "../../support/run-source.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const BEGIN = `
  import { createDirectorySessions } from "SRC/objects/directory-sessions.ts";
  const session = await createDirectorySessions({ root: process.argv[1] }).begin();
  console.log(session.name);
`;

test("a session is there from begin to end, for every process", async () => {
  const root = temporaryFolder();
  const sessions = createDirectorySessions({ root });
  expect(await sessions.list()).toEqual([]);
  const [one, two] = [await sessions.begin(), await sessions.begin()];
  expect((await createDirectorySessions({ root }).list()).sort()).toEqual([one.name, two.name].sort());
  expect(await one.isCurrent()).toBe(true);
  await one.end();
  await one.end();
  expect(await one.isCurrent()).toBe(false);
  expect(await sessions.list()).toEqual([two.name]);
  await two.end();
  expect(readdirSync(join(root, ".sessions"))).toEqual([]);
});

test("one whose process runs is kept, one whose process died is swept", async () => {
  const root = temporaryFolder();
  const sessions = createDirectorySessions({ root });
  const running = await startSource(`${BEGIN} setInterval(() => {}, 1000);`, root);
  expect(await sessions.list()).toHaveLength(1);
  await running.kill();
  expect(await sessions.list()).toEqual([]);
  await runSource(`${BEGIN} process.exit();`, root);
  expect(await sessions.list()).toEqual([]);
});

test("one of another container is kept as long as it touches its file, and knows that it was swept", async () => {
  const root = temporaryFolder();
  const sessions = createDirectorySessions({ root });
  const session = await sessions.begin();
  const path = join(root, ".sessions", session.name);
  writeFileSync(path, JSON.stringify({ machine: "elsewhere", pid: 1 }));
  expect(await sessions.list()).toEqual([session.name]);
  const elevenMinutesAgo = Date.now() / 1000 - 660;
  utimesSync(path, elevenMinutesAgo, elevenMinutesAgo);
  expect(await sessions.list()).toEqual([]);
  expect(existsSync(path)).toBe(false);
  expect(await session.isCurrent()).toBe(false);
  await session.end();
});

test("a file that is being written counts", async () => {
  const root = temporaryFolder();
  mkdirSync(join(root, ".sessions"));
  writeFileSync(join(root, ".sessions/new"), "");
  expect(await createDirectorySessions({ root }).list()).toEqual(["new"]);
});

test("sessions are no objects", async () => {
  const root = temporaryFolder();
  const session = await createDirectorySessions({ root }).begin();
  expect(await all(createDirectoryStore({ root }).list(""))).toEqual([]);
  await session.end();
});

test("who may not write is told so", async () => {
  const root = temporaryFolder();
  const printed = await runSourceAsNobody(
    `
    import { createDirectorySessions } from "SRC/objects/directory-sessions.ts";
    const error = await createDirectorySessions({ root: process.argv[1] }).begin().catch((thrown) => thrown);
    console.log(error.name, error.hint);
  `,
    root,
  );
  expect(printed).toContain(AccessDeniedError.name);
  expect(printed).toContain("give this user the right");
});
