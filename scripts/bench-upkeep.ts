/**
 * A filled store for the benchmark of looking after one: the core's own maintenance on servers of their own, DynamoDB Local
 * and versitygw. Requests are counted where this process sends them, so that nothing stands in between.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdirSync, writeFileSync } from "node:fs";
import type { ClientRequest } from "node:http";
import { join } from "node:path";
import type { FilledStore, StoreFill } from "../packages/bench/src/index.ts";
import { sha256 } from "../packages/core/src/lib/sha256.ts";
import { joinPair } from "../packages/core/src/lib/store-identity.ts";
import { invalidate, revalidate } from "../packages/core/src/maintain/invalidate.ts";
import { prune } from "../packages/core/src/maintain/prune.ts";
import { encodeArtifact } from "../packages/core/src/model/artifact-codec.ts";
import { artifactName, contentPrefix, packName } from "../packages/core/src/model/names.ts";
import type { Ref } from "../packages/core/src/model/ref.ts";
import type { OpenedBackend } from "../packages/core/src/open-backend.ts";
import { placeOf } from "../packages/core/test/support/backends.ts";
import { makeTable } from "../packages/core/test/support/table.ts";
import { startServer } from "./bench-servers.ts";
import { credentials, parts } from "./lib/services/parts.ts";

const TABLE = "bench";
const BUCKET = "bench";
const DAY_MS = 24 * 60 * 60_000;
/** Puts at once: the servers share the machine. */
const CONCURRENT_SAVES = 16;
const NEW_TOOLCHAIN = "node-24.0.0";
const OLD_TOOLCHAIN = "node-22.0.0";

export async function openFilledStore(
  fill: StoreFill,
  folder: string,
  signal: AbortSignal,
): Promise<FilledStore> {
  // The SDK takes credentials from the environment of its process; nothing else runs in this one.
  Object.assign(process.env, credentials);
  const data = join(folder, "data");
  mkdirSync(join(data, BUCKET), { recursive: true });
  mkdirSync(join(folder, "rows"));
  const bucket = await startServer("versitygw", { data, log: join(folder, "versitygw.log"), signal });
  const table = await startServer("dynamodb", {
    data: join(folder, "rows"),
    log: join(folder, "dynamodb.log"),
    signal,
  }).catch(async (error: unknown) => {
    await bucket.stop();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await Promise.all([bucket.stop(), table.stop()]);
  };
  const counts = { index: 0, store: 0 };
  const onRequest = (message: unknown): void => {
    const host = (message as { request: ClientRequest }).request.getHeader("host");
    if (host === new URL(table.url).host) counts.index++;
    if (host === new URL(bucket.url).host) counts.store++;
  };
  try {
    await makeTable({ table: TABLE, region: credentials.AWS_REGION, endpoint: table.url });
    const region = credentials.AWS_REGION;
    const place = placeOf(
      `s3://${BUCKET}?region=${region}&path-style=true&endpoint=${encodeURIComponent(bucket.url)}`,
      `dynamodb://${TABLE}?region=${region}&endpoint=${encodeURIComponent(table.url)}`,
    );
    await place.withBackend((backend) => fillIn(backend, fill, join(data, BUCKET), signal));
    subscribe("http.client.request.start", onRequest);
    const selection = { repository: "acme/widgets", toolchain: OLD_TOOLCHAIN };
    return {
      server: `versitygw ${parts.versitygw.version}, DynamoDB Local ${parts.dynamodb.version}`,
      invalidate: ({ dryRun }) =>
        place.withBackend(
          async (backend) => (await invalidate(backend, selection, { dryRun, signal })).done.length,
        ),
      revalidate: () =>
        place.withBackend(
          async (backend) => (await revalidate(backend, selection, { dryRun: false, signal })).done.length,
        ),
      async prune({ dryRun, daysLater }) {
        place.setAheadMs(daysLater * DAY_MS);
        const run = { dryRun, confirmedBytes: Number.POSITIVE_INFINITY, signal };
        const report = await place.withBackend((backend) => prune(backend, run));
        place.setAheadMs(0);
        const [condemned, deleted, deferred] = [report.condemned, report.deleted, report.deferred];
        return { condemned: condemned.objects, deleted: deleted.objects, deferred: deferred.objects };
      },
      takeRequests() {
        const taken = { ...counts };
        Object.assign(counts, { index: 0, store: 0 });
        return taken;
      },
      async close() {
        unsubscribe("http.client.request.start", onRequest);
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Objects as saves leave them, but for their size: what a prune reads is whole, what it lists is many. Packs, which it never
 * reads, are files that are put where the server keeps them.
 */
async function fillIn(
  backend: OpenedBackend,
  { refs, packsOfEach }: StoreFill,
  bucketFolder: string,
  signal: AbortSignal,
): Promise<void> {
  mkdirSync(join(bucketFolder, contentPrefix("trusted", "packs")), { recursive: true });
  await joinPair(backend, { signal });
  const bornDay = Math.floor(Date.now() / DAY_MS);
  let next = 0;
  const saveNext = async (): Promise<void> => {
    for (let n = next++; n < refs; n = next++) {
      const packs = [];
      for (let pack = 0; pack < packsOfEach; pack++) {
        const bytes = Buffer.from(`pack ${pack} of save ${n}`);
        const digest = sha256(bytes);
        writeFileSync(join(bucketFolder, packName("trusted", digest)), bytes);
        const sizeBytes = bytes.length;
        packs.push({ digest, domain: "trusted" as const, sizeBytes, bornDay, usedBytes: sizeBytes });
      }
      const header = { entryCount: 0, treeBytes: 0, roots: [], packs, inlineBytes: 0, segments: [] };
      const bytes = encodeArtifact(header, new Uint8Array());
      const contentHash = sha256(bytes);
      await backend.store.put(artifactName("trusted", contentHash), bytes, contentHash, { signal });
      await backend.index.commit(refOf(n, contentHash, n < refs / 2 ? NEW_TOOLCHAIN : OLD_TOOLCHAIN), {
        signal,
      });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_SAVES }, saveNext));
}

function refOf(number: number, contentHash: Ref["contentHash"], toolchain: string): Ref {
  const nowMs = Date.now();
  return {
    scope: { repository: "acme/widgets", ref: `refs/heads/branch-${number % 100}` },
    version: "v".repeat(64),
    key: `deps-${String(number).padStart(6, "0")}`,
    domain: "trusted",
    contentHash,
    createdAtMs: nowMs,
    lastAccessedAtMs: nowMs,
    accessCount: 0,
    expiresAtMs: nowMs + 90 * DAY_MS,
    notAfterMs: nowMs + 365 * DAY_MS,
    treeBytes: 855e6,
    storedBytes: 160e6,
    entryCount: 87_495,
    toolchain,
  };
}
