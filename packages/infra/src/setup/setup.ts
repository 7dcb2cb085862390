// setup: what a store and an index stand on, looked at, and made or changed under `apply`. Idempotent: a second run
// finds everything present. Nothing is ever deleted.

import type { IndexPlace, Places } from "@cairn/core";
import { namesOf } from "../blueprint/names.ts";
import { bucketSteps } from "./bucket-steps.ts";
import { folderStep } from "./folder-step.ts";
import { monitoringSteps } from "./monitoring-steps.ts";
import type { SetupOptions, SetupStep } from "./setting.ts";
import { tableSteps } from "./table-steps.ts";

export interface SetupRequest extends SetupOptions {
  readonly archive?: boolean;
  /** The dashboard and the alarms. */
  readonly monitoring?: boolean;
  readonly alarmTopic?: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws CacheError; an abort rejects with the signal's reason. */
export async function setup(places: Places, env: Environment, request: SetupRequest): Promise<SetupStep[]> {
  const { store, index } = places;
  const { archive = false, monitoring = true, alarmTopic } = request;
  const steps: SetupStep[] = [];
  switch (store.kind) {
    case "s3":
      steps.push(
        ...(await bucketSteps(store, namesOf(store.target, undefined, ""), { ...request, archive })),
      );
      break;
    case "file":
      steps.push(await folderStep(store.root, request));
      break;
    case "memory":
      steps.push({ resource: `memory://${store.name}`, state: "present", detail: "lives in this process" });
  }
  steps.push(...(await indexSteps(index, request)));
  if (store.kind !== "s3" || !monitoring) return steps;
  if (store.target.endpoint !== undefined && !namesCloudWatch(env)) {
    const detail = "the store is not in AWS, so there is no dashboard and no alarm";
    return [...steps, { resource: "cloudwatch", state: "unsupported", detail }];
  }
  const { target } = store;
  const names = namesOf(target, undefined, "");
  const { region } = target;
  const monitored = await monitoringSteps(names, { ...request, alarmTopic, region, aws: places.aws });
  return [...steps, ...monitored];
}

/** The SDK reads these by itself. */
function namesCloudWatch(env: Environment): boolean {
  return Boolean(env["AWS_ENDPOINT_URL_CLOUDWATCH"] || env["AWS_ENDPOINT_URL"]);
}

async function indexSteps(index: IndexPlace, request: SetupRequest): Promise<SetupStep[]> {
  switch (index.kind) {
    case "dynamodb":
      return tableSteps(index, request);
    case "bucket":
      return [{ resource: "index", state: "present", detail: "the bucket holds the names, too" }];
    case "sqlite":
      return [
        { resource: `sqlite://${index.file}`, state: "present", detail: "the first save makes the file" },
      ];
    case "memory":
      return [{ resource: `memory://${index.name}`, state: "present", detail: "lives in this process" }];
  }
}
