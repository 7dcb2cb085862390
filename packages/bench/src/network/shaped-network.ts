// A link of 200 MB/s in all, each way, and 20 ms: a network namespace for the server, a veth pair, the kernel's token
// bucket at both ends of it, and a relay on the far side that adds the latency. Needs root and iproute2.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { execute } from "../execute.ts";
import { UsageError } from "../usage-error.ts";
import { linkText, measureLink } from "./measure-link.ts";
import type { Exposed, Network } from "./network.ts";

const RATE_MBIT = 1600;
const ROUND_TRIP_MS = 20;
/** Of the rate that was set: a faster link is not shaped, a slower one tells of the machine and not of the tools. */
const TOLERANCE = { least: 0.75, most: 1.1 };
const MAX_ROUND_TRIP_MS = 2 * ROUND_TRIP_MS;
const PROBE_PORT = 7070;
const SCRIPT = fileURLToPath(new URL("../../src/network/far-side.ts", import.meta.url));
const TOOL_FOLDERS = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

/** @throws UsageError where it can't be made, an Error where the link is not what it should be. */
export async function openShapedNetwork(signal: AbortSignal): Promise<Network> {
  checkTools();
  const name = `cairn-bench-${process.pid}`;
  const [near, far] = [`cb${process.pid}n`, `cb${process.pid}f`] as const;
  // RFC 2544 keeps 198.18.0.0/15 for benchmarks: no network has it.
  const base = (process.pid % 16_384) * 4;
  const address = (last: number): string => `198.18.${Math.floor(base / 256)}.${(base % 256) + last}`;
  const farHost = address(2);
  const inside = ["ip", "netns", "exec", name] as const;
  const children: Child[] = [];
  const start = async (...args: readonly string[]): Promise<Child> => {
    const child = await startChild([...inside, process.execPath, SCRIPT, ...args]);
    children.push(child);
    return child;
  };
  const expose = async (port: number): Promise<Exposed> => {
    const child = await start("relay", farHost, String(port), String(ROUND_TRIP_MS));
    return { url: `http://${farHost}:${port}`, pids: [child.pid!], close: () => void child.kill("SIGKILL") };
  };
  const close = async (): Promise<void> => {
    for (const child of children) child.kill("SIGKILL");
    // The pair goes with the namespace. Also after an abort.
    await execute(["ip", "netns", "delete", name], { signal: new AbortController().signal });
  };
  await execute(["ip", "netns", "add", name], { signal });
  try {
    const ip = (...args: string[]) => execute(["ip", ...args], { signal });
    await ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name);
    await ip("address", "add", `${address(1)}/30`, "dev", near);
    await ip("-netns", name, "address", "add", `${farHost}/30`, "dev", far);
    await ip("link", "set", near, "up");
    for (const device of ["lo", far]) await ip("-netns", name, "link", "set", device, "up");
    const bucket = ["root", "tbf", "rate", `${RATE_MBIT}mbit`, "burst", "4mb", "latency", "50ms"];
    await execute(["tc", "qdisc", "add", "dev", near, ...bucket], { signal });
    await execute(["tc", "-netns", name, "qdisc", "add", "dev", far, ...bucket], { signal });
    await start("probe", String(PROBE_PORT));
    const probe = await expose(PROBE_PORT);
    const link = await measureLink(probe.url, signal);
    probe.close();
    const rate = RATE_MBIT / 8;
    const rates = [link.allDown, link.allUp];
    const isShaped =
      rates.every((each) => each > rate * TOLERANCE.least && each < rate * TOLERANCE.most) &&
      link.roundTripMs > ROUND_TRIP_MS * TOLERANCE.least &&
      link.roundTripMs < MAX_ROUND_TRIP_MS;
    if (!isShaped) {
      const wanted = `${rate} MB/s and ${ROUND_TRIP_MS} ms`;
      throw new Error(`the link should give ${wanted} and gives ${linkText(link)}: is the machine busy?`);
    }
    return { kind: "shaped", link: linkText(link), prefix: inside, expose, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Child = ChildProcessByStdio<null, Readable, null>;

async function startChild([file, ...args]: readonly [string, ...string[]]): Promise<Child> {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`${args.join(" ")} ended with code ${code}`);
  });
  ended.catch(() => undefined);
  await Promise.race([once(child.stdout, "data"), ended]);
  return child;
}

function checkTools(): void {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new UsageError("--network shaped makes a network namespace: run it as root on Linux");
  }
  for (const tool of ["ip", "tc"]) {
    if (TOOL_FOLDERS.some((folder) => existsSync(`${folder}/${tool}`))) continue;
    throw new UsageError(`--network shaped needs ${tool} (Debian: apt-get install iproute2)`);
  }
}
