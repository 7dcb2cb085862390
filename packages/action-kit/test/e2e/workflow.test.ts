// The workflow e2e-local on a real workflow runner, twice for each store: the first run fills it, the second one finds
// everything. The workflow itself compares the trees.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { newConsumerRepository } from "./support/consumer-repository.ts";
import { type ActResult, runAct } from "./support/run-act.ts";
import { stores } from "./support/stores.ts";
import { workFolder } from "./support/work-folder.ts";

describe.each(stores)("jobs that share %s", (_, open) => {
  let scratch: string;
  let runWorkflow: (runId: number) => Promise<ActResult>;
  beforeAll(() => {
    const repository = newConsumerRepository();
    const store = open();
    scratch = join(workFolder(), "scratch");
    runWorkflow = async (runId) => {
      // What one run leaves outside of its workspaces; what describes the trees of the first run stays.
      for (const name of ["outside", "outside.saved", "home-one", "home-two"]) {
        rmSync(join(scratch, name), { recursive: true, force: true });
      }
      mkdirSync(scratch, { recursive: true });
      const inputs = { ...store.inputs, scratch };
      return runAct({ repository, inputs, env: store.env, runId });
    };
  });

  test("the first run misses, installs and saves; its second job restores", async () => {
    const { exitCode, log } = await runWorkflow(1);
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(jobsThatSucceeded(log)).toEqual([
      "combined",
      "combined-again",
      "key",
      "key-again",
      "restore",
      "save",
    ]);
    expect(log).toMatch(/Success - Main Install the dependencies/);
    expect(log.match(/Cache saved with key: /g)).toHaveLength(4);
    expect(log.match(/Cache restored from key: /g)).toHaveLength(4);
    expect(log).toContain("the first restore-key of each finds the other");
    expect(log.match(/the same: \d+ entries/g)).toHaveLength(5);
    expect(log).not.toMatch(/::(warning|error)::|Failed to/);
  }, 120_000);

  test("the second run finds what the first one saved, and installs nothing", async () => {
    const { exitCode, log } = await runWorkflow(2);
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 });
    expect(log).not.toMatch(/Main Install the dependencies|Main Build/);
    expect(log.match(/Cache saved with key: .*/g)).toEqual(["Cache saved with key: several-2"]);
    expect(log.match(/Cache restored from key: /g)).toHaveLength(7);
    expect(log.match(/not saving cache/g)).toHaveLength(3);
  }, 120_000);
});

function jobsThatSucceeded(log: string): string[] {
  return [...log.matchAll(/^\[e2e-local\/([\w-]+) *\].*Job succeeded/gm)].map(([, job]) => job!).sort();
}
