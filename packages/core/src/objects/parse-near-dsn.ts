// What the setting of the near cache says, checked: `file:///folder?max-size=50GiB`. Pure.

import { parseDsn, parseSize } from "../lib/dsn.ts";
import { SettingsError } from "../model/errors.ts";
import { parseFolder } from "./parse-store-place.ts";

export interface NearSettings {
  /** Absolute. */
  readonly root: string;
  readonly maxSizeBytes: number;
}

/** The trees of some dozen projects. A smaller disk bounds it too: see near-room.ts. */
const DEFAULT_MAX_SIZE_BYTES = 50 * 2 ** 30;

/** @param setting where the text comes from, for messages: `CAIRN_NEAR`. @throws SettingsError */
export function parseNearDsn(text: string, setting: string): NearSettings {
  const dsn = parseDsn(text, setting, { file: ["max-size"] });
  const maxSize = dsn.parameters.get("max-size");
  const maxSizeBytes =
    maxSize === undefined ? DEFAULT_MAX_SIZE_BYTES : parseSize(maxSize, setting, "max-size");
  if (maxSizeBytes === 0) {
    throw new SettingsError(setting, `max-size of ${setting} is nothing`, {
      hint: "write max-size=50GiB, or leave the near cache out",
    });
  }
  return { root: parseFolder(dsn, setting), maxSizeBytes };
}
