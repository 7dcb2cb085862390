// The event table of the scopes, one test a row, on payloads as GitHub sends them.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { deriveAccess, type JobFacts } from "../../../src/access/derive-access.ts";

const REPOSITORY = "acme/api";
const MAIN = "refs/heads/main";
const FEATURE = "refs/heads/feature";
const PULL = "refs/pull/7/merge";
const RELEASE = "refs/heads/release/2.x";
const QUEUE = "refs/heads/gh-readonly-queue/release/2.x/pr-7-f95f852bd8fca8fcc58a9a2d6c842781e32a215e";
const TAG = "refs/tags/v1.2.0";

function payload(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/events/${name}.json`, import.meta.url), "utf8"));
}

function access(event: string, ref: string, fixture: string | undefined, more: Partial<JobFacts> = {}) {
  const env = {
    GITHUB_ACTIONS: "true",
    GITHUB_EVENT_NAME: event,
    GITHUB_REF: ref,
    GITHUB_REPOSITORY: REPOSITORY,
    ...more.env,
  };
  const derived = deriveAccess({ event: fixture && payload(fixture), ...more, env });
  for (const scope of derived.reads) expect(scope.repository).toBe(REPOSITORY);
  if (derived.writes) expect(derived.writes.repository).toBe(REPOSITORY);
  return { ...derived, reads: derived.reads.map((scope) => scope.ref), writes: derived.writes?.ref };
}

interface Row {
  row: string;
  event: string;
  ref: string;
  fixture: string;
  reads: string[];
  writes: string | undefined;
  domain?: "pr";
}

describe("what a job reads and writes by its event", () => {
  test.each<Row>([
    {
      row: "push to a branch",
      event: "push",
      ref: FEATURE,
      fixture: "push",
      reads: [FEATURE, MAIN],
      writes: FEATURE,
    },
    {
      row: "push to the default branch",
      event: "push",
      ref: MAIN,
      fixture: "push",
      reads: [MAIN],
      writes: MAIN,
    },
    { row: "push of a tag", event: "push", ref: TAG, fixture: "push-tag", reads: [TAG, MAIN], writes: TAG },
    {
      row: "schedule, whose payload has no repository",
      event: "schedule",
      ref: MAIN,
      fixture: "schedule",
      reads: [MAIN],
      writes: MAIN,
    },
    {
      row: "workflow_dispatch on a branch",
      event: "workflow_dispatch",
      ref: FEATURE,
      fixture: "workflow-dispatch",
      reads: [FEATURE, MAIN],
      writes: FEATURE,
    },
    {
      row: "repository_dispatch",
      event: "repository_dispatch",
      ref: MAIN,
      fixture: "repository-dispatch",
      reads: [MAIN],
      writes: MAIN,
    },
    {
      row: "pull_request reads its base before the default branch",
      event: "pull_request",
      ref: PULL,
      fixture: "pull-request",
      reads: [PULL, RELEASE, MAIN],
      writes: PULL,
      domain: "pr",
    },
    {
      row: "pull_request of a fork whose branch is called main",
      event: "pull_request",
      ref: PULL,
      fixture: "pull-request-fork",
      reads: [PULL, MAIN],
      writes: PULL,
      domain: "pr",
    },
    {
      row: "pull_request closed without a merge",
      event: "pull_request",
      ref: PULL,
      fixture: "pull-request-closed",
      reads: [PULL, MAIN],
      writes: PULL,
      domain: "pr",
    },
    {
      row: "pull_request merged and closed runs on its base, and leaves the base's cache alone",
      event: "pull_request",
      ref: RELEASE,
      fixture: "pull-request-merged",
      reads: [RELEASE, MAIN],
      writes: undefined,
    },
    {
      row: "pull_request_review is a pull request",
      event: "pull_request_review",
      ref: PULL,
      fixture: "pull-request-review",
      reads: [PULL, MAIN],
      writes: PULL,
      domain: "pr",
    },
    {
      row: "pull_request_target of a fork whose branch is called main",
      event: "pull_request_target",
      ref: MAIN,
      fixture: "pull-request-target",
      reads: [MAIN],
      writes: undefined,
    },
    {
      row: "issue_comment",
      event: "issue_comment",
      ref: MAIN,
      fixture: "issue-comment",
      reads: [MAIN],
      writes: undefined,
    },
    { row: "issues", event: "issues", ref: MAIN, fixture: "issues", reads: [MAIN], writes: undefined },
    {
      row: "workflow_run after a push",
      event: "workflow_run",
      ref: MAIN,
      fixture: "workflow-run",
      reads: [MAIN],
      writes: MAIN,
    },
    {
      row: "workflow_run after a pull request of the repository itself",
      event: "workflow_run",
      ref: MAIN,
      fixture: "workflow-run-pull-request",
      reads: [MAIN],
      writes: MAIN,
    },
    {
      row: "workflow_run after a fork's pull request",
      event: "workflow_run",
      ref: MAIN,
      fixture: "workflow-run-fork",
      reads: [MAIN],
      writes: undefined,
    },
    {
      row: "workflow_run after the pull request of a fork that was deleted",
      event: "workflow_run",
      ref: MAIN,
      fixture: "workflow-run-deleted-fork",
      reads: [MAIN],
      writes: undefined,
    },
    {
      row: "workflow_run after a comment",
      event: "workflow_run",
      ref: MAIN,
      fixture: "workflow-run-comment",
      reads: [MAIN],
      writes: undefined,
    },
    {
      row: "merge_group reads the base of the group",
      event: "merge_group",
      ref: QUEUE,
      fixture: "merge-group",
      reads: [QUEUE, RELEASE, MAIN],
      writes: undefined,
    },
    { row: "release", event: "release", ref: TAG, fixture: "release", reads: [TAG, MAIN], writes: TAG },
    {
      row: "deployment of a branch",
      event: "deployment",
      ref: MAIN,
      fixture: "deployment",
      reads: [MAIN],
      writes: MAIN,
    },
    {
      row: "deployment by SHA, which has no ref",
      event: "deployment",
      ref: "",
      fixture: "deployment-sha",
      reads: [],
      writes: undefined,
    },
  ])("$row", ({ event, ref, fixture, reads, writes, domain }) => {
    const derived = access(event, ref, fixture);
    expect(derived.reads).toEqual(reads);
    expect(derived.writes).toBe(writes);
    expect(derived.domain).toBe(domain ?? "trusted");
    // Every job that may not save says why.
    expect(derived.note === undefined).toBe(writes !== undefined);
  });

  test("a merge_group saves where the user asked for it", () => {
    expect(access("merge_group", QUEUE, "merge-group", { mergeGroupSaves: true }).writes).toBe(QUEUE);
  });

  test.each([
    ["pull_request_target", MAIN, "pull-request-target", /^a pull_request_target event may only read$/],
    ["issue_comment", MAIN, "issue-comment", /^an issue_comment event may only read$/],
    ["workflow_run", MAIN, "workflow-run-fork", /outsiders can cause may only read$/],
    ["merge_group", QUEUE, "merge-group", /^a merge_group event only reads unless/],
    ["pull_request", RELEASE, "pull-request-merged", /^a merged pull request may only read$/],
    ["deployment", "", "deployment-sha", /GITHUB_REF is empty/],
  ])("%s says why it does not save", (event, ref, fixture, note) => {
    expect(access(event, ref, fixture).note).toMatch(note);
  });

  test("without a payload: the own ref, and the base from GITHUB_BASE_REF", () => {
    expect(access("push", FEATURE, undefined)).toMatchObject({ reads: [FEATURE], writes: FEATURE });
    const pull = access("pull_request", PULL, undefined, { env: { GITHUB_BASE_REF: "main" } });
    expect(pull).toMatchObject({ reads: [PULL, MAIN], writes: PULL, domain: "pr" });
  });

  test("without an event name a pull request's ref is still a pull request's", () => {
    expect(access("", PULL, undefined)).toMatchObject({ reads: [PULL], writes: PULL, domain: "pr" });
  });

  test("without an event name or a payload workflow_run may only read", () => {
    expect(access("workflow_run", MAIN, undefined).writes).toBeUndefined();
  });

  test("GITHUB_REPOSITORY is the repository, whatever the payload says", () => {
    const env = { GITHUB_REF: MAIN, GITHUB_REPOSITORY: "other/place", GITHUB_EVENT_NAME: "push" };
    expect(deriveAccess({ env, event: payload("push") }).writes).toEqual({
      repository: "other/place",
      ref: MAIN,
    });
  });

  test("without a repository there is nothing to read or write", () => {
    const env = { GITHUB_ACTIONS: "true", GITHUB_REF: MAIN, GITHUB_EVENT_NAME: "push" };
    const derived = deriveAccess({ env, event: payload("push") });
    expect(derived).toMatchObject({ reads: [], writes: undefined });
    expect(derived.note).toMatch(/names no repository/);
  });

  test("a payload that is not an object is no payload", () => {
    for (const event of ["text", 7, null, [], { repository: { default_branch: 3 } }]) {
      const env = { GITHUB_REF: MAIN, GITHUB_REPOSITORY: REPOSITORY, GITHUB_EVENT_NAME: "push" };
      expect(deriveAccess({ env, event }).reads).toEqual([{ repository: REPOSITORY, ref: MAIN }]);
    }
  });
});
