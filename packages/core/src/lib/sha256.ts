// SHA-256 of whole buffers: one native call, no Hash object.

import { hash } from "node:crypto";
import type { Digest } from "../model/digest.ts";

export function sha256(bytes: Uint8Array): Digest {
  return hash("sha256", bytes, "hex") as Digest;
}
