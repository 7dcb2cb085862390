// From the DSN of an index to the index: the one place that knows every driver. Nothing is touched until the first
// call.

import { isAbsolute } from "node:path";
import type { AwsSession } from "../aws/aws-session.ts";
import type { Clock } from "../lib/clock.ts";
import { parseDsn } from "../lib/dsn.ts";
import { SettingsError } from "../model/errors.ts";
import type { MaintainableIndex } from "../ports/key-index.ts";
import type { SwappableStore } from "../ports/object-store.ts";
import { createBucketIndex } from "./bucket-index.ts";
import type { DynamoPlace } from "./dynamo-client.ts";
import { createDynamoIndex } from "./dynamo-index.ts";
import { createMemoryIndex } from "./memory-index.ts";
import { createSqliteIndex } from "./sqlite-index.ts";

export interface IndexDsnOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the text came from, for messages. */
  readonly setting: string;
}

export interface OpenKeyIndexOptions extends IndexDsnOptions {
  /** For `bucket`, which keeps the names where the content is. */
  readonly store: SwappableStore;
  readonly clock: Clock;
  readonly aws?: AwsSession | undefined;
}

/** What the DSN of an index says, checked. */
export type IndexTarget =
  | { readonly kind: "bucket" }
  | { readonly kind: "dynamodb"; readonly place: DynamoPlace }
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "memory"; readonly name: string };

/** The indexes of `memory://name`, for as long as the process lives. */
const memoryIndexes = new Map<string, MaintainableIndex>();

/** @param text `bucket`, `dynamodb://table?region=&endpoint=`, `sqlite:///file` or `memory://name`. @throws SettingsError */
export function openKeyIndex(text: string, options: OpenKeyIndexOptions): MaintainableIndex {
  const { store, clock, aws } = options;
  const target = parseIndexDsn(text, options);
  switch (target.kind) {
    case "bucket":
      return createBucketIndex({ store, clock });
    case "dynamodb":
      return createDynamoIndex({ ...target.place, clock, aws });
    case "sqlite":
      return createSqliteIndex({ file: target.file, clock });
    case "memory": {
      const index = memoryIndexes.get(target.name) ?? createMemoryIndex({ clock, name: target.name });
      memoryIndexes.set(target.name, index);
      return index;
    }
  }
}

/** @throws SettingsError */
export function parseIndexDsn(text: string, { env, setting }: IndexDsnOptions): IndexTarget {
  if (text === "bucket") return { kind: "bucket" };
  const dsn = parseDsn(text, setting, { dynamodb: ["region", "endpoint"], sqlite: [], memory: [] });
  switch (dsn.scheme) {
    case "dynamodb": {
      if (!/^[A-Za-z0-9_.-]{3,255}$/.test(dsn.host) || dsn.path.replace("/", "") !== "") {
        throw new SettingsError(setting, `${setting} names no table: "${dsn.host}${dsn.path}"`, {
          hint: "write dynamodb://TABLE: 3 to 255 letters, digits, dots, hyphens and underscores",
        });
      }
      const endpoint =
        dsn.parameters.get("endpoint") ?? env["AWS_ENDPOINT_URL_DYNAMODB"] ?? env["AWS_ENDPOINT_URL"];
      if (endpoint !== undefined && !/^https?:\/\/[^/]+/.test(endpoint)) {
        throw new SettingsError(setting, `${setting} has an endpoint that is no URL: "${endpoint}"`, {
          hint: "write endpoint=http://host:port",
        });
      }
      const region =
        dsn.parameters.get("region") ??
        env["AWS_REGION"] ??
        env["AWS_DEFAULT_REGION"] ??
        (endpoint ? "us-east-1" : undefined);
      return { kind: "dynamodb", place: { table: dsn.host, region, endpoint } };
    }
    case "sqlite": {
      const file = process.platform === "win32" ? dsn.path.replace(/^\/(?=[A-Za-z]:)/, "") : dsn.path;
      if (dsn.host !== "" || !isAbsolute(file) || file.endsWith("/")) {
        throw new SettingsError(setting, `${setting} needs the absolute path of a file: "${text}"`, {
          hint: "write sqlite:///folder/index.db, with three slashes",
        });
      }
      return { kind: "sqlite", file };
    }
    default:
      return { kind: "memory", name: dsn.host };
  }
}
