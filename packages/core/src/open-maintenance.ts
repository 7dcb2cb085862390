// openMaintenance: the drivers again, for looking after a store instead of using it.

import type { CacheSettings } from "./cache.ts";
import type { ArtifactPlace } from "./lib/read-artifact.ts";
import { exportTar } from "./maintain/export-tar.ts";
import { exportToObject, parseObjectTarget } from "./maintain/export-to-object.ts";
import { inspect, listEntries } from "./maintain/inspect.ts";
import { verify } from "./maintain/verify.ts";
import type { Maintenance } from "./maintenance.ts";
import type { Ref } from "./model/ref.ts";
import { type OpenOptions, openBackend } from "./open-cache.ts";

/** Makes no request. @throws SettingsError */
export async function openMaintenance(settings: CacheSettings, options: OpenOptions): Promise<Maintenance> {
  const { store, index } = openBackend(settings, options);
  const placeOf = (ref: Ref): ArtifactPlace => ({ store, domain: ref.domain, contentHash: ref.contentHash });
  return {
    storeDescription: store.description,
    indexDescription: index.description,
    list: (filter, call) => index.list(filter, call),
    inspect: (ref, call) => inspect(placeOf(ref), call),
    entries: (ref, call) => listEntries(placeOf(ref), call),
    remove: (ref, call) => index.remove(ref, call),
    exportTar: (ref, call) => exportTar(placeOf(ref), call),
    exportToObject: async (ref, target, call) => {
      const parsed = parseObjectTarget(target, options.env);
      return exportToObject(await exportTar(placeOf(ref), call), parsed, call);
    },
    verify: (ref, call) => verify(placeOf(ref), call),
    close: () => index.close(),
  };
}
