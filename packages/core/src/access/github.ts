// GitHub Actions: variables and event payload -> CiJob. The ref is always GITHUB_REF, which GitHub sets and a pull
// request can't choose; a head branch, above all a fork's, never names a scope.

import { branchRef, type CiJob, type Env } from "./ci-job.ts";

/**
 * Events that only someone with write access can cause; the others that run on the default branch get a read-only
 * token from GitHub: https://github.blog/changelog/2026-06-26-read-only-actions-cache-for-untrusted-triggers
 */
const TRUSTED_EVENTS: ReadonlySet<string> = new Set([
  "push",
  "schedule",
  "workflow_dispatch",
  "repository_dispatch",
  "create",
  "delete",
  "release",
  "deployment",
  "deployment_status",
  "registry_package",
  "page_build",
]);

const PULL_REQUEST_EVENTS: ReadonlySet<string> = new Set([
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
]);

/** @param event the parsed payload of GITHUB_EVENT_PATH; undefined where there is none. */
export function readGitHub(env: Env, event: unknown): CiJob {
  const ref = env["GITHUB_REF"] || undefined;
  const isPullRef = ref?.startsWith("refs/pull/") === true;
  const name = env["GITHUB_EVENT_NAME"] || (isPullRef ? "pull_request" : "push");
  const common = {
    repository: env["GITHUB_REPOSITORY"] || undefined,
    ref,
    subject: `${/^[aeiou]/.test(name) ? "an" : "a"} ${name} event`,
    refHint: "GITHUB_REF is empty, as for a deployment by commit",
  };
  if (!ref) return { ...common, fallbacks: [], domain: "trusted", saves: "granted" };
  const defaultBranch = branchRef(text(event, "repository", "default_branch"));

  if (PULL_REQUEST_EVENTS.has(name)) {
    const base = branchRef(text(event, "pull_request", "base", "ref") ?? env["GITHUB_BASE_REF"]);
    // A merged and closed pull request runs on its base: saving there is the base's business, so it takes a grant.
    return isPullRef
      ? { ...common, fallbacks: [base, defaultBranch], domain: "pr", saves: "yes" }
      : {
          ...common,
          subject: "a merged pull request",
          fallbacks: [base, defaultBranch],
          domain: "trusted",
          saves: "granted",
        };
  }
  if (name === "merge_group") {
    const base = branchRef(text(event, "merge_group", "base_ref"));
    return { ...common, fallbacks: [base, defaultBranch], domain: "trusted", saves: "asked" };
  }
  if (name === "workflow_run") {
    const trusted = isTrustedRun(event);
    return {
      ...common,
      subject: trusted ? common.subject : "a workflow_run event that outsiders can cause",
      fallbacks: [defaultBranch],
      domain: "trusted",
      saves: trusted ? "yes" : "granted",
    };
  }
  // The payload of a schedule has no repository; its ref is the default branch, so nothing is missed.
  return {
    ...common,
    fallbacks: [defaultBranch],
    // Whatever an event on a pull request's ref is called, what it writes is the pull request's.
    domain: isPullRef ? "pr" : "trusted",
    saves: TRUSTED_EVENTS.has(name) ? "yes" : "granted",
  };
}

/** Whether the run that this one follows came from this repository and from an event that outsiders can't cause. */
function isTrustedRun(event: unknown): boolean {
  const own = text(event, "repository", "full_name");
  const head = text(event, "workflow_run", "head_repository", "full_name");
  const cause = text(event, "workflow_run", "event");
  if (!own || own !== head || !cause) return false;
  return TRUSTED_EVENTS.has(cause) || PULL_REQUEST_EVENTS.has(cause) || cause === "merge_group";
}

/** The string at a path of the payload; undefined where there is none. */
function text(event: unknown, ...path: string[]): string | undefined {
  let value = event;
  for (const name of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return typeof value === "string" && value !== "" ? value : undefined;
}
