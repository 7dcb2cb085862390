// Real trees, saved by one job and restored by another with the committed bundle: every path, byte, mode, link and time
// comes back, and what stands in the tree works there.
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { compareTrees, describeTree, type TreeEntry } from "../../../../scripts/lib/tree.ts";
import type { Job, StepResult } from "../support/run-action.ts";
import { newJob, newOrdinaryJob } from "./support/jobs.ts";
import { directoryStore, stores, type TestStore } from "./support/stores.ts";
import {
  cargoTarget,
  copyTree,
  goModules,
  jsProject,
  pythonEnvironment,
  removeTree,
} from "./support/trees.ts";

interface Case {
  readonly name: string;
  readonly make: () => Promise<string>;
  /** Runs something of the restored tree. */
  readonly use: (tree: string) => void;
  /** Default: the user of the tests. */
  readonly newJob?: typeof newJob;
}

const cases: readonly Case[] = [
  {
    name: "a JavaScript project",
    make: jsProject,
    use: (tree) => run(tree, [process.execPath, "-e", 'require("express"); require("eslint")']),
  },
  {
    name: "a Python environment",
    make: pythonEnvironment,
    use: (tree) => run(tree, [join(tree, "bin/python"), "-c", "import flask, requests"]),
  },
  {
    name: "a Go module cache, whose folders are read-only, as an ordinary user",
    make: goModules,
    newJob: newOrdinaryJob,
    use: (tree) => {
      const env = { GOMODCACHE: join(tree, "modules"), GOFLAGS: "", GOPROXY: "off" };
      run(join(tree, "project"), ["go", "mod", "verify"], env);
      run(join(tree, "project"), ["go", "list", "-deps", "."], env);
    },
  },
  {
    name: "a cargo target folder, with big files of two names",
    make: cargoTarget,
    use: (tree) => {
      const app = statSync(join(tree, "debug/app"));
      expect(app.nlink).toBe(2);
      expect(app.size).toBeGreaterThan(32 << 20);
    },
  },
];

const inputs = { key: "tree-1", path: "tree" };

describe.each(cases)("$name", (each) => {
  const job = each.newJob ?? newJob;
  let saving: Job;
  let expected: TreeEntry[];
  beforeAll(async () => {
    saving = job();
    await copyTree(await each.make(), join(saving.workspace, "tree"));
    expected = describeTree(join(saving.workspace, "tree"));
  }, 180_000);

  const saveTo = (store: TestStore): Promise<StepResult> =>
    saving.run("save-cache", { ...inputs, ...store.inputs }, { env: store.env });
  const differences = ({ workspace }: Job): string[] =>
    compareTrees(expected, describeTree(join(workspace, "tree")));

  test.each(stores)("comes back from %s as it was", async (_, open) => {
    const store = open();
    const saved = await saveTo(store);
    expect(saved).toMatchObject({ exitCode: 0, stderr: "", annotations: [] });
    const restoring = job({ env: store.env });
    const restored = await restoring.run("restore-cache", { ...inputs, ...store.inputs });
    expect(restored).toMatchObject({ exitCode: 0, stderr: "", annotations: [] });
    expect(restored.outputs).toMatchObject({
      "cache-hit": "true",
      "content-hash": saved.outputs["content-hash"],
    });
    expect(differences(restoring)).toEqual([]);
    each.use(join(restoring.workspace, "tree"));
  });

  test("stays where it is right, and is repaired where it is not", async () => {
    const store = directoryStore();
    await saveTo(store);
    const restoring = job();
    const restore = () => restoring.run("restore-cache", { ...inputs, ...store.inputs, clean: "true" });
    await restore();
    const inode = statSync(join(restoring.workspace, "tree", aFile(expected, 0))).ino;
    expect(await restore()).toMatchObject({ exitCode: 0, outputs: { "cache-hit": "true" }, annotations: [] });
    expect(statSync(join(restoring.workspace, "tree", aFile(expected, 0))).ino).toBe(inode);
    expect(differences(restoring)).toEqual([]);

    await damage(join(restoring.workspace, "tree"), expected);
    expect(differences(restoring).length).toBeGreaterThan(5);
    expect(await restore()).toMatchObject({ exitCode: 0, annotations: [] });
    expect(differences(restoring)).toEqual([]);
  });
});

/** The n-th tenth of the files that have one name. */
function aFile(entries: readonly TreeEntry[], tenth: number): string {
  const shared = new Set(entries.map((entry) => entry.sameFileAs));
  const files = entries.filter(
    ({ kind, path, size, sameFileAs }) => kind === "file" && size && !sameFileAs && !shared.has(path),
  );
  return files[Math.floor((files.length * tenth) / 10)]!.path;
}

/** One change of each sort. */
async function damage(tree: string, entries: readonly TreeEntry[]): Promise<void> {
  const at = (path: string): string => {
    chmodSync(dirname(join(tree, path)), 0o755);
    return join(tree, path);
  };
  rmSync(at(aFile(entries, 2)));
  const changed = at(aFile(entries, 4));
  chmodSync(changed, 0o644);
  appendFileSync(changed, "changed");
  chmodSync(at(aFile(entries, 6)), 0o600);
  await removeTree(at(dirname(aFile(entries, 8))));
  writeFileSync(join(tree, "extra"), "");
  const link = entries.find(({ kind }) => kind === "symlink");
  if (link) {
    rmSync(at(link.path));
    writeFileSync(at(link.path), "no link");
  }
  const second = entries.find(({ sameFileAs }) => sameFileAs);
  if (second) {
    rmSync(at(second.path));
    writeFileSync(at(second.path), "no link");
  }
}

function run(
  cwd: string,
  [file, ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): void {
  execFileSync(file!, args, { cwd, env: { ...process.env, ...env }, stdio: "pipe" });
}
