// The same rules from the variables of GitLab, Jenkins, Buildkite, CircleCI, and from git alone.
import { describe, expect, test } from "@jest/globals";
import { repositoryOf } from "../../../src/access/ci-job.ts";
import { deriveAccess, type JobFacts } from "../../../src/access/derive-access.ts";

function access(env: Record<string, string>, git?: JobFacts["git"], more: Partial<JobFacts> = {}) {
  const { reads, writes, domain, note } = deriveAccess({ env, git, ...more });
  return {
    reads: reads.map((scope) => `${scope.repository}@${scope.ref}`),
    writes: writes && `${writes.repository}@${writes.ref}`,
    domain,
    note,
  };
}

const on = (...refs: string[]) => refs.map((ref) => `acme/api@refs/${ref}`);

describe("GitLab", () => {
  const env = { GITLAB_CI: "true", CI: "true", CI_PROJECT_PATH: "acme/api", CI_DEFAULT_BRANCH: "main" };
  const mergeRequest = {
    ...env,
    CI_PIPELINE_SOURCE: "merge_request_event",
    CI_MERGE_REQUEST_IID: "7",
    CI_MERGE_REQUEST_REF_PATH: "refs/merge-requests/7/head",
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "main",
    CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: "mallory/api",
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "release/2.x",
    CI_COMMIT_REF_NAME: "main",
  };

  test("branch pipeline", () => {
    const branch = access({ ...env, CI_COMMIT_BRANCH: "feature", CI_COMMIT_REF_NAME: "feature" });
    expect(branch).toMatchObject({
      reads: on("heads/feature", "heads/main"),
      domain: "trusted",
      note: undefined,
    });
    expect(branch.writes).toBe("acme/api@refs/heads/feature");
  });

  test("tag pipeline", () => {
    const tag = access({ ...env, CI_COMMIT_TAG: "v1", CI_COMMIT_REF_NAME: "v1" });
    expect(tag).toMatchObject({ reads: on("tags/v1", "heads/main"), writes: "acme/api@refs/tags/v1" });
  });

  test("merge request of a fork whose branch is called main", () => {
    expect(access(mergeRequest)).toMatchObject({
      reads: on("merge-requests/7/head", "heads/release/2.x", "heads/main"),
      writes: "acme/api@refs/merge-requests/7/head",
      domain: "pr",
    });
  });

  test("merge train only reads, unless asked to save", () => {
    const train = { ...mergeRequest, CI_MERGE_REQUEST_EVENT_TYPE: "merge_train" };
    expect(access(train)).toMatchObject({
      writes: undefined,
      note: expect.stringMatching(/^a merge train only reads/),
    });
    expect(access(train, undefined, { mergeGroupSaves: true }).writes).toBe(
      "acme/api@refs/merge-requests/7/head",
    );
  });

  test("external pull request", () => {
    const external = {
      ...env,
      CI_EXTERNAL_PULL_REQUEST_IID: "9",
      CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME: "main",
      CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME: "main",
      CI_COMMIT_BRANCH: "main",
    };
    expect(access(external)).toMatchObject({ reads: on("pull/9/head", "heads/main"), domain: "pr" });
  });

  test("without branch and tag nothing is saved", () => {
    expect(access(env)).toMatchObject({ reads: on("heads/main"), writes: undefined });
  });
});

describe("Jenkins", () => {
  const env = { JENKINS_URL: "https://ci.example/", JOB_NAME: "apps/api/feature", BUILD_NUMBER: "3" };
  const url = "https://github.com/acme/api.git";

  test("multibranch branch", () => {
    const branch = access({ ...env, GIT_URL: url, BRANCH_NAME: "feature" }, { defaultBranch: "main" });
    expect(branch).toMatchObject({
      reads: on("heads/feature", "heads/main"),
      writes: "acme/api@refs/heads/feature",
    });
  });

  test("multibranch tag", () => {
    expect(access({ ...env, GIT_URL: url, BRANCH_NAME: "v1", TAG_NAME: "v1" }).writes).toBe(
      "acme/api@refs/tags/v1",
    );
  });

  test("change request of a fork whose branch is called main", () => {
    const change = access(
      {
        ...env,
        GIT_URL: url,
        BRANCH_NAME: "PR-7",
        CHANGE_ID: "7",
        CHANGE_TARGET: "release/2.x",
        CHANGE_BRANCH: "main",
        CHANGE_FORK: "mallory",
      },
      { defaultBranch: "main" },
    );
    expect(change).toMatchObject({
      reads: on("pull/7/merge", "heads/release/2.x", "heads/main"),
      writes: "acme/api@refs/pull/7/merge",
      domain: "pr",
    });
  });

  test("freestyle job of the git plugin", () => {
    const job = access({ ...env, GIT_URL: "git@github.com:acme/api.git", GIT_BRANCH: "origin/release/2.x" });
    expect(job.writes).toBe("acme/api@refs/heads/release/2.x");
  });

  test("the primary branch is the default one", () => {
    const primary = access({ ...env, GIT_URL: url, BRANCH_NAME: "trunk", BRANCH_IS_PRIMARY: "true" });
    expect(primary.reads).toEqual(on("heads/trunk"));
  });

  test("no URL: the remote of git, else the job without its branch", () => {
    const named = { ...env, BRANCH_NAME: "feature" };
    expect(access(named, { repository: "acme/api" }).writes).toBe("acme/api@refs/heads/feature");
    expect(access(named).writes).toBe("apps/api@refs/heads/feature");
  });
});

describe("Buildkite", () => {
  const env = {
    BUILDKITE: "true",
    BUILDKITE_REPO: "git@github.com:acme/api.git",
    BUILDKITE_PIPELINE_DEFAULT_BRANCH: "main",
    BUILDKITE_PULL_REQUEST: "false",
    BUILDKITE_TAG: "",
  };

  test("branch", () => {
    const branch = access({ ...env, BUILDKITE_BRANCH: "feature" });
    expect(branch).toMatchObject({
      reads: on("heads/feature", "heads/main"),
      writes: "acme/api@refs/heads/feature",
    });
  });

  test("tag", () => {
    expect(access({ ...env, BUILDKITE_BRANCH: "v1", BUILDKITE_TAG: "v1" }).writes).toBe(
      "acme/api@refs/tags/v1",
    );
  });

  test("pull request of a fork whose branch is called main", () => {
    const pull = access({
      ...env,
      BUILDKITE_BRANCH: "main",
      BUILDKITE_PULL_REQUEST: "7",
      BUILDKITE_PULL_REQUEST_BASE_BRANCH: "release/2.x",
      BUILDKITE_PULL_REQUEST_REPO: "git://github.com/mallory/api.git",
    });
    expect(pull).toMatchObject({
      reads: on("pull/7/head", "heads/release/2.x", "heads/main"),
      writes: "acme/api@refs/pull/7/head",
      domain: "pr",
    });
  });

  test("merge queue only reads", () => {
    const queue = access({
      ...env,
      BUILDKITE_BRANCH: "gh-readonly-queue/main/pr-7",
      BUILDKITE_MERGE_QUEUE_BASE_BRANCH: "main",
    });
    expect(queue).toMatchObject({
      reads: on("heads/gh-readonly-queue/main/pr-7", "heads/main"),
      writes: undefined,
    });
  });
});

describe("CircleCI", () => {
  const env = { CIRCLECI: "true", CIRCLE_PROJECT_USERNAME: "acme", CIRCLE_PROJECT_REPONAME: "api" };

  test("branch", () => {
    const branch = access({ ...env, CIRCLE_BRANCH: "feature" }, { defaultBranch: "main" });
    expect(branch).toMatchObject({
      reads: on("heads/feature", "heads/main"),
      writes: "acme/api@refs/heads/feature",
    });
  });

  test("tag", () => {
    expect(access({ ...env, CIRCLE_TAG: "v1" }).writes).toBe("acme/api@refs/tags/v1");
  });

  test("pull request of a fork", () => {
    const pull = access(
      { ...env, CIRCLE_BRANCH: "pull/7", CIRCLE_PR_NUMBER: "7", CIRCLE_PR_USERNAME: "mallory" },
      { defaultBranch: "main" },
    );
    expect(pull).toMatchObject({ reads: on("pull/7/head", "heads/main"), domain: "pr" });
    expect(access({ ...env, CIRCLE_BRANCH: "pull/7" }).domain).toBe("pr");
  });

  test("projects without a name in the variables: the repository's URL, else git", () => {
    const bare = { CIRCLECI: "true", CIRCLE_BRANCH: "main" };
    expect(access({ ...bare, CIRCLE_REPOSITORY_URL: "https://gitlab.com/acme/api.git" }).writes).toBe(
      "acme/api@refs/heads/main",
    );
    expect(access(bare, { repository: "acme/api" }).writes).toBe("acme/api@refs/heads/main");
  });
});

describe("elsewhere", () => {
  test("the git branch, then the default one", () => {
    const git = { branch: "feature", defaultBranch: "main", repository: "acme/api" };
    expect(access({}, git)).toMatchObject({
      reads: on("heads/feature", "heads/main"),
      writes: "acme/api@refs/heads/feature",
      domain: "trusted",
    });
  });

  test("a detached HEAD reads the default branch and saves nothing", () => {
    const derived = access({}, { defaultBranch: "main", repository: "acme/api" });
    expect(derived).toMatchObject({ reads: on("heads/main"), writes: undefined });
    expect(derived.note).toMatch(/HEAD is detached, check out a branch/);
  });

  test("no git: one scope of its own", () => {
    expect(access({})).toMatchObject({ reads: ["local@refs/heads/local"], writes: "local@refs/heads/local" });
  });

  test("git without a remote", () => {
    expect(access({}, { branch: "main" }).writes).toBe("local@refs/heads/main");
  });
});

describe("read-scopes", () => {
  const env = { GITHUB_ACTIONS: "true", GITHUB_REF: "refs/heads/main", GITHUB_REPOSITORY: "acme/api" };

  test("another branch, another repository, in order and after the job's own, once each", () => {
    const readScopes = ["refs/heads/develop", " acme/tools@refs/heads/main ", "", "refs/heads/main"];
    expect(access(env, undefined, { readScopes }).reads).toEqual([
      "acme/api@refs/heads/main",
      "acme/api@refs/heads/develop",
      "acme/tools@refs/heads/main",
    ]);
  });

  test("they are read whatever the job's token names, and never written", () => {
    const ac = JSON.stringify([{ Scope: "refs/heads/main", Permission: 1 }]);
    const runtimeToken = `x.${Buffer.from(JSON.stringify({ ac })).toString("base64url")}.x`;
    const derived = access(env, undefined, { readScopes: ["refs/heads/develop"], runtimeToken });
    expect(derived).toMatchObject({ reads: on("heads/main", "heads/develop"), writes: undefined });
  });

  test("a trusted job leaves out what pull requests save", () => {
    const derived = access(env, undefined, { readScopes: ["refs/pull/7/merge"] });
    expect(derived.reads).toEqual(on("heads/main"));
    expect(derived.note).toMatch(/refs\/pull\/7\/merge is left out/);
  });

  test.each([
    "main",
    "heads/main",
    "acme@refs/heads/main",
    "acme/api",
    "acme/api@main",
    "@refs/heads/x",
    "refs/",
  ])("%s is an error that says what to write", (line) => {
    expect(() => access(env, undefined, { readScopes: [line] })).toThrow(
      expect.objectContaining({ code: "SETTINGS", hint: expect.stringContaining("refs/heads/x") }),
    );
  });
});

test.each([
  ["https://github.com/acme/api.git", "acme/api"],
  ["https://user:secret@host.example:8443/group/sub/api/", "group/sub/api"],
  ["git@github.com:acme/api.git", "acme/api"],
  ["ssh://git@host.example:22/acme/api", "acme/api"],
  ["host:acme/api", "acme/api"],
  ["/srv/git/api.git", undefined],
  ["", undefined],
])("the repository of %s is %s", (url, name) => {
  expect(repositoryOf(url)).toBe(name);
});
