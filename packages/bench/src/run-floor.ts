// Runs the floors of a case, each like a tool: in a place of its own, under the same clock.

import { join } from "node:path";
import type { BenchCase, FloorName } from "./cases.ts";
import { stage } from "./data-sets/data-set.ts";
import { type FloorMaterial, finishFloor, floorOf, makeFloorMaterial } from "./floors.ts";
import { type Measurement, measure } from "./measure.ts";
import type { FloorResult } from "./results.ts";
import type { RunContext } from "./run-once.ts";

export interface FloorSeries extends FloorResult {
  readonly name: FloorName;
  readonly material: FloorMaterial;
  readonly runs: Measurement[];
}

export async function startFloors(bench: BenchCase, context: RunContext): Promise<readonly FloorSeries[]> {
  if (bench.floors.length === 0) return [];
  const dataSet = context.dataSets.get(bench.dataSet)!;
  const isSave = bench.operation === "save";
  const staged = isSave ? undefined : await stage(dataSet, context);
  const folder = staged?.folder ?? context.source;
  const bucket = await context.buckets.make();
  const material = await makeFloorMaterial(bench.floors, { ...dataSet, folder }, bucket, context);
  await staged?.close();
  return bench.floors.map((name) => ({ name, title: floorOf(name).title, material, runs: [] }));
}

export async function runFloor(
  { name, title, material }: FloorSeries,
  context: RunContext,
): Promise<Measurement> {
  const { scratch, room, server, signal } = context;
  const place = await scratch.openPlace(name, room);
  await scratch.settle();
  const command = ["/usr/bin/env", ...floorOf(name).command(material, place.folder)];
  const measured = await measure(command, {
    cwd: place.folder,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8" },
    log: join(place.folder, ".log"),
    serverPids: server.pids,
    signal,
  });
  if (measured.exitCode !== 0) throw new Error(`${title} failed: ${command.join(" ")}`);
  await finishFloor(name, material, place.folder, scratch);
  await place.close();
  return measured;
}
