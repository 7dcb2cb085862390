/**
 * The benchmark (packages/bench) with the pinned S3 server of the tests. Each start is a server of its own with an
 * empty folder; those of `scripts/services` are neither used nor disturbed.
 */
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { runBench, type ServerSource, UsageError, usage } from "../packages/bench/src/index.ts";
import type { Command } from "./lib/run.ts";
import { installFolder, installParts, tail } from "./lib/services/install.ts";
import { credentials, parts } from "./lib/services/parts.ts";
import { becomesHealthy, freePort, spawnServer, stopServer } from "./lib/services/processes.ts";

const startTimeoutMs = 20_000;
const { server, version } = parts.versitygw;

const servers: ServerSource = {
  description: `versitygw ${version}`,
  async start({ keepAlive, data, log, network, signal }) {
    const [failure] = await installParts(["versitygw"], signal);
    if (failure) throw failure;
    const port = await freePort();
    const [file, ...args] = server.command({ folder: installFolder("versitygw"), data, port });
    const wanted = [file, ...args.filter((arg) => keepAlive || arg !== "--keep-alive")];
    const spawned = await spawnServer([...network.prefix, ...wanted] as unknown as Command, server.env, log);
    const exposed = await network.expose(port).catch(async (error) => {
      await stopServer(spawned);
      throw error;
    });
    const stop = async () => {
      exposed.close();
      await stopServer(spawned);
    };
    const { url, pids } = exposed;
    const healthy = await becomesHealthy(spawned, url + server.healthPath, startTimeoutMs, signal).catch(
      async (error) => {
        await stop();
        throw error;
      },
    );
    if (!healthy) {
      await stop();
      throw new Error(`versitygw did not start\n${tail(log)}`);
    }
    return {
      url,
      pids: [spawned.pid, ...pids],
      data,
      region: credentials.AWS_REGION,
      accessKeyId: credentials.AWS_ACCESS_KEY_ID,
      secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY,
      stop,
    };
  },
};

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(usage);
    return 0;
  }
  const abort = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => abort.abort());
  const places = {
    root: dirname(import.meta.dirname),
    cacheFolder: join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "cairn-dev", "data-sets"),
    cwd: process.cwd(),
  };
  try {
    await runBench(args, places, servers, abort.signal);
    return 0;
  } catch (error) {
    if (abort.signal.aborted) {
      console.error("interrupted");
      return 130;
    }
    console.error(`error: ${(error as Error).message}`);
    if (!(error instanceof UsageError)) return 1;
    console.error("see scripts/bench --help");
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
