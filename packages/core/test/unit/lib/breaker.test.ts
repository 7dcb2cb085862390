// Giving up a server that does not answer: when, and when not; and what later steps of the job know of it.

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "@jest/globals";
import { createBreaker, type Waits } from "../../../src/lib/breaker.ts";
import { openOutageFile } from "../../../src/lib/outage-record.ts";
import { AccessDeniedError, StoreAwayError, StoreUnavailableError } from "../../../src/model/errors.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** Long enough for a busy machine to answer a question, short enough to wait for. */
const WAITS: Waits = { suspectMs: 20, patienceMs: 400, askAgainMs: 300, jobMs: 1_500 };

const SILENT = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const REFUSED = async (): Promise<never> => {
  throw new StoreUnavailableError("refused");
};
const DENIED = async (): Promise<never> => {
  throw new AccessDeniedError("no");
};

/** One step of a job: a process of its own, which knows what the folder says. */
function step(
  folder: string,
  ask: (signal: AbortSignal) => Promise<unknown>,
  waits: Partial<Waits> = {},
  server = "server",
) {
  let asked = 0;
  const breaker = createBreaker({
    description: "s3://bucket",
    ask: (signal) => {
      asked++;
      return ask(signal);
    },
    outages: openOutageFile(folder, server),
    waits: { ...WAITS, ...waits },
  });
  return { run: breaker.run, asked: () => asked };
}

test("a server that is silent is given up, and all calls to it end", async () => {
  const folder = temporaryFolder();
  const { run } = step(folder, SILENT);
  const calls = [run(undefined, SILENT), run(undefined, SILENT)];
  for (const call of calls) {
    await expect(call).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringMatching(/^s3:\/\/bucket has not answered for/),
      hint: expect.any(String),
    });
  }
  let isCalled = false;
  const later = run(undefined, async () => {
    isCalled = true;
  });
  await expect(later).rejects.toBeInstanceOf(StoreUnavailableError);
  expect(isCalled).toBe(false);
  expect(openOutageFile(folder, "server").read()).toMatchObject({ isAway: true });
  expect(openOutageFile(folder, "server").read().waitedMs).toBeGreaterThan(0);
});

test("a server that refuses is given up by the first call that fails", async () => {
  const folder = temporaryFolder();
  const { run, asked } = step(folder, REFUSED);
  await expect(run(undefined, REFUSED)).rejects.toThrow("refused");
  expect(asked()).toBe(1);
  expect(openOutageFile(folder, "server").read().isAway).toBe(true);
});

test("a later step asks once more, and does without", async () => {
  const folder = temporaryFolder();
  await expect(step(folder, REFUSED).run(undefined, REFUSED)).rejects.toThrow("refused");
  for (const ask of [REFUSED, SILENT]) {
    const { run, asked } = step(folder, ask);
    let isCalled = false;
    for (let i = 0; i < 3; i++) {
      const call = run(undefined, async () => {
        isCalled = true;
      });
      await expect(call).rejects.toBeInstanceOf(StoreAwayError);
    }
    expect([asked(), isCalled]).toEqual([1, false]);
  }
});

test("a server that is back is used again, by this step and the next", async () => {
  const folder = temporaryFolder();
  await expect(step(folder, REFUSED).run(undefined, REFUSED)).rejects.toThrow("refused");
  // It answers, if only that nobody may ask: that is a server.
  expect(await step(folder, DENIED).run(undefined, async () => "answer")).toBe("answer");
  const { run, asked } = step(folder, SILENT);
  expect(await run(undefined, async () => "answer")).toBe("answer");
  expect(asked()).toBe(0);
});

test("what a job has waited is used up once, whichever server it was for", async () => {
  const folder = temporaryFolder();
  openOutageFile(folder, "index").add(WAITS.jobMs);
  openOutageFile(folder, "server").add(0);
  const { run, asked } = step(folder, SILENT);
  await expect(run(undefined, SILENT)).rejects.toBeInstanceOf(StoreAwayError);
  expect(asked()).toBe(0);
});

test("a call that is silent for long goes on while the server answers others", async () => {
  const { run, asked } = step(temporaryFolder(), DENIED, { patienceMs: 50 });
  const upload = run(undefined, async (signal) => {
    await sleep(600, undefined, { signal });
    return "done";
  });
  expect(await upload).toBe("done");
  expect(asked()).toBeGreaterThan(0);
});

test.each([
  ["a refusal", new AccessDeniedError("no")],
  ["a plea for fewer requests", new StoreUnavailableError("slow down", { throttled: true })],
])("%s is an answer", async (_, error) => {
  const folder = temporaryFolder();
  const { run, asked } = step(folder, SILENT);
  const refuse = async (): Promise<never> => {
    throw error;
  };
  for (let i = 0; i < 3; i++) await expect(run(undefined, refuse)).rejects.toBe(error);
  expect(asked()).toBe(0);
  expect(openOutageFile(folder, "server").read().isAway).toBe(false);
});

test("one call that fails does not end the others while the server answers", async () => {
  const folder = temporaryFolder();
  const { run } = step(folder, DENIED);
  const other = run(undefined, async (signal) => {
    await sleep(100, undefined, { signal });
    return "done";
  });
  await expect(run(undefined, REFUSED)).rejects.toThrow("refused");
  expect(await other).toBe("done");
  expect(openOutageFile(folder, "server").read().isAway).toBe(false);
});

test("an abort ends a call with its reason, and gives nobody up", async () => {
  const folder = temporaryFolder();
  const reason = new Error("stopped by the test");
  const { run } = step(folder, SILENT, { suspectMs: 60_000 });
  await expect(run(AbortSignal.abort(reason), SILENT)).rejects.toBe(reason);
  const controller = new AbortController();
  const call = run(controller.signal, SILENT);
  setTimeout(() => controller.abort(reason), 20);
  await expect(call).rejects.toBe(reason);
  expect(openOutageFile(folder, "server").read().isAway).toBe(false);
});

test("an outage is forgotten after a quarter of an hour, and so is one of the future", () => {
  const folder = temporaryFolder();
  openOutageFile(folder, "server").add(1_000);
  expect(openOutageFile(folder, "server").read()).toEqual({ isAway: true, waitedMs: 1_000 });
  for (const minutes of [16, -16]) {
    const read = openOutageFile(folder, "server", () => Date.now() + minutes * 60_000).read();
    expect(read).toEqual({ isAway: false, waitedMs: 0 });
  }
});

test("a file that is none is ignored, and so is a folder that can't be written", () => {
  const folder = temporaryFolder();
  const outages = openOutageFile(folder, "server");
  outages.add(1_000);
  const [name] = readdirSync(folder);
  for (const text of ["", "{", "[]", "null", '{"waitedMs":"1"}']) {
    writeFileSync(join(folder, name!), text);
    expect(outages.read()).toEqual({ isAway: false, waitedMs: 0 });
  }
  const blocked = join(temporaryFolder(), "file");
  writeFileSync(blocked, "");
  const nowhere = openOutageFile(join(blocked, "folder"), "server");
  nowhere.add(1_000);
  nowhere.clear();
  expect(nowhere.read()).toEqual({ isAway: false, waitedMs: 0 });
});

test("what steps hand over is not disturbed by it", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "cairn"));
  openOutageFile(join(folder, "cairn"), "server").add(1);
  expect(readdirSync(join(folder, "cairn")).filter((name) => name.endsWith(".json"))).toEqual([]);
});
