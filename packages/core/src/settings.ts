// Settings: from explicit inputs or flags, then CAIRN_* variables, then defaults, to one CacheSettings. Pure: no I/O,
// no clock, the environment is handed in. What is wrong is a SettingsError that names the nearest known value; the
// parameters of a DSN are checked by the driver that reads them.

import { posix, win32 } from "node:path";
import { pathToFileURL } from "node:url";
import type { CacheSettings, Folders } from "./cache.ts";
import { parseDuration, suggestion } from "./lib/dsn.ts";
import { SIGNING_KEY, VERIFY_KEY } from "./lib/keyring.ts";
import { SettingsError } from "./model/errors.ts";
import { splitKeys } from "./model/signing-key.ts";

export type SettingName =
  | "store"
  | "index"
  | "mode"
  | "near"
  | "timeout"
  | "metrics"
  | "fallback"
  | "role-to-assume"
  | "role-session-name"
  | "role-audience"
  | "aws-region";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface SettingsSources {
  /** Explicit inputs or flags; they win over the environment. Empty and undefined mean: not given. */
  readonly read: (name: SettingName) => string | undefined;
  /** How messages call an explicit setting: `--store`. Default: its plain name. */
  readonly label?: (name: SettingName) => string;
  readonly env: Environment;
  readonly folders: Folders;
  /** Fills in `{repository}` in the store. */
  readonly repository: string | undefined;
  /** Of the user we run as; undefined on Windows. */
  readonly uid: number | undefined;
  /** Default: the platform we run on. */
  readonly platform?: NodeJS.Platform;
}

interface Given {
  readonly value: string;
  /** Where it came from, for messages. */
  readonly setting: string;
}

/** @throws SettingsError */
export function resolveSettings(sources: SettingsSources): CacheSettings {
  const notices: string[] = [...misspelled(sources.env), ...emptyVerifyKey(sources.env)];
  const given = giver(sources);

  const storeGiven = given("store");
  const fallback = storeGiven ? undefined : resolveFallback(given("fallback"), sources.env, notices);
  const store = storeGiven
    ? checkedStore(storeGiven, sources.repository)
    : defaultStore(sources, fallback === undefined ? notices : []);
  const indexGiven = given("index");
  const index = indexGiven ? checkedIndex(indexGiven) : defaultIndex(store);

  const nearGiven = given("near");
  let near = nearGiven && checkedNear(nearGiven);
  if (near !== undefined && schemeOf(store) !== "s3") {
    notices.push("the near cache is not used: only an S3 store has one in front of it");
    near = undefined;
  }

  const metrics = given("metrics");

  return {
    store,
    index,
    near,
    metrics: metrics && checkedMetrics(metrics),
    stampsFolder: keepsStamps(sources.env) ? joinPath(sources, defaultFolder(sources), "stamps") : undefined,
    outagesFolder: isCi(sources.env) ? joinPath(sources, sources.folders.temp, "cairn") : undefined,
    mode: intersect(parseMode(given("mode")), parseUpstreamMode(sources.env["ACTIONS_CACHE_MODE"])),
    timeoutMs: parseTimeout(given("timeout")),
    role: resolveRole(given, sources.env, usesAws(store, index), notices),
    region: given("aws-region")?.value,
    fallback,
    notices,
  };
}

const VARIABLES: Readonly<Record<SettingName, string>> = {
  store: "CAIRN_STORE",
  index: "CAIRN_INDEX",
  mode: "CAIRN_MODE",
  near: "CAIRN_NEAR",
  timeout: "CAIRN_TIMEOUT",
  metrics: "CAIRN_METRICS",
  fallback: "CAIRN_FALLBACK",
  "role-to-assume": "CAIRN_ROLE_TO_ASSUME",
  "role-session-name": "CAIRN_ROLE_SESSION_NAME",
  "role-audience": "CAIRN_ROLE_AUDIENCE",
  "aws-region": "AWS_REGION",
};

function giver(sources: SettingsSources): (name: SettingName) => Given | undefined {
  return (name) => {
    const explicit = sources.read(name)?.trim();
    if (explicit) return { value: explicit, setting: sources.label?.(name) ?? name };
    const variable = VARIABLES[name];
    const value = sources.env[variable]?.trim();
    return value ? { value, setting: variable } : undefined;
  };
}

/** A variable one or two letters off is most likely one of ours: it must not be ignored in silence. */
function misspelled(env: Environment): string[] {
  const known = [
    ...Object.values(VARIABLES).filter((name) => name.startsWith("CAIRN_")),
    STAMPS_VARIABLE,
    SIGNING_KEY,
    VERIFY_KEY,
  ];
  const notices: string[] = [];
  for (const name of Object.keys(env)) {
    if (!name.startsWith("CAIRN_") || known.includes(name)) continue;
    const hint = suggestion(name, known);
    if (hint.startsWith("did you mean")) notices.push(`${name} is set but means nothing to Cairn: ${hint}`);
  }
  return notices;
}

/** A secret or variable that does not exist is an empty text in a workflow: what was meant to be checked then is not. */
function emptyVerifyKey(env: Environment): string[] {
  const isEmpty = env[VERIFY_KEY] !== undefined && splitKeys(env[VERIFY_KEY]).length === 0;
  if (!isEmpty || env[SIGNING_KEY]?.trim()) return [];
  return [`warning: ${VERIFY_KEY} is set and empty, so signatures are not checked`];
}

/** Only a variable: a setting of the machine, not of a workflow. */
const STAMPS_VARIABLE = "CAIRN_STAMPS";

function keepsStamps(env: Environment): boolean {
  const value = env[STAMPS_VARIABLE]?.trim() || "on";
  if (value === "on" || value === "off") return value === "on";
  throw new SettingsError(
    STAMPS_VARIABLE,
    `${STAMPS_VARIABLE} is neither on nor off: ${JSON.stringify(value)}`,
    {
      hint: suggestion(value, ["on", "off"]),
    },
  );
}

/** Where nobody watches, and one job has many steps. A person at a terminal may want to try again at once. */
function isCi(env: Environment): boolean {
  return (
    env["GITHUB_ACTIONS"] === "true" || !["", "0", "false"].includes(env["CI"]?.trim().toLowerCase() ?? "")
  );
}

const STORE_SCHEMES = ["s3", "file", "memory"];
const INDEX_SCHEMES = ["dynamodb", "sqlite", "memory"];
const BUCKET_INDEX = "bucket";
/** What the setting of metrics can be beside a DSN. */
const METRICS_WORDS = ["index", "off", "cloudwatch"];
const REPOSITORY_FIELD = "{repository}";

function checkedStore(given: Given, repository: string | undefined): string {
  checkScheme(given, STORE_SCHEMES);
  if (!given.value.includes(REPOSITORY_FIELD)) return given.value;
  if (repository === undefined) {
    throw new SettingsError(
      given.setting,
      `${given.setting} asks for the repository, which is not known here`,
      {
        hint: "set GITHUB_REPOSITORY or pass the repository",
      },
    );
  }
  return given.value.replaceAll(REPOSITORY_FIELD, encodedRepository(repository, given.setting));
}

/** Percent-encoded by segment: a repository name must not reach another folder or add a parameter. */
function encodedRepository(repository: string, setting: string): string {
  const segments = repository.split("/");
  if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
    throw new SettingsError(setting, `${JSON.stringify(repository)} can't stand in ${setting}`, {
      hint: "write the repository as owner/name",
    });
  }
  return segments.map(encodeURIComponent).join("/");
}

function checkedIndex(given: Given): string {
  if (given.value === BUCKET_INDEX) return BUCKET_INDEX;
  if (!given.value.includes("://")) {
    const names = [BUCKET_INDEX, ...INDEX_SCHEMES.map((scheme) => `${scheme}://…`)];
    throw new SettingsError(
      given.setting,
      `${given.setting} is not an index: ${JSON.stringify(given.value)}`,
      {
        hint: suggestion(given.value, names),
      },
    );
  }
  checkScheme(given, INDEX_SCHEMES);
  return given.value;
}

function checkedNear(given: Given): string {
  checkScheme(given, ["file"]);
  return given.value;
}

function checkedMetrics(given: Given): string {
  if (METRICS_WORDS.includes(given.value)) return given.value;
  if (!given.value.includes("://")) {
    throw new SettingsError(
      given.setting,
      `${given.setting} is no place for metrics: ${JSON.stringify(given.value)}`,
      { hint: suggestion(given.value, [...METRICS_WORDS, "emf:///file"]) },
    );
  }
  checkScheme(given, ["cloudwatch", "emf"]);
  return given.value;
}

/** Schemes that name a file: an authority in them is nearly always a missing slash. */
const FILE_SCHEMES = ["file", "sqlite", "emf"];

function checkScheme({ value, setting }: Given, schemes: readonly string[]): void {
  const scheme = schemeOf(value);
  if (scheme === undefined) {
    const looksLikeFolder = /^([./~\\]|[A-Za-z]:[\\/])/.test(value) && schemes.includes("file");
    throw new SettingsError(setting, `${setting} is not a URL: ${JSON.stringify(value.slice(0, 120))}`, {
      hint: looksLikeFolder
        ? "write a folder as file:///absolute/path"
        : `use ${schemes.map((name) => `${name}://…`).join(" or ")}`,
    });
  }
  if (!schemes.includes(scheme)) {
    throw new SettingsError(setting, `${setting} has an unknown scheme "${scheme}"`, {
      hint: suggestion(scheme, schemes),
    });
  }
  if (FILE_SCHEMES.includes(scheme) && !value.startsWith("/", scheme.length + 3)) {
    throw new SettingsError(setting, `${setting} needs an absolute path`, {
      hint: `write ${scheme}:///absolute/path, with three slashes`,
    });
  }
}

function schemeOf(dsn: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):\/\//i.exec(dsn)?.[1]?.toLowerCase();
}

function defaultStore(sources: SettingsSources, notices: string[]): string {
  const folder = defaultFolder(sources);
  notices.push(`the cache is kept in ${folder} (set CAIRN_STORE to keep it elsewhere)`);
  if (sources.env["RUNNER_ENVIRONMENT"] === "github-hosted") {
    notices.push(
      "warning: this runner is discarded after the job, and the cache with it: set CAIRN_STORE to s3://bucket/prefix",
    );
  }
  const platform = sources.platform ?? process.platform;
  return pathToFileURL(folder, { windows: platform === "win32" }).href;
}

const FALLBACKS = ["github", "none"];

/** Whether GitHub's own cache takes the place of a store that is not set. */
function resolveFallback(
  given: Given | undefined,
  env: Environment,
  notices: string[],
): CacheSettings["fallback"] {
  if (!given || given.value === "none") return undefined;
  if (given.value !== "github") {
    throw new SettingsError(given.setting, `${given.setting} is unknown: ${JSON.stringify(given.value)}`, {
      hint: suggestion(given.value, FALLBACKS),
    });
  }
  if (!env["ACTIONS_RESULTS_URL"] && !env["ACTIONS_CACHE_URL"]) {
    notices.push(
      "GitHub's own cache can't be reached from here, which fallback: github asks for: only the actions can",
    );
    return undefined;
  }
  notices.push("no store is set: GitHub's own cache is used (fallback: github)");
  return "github";
}

function usesAws(store: string, index: string): boolean {
  return schemeOf(store) === "s3" || schemeOf(index) === "dynamodb";
}

const AUDIENCE = "sts.amazonaws.com";
const AUDIENCE_OF_CHINA = "sts.amazonaws.com.cn";

function resolveRole(
  given: (name: SettingName) => Given | undefined,
  env: Environment,
  isUsed: boolean,
  notices: string[],
): CacheSettings["role"] {
  const role = given("role-to-assume");
  if (!role) return undefined;
  const { value: arn, setting } = role;
  const [, partition] = /^arn:(aws[\w-]*):iam::\d{12}:role\/[\w+=,.@/-]+$/.exec(arn) ?? [];
  if (partition === undefined) {
    throw new SettingsError(setting, `${setting} is not the ARN of a role: ${JSON.stringify(arn)}`, {
      hint: "write arn:aws:iam::ACCOUNT:role/NAME, with the account's 12 digits",
    });
  }
  if (!isUsed) {
    notices.push("role-to-assume is not used: neither the store nor the index is in AWS");
    return undefined;
  }
  return {
    arn,
    sessionName: sessionName(given("role-session-name"), env),
    audience: given("role-audience")?.value ?? (partition === "aws-cn" ? AUDIENCE_OF_CHINA : AUDIENCE),
  };
}

/** What CloudTrail shows. Default: the run. */
function sessionName(given: Given | undefined, env: Environment): string {
  if (!given) return env["GITHUB_RUN_ID"] ? `cairn-${env["GITHUB_RUN_ID"]}` : "cairn";
  if (/^[\w+=,.@-]{2,64}$/.test(given.value)) return given.value;
  throw new SettingsError(
    given.setting,
    `${given.setting} is no name of a session: ${JSON.stringify(given.value)}`,
    {
      hint: "2 to 64 letters, digits and _+=,.@-",
    },
  );
}

function joinPath({ platform = process.platform }: SettingsSources, ...parts: string[]): string {
  return (platform === "win32" ? win32 : posix).join(...parts);
}

function defaultFolder({ env, folders, uid, platform = process.platform }: SettingsSources): string {
  const path = platform === "win32" ? win32 : posix;
  const toolCache = env["RUNNER_TOOL_CACHE"];
  if (env["GITHUB_ACTIONS"] === "true" && toolCache) {
    // Beside, not below, another user's folder: that one belongs to the user who came first.
    return path.join(toolCache, uid === undefined ? "cairn" : `cairn-${uid}`);
  }
  return path.join(userCacheFolder(env, folders.home, platform), "cairn");
}

function userCacheFolder(env: Environment, home: string, platform: NodeJS.Platform): string {
  if (platform === "win32") return env["LOCALAPPDATA"] || win32.join(home, "AppData", "Local");
  const xdg = env["XDG_CACHE_HOME"];
  // The XDG specification: a relative path is invalid and to be ignored.
  if (xdg && posix.isAbsolute(xdg)) return xdg;
  return platform === "darwin" ? posix.join(home, "Library", "Caches") : posix.join(home, ".cache");
}

function defaultIndex(store: string): string {
  const scheme = schemeOf(store);
  if (scheme === "s3") return BUCKET_INDEX;
  const [folder] = store.split(/[?#]/, 1);
  if (scheme === "memory") return folder!;
  return `sqlite${folder!.slice("file".length).replace(/\/+$/, "")}/index.sqlite`;
}

type Mode = CacheSettings["mode"];

const MODES: Readonly<Record<string, Mode>> = {
  "read-write": { restore: true, save: true },
  read: { restore: true, save: false },
  write: { restore: false, save: true },
  off: { restore: false, save: false },
};

/** The values of ACTIONS_CACHE_MODE, whose `write` includes reading. Others, and none, allow everything. */
const UPSTREAM_MODES: Readonly<Record<string, Mode>> = {
  write: { restore: true, save: true },
  "write-only": { restore: false, save: true },
  read: { restore: true, save: false },
  none: { restore: false, save: false },
};

function parseMode(given: Given | undefined): Mode {
  if (!given) return MODES["read-write"]!;
  const mode = Object.hasOwn(MODES, given.value) ? MODES[given.value] : undefined;
  if (mode) return mode;
  throw new SettingsError(given.setting, `${given.setting} is not a mode: ${JSON.stringify(given.value)}`, {
    hint: suggestion(given.value, Object.keys(MODES)),
  });
}

function parseUpstreamMode(value: string | undefined): Mode {
  const name = value?.trim().toLowerCase() ?? "";
  return Object.hasOwn(UPSTREAM_MODES, name) ? UPSTREAM_MODES[name]! : MODES["read-write"]!;
}

function intersect(a: Mode, b: Mode): Mode {
  return { restore: a.restore && b.restore, save: a.save && b.save };
}

function parseTimeout(given: Given | undefined): number | undefined {
  if (!given) return undefined;
  const timeoutMs = parseDuration(given.value, given.setting);
  if (timeoutMs > 0) return timeoutMs;
  throw new SettingsError(given.setting, `${given.setting} leaves no time at all`, {
    hint: "write 10m, or leave it out for the default",
  });
}
