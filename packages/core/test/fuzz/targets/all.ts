// Every target by its name, which is also that of its folder in the corpus.

import type { FuzzTarget } from "../target.ts";

export const TARGETS: Readonly<Record<string, () => Promise<{ target: FuzzTarget }>>> = {
  artifact: () => import("./artifact.ts"),
  "bucket-row": () => import("./bucket-row.ts"),
  chunk: () => import("./chunk.ts"),
  condemned: () => import("./condemned.ts"),
  dsn: () => import("./dsn.ts"),
  "dynamo-row": () => import("./dynamo-row.ts"),
  handover: () => import("./handover.ts"),
  "pack-list": () => import("./pack-list.ts"),
  paths: () => import("./paths.ts"),
  provenance: () => import("./provenance.ts"),
  segment: () => import("./segment.ts"),
  signature: () => import("./signature.ts"),
  "sqlite-row": () => import("./sqlite-row.ts"),
};
