// The tools that build caches depend on: the lock files of each, how it tells its version, and the files that ask for
// one. A tool that is added here is known to keys and to what a save records.

export type Tool = "node" | "python" | "go" | "rustc" | "ruby" | "php" | "java" | "elixir" | "swift";

/** How a file asks for a version. */
export type VersionFormat = "plain" | "package-json" | "go-mod" | "rust-toolchain" | "tool-versions";

export interface ToolFacts {
  /** Names of its lock files. */
  readonly lockfiles: RegExp;
  /** What tells the version; the first that answers counts. */
  readonly commands: readonly (readonly [command: string, argument: string])[];
  /** Finds the version in what was written to stdout and stderr. */
  readonly version: RegExp;
  /** Files that ask for a version, in the order in which they count. */
  readonly versionFiles: readonly (readonly [name: string, format: VersionFormat])[];
  /** Its names in `.tool-versions`: those of the plugins of asdf and mise. */
  readonly pluginNames: readonly string[];
}

const FACTS: Readonly<Record<Tool, ToolFacts>> = {
  node: {
    lockfiles: /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock)$/,
    commands: [["node", "--version"]],
    version: /^v(\d+\.\d+\.\d+[\w.+-]*)/m,
    versionFiles: [
      [".nvmrc", "plain"],
      [".node-version", "plain"],
      [".tool-versions", "tool-versions"],
      ["package.json", "package-json"],
    ],
    pluginNames: ["nodejs", "node"],
  },
  python: {
    lockfiles: /^(requirements.*\.txt|poetry\.lock|uv\.lock|Pipfile\.lock)$/,
    // `python` can be Python 2; on Windows a virtual environment has no python3.
    commands: [
      ["python3", "--version"],
      ["python", "--version"],
    ],
    version: /^Python (\d+\.\d+\.\d+\w*)/m,
    versionFiles: [
      [".python-version", "plain"],
      [".tool-versions", "tool-versions"],
    ],
    pluginNames: ["python"],
  },
  go: {
    lockfiles: /^go\.sum$/,
    commands: [["go", "version"]],
    version: /^go version (?:devel )?go(\d[\w.-]*)/m,
    versionFiles: [
      ["go.mod", "go-mod"],
      [".tool-versions", "tool-versions"],
    ],
    pluginNames: ["golang", "go"],
  },
  rustc: {
    lockfiles: /^Cargo\.lock$/,
    commands: [["rustc", "--version"]],
    version: /^rustc (\d[\w.-]*)/m,
    // Where both are, rustup takes the one without an extension.
    versionFiles: [
      ["rust-toolchain", "rust-toolchain"],
      ["rust-toolchain.toml", "rust-toolchain"],
      [".tool-versions", "tool-versions"],
    ],
    pluginNames: ["rust"],
  },
  ruby: {
    lockfiles: /^Gemfile\.lock$/,
    commands: [["ruby", "--version"]],
    // Without the patch level that Ruby has up to 3.1: 3.1.4p223.
    version: /^ruby (\d+\.\d+\.\d+(?:(?:preview|rc)\d+|dev)?)/m,
    versionFiles: [
      [".ruby-version", "plain"],
      [".tool-versions", "tool-versions"],
    ],
    pluginNames: ["ruby"],
  },
  php: {
    lockfiles: /^composer\.lock$/,
    commands: [["php", "--version"]],
    // Without a distribution's revision: 8.3.3-1+ubuntu22.04.1+deb.sury.org+1.
    version: /^PHP (\d+\.\d+\.\d+(?:(?:alpha|beta|RC)\d+|-dev)?)/m,
    versionFiles: [
      [".php-version", "plain"],
      [".tool-versions", "tool-versions"],
    ],
    pluginNames: ["php"],
  },
  java: {
    lockfiles: /^gradle\.lockfile$/,
    // Java 8 knows no --version.
    commands: [["java", "-version"]],
    version: /^\w+ version "(\d[\w.+-]*)"/m,
    versionFiles: [
      [".java-version", "plain"],
      [".tool-versions", "tool-versions"],
    ],
    pluginNames: ["java"],
  },
  elixir: {
    lockfiles: /^mix\.lock$/,
    commands: [["elixir", "--version"]],
    version: /^Elixir (\d[\w.+-]*)/m,
    versionFiles: [[".tool-versions", "tool-versions"]],
    pluginNames: ["elixir"],
  },
  swift: {
    lockfiles: /^Package\.resolved$/,
    commands: [["swift", "--version"]],
    version: /\bSwift version (\d[\w.-]*)/,
    versionFiles: [
      [".swift-version", "plain"],
      [".tool-versions", "tool-versions"],
    ],
    pluginNames: ["swift"],
  },
};

/** In a fixed order: that of the versions in a key, and that in which a save prefers them. */
export const TOOLS: readonly Tool[] = Object.keys(FACTS) as Tool[];

export function factsOf(tool: Tool): ToolFacts {
  return FACTS[tool];
}

export function isTool(name: string): name is Tool {
  return Object.hasOwn(FACTS, name);
}

/** @param name of a lock file, without its folder. @returns undefined: it is none that is known. */
export function toolOfLockfile(name: string): Tool | undefined {
  return TOOLS.find((tool) => FACTS[tool].lockfiles.test(name));
}

export function isLockfile(name: string): boolean {
  return toolOfLockfile(name) !== undefined;
}
