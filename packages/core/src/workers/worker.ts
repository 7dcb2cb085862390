// The worker thread's side of the pool: one message, one task, one answer. Three message shapes, all in pool.ts.

import { parentPort, workerData } from "node:worker_threads";
import type { FromWorker, PoolSettings, ToWorker } from "./pool.ts";
import { runTask, transferableOf } from "./tasks.ts";

const tasks = runTask(workerData as PoolSettings);

parentPort!.on("message", ({ id, name, task }: ToWorker) => {
  let answer: FromWorker;
  try {
    answer = { id, result: tasks(name, task) };
  } catch (error) {
    answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  parentPort!.postMessage(answer, transferableOf(answer.result));
});
