// Threat: setuid programs and times that no disk takes.

import { lstatSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { LocalFileError } from "../../src/model/errors.ts";
import { createVictim, everything, expectHarmless, folder, plainFile, plant } from "../support/hostile.ts";
import { testBackend } from "../support/job.ts";

test("setuid, setgid and sticky bits are masked, with one notice", async () => {
  const job = createVictim();
  const backend = testBackend();
  const entries = [
    folder("", { mode: 0o2755 }),
    plainFile("plain", { mode: 0o755 }),
    plainFile("sg", { mode: 0o2711 }),
    plainFile("su", { mode: 0o4755 }),
    folder("tmp", { mode: 0o1777 }),
  ];
  await plant(backend, job, { entries });
  const restored = await job.restore(backend);
  expect(restored).toMatchObject({
    notices: [
      "4 entries were saved with setuid, setgid or sticky bits: these are not restored",
      expect.anything(),
    ],
  });
  const modes = ["tree", "tree/su", "tree/sg", "tree/tmp", "tree/plain"].map(
    (path) => lstatSync(job.path(path)).mode & 0o7777,
  );
  expect(modes).toEqual([0o755, 0o755, 0o711, 0o777, 0o755]);
});

test("a file that is there with the bit set is replaced", async () => {
  const job = createVictim();
  const entries = [folder(""), plainFile("su", { mode: 0o4755 })];
  await expectHarmless({ entries }, job);
  const { chmodSync, utimesSync } = await import("node:fs");
  chmodSync(job.path("tree/su"), 0o4755);
  utimesSync(job.path("tree/su"), 1_600_000_000, 1_600_000_000);
  await expectHarmless({ entries }, job);
  expect(lstatSync(job.path("tree/su")).mode & 0o7777).toBe(0o755);
});

test.each([2 ** 33, 2 ** 45, -(2 ** 40), 2 ** 52])(
  "the time %d is restored as far as it goes, or refused whole",
  async (mtimeSeconds) => {
    const job = createVictim();
    const backend = testBackend();
    await plant(backend, job, { entries: [folder(""), plainFile("a", { mtimeSeconds })] });
    const before = everything(job);
    const outcome: unknown = await job.restore(backend).catch((error: unknown) => error);
    if (outcome instanceof Error) {
      expect(outcome).toBeInstanceOf(LocalFileError);
      expect(everything(job)).toEqual(before);
    } else expect(everything(job)["workspace/tree/a"]).toBeTruthy();
  },
);
