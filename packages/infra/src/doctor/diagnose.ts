// doctor: examines store and index as this job sees them, one group of checks after another. A group that can't go on
// is itself a finding, and the others are still made.

import { CacheError, type Places } from "@cairn/core";
import { namesOf } from "../blueprint/names.ts";
import { bucketSteps } from "../setup/bucket-steps.ts";
import { tableSteps } from "../setup/table-steps.ts";
import { examineBucketIndex } from "./bucket-index-checks.ts";
import type { Examination } from "./examination.ts";
import { type Finding, ok, problem } from "./finding.ts";
import { examineFolder, examineSqlite } from "./folder-checks.ts";
import { examineBucket } from "./s3-checks.ts";
import { examineLifecycle, findingOf } from "./settings-checks.ts";
import { examineTable } from "./table-checks.ts";

/** In the order of the checks. @throws only an abort's reason, and faults of Cairn itself. */
export async function diagnose(places: Places, examination: Examination): Promise<Finding[]> {
  const { store, index } = places;
  const findings: Finding[] = [];
  const group = async (name: string, checks: () => Promise<Finding[]>): Promise<boolean> => {
    try {
      findings.push(...(await checks()));
      return true;
    } catch (error) {
      examination.signal?.throwIfAborted();
      if (!(error instanceof CacheError)) throw error;
      findings.push(problem(name, error.message, error.hint ?? "see --verbose"));
      return false;
    }
  };

  let isStoreThere = true;
  switch (store.kind) {
    case "s3": {
      isStoreThere = await group("store", () => examineBucket(store, places.clock, examination));
      isStoreThere &&= !findings.some(({ check, state }) => check === "credentials" && state === "problem");
      if (!isStoreThere) break;
      await group("settings of the bucket", async () => {
        const names = namesOf(store.target, undefined, "");
        const steps = await bucketSteps(store, names, { ...examination, apply: false, archive: false });
        // The bucket itself was examined, and its lifecycle is judged by what it does.
        return steps
          .slice(1)
          .filter(({ resource }) => !resource.endsWith(" lifecycle"))
          .map(findingOf);
      });
      await group("lifecycle", () => examineLifecycle(store, places.refTtlMs, examination));
      break;
    }
    case "file":
      await group("store", () => examineFolder(store.root, examination));
      break;
    case "memory":
      findings.push(ok("store", "lives in this process"));
  }
  switch (index.kind) {
    case "dynamodb": {
      const isThere = await group("index", () => examineTable(index, examination));
      if (!isThere || findings.at(-1)?.check === "table") break;
      await group("settings of the table", async () => {
        const steps = await tableSteps(index, { ...examination, apply: false });
        return steps.slice(1).map(findingOf);
      });
      break;
    }
    case "sqlite":
      await group("index", () => examineSqlite(index.file));
      break;
    case "bucket":
      findings.push(ok("index", "the bucket holds the names, too"));
      if (store.kind === "s3" && isStoreThere)
        await group("index", () => examineBucketIndex(store, examination));
      break;
    case "memory":
      findings.push(ok("index", "lives in this process"));
  }
  return findings;
}
