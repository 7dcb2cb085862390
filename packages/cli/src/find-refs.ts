// Which Refs a person means: a whole key, or a content hash (whole, or its first digits, with or without `sha256:`).

import { InputError, type Ref } from "@cairn/core";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { stateOf } from "./ref-view.ts";
import type { MaintenanceSession } from "./session.ts";
import { counted, printable } from "./text.ts";

/** As short as can be told from a key with some certainty. */
const CONTENT_HASH = /^(?:sha256:)?([0-9a-f]{8,64})$/;

export interface Wanted {
  readonly name: string;
  readonly ref?: string | undefined;
  /** Whether `name` may also be a content hash. */
  readonly byHash: boolean;
}

/** @returns newest first; live ones before others. A key wins over a hash that looks the same. */
export async function findRefs(session: MaintenanceSession, wanted: Wanted): Promise<Ref[]> {
  const filter = { repository: session.repository, ref: wanted.ref };
  const named = await matching(
    session,
    { ...filter, keyPrefix: wanted.name },
    (ref) => ref.key === wanted.name,
  );
  if (named.length > 0 || !wanted.byHash) return named;
  const digits = CONTENT_HASH.exec(wanted.name)?.[1];
  if (digits === undefined) return [];
  const byHash = await matching(session, filter, (ref) => ref.contentHash.startsWith(digits));
  if (new Set(byHash.map((ref) => ref.contentHash)).size > 1) {
    throw new InputError(`${wanted.name} begins more than one content hash`, { hint: "give more digits" });
  }
  return byHash;
}

/**
 * The newest of them, and a note when there are others.
 * @returns undefined after saying that there is none.
 */
export async function findOneRef(session: MaintenanceSession, wanted: Wanted): Promise<Ref | undefined> {
  const [newest, ...others] = await findRefs(session, wanted);
  if (newest && others.length > 0) {
    await session.output.note(
      `${counted(others.length, "older save")} of ${printable(wanted.name)} not shown: narrow with --ref, see cairn ls`,
    );
  }
  return newest;
}

export async function reportNotFound(session: MaintenanceSession, name: string): Promise<ExitCode> {
  const where = session.repository === undefined ? "any repository" : session.repository;
  await session.output.error(`nothing is saved as ${printable(name)} in ${printable(where)}`);
  await session.output.hint("cairn ls shows what there is; --repository '*' looks everywhere");
  await session.output.document({ status: "not-found", name, repository: session.repository ?? null });
  return EXIT.miss;
}

/** Collects from the index, newest first, live ones before others. */
export async function matching(
  session: MaintenanceSession,
  filter: Parameters<MaintenanceSession["maintenance"]["list"]>[0],
  accept: (ref: Ref) => boolean,
): Promise<Ref[]> {
  const { context, maintenance } = session;
  const refs: Ref[] = [];
  for await (const ref of maintenance.list(filter, { signal: context.signal }))
    if (accept(ref)) refs.push(ref);
  const nowMs = context.now();
  const rank = (ref: Ref) => (stateOf(ref, nowMs) === "live" ? 0 : 1);
  return refs.sort((a, b) => rank(a) - rank(b) || b.createdAtMs - a.createdAtMs);
}
