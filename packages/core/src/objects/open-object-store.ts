// From the DSN of a store to the store: the one place that knows every driver. Nothing is touched until the first call.

import type { AwsSession } from "../aws/aws-session.ts";
import type { Clock } from "../lib/clock.ts";
import type { SwappableStore } from "../ports/object-store.ts";
import { createDirectoryStore } from "./directory-store.ts";
import { createMemoryStore } from "./memory-store.ts";
import {
  parseStoreDsn,
  type StoreDsnOptions,
  type StoreSettings,
  type StoreTarget,
} from "./parse-store-dsn.ts";
import { createS3Store } from "./s3-store.ts";

export interface OpenObjectStoreOptions extends StoreDsnOptions {
  /** Learns the server's time. */
  readonly clock?: Clock | undefined;
  readonly aws?: AwsSession | undefined;
}

export interface OpenedObjectStore {
  /** Bare: retrying and counting are decorators. */
  readonly store: SwappableStore;
  readonly target: StoreTarget;
  readonly settings: StoreSettings;
  /** The folder of a directory store. */
  readonly folder: string | undefined;
}

/** The stores of `memory://name`, for as long as the process lives: state of the process, as the file system is. */
const memoryStores = new Map<string, SwappableStore>();

/**
 * @param text `s3://bucket/prefix?…`, `file:///folder?…` or `memory://name`.
 * @throws SettingsError
 */
export function openObjectStore(text: string, options: OpenObjectStoreOptions): OpenedObjectStore {
  const { target, settings } = parseStoreDsn(text, options);
  const folder = target.kind === "file" ? target.root : undefined;
  return { store: openTarget(target, options), target, settings, folder };
}

function openTarget(
  target: StoreTarget,
  { clock, aws }: Pick<OpenObjectStoreOptions, "clock" | "aws">,
): SwappableStore {
  switch (target.kind) {
    case "s3":
      return createS3Store({ ...target, clock, aws });
    case "file":
      return createDirectoryStore({ root: target.root });
    case "memory": {
      const store = memoryStores.get(target.name) ?? createMemoryStore(target.name, clock?.now);
      memoryStores.set(target.name, store);
      return store;
    }
  }
}
