// The inputs of the actions, read in one place. What the actions/cache contract defines is read as leniently as
// upstream does; Cairn's own inputs are strict. Every input of an action.yml is read here, and no other.

import {
  AUTO,
  parseBuildSeconds,
  type SettingName,
  SettingsError,
  TOOLCHAIN_SOURCES,
  type ToolchainSource,
} from "@cairn/core";

/** The text of an input, trimmed; empty where it was not given. */
export type ReadInput = (name: string) => string;

export interface CommonInputs {
  readonly key: string;
  /** Lines of `path`, or of its other name `paths`. */
  readonly paths: readonly string[];
  /** Both names were used. */
  readonly pathsGivenTwice: boolean;
  readonly crossOs: boolean;
  readonly settings: Readonly<Record<SettingName, string>>;
  readonly readScopes: readonly string[];
  readonly summary: boolean;
  /** What to tell the user about inputs that have no effect. */
  readonly notices: readonly string[];
}

export interface RestoreInputs extends CommonInputs {
  readonly restoreKeys: readonly string[];
  readonly failOnCacheMiss: boolean;
  readonly lookupOnly: boolean;
  readonly clean: boolean;
}

export interface SaveInputs extends CommonInputs {
  readonly overwrite: boolean;
  readonly toolchain: string | undefined;
  readonly lockfile: string | undefined;
  /** How long it took to make what is saved, where the workflow says so. */
  readonly buildSeconds: number | undefined;
}

export type SaveOn = "success" | "failure" | "always";

export interface CacheInputs extends RestoreInputs, SaveInputs {
  readonly saveOn: SaveOn;
  /** Of the hidden input whose default is the job's status when the step runs. */
  readonly jobStatus: string;
}

/** Of `cache-key`. */
export interface KeyInputs {
  readonly name: string;
  readonly lockfiles: readonly string[];
  readonly toolchain: readonly string[];
  readonly toolchainFrom: ToolchainSource;
  readonly environment: readonly string[];
  readonly configuration: readonly string[];
  readonly platform: string;
  readonly workingDirectory: string;
}

/** @throws SettingsError */
export function loadRestoreInputs(read: ReadInput): RestoreInputs {
  return { ...common(read), ...restoring(read) };
}

/** @throws SettingsError */
export function loadSaveInputs(read: ReadInput): SaveInputs {
  return { ...common(read), ...saving(read), notices: ignored(read, ["upload-chunk-size"]) };
}

/** @throws SettingsError */
export function loadCacheInputs(read: ReadInput): CacheInputs {
  return {
    ...common(read),
    ...restoring(read),
    ...saving(read),
    notices: ignored(read, ["upload-chunk-size", "save-always"]),
    saveOn: oneOf(read, "save-on", ["success", "failure", "always"]),
    jobStatus: read("job-status"),
  };
}

/** @throws SettingsError */
export function loadKeyInputs(read: ReadInput): KeyInputs {
  return {
    name: read("name") || "deps",
    lockfiles: lines(read("lockfile") || AUTO),
    toolchain: lines(read("toolchain") || AUTO),
    toolchainFrom: oneOf(read, "toolchain-from", TOOLCHAIN_SOURCES),
    environment: lines(read("env")),
    configuration: lines(read("config")),
    platform: read("platform") || AUTO,
    workingDirectory: read("working-directory") || ".",
  };
}

function common(read: ReadInput): CommonInputs {
  const path = lines(read("path"));
  const paths = lines(read("paths"));
  return {
    key: read("key"),
    paths: path.length > 0 ? path : paths,
    pathsGivenTwice: path.length > 0 && paths.length > 0,
    crossOs: lenientBoolean(read("enableCrossOsArchive")),
    settings: {
      store: read("store"),
      index: read("index"),
      mode: read("mode"),
      near: read("near"),
      timeout: read("timeout"),
      metrics: read("metrics"),
      fallback: read("fallback"),
      "role-to-assume": read("role-to-assume"),
      "role-session-name": read("role-session-name"),
      "role-audience": read("role-audience"),
      "aws-region": read("aws-region"),
    },
    readScopes: lines(read("read-scopes")),
    summary: strictBoolean(read, "summary", true),
    notices: [],
  };
}

function restoring(read: ReadInput) {
  return {
    restoreKeys: lines(read("restore-keys")),
    failOnCacheMiss: lenientBoolean(read("fail-on-cache-miss")),
    lookupOnly: lenientBoolean(read("lookup-only")),
    clean: strictBoolean(read, "clean", false),
  };
}

function saving(read: ReadInput) {
  return {
    overwrite: strictBoolean(read, "overwrite", false),
    toolchain: read("toolchain") || undefined,
    lockfile: read("lockfile") || undefined,
    buildSeconds: seconds(read, "build-seconds"),
  };
}

const IGNORED: Readonly<Record<string, string>> = {
  "upload-chunk-size": "upload-chunk-size has no effect: chunks are cut by content",
  "save-always": "save-always has no effect, as upstream: use save-on: always",
};

function ignored(read: ReadInput, names: readonly string[]): string[] {
  return names
    .filter((name) => read(name) && read(name).toLowerCase() !== "false")
    .map((name) => IGNORED[name]!);
}

/** Upstream's rule, shared by paths and restore keys: `! x` is `!x`, lines are trimmed, empty ones dropped. */
export function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/^!\s+/, "!").trim())
    .filter((line) => line !== "");
}

function lenientBoolean(text: string): boolean {
  return text.toLowerCase() === "true";
}

function strictBoolean(read: ReadInput, name: string, otherwise: boolean): boolean {
  const text = read(name).toLowerCase();
  if (text === "") return otherwise;
  if (text === "true" || text === "false") return text === "true";
  throw new SettingsError(
    name,
    `the input ${name} is neither true nor false: ${JSON.stringify(read(name))}`,
    {
      hint: "write true or false",
    },
  );
}

function seconds(read: ReadInput, name: string): number | undefined {
  const text = read(name);
  if (text === "") return undefined;
  const count = parseBuildSeconds(text);
  if (count !== undefined) return count;
  throw new SettingsError(name, `the input ${name} is not a number: ${JSON.stringify(text)}`, {
    hint: "write how many seconds it took: 92 or 92.5",
  });
}

function oneOf<Value extends string>(
  read: ReadInput,
  name: string,
  values: readonly [Value, ...Value[]],
): Value {
  const text = read(name);
  const value = text === "" ? values[0] : values.find((known) => known === text);
  if (value !== undefined) return value;
  throw new SettingsError(name, `the input ${name} is not one of its values: ${JSON.stringify(text)}`, {
    hint: `write ${values.join(", ")}`,
  });
}
