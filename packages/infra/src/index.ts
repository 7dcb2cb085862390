// The front door of infra: what the command line and the script that writes the templates may use.

export type { PolicyDocument, Statement } from "./blueprint/documents.ts";
export { ROLES, type Role } from "./blueprint/policies.ts";
export type { Finding, FindingState } from "./doctor/finding.ts";
export { type DiagnoseRequest, type Infra, openInfra, type RoleDocuments } from "./open-infra.ts";
export { generatedFiles } from "./render/templates.ts";
export type { SetupState, SetupStep } from "./setup/setting.ts";
export type { SetupRequest } from "./setup/setup.ts";
