// One workflow on a runner with a store and on one without: act's own cache server plays GitHub's cache.
import { readdirSync } from "node:fs";
import { beforeAll, expect, test } from "@jest/globals";
import { newConsumerRepository } from "./support/consumer-repository.ts";
import { runAct } from "./support/run-act.ts";
import { directoryStore } from "./support/stores.ts";
import { workFolder } from "./support/work-folder.ts";

const FILE = ".github/workflows/fallback.yml";
const WORKFLOW = `
on: workflow_dispatch
env: { CAIRN_FALLBACK: github }
jobs:
  build:
    runs-on: self-hosted
    steps:
      - uses: actions/checkout@v5
      - uses: ./actions/cache
        id: cache
        with: { path: made, key: "made-1" }
      - run: mkdir made && echo content > made/file
        if: steps.cache.outputs.cache-hit != 'true'
      - run: test "$(cat made/file)" = content && echo "restored='$RESTORED'"
        env: { RESTORED: "\${{ steps.cache.outputs.cache-matched-key }}" }
`;

let repository: string;
let cacheServer: string;
beforeAll(() => {
  repository = newConsumerRepository({ [FILE]: WORKFLOW });
  cacheServer = workFolder();
});
const run = (runId: number, env = {}) =>
  runAct({ repository, inputs: {}, env, runId, workflow: FILE, cacheServer });

test("without a store: saved to GitHub's cache, and found there by the next run", async () => {
  const first = await run(1);
  expect(first).toMatchObject({ exitCode: 0 });
  expect(first.log).toContain("no store is set: GitHub's own cache is used");
  expect(first.log).toContain("Cache saved with key: made-1");
  const second = await run(2);
  expect(second).toMatchObject({ exitCode: 0 });
  expect(second.log).toContain("restored='made-1'");
  expect(second.log).toContain("not saving cache");
}, 180_000);

test("with a store: that is used, and nothing of GitHub's", async () => {
  const before = readdirSync(cacheServer, { recursive: true }).length;
  const { store } = directoryStore().inputs;
  const first = await run(3, { CAIRN_STORE: store });
  expect(first).toMatchObject({ exitCode: 0 });
  expect(first.log).not.toContain("GitHub's own cache");
  expect((await run(4, { CAIRN_STORE: store })).log).toContain("restored='made-1'");
  expect(readdirSync(cacheServer, { recursive: true })).toHaveLength(before);
}, 180_000);
