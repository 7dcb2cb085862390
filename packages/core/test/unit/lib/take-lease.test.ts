// Leases of processes: one that has died on this machine is not waited for, all others are.

import { spawnSync } from "node:child_process";
import { expect, test } from "@jest/globals";
import { ownerHere, takeLease } from "../../../src/lib/take-lease.ts";
import type { Lease } from "../../../src/ports/key-index.ts";
import { testBackend } from "../../support/job.ts";
import { makeRef } from "../../support/refs.ts";

const { index, clock } = testBackend();
const leaseOf =
  (owner: string, key: string): (() => Lease) =>
  () => ({ id: makeRef({ key }), owner, expiresAtMs: clock.now() + 60_000 });

/** The number of a process that has ended. */
const deadPid = spawnSync(process.execPath, ["-e", ""]).pid;
const here = ownerHere("other");
const withPid = (pid: number): string => here.replace(/:\d+\)$/, `:${pid})`);

test.each([
  ["a dead process of this machine", withPid(deadPid), true],
  ["a running one", withPid(process.ppid), false],
  ["this one, by another name", here, false],
  ["a dead one of another machine", withPid(deadPid).replace("(", "(elsewhere-"), false],
  ["one that does not say", "someone", false],
])("a lease of %s: %s", async (_what, owner, isTaken) => {
  expect(await takeLease(index, leaseOf(owner, owner), {})).toBeUndefined();
  const mine = leaseOf(ownerHere("mine"), owner);
  expect((await takeLease(index, mine, {}))?.owner).toBe(isTaken ? undefined : owner);
});
