// What each CI system says of a run, as it says it in its own variables.

import { describe, expect, test } from "@jest/globals";
import { describeRun } from "../../../src/access/run-facts.ts";

const SHA = "4b220de5058abfd01ff619c9d2ff6b09a049bea0";
const GIT = { branch: "topic", commitSha: SHA, commitMessage: "Fix it\n\nBody", repository: "acme/api" };

describe("GitHub", () => {
  const env = {
    GITHUB_ACTIONS: "true",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "acme/api",
    GITHUB_RUN_ID: "123",
    GITHUB_RUN_ATTEMPT: "2",
    GITHUB_WORKFLOW: "CI",
    GITHUB_JOB: "build",
    GITHUB_EVENT_NAME: "push",
    GITHUB_ACTOR: "ada",
    GITHUB_SHA: SHA,
    GITHUB_REF_NAME: "main",
    GITHUB_HEAD_REF: "",
  };

  test("a push", () => {
    expect(describeRun({ env, event: { head_commit: { message: "Fix it" } } })).toEqual({
      system: "github",
      runId: "123",
      attempt: "2",
      url: "https://github.com/acme/api/actions/runs/123",
      workflow: "CI",
      job: "build",
      event: "push",
      actor: "ada",
      server: "https://github.com",
      commitSha: SHA,
      commitMessage: "Fix it",
      branch: "main",
    });
  });

  test("a pull request goes by its own branch and title", () => {
    const facts = describeRun({
      env: { ...env, GITHUB_EVENT_NAME: "pull_request", GITHUB_REF_NAME: "7/merge", GITHUB_HEAD_REF: "fix" },
      event: { pull_request: { title: "Fix the thing" } },
    });
    expect(facts).toMatchObject({ branch: "fix", commitMessage: "Fix the thing", event: "pull_request" });
  });

  test("without a payload there is no message, and none of another commit", () => {
    expect(describeRun({ env, git: { ...GIT, commitSha: "0".repeat(40) } }).commitMessage).toBeUndefined();
    expect(describeRun({ env, git: GIT }).commitMessage).toBe("Fix it\n\nBody");
  });
});

test("GitLab", () => {
  const env = {
    GITLAB_CI: "true",
    CI_PIPELINE_ID: "77",
    CI_JOB_ID: "901",
    CI_JOB_URL: "https://gitlab.com/acme/api/-/jobs/901",
    CI_JOB_NAME: "build",
    CI_PIPELINE_SOURCE: "merge_request_event",
    GITLAB_USER_LOGIN: "ada",
    CI_SERVER_URL: "https://gitlab.com",
    CI_COMMIT_SHA: SHA,
    CI_COMMIT_MESSAGE: "Fix it",
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "fix",
  };
  expect(describeRun({ env })).toEqual({
    system: "gitlab",
    runId: "77",
    attempt: "901",
    url: "https://gitlab.com/acme/api/-/jobs/901",
    job: "build",
    event: "merge_request_event",
    actor: "ada",
    server: "https://gitlab.com",
    commitSha: SHA,
    commitMessage: "Fix it",
    branch: "fix",
  });
  const onBranch = { ...env, CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: undefined, CI_COMMIT_BRANCH: "main" };
  expect(describeRun({ env: onBranch }).branch).toBe("main");
});

test("Jenkins", () => {
  const env = {
    JENKINS_URL: "https://ci.acme.test/",
    BUILD_TAG: "jenkins-acme-api-main-12",
    BUILD_URL: "https://ci.acme.test/job/api/12/",
    JOB_NAME: "api/main",
    GIT_COMMIT: SHA,
    GIT_BRANCH: "origin/main",
  };
  expect(describeRun({ env, git: GIT })).toEqual({
    system: "jenkins",
    runId: "jenkins-acme-api-main-12",
    url: "https://ci.acme.test/job/api/12/",
    workflow: "api/main",
    server: "https://ci.acme.test/",
    commitSha: SHA,
    commitMessage: "Fix it\n\nBody",
    branch: "main",
  });
  const change = { ...env, CHANGE_TITLE: "Fix the thing", CHANGE_BRANCH: "fix", BRANCH_NAME: "PR-7" };
  expect(describeRun({ env: change })).toMatchObject({ branch: "fix", commitMessage: "Fix the thing" });
});

test("Buildkite, whose commit may not be known yet", () => {
  const env = {
    BUILDKITE: "true",
    BUILDKITE_BUILD_ID: "0190-ab",
    BUILDKITE_RETRY_COUNT: "0",
    BUILDKITE_BUILD_URL: "https://buildkite.com/acme/api/builds/5",
    BUILDKITE_PIPELINE_SLUG: "api",
    BUILDKITE_LABEL: ":hammer: build",
    BUILDKITE_SOURCE: "webhook",
    BUILDKITE_BUILD_CREATOR: "Ada",
    BUILDKITE_COMMIT: "HEAD",
    BUILDKITE_MESSAGE: "Fix it",
    BUILDKITE_BRANCH: "main",
  };
  expect(describeRun({ env, git: GIT })).toMatchObject({
    system: "buildkite",
    runId: "0190-ab",
    attempt: "0",
    commitSha: SHA,
    commitMessage: "Fix it",
    branch: "main",
  });
  expect(describeRun({ env: { ...env, BUILDKITE_COMMIT: "abc" } }).commitSha).toBe("abc");
});

test("CircleCI, which has no message: git has, of this commit", () => {
  const env = {
    CIRCLECI: "true",
    CIRCLE_WORKFLOW_ID: "wf-1",
    CIRCLE_BUILD_NUM: "31",
    CIRCLE_BUILD_URL: "https://circleci.com/gh/acme/api/31",
    CIRCLE_JOB: "build",
    CIRCLE_USERNAME: "ada",
    CIRCLE_SHA1: SHA,
    CIRCLE_BRANCH: "",
    CIRCLE_TAG: "v1",
  };
  expect(describeRun({ env, git: GIT })).toEqual({
    system: "circleci",
    runId: "wf-1",
    attempt: "31",
    url: "https://circleci.com/gh/acme/api/31",
    job: "build",
    actor: "ada",
    commitSha: SHA,
    commitMessage: "Fix it\n\nBody",
    branch: "v1",
  });
});

test("no CI at all: git, or nothing", () => {
  expect(describeRun({ env: {}, git: GIT })).toEqual({
    system: "git",
    commitSha: SHA,
    commitMessage: "Fix it\n\nBody",
    branch: "topic",
  });
  expect(describeRun({ env: {} })).toEqual({ system: "git" });
});

test("under a package manager its version and Node's are known", () => {
  const env = { npm_config_user_agent: "npm/9.6.7 node/v20.1.0 linux x64 workspaces/false" };
  expect(describeRun({ env }).tools).toEqual({ npm: "9.6.7", node: "20.1.0" });
  expect(
    describeRun({ env: { npm_config_user_agent: "pnpm/10.1.0 npm/? node/v24.0.0 linux x64" } }).tools,
  ).toEqual({ pnpm: "10.1.0", node: "24.0.0" });
});
