// openMaintenance: the drivers again, for looking after a store instead of using it.

import type { Readable } from "node:stream";
import type { CacheSettings } from "./cache.ts";
import type { ArtifactPlace } from "./lib/read-artifact.ts";
import { exportTar } from "./maintain/export-tar.ts";
import { exportToObject, parseObjectTarget } from "./maintain/export-to-object.ts";
import { inspect, listEntries } from "./maintain/inspect.ts";
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
import { type OpenOptions, openBackend } from "./open-cache.ts";
import type { CallOptions } from "./ports/object-store.ts";

/** Makes no request. @throws SettingsError */
export async function openMaintenance(settings: CacheSettings, options: OpenOptions): Promise<Maintenance> {
  const { store, index, keyring } = openBackend({ ...settings, outagesFolder: undefined }, options);
  const signatureOf = (ref: Ref): SignatureState => {
    const keyId = signatureKeyId(ref.signature);
    if (!keyring && keyId !== undefined) return { status: "unchecked", keyId };
    return checkSignature(ref, keyring?.verifiers ?? new Map());
  };
  const isRefused = (ref: Ref): boolean => keyring !== undefined && signatureOf(ref).status !== "valid";
  const exportRef = async (ref: Ref, call?: CallOptions): Promise<Readable> => {
    if (isRefused(ref)) {
      throw new UntrustedRefError(`${JSON.stringify(ref.key)} ${describeSignature(signatureOf(ref))}`, {
        hint: "to look at it all the same, unset CAIRN_VERIFY_KEY and CAIRN_SIGNING_KEY",
      });
    }
    return exportTar(placeOf(ref), call);
  };
  const placeOf = (ref: Ref): ArtifactPlace => ({ store, domain: ref.domain, contentHash: ref.contentHash });
  return {
    storeDescription: store.description,
    indexDescription: index.description,
    list: (filter, call) => index.list(filter, call),
    signatureOf,
    inspect: (ref, call) => inspect(placeOf(ref), call),
    entries: (ref, call) => listEntries(placeOf(ref), call),
    remove: (ref, call) => index.remove(ref, call),
    exportTar: exportRef,
    exportToObject: async (ref, target, call) => {
      const parsed = parseObjectTarget(target, options.env);
      return exportToObject(await exportRef(ref, call), parsed, call);
    },
    verify: async (ref, call) => {
      const report = await verify(placeOf(ref), call);
      // What a pull request saves for itself needs none.
      const needsNone = ref.domain === "pr" && isPullRequestRef(ref.scope.ref);
      if (needsNone || !isRefused(ref)) return report;
      return { ...report, problems: [`it ${describeSignature(signatureOf(ref))}`, ...report.problems] };
    },
    close: () => index.close(),
  };
}
