/**
 * Starts, stops and describes the services of one checkout. What runs is recorded in `.cache/services/`,
 * beside the logs and the data, and only read and written under one lock.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../lock.ts";
import { installedFile, installFolder, installParts, isInstalled, tail } from "./install.ts";
import { credentials, type PartName, partNames, partOf, type Server } from "./parts.ts";
import {
  becomesHealthy,
  freePort,
  isAlive,
  type ServerProcess,
  spawnServer,
  stopServer,
} from "./processes.ts";

interface Running extends ServerProcess {
  readonly port: number;
}
type State = Partial<Record<PartName, Running>>;

export interface Started {
  /** The servers that this call started, not those that ran before. */
  readonly names: readonly PartName[];
  readonly failures: readonly Error[];
}

const folder = join(import.meta.dirname, "../../../.cache/services");
const stateFile = join(folder, "state.json");
const lockFile = join(folder, "lock");
const startTimeoutMs = 60_000;
/** Another process may take the port between our look and the server's bind. */
const startAttempts = 2;

/** Installs what is missing and starts what does not run. One part's failure does not stop the others. */
export async function startServices(names: readonly PartName[], signal: AbortSignal): Promise<Started> {
  const installFailures = await installParts(names, signal);
  return withLock(lockFile, signal, async () => {
    const state = readState();
    const servers = names.filter((name) => partOf(name).server && isInstalled(name));
    const outcomes = await Promise.allSettled(servers.map((name) => ensureRunning(name, state, signal)));
    return {
      names: servers.filter((_, i) => outcomes[i]!.status === "fulfilled" && outcomes[i]!.value),
      failures: [
        ...installFailures,
        ...outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as Error] : [])),
      ],
    };
  });
}

/** Stops those of `names` that run, and returns them. */
export async function stopServices(names: readonly PartName[]): Promise<readonly PartName[]> {
  return withLock(lockFile, AbortSignal.timeout(2 * startTimeoutMs), async () => {
    const state = readState();
    const known = names.filter((name) => state[name]);
    await Promise.all(known.map((name) => forget(name, state)));
    return known;
  });
}

/** The variables that tests read: of the servers that run, of the tools that are installed. */
export function serviceEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const { name, where } of describeServices()) {
    if (where !== undefined) environment[partOf(name).variable] = where;
  }
  return { ...environment, ...credentials };
}

export interface Description {
  readonly name: PartName;
  readonly condition: "running" | "crashed" | "stopped" | "installed" | "not installed";
  /** The URL of a running server, the path of an installed tool. */
  readonly where?: string;
}

export function describeServices(): readonly Description[] {
  const state = readState();
  return partNames.map((name) => {
    const running = state[name];
    if (running && isAlive(running)) return { name, condition: "running", where: urlOf(running.port) };
    if (running) return { name, condition: "crashed" };
    if (!isInstalled(name)) return { name, condition: "not installed" };
    if (partOf(name).server) return { name, condition: "stopped" };
    return { name, condition: "installed", where: installedFile(name) };
  });
}

/** @returns whether it had to be started. */
async function ensureRunning(name: PartName, state: State, signal: AbortSignal): Promise<boolean> {
  const server: Server = partOf(name).server!;
  const known = state[name];
  if (known) {
    const url = urlOf(known.port) + server.healthPath;
    if (await becomesHealthy(known, url, startTimeoutMs, signal)) return false;
    console.log(`  ${name} no longer answers and is started again; its log: ${logOf(name)}.previous`);
    await forget(name, state);
  }
  const begun = performance.now();
  for (let attempt = 1; attempt <= startAttempts; attempt++) {
    if (await launch(name, server, state, signal)) {
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      console.log(`  ${name} runs on ${urlOf(state[name]!.port)} after ${seconds} s`);
      return true;
    }
  }
  throw new Error(`${name} did not start; log: ${logOf(name)}\n${tail(logOf(name))}`);
}

async function launch(name: PartName, server: Server, state: State, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  const data = dataOf(name);
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const port = await freePort();
  const command = server.command({ folder: installFolder(name), data, port });
  const spawned = await spawnServer(command, server.env ?? {}, logOf(name)).catch((error) => {
    throw new Error(`${command[0]} could not be run to start ${name}: ${error.message}`);
  });
  state[name] = { ...spawned, port };
  writeState(state);
  let healthy = false;
  try {
    healthy = await becomesHealthy(spawned, urlOf(port) + server.healthPath, startTimeoutMs, signal);
  } finally {
    if (!healthy) await forget(name, state);
  }
  return healthy;
}

async function forget(name: PartName, state: State): Promise<void> {
  await stopServer(state[name]!);
  rmSync(dataOf(name), { recursive: true, force: true });
  delete state[name];
  writeState(state);
}

function readState(): State {
  try {
    return JSON.parse(readFileSync(stateFile, "utf8")) as State;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

/** In one step: `env` and `status` read without the lock. */
function writeState(state: State): void {
  writeFileSync(`${stateFile}.new`, JSON.stringify(state, undefined, 2));
  renameSync(`${stateFile}.new`, stateFile);
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;
const logOf = (name: PartName): string => join(folder, "logs", `${name}.log`);
const dataOf = (name: PartName): string => join(folder, "data", name);
