// Where settings come from, what they default to on each platform, and what a wrong one says.

import { describe, expect, test } from "@jest/globals";
import { SettingsError } from "../../src/model/errors.ts";
import { resolveSettings, type SettingName, type SettingsSources } from "../../src/settings.ts";

const FOLDERS = { workspace: "/src space", home: "/home/ada", temp: "/tmp" };

function resolve(
  env: Record<string, string> = {},
  explicit: Partial<Record<SettingName, string>> = {},
  more: Partial<SettingsSources> = {},
) {
  return resolveSettings({
    read: (name) => explicit[name],
    env,
    folders: FOLDERS,
    repository: "acme/api",
    uid: 1001,
    platform: "linux",
    ...more,
  });
}

function failure(run: () => unknown): SettingsError {
  try {
    run();
  } catch (error) {
    if (error instanceof SettingsError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

describe("the default store", () => {
  test("is the user's cache folder outside a workflow, with its index beside it and its path told", () => {
    const settings = resolve();
    expect(settings.store).toBe("file:///home/ada/.cache/cairn");
    expect(settings.index).toBe("sqlite:///home/ada/.cache/cairn/index.sqlite");
    expect(settings.notices).toEqual([expect.stringContaining("/home/ada/.cache/cairn")]);
  });

  test.each([
    ["linux", { XDG_CACHE_HOME: "/x/cache" }, "file:///x/cache/cairn"],
    ["linux", { XDG_CACHE_HOME: "relative" }, "file:///home/ada/.cache/cairn"],
    ["darwin", {}, "file:///home/ada/Library/Caches/cairn"],
    ["win32", { LOCALAPPDATA: "C:\\Users\\ada\\AppData\\Local" }, "file:///C:/Users/ada/AppData/Local/cairn"],
  ] as const)("on %s with %j is %s", (platform, env, store) => {
    expect(resolve(env, {}, { platform }).store).toBe(store);
  });

  test("is in the tool cache in a workflow, one for each user id", () => {
    const env = { GITHUB_ACTIONS: "true", RUNNER_TOOL_CACHE: "/opt/tools" };
    expect(resolve(env).store).toBe("file:///opt/tools/cairn-1001");
    expect(resolve(env, {}, { uid: 0 }).store).toBe("file:///opt/tools/cairn-0");
    expect(resolve(env, {}, { uid: undefined }).store).toBe("file:///opt/tools/cairn");
  });

  test("warns where it is discarded with the runner, and only there", () => {
    const env = { GITHUB_ACTIONS: "true", RUNNER_TOOL_CACHE: "/t" };
    const hosted = { ...env, RUNNER_ENVIRONMENT: "github-hosted" };
    const warnings = (e: Record<string, string>) => resolve(e).notices.filter((n) => n.startsWith("warning"));
    expect(warnings(hosted)).toHaveLength(1);
    expect(warnings({ ...env, RUNNER_ENVIRONMENT: "self-hosted" })).toHaveLength(0);
    expect(warnings({ ...hosted, CAIRN_STORE: "s3://bucket" })).toHaveLength(0);
  });

  test("keeps odd characters of a path apart from the DSN's own", () => {
    const settings = resolve({ XDG_CACHE_HOME: "/a b/c#d?e%f" });
    expect(settings.store).toBe("file:///a%20b/c%23d%3Fe%25f/cairn");
    expect(settings.index).toBe("sqlite:///a%20b/c%23d%3Fe%25f/cairn/index.sqlite");
  });
});

describe("sources", () => {
  test("an explicit setting wins over the variable, an empty one does not", () => {
    const env = { CAIRN_STORE: "s3://from-env" };
    expect(resolve(env, { store: "s3://explicit" }).store).toBe("s3://explicit");
    expect(resolve(env, { store: " " }).store).toBe("s3://from-env");
  });

  test("the index follows the store", () => {
    expect(resolve({ CAIRN_STORE: "s3://b/p?region=eu-west-1" }).index).toBe("bucket");
    expect(resolve({ CAIRN_STORE: "file:///data/?max-size=20GiB" }).index).toBe(
      "sqlite:///data/index.sqlite",
    );
    expect(resolve({ CAIRN_STORE: "memory://t" }).index).toBe("memory://t");
    expect(resolve({ CAIRN_STORE: "s3://b", CAIRN_INDEX: "dynamodb://table" }).index).toBe(
      "dynamodb://table",
    );
  });

  test("{repository} is filled in, and can't leave its place", () => {
    const env = { CAIRN_STORE: "s3://b/p/{repository}?region=x" };
    expect(resolve(env).store).toBe("s3://b/p/acme/api?region=x");
    expect(resolve(env, {}, { repository: "a/b?endpoint=evil#" }).store).toBe(
      "s3://b/p/a/b%3Fendpoint%3Devil%23?region=x",
    );
    expect(failure(() => resolve(env, {}, { repository: "../other" })).setting).toBe("CAIRN_STORE");
    expect(failure(() => resolve(env, {}, { repository: undefined })).message).toContain("repository");
  });

  test("a near cache only stands in front of S3", () => {
    const near = "file:///near?max-size=50GiB";
    expect(resolve({ CAIRN_STORE: "s3://b", CAIRN_NEAR: near }).near).toBe(near);
    const beside = resolve({ CAIRN_STORE: "file:///d", CAIRN_NEAR: near });
    expect(beside.near).toBeUndefined();
    expect(beside.notices.join()).toContain("near cache");
  });

  test("no key is part of the settings, which steps hand over in plain files", () => {
    const key = `hmac-sha256:${"0badc0de".repeat(8)}`;
    const settings = resolve({ CAIRN_STORE: "s3://b", CAIRN_SIGNING_KEY: key, CAIRN_VERIFY_KEY: key });
    expect(JSON.stringify(settings)).not.toContain("0badc0de");
    expect(settings.notices).toEqual([]);
  });

  test("a key to check with that is set and empty is warned of, since nothing is checked then", () => {
    const notices = (env: Record<string, string>) => resolve({ CAIRN_STORE: "s3://b", ...env }).notices;
    for (const empty of ["", " ", " ,\n"]) {
      expect(notices({ CAIRN_VERIFY_KEY: empty })).toEqual([
        "warning: CAIRN_VERIFY_KEY is set and empty, so signatures are not checked",
      ]);
    }
    expect(notices({ CAIRN_SIGNING_KEY: "" })).toEqual([]);
    expect(notices({ CAIRN_SIGNING_KEY: "x", CAIRN_VERIFY_KEY: "" })).toEqual([]);
  });

  test("a misspelled variable is told, a foreign one is not", () => {
    expect(resolve({ CAIRN_STOER: "s3://b" }).notices[0]).toContain("CAIRN_STORE");
    expect(resolve({ CAIRN_STORE: "s3://b", CAIRN_SOMETHING_ELSE: "1" }).notices).toEqual([]);
  });
});

describe("mode", () => {
  const both = { restore: true, save: true };
  const restore = { restore: true, save: false };
  const save = { restore: false, save: true };
  const none = { restore: false, save: false };

  test.each([
    [undefined, undefined, both],
    ["read-write", "write", both],
    ["read", undefined, restore],
    ["write", undefined, save],
    ["off", "write", none],
    [undefined, "read", restore],
    [undefined, "write-only", save],
    [undefined, "none", none],
    [undefined, "something-new", both],
    [undefined, "toString", both],
    ["write", "read", none],
    ["read", "write", restore],
  ])("%s with ACTIONS_CACHE_MODE=%s", (mode, upstream, expected) => {
    const env: Record<string, string> = { CAIRN_STORE: "memory://t" };
    if (mode) env["CAIRN_MODE"] = mode;
    if (upstream) env["ACTIONS_CACHE_MODE"] = upstream;
    expect(resolve(env).mode).toEqual(expected);
  });
});

describe("what is wrong", () => {
  test.each([
    [{ CAIRN_MODE: "raed" }, "CAIRN_MODE", 'did you mean "read"?'],
    [{ CAIRN_MODE: "toString" }, "CAIRN_MODE", "read-write, read, write, off"],
    [{ CAIRN_STORE: "s4://bucket" }, "CAIRN_STORE", 'did you mean "s3"?'],
    [{ CAIRN_STORE: "/var/cache" }, "CAIRN_STORE", "file:///absolute/path"],
    [{ CAIRN_STORE: "C:\\cache" }, "CAIRN_STORE", "file:///absolute/path"],
    [{ CAIRN_STORE: "bucket" }, "CAIRN_STORE", "s3://… or file://…"],
    [{ CAIRN_STORE: "file://var/cache" }, "CAIRN_STORE", "three slashes"],
    [{ CAIRN_INDEX: "buckett" }, "CAIRN_INDEX", 'did you mean "bucket"?'],
    [{ CAIRN_INDEX: "dynamo://table" }, "CAIRN_INDEX", 'did you mean "dynamodb"?'],
    [{ CAIRN_NEAR: "s3://b" }, "CAIRN_NEAR", "file"],
    [{ CAIRN_TIMEOUT: "10" }, "CAIRN_TIMEOUT", "10m"],
    [{ CAIRN_TIMEOUT: "0s" }, "CAIRN_TIMEOUT", "10m"],
  ])("%j says what to write", (env, setting, hint) => {
    const error = failure(() => resolve(env));
    expect(error.setting).toBe(setting);
    expect(error.hint).toContain(hint);
  });

  test("an explicit setting is called by its label", () => {
    const label = (name: SettingName) => `--${name}`;
    expect(failure(() => resolve({}, { mode: "x" }, { label })).setting).toBe("--mode");
    expect(failure(() => resolve({}, { mode: "x" })).setting).toBe("mode");
  });

  test("a timeout is in milliseconds", () => {
    expect(resolve({ CAIRN_TIMEOUT: "90s" }).timeoutMs).toBe(90_000);
    expect(resolve().timeoutMs).toBeUndefined();
  });
});

describe("a role of AWS", () => {
  const arn = "arn:aws:iam::111122223333:role/ci/cairn";
  const s3 = { CAIRN_STORE: "s3://bucket" };

  test("comes with the name of its session and whom the token is for", () => {
    expect(resolve(s3, { "role-to-assume": arn }).role).toEqual({
      arn,
      sessionName: "cairn",
      audience: "sts.amazonaws.com",
    });
    const env = { ...s3, CAIRN_ROLE_TO_ASSUME: arn.replace("aws:", "aws-cn:"), GITHUB_RUN_ID: "7" };
    expect(resolve(env).role).toMatchObject({ sessionName: "cairn-7", audience: "sts.amazonaws.com.cn" });
    expect(resolve(env, { "role-session-name": "ci", "role-audience": "me" }).role).toMatchObject({
      sessionName: "ci",
      audience: "me",
    });
    expect(resolve(s3).role).toBeUndefined();
  });

  test("is for an index in AWS, too, and told where neither is there", () => {
    const index = "dynamodb://table";
    expect(resolve({}, { store: "file:///a", index, "role-to-assume": arn }).role).toBeDefined();
    const { role, notices } = resolve({}, { store: "file:///a", "role-to-assume": arn });
    expect([role, notices]).toEqual([undefined, [expect.stringContaining("role-to-assume is not used")]]);
  });

  test.each([
    ["role-to-assume", "cairn", "arn:aws:iam::ACCOUNT:role/NAME"],
    ["role-to-assume", "arn:aws:iam::111122223333:user/x", "arn:aws:iam::ACCOUNT:role/NAME"],
    ["role-session-name", "a b", "2 to 64 letters"],
  ])("%s %s says what to write", (name, value, hint) => {
    const error = failure(() => resolve(s3, { "role-to-assume": arn, [name]: value }));
    expect(error).toMatchObject({ setting: name, hint: expect.stringContaining(hint) });
  });

  test("aws-region goes before AWS_REGION", () => {
    expect(resolve({ AWS_REGION: "eu-west-1" }).region).toBe("eu-west-1");
    expect(resolve({ AWS_REGION: "eu-west-1" }, { "aws-region": "eu-west-2" }).region).toBe("eu-west-2");
  });
});

describe("fallback", () => {
  const github = { ACTIONS_RESULTS_URL: "https://results.example" };

  test("github takes the place of a store that is not set, and of no other", () => {
    const { fallback, notices } = resolve(github, { fallback: "github" });
    expect(fallback).toBe("github");
    expect(notices).toEqual(["no store is set: GitHub's own cache is used (fallback: github)"]);
    expect(resolve({ ...github, CAIRN_STORE: "s3://b", CAIRN_FALLBACK: "github" })).toMatchObject({
      store: "s3://b",
      fallback: undefined,
      notices: [],
    });
    expect(resolve(github).fallback).toBeUndefined();
    expect(resolve(github, { fallback: "none" }).fallback).toBeUndefined();
  });

  test("where GitHub's cache is out of reach a folder is used, and said so", () => {
    const { fallback, notices } = resolve({ CAIRN_FALLBACK: "github" });
    expect(fallback).toBeUndefined();
    expect(notices).toEqual([
      expect.stringContaining("can't be reached from here"),
      expect.stringContaining("the cache is kept in"),
    ]);
  });

  test("a misspelled one is an error", () => {
    expect(failure(() => resolve({}, { fallback: "guthub" })).hint).toBe('did you mean "github"?');
  });
});

test("steps remember an outage for each other in CI alone", () => {
  for (const env of [{ GITHUB_ACTIONS: "true" }, { CI: "true" }, { CI: "1" }] as Record<string, string>[])
    expect(resolve(env).outagesFolder).toBe("/tmp/cairn");
  for (const env of [{}, { CI: "false" }, { CI: "" }, { CI: "0" }] as Record<string, string>[])
    expect(resolve(env).outagesFolder).toBeUndefined();
});
