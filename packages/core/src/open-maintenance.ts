// openMaintenance: the drivers again, for looking after a store instead of using it.

import type { Readable } from "node:stream";
import type { CacheSettings } from "./cache.ts";
import type { ArtifactPlace } from "./lib/read-artifact.ts";
import { recordEvictions } from "./lib/record-step.ts";
import { exportTar } from "./maintain/export-tar.ts";
import { exportToObject, parseObjectTarget } from "./maintain/export-to-object.ts";
import { inspect, listEntries } from "./maintain/inspect.ts";
import { invalidate, revalidate } from "./maintain/invalidate.ts";
import { measureStorage } from "./maintain/measure-storage.ts";
import { findContent, readProvenance, why } from "./maintain/provenance.ts";
import { prune } from "./maintain/prune.ts";
import { verify } from "./maintain/verify.ts";
import type { Maintenance } from "./maintenance.ts";
import { isPullRequestRef } from "./model/access.ts";
import { UntrustedRefError } from "./model/errors.ts";
import type { Ref } from "./model/ref.ts";
import {
  checkSignature,
  describeSignature,
  type SignatureState,
  signatureKeyId,
} from "./model/ref-signature.ts";
import { type OpenOptions, openBackend } from "./open-backend.ts";
import type { CallOptions } from "./ports/object-store.ts";
import type { Session } from "./ports/store-sessions.ts";

/** Makes no request. @throws SettingsError */
export async function openMaintenance(settings: CacheSettings, options: OpenOptions): Promise<Maintenance> {
  // Who looks after a store waits for it.
  const backend = openBackend({ ...settings, outagesFolder: undefined }, options);
  const { store, index, keyring } = backend;
  const signatureOf = (ref: Ref): SignatureState => {
    const keyId = signatureKeyId(ref.signature);
    if (!keyring && keyId !== undefined) return { status: "unchecked", keyId };
    return checkSignature(ref, keyring?.verifiers ?? new Map());
  };
  const isRefused = (ref: Ref): boolean => keyring !== undefined && signatureOf(ref).status !== "valid";
  const placeOf = (ref: Ref): ArtifactPlace => ({ store, domain: ref.domain, contentHash: ref.contentHash });
  let session: Promise<Session | undefined> | undefined;
  /** From the first content that is read until close(): what another process evicts meanwhile waits for it. */
  const begin = async (): Promise<void> => {
    session ??= backend.sessions?.begin().catch(() => undefined);
    await session;
  };
  const reading =
    <Options, Result>(read: (ref: Ref, call: Options) => Promise<Result>) =>
    async (ref: Ref, call: Options): Promise<Result> => {
      await begin();
      return read(ref, call);
    };
  const exportRef = reading(async (ref, call?: CallOptions): Promise<Readable> => {
    if (isRefused(ref)) {
      throw new UntrustedRefError(`${JSON.stringify(ref.key)} ${describeSignature(signatureOf(ref))}`, {
        hint: "to look at it all the same, unset CAIRN_VERIFY_KEY and CAIRN_SIGNING_KEY",
      });
    }
    return exportTar(placeOf(ref), call);
  });
  return {
    storeDescription: store.description,
    indexDescription: index.description,
    list: (filter, call) => index.list(filter, call),
    counters: (filter, call) => index.counters(filter, call),
    async storage(refs, call) {
      await begin();
      return measureStorage(store, refs, call);
    },
    signatureOf,
    inspect: reading((ref, call) => inspect(placeOf(ref), call)),
    async *entries(ref, call) {
      await begin();
      yield* listEntries(placeOf(ref), call);
    },
    provenance: (of, call) => readProvenance(store, of, call),
    findContent: (digits, call) => findContent(store, digits, call),
    why: (of, call) => why(store, of, call),
    remove: (ref, call) => index.remove(ref, call),
    invalidate: (selection, call) => invalidate(backend, selection, call),
    revalidate: (selection, call) => revalidate(backend, selection, call),
    async prune({ maxSizeBytes = backend.limit?.maxSizeBytes, evict = backend.limit?.evict, ...call }) {
      const report = await prune(backend, { ...call, maxSizeBytes, evict });
      if (!report.dryRun && settings.metrics !== "off")
        await recordEvictions(backend, report.removed, { signal: call.signal });
      return report;
    },
    exportTar: exportRef,
    exportToObject: async (ref, target, call) => {
      const parsed = parseObjectTarget(target, options.env);
      return exportToObject(await exportRef(ref, call), parsed, backend.aws, call);
    },
    verify: async (ref, call) => {
      await begin();
      const report = await verify(placeOf(ref), call);
      // What a pull request saves for itself needs none.
      const needsNone = ref.domain === "pr" && isPullRequestRef(ref.scope.ref);
      if (needsNone || !isRefused(ref)) return report;
      return { ...report, problems: [`it ${describeSignature(signatureOf(ref))}`, ...report.problems] };
    },
    async close() {
      await (await session)?.end();
      await index.close();
    },
  };
}
