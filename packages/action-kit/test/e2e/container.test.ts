// The actions in a container job: nothing of the image's environment but what the runner hands in, a home folder of
// its own, and a workspace that the host knows by another path. The folders of a container are made in a mount
// namespace, so that the paths are the real ones.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "@jest/globals";
import { compareTrees, describeTree } from "../../../../scripts/lib/tree.ts";
import type { Job } from "../support/run-action.ts";
import { newJob } from "./support/jobs.ts";
import { directoryStore } from "./support/stores.ts";
import { workFolder } from "./support/work-folder.ts";

/** The runner's own path of the workspace, which stays in every line of `path` but the first. */
const HOST_WORKSPACE = "/home/runner/work/api/api";

let store = "";
beforeEach(() => {
  ({ store } = directoryStore().inputs);
});

test("paths of workspace and home come back in a container, wherever the host has them", async () => {
  const host = newJob();
  fill(host);
  const lines = (workspace: string, rest: string) =>
    [`${workspace}/.venv`, `${rest}/build`, "~/.cache/tool"].join("\n");
  const saved = await host.run("save-cache", {
    key: "venv-1",
    path: lines(host.workspace, host.workspace),
    store,
  });
  expect(saved).toMatchObject({ exitCode: 0, annotations: [] });

  const container = containerJob();
  const restored = await container.run("restore-cache", {
    key: "venv-1",
    // The runner translates the start of an input and nothing after it.
    path: lines("/__w/api/api", HOST_WORKSPACE),
    store,
  });
  expect(restored).toMatchObject({
    exitCode: 0,
    stderr: "",
    annotations: [],
    outputs: { "cache-hit": "true" },
  });
  for (const [folder, path] of [
    ["workspace", ".venv"],
    ["workspace", "build"],
    ["home", ".cache/tool"],
  ] as const) {
    const differences = compareTrees(
      describeTree(join(host[folder], path)),
      describeTree(join(container[folder], path)),
    );
    expect(differences).toEqual([]);
  }
});

test("a container saves and restores with nothing set but what the runner sets", async () => {
  const inputs = { key: "venv-2", path: ".venv\n~/.cache/tool", "restore-keys": "venv-" };
  const tools = workFolder();
  const first = containerJob(tools);
  fill(first);
  const main = await first.run("cache", inputs);
  expect(main).toMatchObject({ exitCode: 0, stderr: "", annotations: [] });
  // Nothing is configured: the store is in the tool cache, and its path is said.
  expect(main.log[0]).toMatch(/^the cache is kept in \/__t\/cairn/);
  expect((await main.post()).log.at(-1)).toBe("Cache saved with key: venv-2");

  const second = containerJob(tools);
  const restored = await second.run("cache", inputs);
  expect(restored).toMatchObject({
    exitCode: 0,
    stderr: "",
    annotations: [],
    outputs: { "cache-hit": "true" },
  });
  expect(readFileSync(join(second.home, ".cache/tool/data"), "utf8")).toBe("data of the tool");
  // The home folder of a container is wiped with each job, the workspace with each checkout.
  rmSync(join(second.home, ".cache"), { recursive: true });
  expect(await second.run("restore-cache", inputs)).toMatchObject({ outputs: { "cache-hit": "true" } });
  expect(readFileSync(join(second.home, ".cache/tool/data"), "utf8")).toBe("data of the tool");
});

function fill(job: Job): void {
  for (const [folder, path, content] of [
    [job.workspace, ".venv/bin/python", "#!/bin/sh"],
    [job.workspace, "build/out.o", "object"],
    [job.home, ".cache/tool/data", "data of the tool"],
  ] as const) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: 0o750 });
  }
}

/** @param tools the runner's tool cache, which containers of one runner share. */
function containerJob(tools = workFolder()): Job {
  const folder = workFolder();
  const mounts = {
    "/__w/api/api": join(folder, "workspace"),
    "/__w/_temp": join(folder, "temp"),
    "/__t": tools,
    "/github/home": join(folder, "home"),
    "/github/workflow": folder,
  };
  return newJob({
    folder,
    env: {
      GITHUB_EVENT_PATH: "/github/workflow/event.json",
      GITHUB_WORKSPACE: "/__w/api/api",
      HOME: "/github/home",
      PATH: undefined,
      RUNNER_TEMP: "/__w/_temp",
      RUNNER_TOOL_CACHE: "/__t",
    },
    within: inNewRoot(mounts),
  });
}

/**
 * A command that runs another one where `mounts` stand in a root folder that is otherwise this machine's. It needs no
 * root, only leave to make namespaces.
 */
function inNewRoot(mounts: Readonly<Record<string, string>>): readonly string[] {
  const script = `
    set -eu
    root=$1
    shift
    mount -t tmpfs none "$root"
    for entry in /*; do
      if [ -L "$entry" ]; then cp -P "$entry" "$root$entry"
      elif [ -d "$entry" ]; then mkdir "$root$entry" && mount --rbind "$entry" "$root$entry"
      fi
    done
    ${Object.entries(mounts)
      .map(([to, from]) => `mkdir -p "$root${to}" && mount --bind "${from}" "$root${to}"`)
      .join("\n    ")}
    exec chroot "$root" /usr/bin/env --chdir="$GITHUB_WORKSPACE" "$@"
  `;
  const user = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  return ["/usr/bin/unshare", "--mount", ...user, "/bin/sh", "-c", script, "sh", workFolder()];
}
