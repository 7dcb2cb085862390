// Which artifact a person means: that of a key or a content hash in the index, else one that only its records know.

import type { ContentId } from "@cairn/core";
import { findOneRef } from "./find-refs.ts";
import type { MaintenanceSession } from "./session.ts";

const DIGITS = /^(?:sha256:)?([0-9a-f]{8,64})$/;

/** @throws InputError when it begins more than one content hash. */
export async function findContent(
  session: MaintenanceSession,
  name: string,
  gitRef: string | undefined,
): Promise<ContentId | undefined> {
  const ref = await findOneRef(session, { name, ref: gitRef, byHash: true });
  if (ref) return { domain: ref.domain, contentHash: ref.contentHash };
  const digits = DIGITS.exec(name)?.[1];
  if (digits === undefined) return undefined;
  return session.maintenance.findContent(digits, { signal: session.context.signal });
}
