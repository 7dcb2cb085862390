// Backend: what both pipelines are given by open-backend.ts, and never make themselves.

import type { KeyIndex, MaintainableIndex } from "../ports/key-index.ts";
import type { ObjectStore } from "../ports/object-store.ts";
import type { Clock } from "./clock.ts";
import type { Compression } from "./codec.ts";

export interface Backend {
  readonly store: ObjectStore;
  /** Beside what the pipelines need: what tells why a look-up missed. */
  readonly index: KeyIndex & Pick<MaintainableIndex, "findByKey">;
  readonly clock: Clock;
  readonly compression: Compression;
  /** How long a Ref lives after its last use. */
  readonly refTtlMs: number;
  /** Where the stamps of roots are kept from one job to the next; undefined: they are not. */
  readonly stampsFolder: string | undefined;
  /** Entry of the worker threads, where it is not the file in `workers/` (a bundle). */
  readonly workerUrl: URL | undefined;
}
