// Subjects: the tools that are measured. One knows its two entries and the inputs that send it to our S3 server;
// everything else is the same for all of them.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { BenchCase } from "./cases.ts";
import type { Step } from "./job.ts";
import { UsageError } from "./usage-error.ts";

export interface Subject {
  readonly name: string;
  readonly title: string;
  /** The script that does one operation, run by Node. */
  readonly entry: (operation: BenchCase["operation"]) => string;
  /** Added to the step's environment. */
  readonly environment: (step: Pick<Step, "s3">) => Readonly<Record<string, string>>;
}

/** @param folder holds `save-cache/index.js` and `restore-cache/index.js`. */
export function cairnFrom(folder: string): Subject {
  return checked({
    name: "cairn",
    title: "Cairn",
    entry: (operation) => join(folder, `${operation}-cache`, "index.js"),
    environment: ({ s3 }) => {
      const parameters = new URLSearchParams({
        region: s3.region,
        endpoint: s3.endpoint,
        "path-style": "true",
      });
      return { INPUT_STORE: `s3://${s3.bucket}?${parameters}` };
    },
  });
}

const peers: readonly Omit<Subject, "entry">[] = [
  {
    name: "runs-on",
    title: "runs-on/cache",
    environment: ({ s3 }) => ({
      RUNS_ON_S3_BUCKET_CACHE: s3.bucket,
      RUNS_ON_S3_BUCKET_ENDPOINT: s3.endpoint,
      RUNS_ON_S3_FORCE_PATH_STYLE: "true",
      RUNS_ON_AWS_REGION: s3.region,
    }),
  },
  {
    name: "tespkg",
    title: "tespkg/actions-cache",
    environment: ({ s3 }) => {
      const { hostname, port } = new URL(s3.endpoint);
      return {
        INPUT_ENDPOINT: hostname,
        INPUT_PORT: port,
        INPUT_INSECURE: "true",
        INPUT_ACCESSKEY: s3.accessKeyId,
        INPUT_SECRETKEY: s3.secretAccessKey,
        INPUT_REGION: s3.region,
        INPUT_BUCKET: s3.bucket,
        "INPUT_USE-FALLBACK": "false",
      };
    },
  },
];

/** The peers whose bundles `folder` holds, each as `<name>/save/index.js` and `<name>/restore/index.js`. */
export function peersFrom(folder: string): readonly Subject[] {
  const there = existsSync(folder) ? readdirSync(folder) : [];
  const found = peers.filter(({ name }) => there.includes(name));
  if (found.length === 0) {
    throw new UsageError(`${folder} holds none of ${peers.map(({ name }) => name).join(", ")}`);
  }
  return found.map((peer) =>
    checked({ ...peer, entry: (operation) => join(folder, peer.name, operation, "index.js") }),
  );
}

function checked(subject: Subject): Subject {
  for (const operation of ["save", "restore"] as const) {
    const entry = subject.entry(operation);
    if (!existsSync(entry))
      throw new UsageError(`${subject.title} has no ${operation}: ${entry} is not there`);
  }
  return subject;
}
