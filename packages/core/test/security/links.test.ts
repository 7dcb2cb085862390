// Threat: links, made by the artifact or already there, through which something else would be written, read or kept.

import { existsSync, linkSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { UnsafePathError } from "../../src/model/errors.ts";
import {
  createVictim,
  everything,
  expectHarmless,
  expectRefused,
  folder,
  link,
  otherName,
  plainFile,
} from "../support/hostile.ts";

test.each(["../../outside", "/tmp", "..", "."])(
  "a file through the artifact's own link to %s",
  async (target) => {
    await expectRefused({ entries: [folder(""), link("a", target), plainFile("a/passwd")] }, UnsafePathError);
    await expectRefused({ entries: [folder(""), link("a", target), folder("a/b")] }, UnsafePathError);
    await expectRefused({ entries: [folder(""), link("a", target), link("a/b", "x")] }, UnsafePathError);
  },
);

test("a root that is a link", async () => {
  await expectRefused({ entries: [link("", "../../outside"), plainFile("passwd")] }, UnsafePathError);
  await expectRefused({ entries: [link("", "../../outside")] }, UnsafePathError);
});

test("a link may lead anywhere, since nothing is written through it", async () => {
  const entries = [folder(""), link("a", "/etc/passwd"), link("b", "../../outside"), plainFile("c")];
  const job = await expectHarmless({ entries });
  expect(lstatSync(job.path("tree/b")).isSymbolicLink()).toBe(true);
});

test("links that are there lead out: where the artifact has a folder, they are replaced, not followed", async () => {
  const job = createVictim();
  symlinkSync("../../outside", job.path("tree/dir"));
  symlinkSync("../../outside/passwd", job.path("tree/file"));
  symlinkSync("../../outside/new", job.path("tree/dangling"));
  const entries = [
    folder(""),
    plainFile("dangling"),
    folder("dir"),
    plainFile("dir/passwd"),
    plainFile("file"),
  ];
  await expectHarmless({ entries }, job);
  for (const path of ["dir", "file", "dangling"])
    expect(lstatSync(job.path(`tree/${path}`)).isSymbolicLink()).toBe(false);
  expect(readFileSync(job.path("tree/dir/passwd"), "utf8")).toBe("bytes of dir/passwd");
});

test("a failing restore does not follow them either", async () => {
  const job = createVictim();
  symlinkSync("../../outside", job.path("tree/dir"));
  const entries = [
    folder(""),
    folder("dir"),
    plainFile("dir/passwd"),
    plainFile("z", { size: 5, mtimeSeconds: 0 }),
  ];
  // A file whose chunk is not what it says fails when all else is being written.
  const stored = Buffer.from("12345");
  const chunk = {
    digest: "ab".repeat(32) as never,
    storedDigest: "cd".repeat(32) as never,
    plainLength: 5,
    storedLength: 5,
    codec: "none" as const,
    pack: "0".repeat(64) as never,
    offset: 0,
  };
  const last = { ...entries[3]!, extents: [{ chunk: chunk.digest, offset: 0, length: 5 }] } as never;
  const before = everything(job);
  const { CorruptError } = await import("../../src/model/errors.ts");
  await expectRefused(
    { entries: [...entries.slice(0, 3), last], chunks: [{ chunk, stored }] },
    CorruptError,
    { job },
  );
  expect(everything(job)).toEqual(before);
});

test.each(["../../outside/passwd", "/etc/passwd", "missing", "", "b"])(
  "a hard link to %j",
  async (target) => {
    const entries = [folder(""), folder("b"), otherName("c", target)];
    await expectRefused({ entries }, UnsafePathError);
  },
);

test("a hard link to the artifact's own link", async () => {
  await expectRefused(
    { entries: [folder(""), link("b", "../../outside/passwd"), otherName("c", "b")] },
    UnsafePathError,
  );
});

test("a file that has another name outside is replaced, not written into", async () => {
  const job = createVictim();
  linkSync(job.path("../outside/passwd"), job.path("tree/a"));
  linkSync(job.path("../outside/passwd"), job.path("tree/b"));
  await expectHarmless({ entries: [folder(""), plainFile("a"), otherName("b", "a")] }, job);
  expect(readFileSync(job.path("tree/a"), "utf8")).toBe("bytes of a");
  expect(lstatSync(job.path("tree/a")).nlink).toBe(2);
});

test("a root that is itself a link here is the user's own choice: it is followed once", async () => {
  const job = createVictim();
  rmSync(job.path("tree"), { recursive: true });
  mkdirSync(job.path("../elsewhere"));
  symlinkSync("../elsewhere", job.path("tree"));
  const outside = { ...everything(job) };
  const { plant } = await import("../support/hostile.ts");
  const { testBackend } = await import("../support/job.ts");
  const backend = testBackend();
  await plant(backend, job, { entries: [folder(""), plainFile("a"), link("b", "../outside")] });
  await job.restore(backend);
  expect(existsSync(job.path("../elsewhere/a"))).toBe(true);
  for (const [path, line] of Object.entries(outside))
    if (!path.startsWith("elsewhere") && path !== "" && path !== "workspace")
      expect([path, everything(job)[path]]).toEqual([path, line]);
});
