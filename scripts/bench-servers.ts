/**
 * Servers of the benchmarks: the pinned ones of the tests, each start with an empty folder and a port of its own; those
 * of `scripts/services` are neither used nor disturbed.
 */
import type { Command } from "./lib/run.ts";
import { installFolder, installParts, tail } from "./lib/services/install.ts";
import { type PartName, partOf } from "./lib/services/parts.ts";
import { becomesHealthy, freePort, spawnServer, stopServer } from "./lib/services/processes.ts";

export interface StartOptions {
  readonly data: string;
  readonly log: string;
  readonly signal: AbortSignal;
  /** Changes its command line. Default: as it is. */
  readonly command?: (command: Command) => Command;
  /** Makes the port that it listens on reachable. Default: it is. */
  readonly expose?: (port: number) => Promise<{ url: string; pids: readonly number[]; close(): void }>;
}

export interface StartedServer {
  readonly url: string;
  /** Of the server and of what stands before it. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

const startTimeoutMs = 30_000;
const onLoopback = async (port: number) => ({
  url: `http://127.0.0.1:${port}`,
  pids: [],
  close: () => undefined,
});

/** @throws when it can't be installed, or does not answer in time. */
export async function startServer(
  name: PartName,
  { data, log, signal, command = (each) => each, expose = onLoopback }: StartOptions,
): Promise<StartedServer> {
  const [failure] = await installParts([name], signal);
  if (failure) throw failure;
  const { server } = partOf(name);
  if (!server) throw new Error(`${name} is no server`);
  const port = await freePort();
  const wanted = server.command({ folder: installFolder(name), data, port });
  const spawned = await spawnServer(command(wanted), server.env ?? {}, log);
  try {
    const exposed = await expose(port);
    const stop = async (): Promise<void> => {
      exposed.close();
      await stopServer(spawned);
    };
    if (await becomesHealthy(spawned, exposed.url + server.healthPath, startTimeoutMs, signal)) {
      return { url: exposed.url, pids: [spawned.pid, ...exposed.pids], stop };
    }
    throw new Error(`${name} did not start\n${tail(log)}`);
  } catch (error) {
    await stopServer(spawned);
    throw error;
  }
}
