// Threads that end by themselves or can't start: what waits for them ends with an error that says so, and that a step may
// treat as the machine's fault; a fault of our own in a thread stays what it is.

import { describe, expect, test } from "@jest/globals";
import { DEFAULT_COMPRESSION } from "../../../src/lib/codec.ts";
import { WorkerLostError } from "../../../src/model/errors.ts";
import { createWorkerPool, type WorkerPool } from "../../../src/workers/pool.ts";

/** A pool whose threads run this instead. */
function poolOf(code: string): WorkerPool {
  const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  return createWorkerPool({ compression: DEFAULT_COMPRESSION, known: new Set() }, { url });
}

async function failureIn(pool: WorkerPool): Promise<unknown> {
  try {
    return await pool.run("readBatch", {} as never).catch((error: unknown) => error);
  } finally {
    await pool.close();
  }
}

describe("a thread", () => {
  test("that ends", async () => {
    const error = await failureIn(poolOf("process.exit(9)"));
    expect(error).toBeInstanceOf(WorkerLostError);
    expect(error).toMatchObject({ code: "WORKER_LOST", message: "a worker thread ended with code 9" });
  });

  test("that runs out of memory", async () => {
    // As Node ends it: really running out would take gigabytes. scripts/chaos does it.
    const code = `throw Object.assign(new Error("limit"), { code: "ERR_WORKER_OUT_OF_MEMORY" })`;
    const error = await failureIn(poolOf(code));
    expect(error).toMatchObject({ code: "WORKER_LOST", hint: expect.stringContaining("memory") });
  });

  test("that has a fault of ours", async () => {
    const error = await failureIn(poolOf(`throw new TypeError("x is not a function")`));
    expect(error).not.toBeInstanceOf(WorkerLostError);
    expect(error).toMatchObject({ name: "TypeError", message: "x is not a function" });
  });

  test("whose end is noticed by all that come later", async () => {
    const pool = poolOf("process.exit(9)");
    await pool.run("readBatch", {} as never).catch(() => undefined);
    await expect(pool.run("readBatch", {} as never)).rejects.toBeInstanceOf(WorkerLostError);
    await pool.close();
  });
});
