// `toolchain: auto`: what real tools say about themselves, asked through real processes, and everything that can be in
// the way of an answer.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { type DetectRequest, detectToolchain } from "../../../src/keys/detect-toolchain.ts";
import { type FakeTool, fakeTools } from "../../support/fake-tools.ts";
import { temporaryFolder } from "../../support/temporary.ts";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});

function detect(
  lockfiles: readonly string[],
  tools: Readonly<Record<string, FakeTool>>,
  request: Partial<DetectRequest> = {},
) {
  for (const name of lockfiles) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), "");
  }
  const env = { PATH: fakeTools(join(folder, "bin"), tools), ...request.env };
  const place = { folder, top: folder, home: folder };
  const signal = new AbortController().signal;
  return detectToolchain({ lockfiles: [], place, signal, ...request, env });
}

const SWIFT_ON_MAC = {
  stdout: `Apple Swift version 6.3.3 (swiftlang-6.3.3.1.3 clang-2100.1.1.101)
Target: arm64-apple-macosx26.0`,
  stderr: "swift-driver version: 1.148.6 ",
};
const ELIXIR = `Erlang/OTP 27 [erts-15.2.7.8] [source] [64-bit] [smp:8:2] [ds:8:2:10] [async-threads:1] [jit:ns]

Elixir 1.18.4 (compiled with Erlang/OTP 27)`;
const JAVA_17 = `openjdk version "17.0.15" 2025-04-15
OpenJDK Runtime Environment (build 17.0.15+6-Debian-1deb12u1)
OpenJDK 64-Bit Server VM (build 17.0.15+6-Debian-1deb12u1, mixed mode, sharing)`;
const JAVA_8 = `Picked up JAVA_TOOL_OPTIONS: -Dfile.encoding=UTF-8
openjdk version "1.8.0_292"
OpenJDK Runtime Environment (AdoptOpenJDK)(build 1.8.0_292-b10)`;
const PHP = `PHP 8.3.3-1+ubuntu22.04.1+deb.sury.org+1 (cli) (built: Feb 15 2024 18:38:52) (NTS)
Copyright (c) The PHP Group
Zend Engine v4.3.3, Copyright (c) Zend Technologies`;
const PHP_WARNING = `PHP Warning:  Module "mbstring" is already loaded in Unknown on line 0`;

const ANSWERS: [lockfile: string, command: string, said: FakeTool, toolchain: string][] = [
  ["package-lock.json", "node", { stdout: "v24.21.0" }, "node-24.21.0"],
  ["npm-shrinkwrap.json", "node", { stdout: "v20.20.2\r" }, "node-20.20.2"],
  [
    "yarn.lock",
    "node",
    { stdout: "v26.0.0-nightly20260301abcdef1234" },
    "node-26.0.0-nightly20260301abcdef1234",
  ],
  ["pnpm-lock.yaml", "node", { stdout: "v24.21.0" }, "node-24.21.0"],
  ["bun.lock", "node", { stdout: "v24.21.0" }, "node-24.21.0"],
  ["requirements-dev.txt", "python3", { stdout: "Python 3.11.7" }, "python-3.11.7"],
  ["poetry.lock", "python3", { stdout: "Python 3.14.0rc2" }, "python-3.14.0rc2"],
  ["uv.lock", "python", { stdout: "Python 3.12.3" }, "python-3.12.3"],
  ["Pipfile.lock", "python", { stderr: "Python 2.7.18" }, "python-2.7.18"],
  ["go.sum", "go", { argument: "version", stdout: "go version go1.26.8 linux/amd64" }, "go-1.26.8"],
  ["go.sum", "go", { argument: "version", stdout: "go version go1.27rc1 darwin/arm64" }, "go-1.27rc1"],
  ["Cargo.lock", "rustc", { stdout: "rustc 1.95.0 (59807616e 2026-04-14)" }, "rustc-1.95.0"],
  ["Cargo.lock", "rustc", { stdout: "rustc 1.97.0-nightly (0a1b2c3d4 2026-05-01)" }, "rustc-1.97.0-nightly"],
  [
    "Gemfile.lock",
    "ruby",
    { stdout: "ruby 3.4.5 (2025-07-16 revision 20cda200d3) +PRISM [x86_64-linux]" },
    "ruby-3.4.5",
  ],
  [
    "Gemfile.lock",
    "ruby",
    { stdout: "ruby 3.1.4p223 (2023-03-30 revision 957bb7cb81) [x86_64-linux]" },
    "ruby-3.1.4",
  ],
  ["composer.lock", "php", { stdout: PHP }, "php-8.3.3"],
  [
    "composer.lock",
    "php",
    { stdout: `${PHP_WARNING}\nPHP 8.5.1 (cli) (built: Dec 16 2025 18:26:57) (NTS)` },
    "php-8.5.1",
  ],
  ["gradle.lockfile", "java", { argument: "-version", stderr: JAVA_17 }, "java-17.0.15"],
  ["gradle.lockfile", "java", { argument: "-version", stderr: JAVA_8 }, "java-1.8.0_292"],
  [
    "gradle.lockfile",
    "java",
    { argument: "-version", stderr: 'java version "25" 2025-09-16 LTS' },
    "java-25",
  ],
  ["mix.lock", "elixir", { stdout: ELIXIR }, "elixir-1.18.4"],
  [
    "Package.resolved",
    "swift",
    { stdout: "Swift version 5.10 (swift-5.10-RELEASE)\nTarget: x86_64-unknown-linux-gnu" },
    "swift-5.10",
  ],
  ["Package.resolved", "swift", SWIFT_ON_MAC, "swift-6.3.3"],
];

for (const [lockfile, command, said, toolchain] of ANSWERS) {
  test(`${lockfile}: ${toolchain}`, async () => {
    expect(await detect([lockfile], { [command]: said })).toEqual({ toolchain });
  });
}

describe("which tool", () => {
  const tools = { node: { stdout: "v24.21.0" }, rustc: { stdout: "rustc 1.95.0 (59807616e 2026-04-14)" } };

  test("lock files of several tools: the first in a fixed order, and a notice names the others", async () => {
    expect(await detect(["Cargo.lock", "go.sum", "yarn.lock"], tools)).toEqual({
      toolchain: "node-24.21.0",
      notice: "toolchain: auto records node-24.21.0; there are lock files of go, rustc, too",
    });
  });

  test("a lock file that is named decides, and its folder is where the tool is asked", async () => {
    const rustc = { ...tools.rustc, first: "pwd > where" };
    const lockfile = "native/Cargo.lock";
    expect(await detect(["yarn.lock", lockfile], { ...tools, rustc }, { lockfiles: [lockfile] })).toEqual({
      toolchain: "rustc-1.95.0",
    });
    expect(readFileSync(join(folder, "native/where"), "utf8")).toBe(`${join(folder, "native")}\n`);
  });

  test("python is asked where python3 has no answer", async () => {
    const python3 = { stdout: "Python was not found; run without arguments to install it", exitCode: 49 };
    const python = { stdout: "Python 3.13.1" };
    expect(await detect(["uv.lock"], { python3, python })).toEqual({ toolchain: "python-3.13.1" });
  });
});

describe("a notice, and nothing is recorded", () => {
  const silence = (why: RegExp) => ({
    notice: expect.stringMatching(new RegExp(`^toolchain: auto ${why.source}.*; none is recorded$`)),
  });

  test("no lock file, none that is known, one that is not there, a folder of that name", async () => {
    const node = { stdout: "v24.21.0" };
    const none = silence(/finds no lock file that it knows in \//);
    expect(await detect([], { node })).toEqual(none);
    expect(await detect(["deps.txt", "yarn.lock/file"], { node }, { lockfiles: ["deps.txt"] })).toEqual(none);
    expect(await detect([], { node }, { lockfiles: ["package-lock.json"] })).toEqual(none);
    expect(await detect([], { node })).toEqual(none);
  });

  test("no workspace", async () => {
    const nowhere = join(folder, "nowhere");
    const place = { folder: nowhere, top: nowhere, home: folder };
    expect(await detect([], {}, { place })).toEqual(silence(/fails: .*nowhere: ENOENT/));
  });

  test("no such tool on the PATH", async () => {
    expect(await detect(["go.sum"], {})).toEqual(
      silence(/gets no version of go: go can't be started \(spawn go ENOENT\): is it on the PATH\?/),
    );
  });

  test("a tool that can't be started", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "go"), "#!/no/such/shell\n", { mode: 0o755 });
    expect(await detect(["go.sum"], {})).toEqual(silence(/gets no version of go: .*ENOENT/));
  });

  test("a tool that fails, even when it names a version", async () => {
    const rustc = { stdout: "rustc 1.95.0 (59807616e 2026-04-14)", exitCode: 1 };
    expect(await detect(["Cargo.lock"], { rustc })).toEqual(
      silence(/gets no version of rustc: rustc --version ends with 1, "rustc 1\.95\.0/),
    );
  });

  test.each([
    ["Gemfile.lock", "ruby", "jruby 9.4.5.0 (3.1.4) 2023-11-02 1abae2700f OpenJDK 64-Bit Server VM"],
    ["Gemfile.lock", "ruby", "truffleruby 24.1.1, like ruby 3.2.4, GraalVM CE Native [x86_64-linux]"],
    ["yarn.lock", "node", "Welcome to Node.js v24.21.0"],
    ["yarn.lock", "node", ""],
  ])("%s: %s says %j, which is no version of it", async (lockfile, command, stdout) => {
    expect(await detect([lockfile], { [command]: { stdout } })).toEqual(
      silence(new RegExp(`gets no version of ${command}: ${command} --version writes `)),
    );
  });

  test("a tool that hangs is not waited for", async () => {
    const begun = performance.now();
    const elixir = { first: "exec /bin/sleep 1" };
    expect(await detect(["mix.lock"], { elixir }, { limitMs: 200 })).toEqual(
      silence(/gets no version of elixir: elixir --version took longer than 200 ms/),
    );
    expect(performance.now() - begun).toBeLessThan(900);
  });
});

test("a tool that hangs is ended together with what it has started", async () => {
  const elixir = { first: "/bin/sleep 60 & echo $! > started; wait" };
  await detect(["mix.lock"], { elixir }, { limitMs: 500 });
  const pid = Number(readFileSync(join(folder, "started"), "utf8"));
  expect(pid).toBeGreaterThan(1);
  // Ended, and taken away by whoever takes orphans: a zombie is not running.
  const isRunning = () => /^State:\s+[^ZX]/m.test(readStatus(pid));
  while (isRunning()) await new Promise((resolve) => setTimeout(resolve, 20));
});

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

test("cancelling ends the question, and is no notice", async () => {
  const cancel = new AbortController();
  const reason = new Error("cancelled by SIGINT");
  setTimeout(() => cancel.abort(reason), 100);
  const node = { first: "exec /bin/sleep 1" };
  await expect(detect(["yarn.lock"], { node }, { signal: cancel.signal })).rejects.toBe(reason);
});

test("a tool learns nothing of the step, and is told to install nothing", async () => {
  const env = {
    ACTIONS_RUNTIME_TOKEN: "secret",
    INPUT_STORE: "secret",
    STATE_CAIRN_JOB: "secret",
    CAIRN_SIGNING_KEY: "secret",
    CAIRN_VERIFY_KEY: "secret",
    HOME: "/home/runner",
    NOTHING: undefined,
  };
  const go = { argument: "version", stdout: "go version go1.26.8 linux/amd64", first: "/usr/bin/env > env" };
  expect(await detect(["go.sum"], { go }, { env })).toEqual({ toolchain: "go-1.26.8" });
  const seen = readFileSync(join(folder, "env"), "utf8");
  expect(seen).not.toContain("secret");
  expect(seen).toMatch(/^HOME=\/home\/runner$/m);
  expect(seen).toMatch(/^GOPROXY=off$/m);
  expect(seen).toMatch(/^RUSTUP_AUTO_INSTALL=0$/m);
});
