/**
 * Installs parts into the user's cache folder, once for all checkouts: `<cache>/<part>-<version>`, finished
 * when its stamp exists. Safe when several run at once; a half-finished folder is thrown away.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { withLock } from "../lock.ts";
import { type Command, run } from "../run.ts";
import { type Install, type PartName, partOf } from "./parts.ts";

export const cacheFolder: string = join(
  process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"),
  "cairn-dev",
);
const stampName = ".installed";
const logLinesShown = 20;

export function installFolder(name: PartName): string {
  return join(cacheFolder, `${name}-${partOf(name).version}`);
}

/** The file that a tool is run by. */
export function installedFile(name: PartName): string {
  return join(installFolder(name), partOf(name).file);
}

export function isInstalled(name: PartName): boolean {
  return existsSync(join(installFolder(name), stampName)) && existsSync(installedFile(name));
}

/** Installs what is missing of `names` and returns an error for each part that could not be installed. */
export async function installParts(names: readonly PartName[], signal: AbortSignal): Promise<Error[]> {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return [];
  console.log(`installing ${missing.join(", ")} into ${cacheFolder} (once)`);
  // Go alone keeps the cores busy, pip and Maven mostly wait for the network: one queue for each.
  const queues = Map.groupBy(missing, (name) => partOf(name).install.by);
  const failures = await Promise.all([...queues.values()].map((queue) => installInTurn(queue, signal)));
  return failures.flat();
}

async function installInTurn(queue: readonly PartName[], signal: AbortSignal): Promise<Error[]> {
  const failures: Error[] = [];
  for (const name of queue) {
    try {
      await withLock(join(cacheFolder, "locks", name), signal, () => install(name, signal));
    } catch (error) {
      signal.throwIfAborted();
      failures.push(error as Error);
    }
  }
  return failures;
}

async function install(name: PartName, signal: AbortSignal): Promise<void> {
  if (isInstalled(name)) return;
  const started = performance.now();
  const { version } = partOf(name);
  const folder = installFolder(name);
  const log = join(cacheFolder, "logs", `${name}-${version}.log`);
  mkdirSync(join(cacheFolder, "logs"), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  rmSync(log, { force: true });
  for (const step of installSteps(name, folder)) {
    const code = await run(step.command, { cwd: folder, env: step.env, log, signal }).catch((error) => {
      throw new Error(`${step.command[0]} could not be run to install ${name}: ${error.message}`);
    });
    if (code !== 0) {
      throw new Error(`${name} ${version} could not be installed; log: ${log}\n${tail(log)}`);
    }
  }
  if (!existsSync(installedFile(name))) {
    throw new Error(`the install of ${name} ${version} did not make ${installedFile(name)}; log: ${log}`);
  }
  writeFileSync(join(folder, stampName), "");
  console.log(`  ${name} ${version} installed in ${Math.round((performance.now() - started) / 1000)} s`);
}

interface Step {
  readonly command: Command;
  readonly env: Readonly<Record<string, string>>;
}

function installSteps(name: PartName, folder: string): readonly Step[] {
  const { install, version, file } = partOf(name);
  switch (install.by) {
    case "go":
      return [{ command: ["go", "install", `${install.package}@${version}`], env: { GOBIN: folder } }];
    case "pip": {
      const env = { PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1" };
      return [
        { command: ["python3", "-m", "venv", folder], env },
        { command: [join(folder, "bin", "pip"), "install", `${install.package}==${version}`], env },
      ];
    }
    case "apt":
      return [
        {
          command: [
            "sh",
            "-c",
            findOrInstall,
            "sh",
            install.names.join(" "),
            install.packages.join(" "),
            file,
          ],
          env: { DEBIAN_FRONTEND: "noninteractive" },
        },
      ];
    case "maven":
      writeFileSync(join(folder, "pom.xml"), pom(install, version));
      return [
        {
          command: [
            ...(["mvn", "--batch-mode", "--no-transfer-progress"] as const),
            "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
            ...["-DincludeScope=runtime", "-DoutputDirectory=lib"],
          ],
          env: {},
        },
      ];
  }
}

/** $1: names to look for on the PATH; $2: packages; $3: the file. A user who is not root needs sudo without a password. */
const findOrInstall = `
find() { for name in $1; do command -v "$name" && return; done; return 1; }
if ! found=$(find "$1"); then
  [ "$(id -u)" = 0 ] || as_root="sudo -n"
  $as_root apt-get update &&
    $as_root apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends $2
  found=$(find "$1") || {
    echo "none of $1 is on the PATH, and apt-get could not install $2: install one by hand, then try again" >&2
    exit 1
  }
fi
ln -sf "$found" "$3"
`;

const pom = ({ group, artifact }: Install & { by: "maven" }, version: string): string => `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>dev.cairn</groupId>
  <artifactId>services</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>${group}</groupId>
      <artifactId>${artifact}</artifactId>
      <version>${version}</version>
    </dependency>
  </dependencies>
</project>
`;

/** The last lines of a log, for an error that has to be understood where the file is out of reach. */
export function tail(log: string): string {
  return existsSync(log)
    ? readFileSync(log, "utf8").trimEnd().split("\n").slice(-logLinesShown).join("\n")
    : "";
}
