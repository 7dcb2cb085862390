// A script that tests start to kill: one save or restore of the path `tree` over a directory store. Says when it begins.
// Arguments: save or restore, the store's folder, the job's folder, the key.

import { restore } from "../../src/restore/restore.ts";
import { save } from "../../src/save/save.ts";
import { diskBackend, requestsIn } from "./disk-backend.ts";

const [action, store, job, key] = process.argv.slice(2) as [string, string, string, string];
const backend = diskBackend(store);
const requests = requestsIn(job, key);
console.log("begins");
const result = await (action === "save" ? save(backend, requests.save) : restore(backend, requests.restore));
console.log(result.status);
await backend.index.close();
