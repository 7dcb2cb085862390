// Every file of packages/infra that is generated: its path and what has to be in it. scripts/build-infra.ts writes them,
// a test compares them.

import { bucketPolicy } from "../blueprint/bucket.ts";
import type { Names } from "../blueprint/names.ts";
import { ROLES, rolePolicy } from "../blueprint/policies.ts";
import { GITHUB_ROLES, githubTrust } from "../blueprint/trust.ts";
import { rolesTemplate } from "./cloudformation/roles.ts";
import { storeTemplate } from "./cloudformation/store.ts";
import { rolesModule } from "./terraform/roles.ts";
import { storeModule } from "./terraform/store.ts";

/** What the documents that are plain JSON are written for. `cairn setup --policy` prints them for a store of yours. */
export const EXAMPLE_NAMES: Names = {
  partition: "aws",
  region: "eu-west-1",
  account: "111122223333",
  bucket: "acme-ci-cache",
  prefix: "team/",
  table: "acme-ci-cache",
  repository: "acme/api",
  kmsKey: "",
};

/** By path below packages/infra. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    entry("cloudformation/store.json", storeTemplate()),
    entry("cloudformation/roles.json", rolesTemplate()),
    ["terraform/store/main.tf", storeModule()],
    ["terraform/roles/main.tf", rolesModule()],
    ...ROLES.map((role) => entry(`policies/${role}.json`, rolePolicy(role, EXAMPLE_NAMES))),
    ...GITHUB_ROLES.map((role) => entry(`policies/trust-${role}.json`, githubTrust(role, EXAMPLE_NAMES))),
    entry("policies/bucket.json", bucketPolicy(EXAMPLE_NAMES)),
  ]);
}

function entry(path: string, value: unknown): readonly [string, string] {
  return [path, `${JSON.stringify(value, null, 2)}\n`];
}
