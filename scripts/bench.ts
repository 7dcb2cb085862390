/**
 * The benchmark (packages/bench) with the pinned servers of the tests.
 */
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type BenchSources, runBench, UsageError, usage } from "../packages/bench/src/index.ts";
import { startServer } from "./bench-servers.ts";
import type { Command } from "./lib/run.ts";
import { credentials, parts } from "./lib/services/parts.ts";

const sources: BenchSources = {
  servers: {
    description: `versitygw ${parts.versitygw.version}`,
    async start({ keepAlive, network, ...options }) {
      const command = ([file, ...args]: Command): Command => {
        const wanted = args.filter((arg) => keepAlive || arg !== "--keep-alive");
        const [first, ...others] = [...network.prefix, file, ...wanted];
        return [first!, ...others];
      };
      const started = await startServer("versitygw", { ...options, command, expose: network.expose });
      return {
        ...started,
        data: options.data,
        region: credentials.AWS_REGION,
        accessKeyId: credentials.AWS_ACCESS_KEY_ID,
        secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY,
      };
    },
  },
  indexes: {
    async open(...args) {
      // Loads the core's drivers and the AWS SDK, which only look-ups need.
      const { openFilledIndex } = await import("./bench-indexes.ts");
      return openFilledIndex(...args);
    },
  },
  stores: {
    async open(...args) {
      const { openFilledStore } = await import("./bench-upkeep.ts");
      return openFilledStore(...args);
    },
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
    await runBench(args, places, sources, abort.signal);
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
