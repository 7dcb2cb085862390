// A setting of a bucket, a table or an account: how it is read, judged and written. ensureSetting() is the one place
// that decides what is looked at, changed, left alone or told to a person.

import type { CallOptions } from "@cairn/core";

export type SetupState =
  /** As it should be. */
  | "present"
  | "missing"
  /** There, with other values; `--apply` changes it. */
  | "outdated"
  | "created"
  | "changed"
  /** There and not Cairn's to change: a person has to decide. */
  | "differs"
  /** The server has no such API: its operator sees to it, or nobody. */
  | "unsupported"
  /** These credentials may not look, or may not change it. */
  | "denied";

export interface SetupStep {
  /** What it is about: `s3://bucket versioning`, `dynamodb://table`. */
  readonly resource: string;
  readonly state: SetupState;
  /** One sentence for a person: what there is, or what will be. */
  readonly detail: string;
  /** What to do about `differs` and `denied`. */
  readonly hint?: string;
  /** Good to have, and no fault where it is missing: only writing it shows whether this server can keep it. */
  readonly optional?: boolean;
}

export interface Judgement {
  readonly state: "present" | "missing" | "outdated" | "differs";
  readonly detail: string;
  readonly hint?: string;
}

export interface Setting<T> {
  readonly resource: string;
  /** What policies call the two requests. */
  readonly actions: { readonly read: string; readonly write: string };
  /** Codes of errors that mean: it is not set. */
  readonly absentCodes: readonly string[];
  /** Codes of errors by which a server says that it can't keep such a setting. */
  readonly refusedCodes?: readonly string[];
  readonly optional?: boolean;
  read(): Promise<T>;
  judge(found: T | undefined): Judgement;
  /** @returns a sentence on what was made, where it is not that of the judgement. */
  write(found: T | undefined): Promise<string | undefined>;
}

export interface SetupOptions extends CallOptions {
  /** Make and change; without it nothing is written. */
  readonly apply: boolean;
}

export async function ensureSetting<T>(setting: Setting<T>, { apply }: SetupOptions): Promise<SetupStep> {
  const { resource, actions } = setting;
  const found = await attempt(() => setting.read(), setting);
  if (found.kind === "unsupported") return unsupported(resource);
  if (found.kind === "denied") return denied(resource, actions.read);
  const judgement = setting.judge(found.kind === "absent" ? undefined : found.value);
  if (!apply || judgement.state === "present" || judgement.state === "differs")
    return { resource, ...judgement, ...(setting.optional && { optional: true }) };
  const written = await attempt(() => setting.write(found.kind === "absent" ? undefined : found.value), {
    absentCodes: [],
    refusedCodes: setting.refusedCodes ?? [],
  });
  switch (written.kind) {
    case "unsupported":
      return unsupported(resource);
    case "denied":
      return denied(resource, actions.write);
    default: {
      const detail = (written.kind === "found" && written.value) || judgement.detail;
      return { resource, state: judgement.state === "missing" ? "created" : "changed", detail };
    }
  }
}

/** Thrown by a write that found the server unable to keep the setting. */
export class UnsupportedSetting extends Error {}

function unsupported(resource: string): SetupStep {
  return { resource, state: "unsupported", detail: "this server has no such setting" };
}

export function denied(resource: string, action: string): SetupStep {
  return {
    resource,
    state: "denied",
    detail: `these credentials lack ${action}`,
    hint: `allow ${action}, or run this with an administrator's credentials`,
  };
}

/** Of the SDK's error, as it was thrown. */
export interface Failure {
  readonly code: string;
  /** 0: there was no answer. */
  readonly status: number;
}

export function failureOf(error: unknown): Failure {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return { code: name ?? "unknown", status: $metadata?.httpStatusCode ?? 0 };
}

const UNSUPPORTED = new Set([
  "NotImplemented",
  "XNotImplemented",
  "VersioningNotConfigured",
  "MethodNotAllowed",
  "UnknownOperationException",
  "UnknownOperation",
  "InvalidAction",
]);
const DENIED = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AllAccessDisabled",
  "UnauthorizedOperation",
  "UnauthorizedAccess",
]);

export function isUnsupported({ code, status }: Failure): boolean {
  return UNSUPPORTED.has(code) || status === 501 || status === 405;
}

export function isDenied({ code }: Failure): boolean {
  return DENIED.has(code);
}

type Attempt<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "absent" }
  | { readonly kind: "unsupported" }
  | { readonly kind: "denied" };

/** @throws what is none of the three: a network that is away, credentials that are not valid. */
async function attempt<T>(
  action: () => Promise<T>,
  { absentCodes, refusedCodes = [] }: Pick<Setting<T>, "absentCodes" | "refusedCodes">,
): Promise<Attempt<T>> {
  try {
    return { kind: "found", value: await action() };
  } catch (error) {
    if (error instanceof UnsupportedSetting) return { kind: "unsupported" };
    const failure = failureOf(error);
    if (absentCodes.includes(failure.code)) return { kind: "absent" };
    if (refusedCodes.includes(failure.code) || isUnsupported(failure)) return { kind: "unsupported" };
    if (isDenied(failure)) return { kind: "denied" };
    throw error;
  }
}
