// The servers of one chaos run, all real: a versitygw of our own, which cases may kill, DynamoDB Local, and in front of
// each toxiproxy for what breaks connections and a proxy of ours for what breaks answers.

import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { service } from "../../../packages/core/test/support/services.ts";
import { installFolder } from "../services/install.ts";
import { parts } from "../services/parts.ts";
import {
  becomesHealthy,
  freePort,
  type ServerProcess,
  spawnServer,
  stopServer,
} from "../services/processes.ts";
import { type FaultyProxy, startFaultyProxy } from "./faulty-proxy.ts";
import { openToxiproxy, type Toxics } from "./toxics.ts";

/** One server, and the ways to it. */
export interface Route {
  /** The server itself. */
  readonly direct: string;
  /** Through toxiproxy. */
  readonly wire: string;
  readonly toxics: Toxics;
  /** Through our own proxy, and then through toxiproxy. */
  readonly spoiled: string;
  readonly proxy: FaultyProxy;
}

export interface Servers {
  readonly s3: Route;
  readonly index: Route;
  /** Where versitygw keeps its buckets: a folder for each. */
  readonly data: string;
  /** Kills versitygw, and starts it again on the same data. */
  restartS3(): Promise<void>;
  stop(): Promise<void>;
}

const START_MS = 60_000;

/** @param folder on a disk with user attributes; for data and logs. */
export async function startServers(folder: string): Promise<Servers> {
  const data = join(folder, "s3");
  mkdirSync(data, { recursive: true });
  const port = await freePort();
  const direct = `http://127.0.0.1:${port}`;
  const { server } = parts.versitygw;
  const command = server.command({ folder: installFolder("versitygw"), data, port });
  const start = async (): Promise<ServerProcess> => {
    const started = await spawnServer(command, server.env, join(folder, "versitygw.log"));
    if (await becomesHealthy(started, direct + server.healthPath, START_MS, AbortSignal.timeout(START_MS)))
      return started;
    throw new Error(`versitygw did not start, see ${folder}/versitygw.log`);
  };
  let running = await start();
  const [s3, index] = await Promise.all([routeTo(direct), routeTo(service("dynamodb"))]);
  return {
    s3,
    index,
    data,
    async restartS3() {
      process.kill(running.pid, "SIGKILL");
      await stopServer(running);
      running = await start();
    },
    async stop() {
      for (const { toxics, proxy } of [s3, index]) {
        await toxics.remove();
        await proxy.close();
      }
      await stopServer(running);
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function routeTo(direct: string): Promise<Route> {
  const toxics = await openToxiproxy(service("toxiproxy"), direct);
  const proxy = await startFaultyProxy(toxics.url);
  return { direct, toxics, wire: toxics.url, proxy, spoiled: proxy.url };
}
