// The `ac` claim narrows what the event allows, and grants what only GitHub may grant.
import { describe, expect, test } from "@jest/globals";
import { deriveAccess } from "../../../src/access/derive-access.ts";
import { parseGrants } from "../../../src/access/runtime-token.ts";

const MAIN = "refs/heads/main";
const FEATURE = "refs/heads/feature";

function token(ac: unknown): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256", typ: "JWT" })}.${part({ iss: "https://token.example", ac })}.c2lnbmF0dXJl`;
}

function grants(entries: [string, number][]): string {
  return token(JSON.stringify(entries.map(([Scope, Permission]) => ({ Scope, Permission }))));
}

function access(eventName: string, ref: string, runtimeToken: string) {
  const derived = deriveAccess({
    env: {
      GITHUB_ACTIONS: "true",
      GITHUB_REF: ref,
      GITHUB_REPOSITORY: "acme/api",
      GITHUB_EVENT_NAME: eventName,
    },
    event: { repository: { default_branch: "main" } },
    runtimeToken,
  });
  return { reads: derived.reads.map((scope) => scope.ref), writes: derived.writes?.ref, note: derived.note };
}

describe("the claim of the runtime token", () => {
  test("bit 1 reads, bit 2 writes", () => {
    const both = grants([
      [FEATURE, 3],
      [MAIN, 1],
    ]);
    expect(access("push", FEATURE, both)).toEqual({
      reads: [FEATURE, MAIN],
      writes: FEATURE,
      note: undefined,
    });
    expect(access("push", FEATURE, grants([[FEATURE, 2]]))).toMatchObject({ reads: [], writes: FEATURE });
  });

  test("a read-only scope is not written, and the note says so", () => {
    const derived = access("push", MAIN, grants([[MAIN, 1]]));
    expect(derived).toMatchObject({ reads: [MAIN], writes: undefined });
    expect(derived.note).toBe("the job's token does not allow saving to refs/heads/main");
  });

  test("a scope that it does not name is neither read nor written", () => {
    expect(access("push", FEATURE, grants([[MAIN, 1]]))).toMatchObject({ reads: [MAIN], writes: undefined });
  });

  test("it does not add a scope that the event has not", () => {
    const wide = grants([
      [FEATURE, 3],
      [MAIN, 3],
      ["refs/heads/secret", 3],
    ]);
    expect(access("push", FEATURE, wide)).toMatchObject({ reads: [FEATURE, MAIN], writes: FEATURE });
  });

  test.each(["pull_request_target", "issue_comment", "workflow_run"])("it may let %s save", (event) => {
    expect(access(event, MAIN, grants([[MAIN, 3]])).writes).toBe(MAIN);
    expect(access(event, MAIN, grants([[MAIN, 1]])).writes).toBeUndefined();
  });

  test("an empty claim grants nothing", () => {
    expect(access("push", MAIN, grants([]))).toMatchObject({ reads: [], writes: undefined });
  });

  test("entries with an empty scope are ignored: they neither narrow nor grant", () => {
    expect(access("push", MAIN, grants([["", 3]]))).toMatchObject({ reads: [MAIN], writes: MAIN });
    expect(access("issue_comment", MAIN, grants([["", 3]])).writes).toBeUndefined();
    const mixed = grants([
      ["", 3],
      [MAIN, 1],
    ]);
    expect(access("push", MAIN, mixed)).toMatchObject({ reads: [MAIN], writes: undefined });
  });

  test.each([
    ["no token", ""],
    ["no JWT", "not-a-token"],
    ["a payload that is not JSON", "aGVhZA.bm90IGpzb24.c2ln"],
    ["no claim", token(undefined)],
    ["a claim that is not a string", token([{ Scope: MAIN, Permission: 1 }])],
    ["a claim that is not JSON", token("[{")],
    ["a claim that is not a list", token('{"Scope":"x"}')],
    ["an entry of another shape", token('[{"scope":"refs/heads/main"}]')],
    ["an entry that is null", token("[null]")],
  ])("%s: ignored", (_, text) => {
    expect(parseGrants(text)).toBeUndefined();
    expect(access("push", MAIN, text)).toMatchObject({ reads: [MAIN], writes: MAIN });
  });
});
