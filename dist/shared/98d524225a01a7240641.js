// The worker thread's side of the pool: one message, one task, one answer. Three message shapes, all in pool.ts.
import { parentPort, workerData } from "node:worker_threads";
import { runTask, transferableOf } from "./tasks.js";
const tasks = runTask(workerData);
parentPort.on("message", ({ id, name, task }) => {
    let answer;
    try {
        answer = { id, result: tasks(name, task) };
    }
    catch (error) {
        answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    parentPort.postMessage(answer, transferableOf(answer.result));
});
//# sourceMappingURL=worker.js.map