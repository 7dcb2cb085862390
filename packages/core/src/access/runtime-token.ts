// The `ac` claim of ACTIONS_RUNTIME_TOKEN: which scopes the runner's own cache service lets this job read and write.
// It is read, not verified: it can only narrow what the event allows, or grant what GitHub itself would grant.

/** Permission bits by scope (`refs/heads/main` -> READ | WRITE). */
export type Grants = ReadonlyMap<string, number>;

export const READ = 1;
export const WRITE = 2;

/**
 * The payload of the JWT holds `"ac": "[{\"Scope\":\"refs/heads/x\",\"Permission\":3}]"`: JSON inside a string.
 * @returns undefined where the token says nothing: absent, unparsable, or only entries without a scope, which is what
 * Gitea and Forgejo send.
 */
export function parseGrants(token: string | undefined): Grants | undefined {
  if (!token) return undefined;
  const entries = claimOf(token);
  if (!Array.isArray(entries)) return undefined;
  const grants = new Map<string, number>();
  for (const entry of entries as unknown[]) {
    if (typeof entry !== "object" || entry === null) return undefined;
    const { Scope: scope, Permission: permission } = entry as Record<string, unknown>;
    if (typeof scope !== "string" || typeof permission !== "number") return undefined;
    if (scope !== "") grants.set(scope, (grants.get(scope) ?? 0) | permission);
  }
  return entries.length > 0 && grants.size === 0 ? undefined : grants;
}

function claimOf(token: string): unknown {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    const claim = (payload as { ac?: unknown } | null)?.ac;
    return typeof claim === "string" ? JSON.parse(claim) : undefined;
  } catch {
    return undefined;
  }
}
