// Work that does not end when it is told to: it is left behind, with the reason, and that is told.

import { CancelledError, DeadlineError } from "@cairn/core";
import { expect, test } from "@jest/globals";
import { withDeadline } from "../../src/deadline.ts";

const HANGS = (): Promise<never> => new Promise(() => {});
const never = new AbortController().signal;

async function leave(limits: { cancel?: AbortSignal; timeoutMs?: number }) {
  let leftBehind = 0;
  const error = await withDeadline(HANGS, {
    ...{ cancel: never, timeoutMs: 600_000, what: "save", graceMs: 10, ...limits },
    onLeftBehind: () => leftBehind++,
  }).catch((reason: unknown) => reason);
  return { error, leftBehind };
}

test("at its deadline", async () => {
  const { error, leftBehind } = await leave({ timeoutMs: 10 });
  expect(error).toBeInstanceOf(DeadlineError);
  expect(leftBehind).toBe(1);
});

test("when it is cancelled, before and meanwhile", async () => {
  const reason = new CancelledError("cancelled by SIGINT");
  expect(await leave({ cancel: AbortSignal.abort(reason) })).toEqual({ error: reason, leftBehind: 1 });
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 10);
  expect(await leave({ cancel: controller.signal })).toEqual({ error: reason, leftBehind: 1 });
});

test("when it is cancelled in the grace of its deadline, which is longer", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new CancelledError("cancelled")), 50);
  // An hour of grace: only the cancelling can end it.
  expect(
    (await leave({ timeoutMs: 10, cancel: controller.signal, ...{ graceMs: 3_600_000 } })).leftBehind,
  ).toBe(1);
});

test("work that ends in time is not left behind", async () => {
  let leftBehind = 0;
  const onLeftBehind = (): number => leftBehind++;
  const limits = { cancel: never, timeoutMs: 600_000, what: "save", onLeftBehind };
  expect(await withDeadline(async () => "done", limits)).toBe("done");
  expect(leftBehind).toBe(0);
});
