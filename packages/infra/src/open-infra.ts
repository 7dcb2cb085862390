// openInfra: what the command line asks of infra, on the places that the settings name. Makes no request by itself.

import { type CacheSettings, type OpenOptions, openPlaces, type Places, SettingsError } from "@cairn/core";
import type { PolicyDocument } from "./blueprint/documents.ts";
import { namesOf } from "./blueprint/names.ts";
import { bucketIndexPolicy, keyPolicy, type Role, rolePolicy } from "./blueprint/policies.ts";
import { GITHUB_ROLES, githubTrust } from "./blueprint/trust.ts";
import { diagnose } from "./doctor/diagnose.ts";
import type { Examination } from "./doctor/examination.ts";
import type { Finding } from "./doctor/finding.ts";
import type { SetupStep } from "./setup/setting.ts";
import { type SetupRequest, setup } from "./setup/setup.ts";

export interface RoleDocuments {
  readonly role: Role;
  /** What the role may do. */
  readonly policy: PolicyDocument;
  /** Which jobs of GitHub Actions may take it; undefined for a role that is a person's. */
  readonly trust: PolicyDocument | undefined;
}

export type DiagnoseRequest = Omit<Examination, "env">;

export interface Infra {
  /** Looks at bucket, table and monitoring; with `apply`, makes and changes. @throws CacheError */
  setup(request: SetupRequest): Promise<SetupStep[]>;
  /** Examines store and index as this job sees them. Writes nothing that stays, and says so where something does. */
  diagnose(request: DiagnoseRequest): Promise<Finding[]>;
  /** Makes no request: the account is not known, ACCOUNT stands for it. @throws SettingsError */
  documents(role: Role, repository: string): RoleDocuments;
  /** Frees sockets. Idempotent. */
  close(): Promise<void>;
}

/** @throws SettingsError */
export function openInfra(
  settings: Pick<CacheSettings, "store" | "index" | "role" | "region">,
  options: OpenOptions,
): Infra {
  const places = openPlaces(settings, options);
  return {
    setup: (request) => setup(places, options.env, request),
    diagnose: (request) => diagnose(places, { ...request, env: options.env }),
    documents: (role, repository) => documents(places, role, repository),
    close: () => places.close(),
  };
}

function documents({ store, index }: Places, role: Role, repository: string): RoleDocuments {
  if (store.kind !== "s3") {
    throw new SettingsError("store", "policies are for a store in S3", {
      hint: "name it with --store s3://bucket/prefix (CAIRN_STORE)",
    });
  }
  const names = namesOf(store.target, index.kind === "dynamodb" ? index.place : undefined, repository);
  const own = rolePolicy(role, names).Statement;
  const github = GITHUB_ROLES.find((name) => name === role);
  return {
    role,
    policy: {
      Version: "2012-10-17",
      Statement: [
        ...own.filter(
          ({ Action }) => index.kind === "dynamodb" || !JSON.stringify(Action).includes("dynamodb:"),
        ),
        ...(index.kind === "bucket" ? bucketIndexPolicy(role, names).Statement : []),
        ...(names.kmsKey === "" ? [] : keyPolicy(role, names).Statement),
      ],
    },
    trust: github && githubTrust(github, names),
  };
}
