// A script that tests start: one prune of a store and an index on servers, as it will look some days later, that kills its
// own process when it makes the call of a number, with others under way. Arguments: both DSNs, the days, the number
// (0: none).

import { prune } from "../../src/maintain/prune.ts";
import type { OpenedBackend } from "../../src/open-backend.ts";
import { placeOf } from "./backends.ts";

const [store, index, days, dieAtCall] = process.argv.slice(2) as [string, string, string, string];
let calls = 0;

function counted<Port extends object>(port: Port): Port {
  return Object.fromEntries(
    Object.entries(port).map(([name, value]) => [
      name,
      typeof value !== "function" || name === "close"
        ? value
        : (...args: unknown[]) => {
            const result: unknown = (value as (...all: unknown[]) => unknown)(...args);
            // After the request went out, before it was answered.
            if (++calls === Number(dieAtCall)) setImmediate(() => process.kill(process.pid, "SIGKILL"));
            return result;
          },
    ]),
  ) as Port;
}

const place = placeOf(store, index);
place.setAheadMs(Number(days) * 86_400_000);
await place.withBackend(async (backend) => {
  const dying: OpenedBackend = { ...backend, store: counted(backend.store), index: counted(backend.index) };
  const report = await prune(dying, { dryRun: false, confirmedBytes: Number.POSITIVE_INFINITY });
  console.log(JSON.stringify({ calls, deleted: report.deleted, condemned: report.condemned }));
});
