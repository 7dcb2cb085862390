// A save that is made step by step, so that anything can come in between: the protocol of a save (condemned list, bases,
// verified puts, commit) with its real parts, over packs of one part each in place of a tree.

import { readArtifact } from "../../src/lib/read-artifact.ts";
import { joinPair } from "../../src/lib/store-identity.ts";
import { encodeArtifact, type PackInfo } from "../../src/model/artifact-codec.ts";
import { decodeCondemned } from "../../src/model/condemned.ts";
import type { Digest } from "../../src/model/digest.ts";
import { REF_TTL_MS } from "../../src/model/limits.ts";
import { artifactName, CONDEMNED_NAME, packName } from "../../src/model/names.ts";
import type { Domain, Ref, Scope } from "../../src/model/ref.ts";
import { withCondemned } from "../../src/objects/with-condemned.ts";
import type { ObjectInfo } from "../../src/ports/object-store.ts";
import { dayOf, endOfArtifact, isYoung } from "../../src/save/bases.ts";
import { commitRef, readCondemned } from "../../src/save/commit.ts";
import { putVerified } from "../../src/save/put-verified.ts";
import type { TestBackend } from "./job.ts";
import { VERSION } from "./refs.ts";

/** Which part a pack holds, by the pack's digest: what a real save knows from the segments. */
export type PartsByPack = Map<Digest, number>;

export interface StepSave {
  readonly scope: Scope;
  readonly key: string;
  readonly startedAtMs: number;
  /** Puts one pack or, last, the artifact. @returns whether all is there. */
  step(): Promise<boolean>;
  /** @throws DeadlineError when it took too long. @returns whether the key is now its own. */
  commit(): Promise<boolean>;
}

export interface StepSaveOptions {
  readonly scope: Scope;
  readonly domain: Domain;
  readonly key: string;
  readonly parts: readonly number[];
  /** Refs whose packs it may use again: restored by the job, or the newest there are. */
  readonly bases: readonly Ref[];
  readonly overwrite: boolean;
  readonly partsByPack: PartsByPack;
}

/** Bytes of a part: another size for each. */
export function partBytes(part: number, salt: string): Buffer {
  return Buffer.from(`${"x".repeat(100 + 60 * part)} part ${part} ${salt}`);
}

export async function beginSave(backend: TestBackend, options: StepSaveOptions): Promise<StepSave> {
  const { clock, index } = backend;
  const { scope, domain, key, partsByPack } = options;
  const startedAtMs = clock.now();
  const store = withCondemned(backend.store);
  const existing = await index.lookup({ scope, version: VERSION, key, match: "exact" });
  const condemned = await readCondemned({ ...backend, store }, {});
  await joinPair(backend, {});
  const packs = new Map<number, PackInfo>();
  for (const base of options.bases) {
    if (domain === "trusted" && base.domain === "pr") continue;
    if (condemned.has(artifactName(base.domain, base.contentHash))) continue;
    const place = { store, domain: base.domain, contentHash: base.contentHash };
    // A base that is gone is one less.
    const artifact = await readArtifact(place).catch(() => undefined);
    for (const pack of artifact?.header.packs ?? []) {
      const isGone = condemned.has(packName(pack.domain, pack.digest));
      if (isYoung(pack.bornDay, pack.domain, clock.now()) && !isGone)
        packs.set(partsByPack.get(pack.digest)!, pack);
    }
  }
  const todo = options.parts.filter((part) => !packs.has(part));
  let written: { contentHash: Digest; notAfterMs: number; storedBytes: number } | undefined;
  const isReliable = (name: string, info: ObjectInfo): boolean =>
    !condemned.has(name) && isYoung(dayOf(info.modifiedAtMs), domain, clock.now());
  const common = { store, isReliable, nowMs: clock.now, signal: undefined };

  return {
    scope,
    key,
    startedAtMs,
    async step() {
      const part = todo.shift();
      if (part !== undefined) {
        const put = await putVerified({
          ...common,
          nameOf: (digest) => packName(domain, digest),
          form: (attempt) => ({
            bytes: partBytes(part, attempt === 0 ? "" : crypto.randomUUID()),
            detail: undefined,
          }),
        });
        partsByPack.set(put.digest, part);
        packs.set(part, {
          digest: put.digest,
          domain,
          sizeBytes: put.sizeBytes,
          bornDay: dayOf(put.bornMs),
          usedBytes: put.sizeBytes,
        });
        return false;
      }
      const used = options.parts.map((each) => packs.get(each)!);
      const header = { entryCount: 0, treeBytes: 0, roots: [], packs: used, inlineBytes: 0, segments: [] };
      const put = await putVerified({
        ...common,
        nameOf: (digest) => artifactName(domain, digest),
        form: (attempt) => {
          const salted = { ...header, ...(attempt > 0 && { salt: crypto.randomUUID() }) };
          return { bytes: encodeArtifact(salted, new Uint8Array()), detail: undefined };
        },
      });
      written = {
        contentHash: put.digest,
        notAfterMs: endOfArtifact(put.bornMs, domain, header),
        storedBytes: put.sizeBytes + used.reduce((sum, pack) => sum + pack.sizeBytes, 0),
      };
      return true;
    },
    async commit() {
      const nowMs = clock.now();
      const { contentHash, notAfterMs, storedBytes } = written!;
      const ref: Ref = {
        ...{ scope, version: VERSION, key, domain, contentHash, notAfterMs, storedBytes },
        createdAtMs: nowMs,
        lastAccessedAtMs: nowMs,
        accessCount: 0,
        expiresAtMs: Math.min(nowMs + REF_TTL_MS, notAfterMs),
        treeBytes: 0,
        entryCount: 0,
      };
      const outcome = await commitRef(backend, ref, {
        ageMs: nowMs - startedAtMs,
        replaces: options.overwrite ? existing : undefined,
      });
      return outcome.status === "committed";
    },
  };
}

/** Names of the objects that a Ref needs, by its artifact. */
export async function needsOf(
  { store }: TestBackend,
  { domain, contentHash }: Pick<Ref, "domain" | "contentHash">,
): Promise<string[]> {
  const { header } = await readArtifact({ store, domain, contentHash });
  return [
    artifactName(domain, contentHash),
    ...header.packs.map((pack) => packName(pack.domain, pack.digest)),
  ];
}

export async function condemnedNames({ store }: TestBackend): Promise<string[]> {
  const found = await store.read(CONDEMNED_NAME);
  return found ? decodeCondemned(found.bytes).flatMap(({ names }) => [...names]) : [];
}
