// What every setting of a bucket is read and written with.

import type { S3Connection, StorePlace } from "@cairn/core";
import type { Names } from "../blueprint/names.ts";

export type S3Place = StorePlace & { readonly kind: "s3" };

export interface BucketContext {
  readonly connection: S3Connection;
  readonly target: S3Place["target"];
  readonly names: Pick<Names, "partition" | "bucket" | "prefix">;
  readonly abort: { readonly abortSignal?: AbortSignal };
  readonly archive: boolean;
}
