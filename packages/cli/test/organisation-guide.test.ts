// docs/guides/organisation.md, typed as it stands: its blocks marked `bash`, in one shell and an empty folder, with the
// real program. The environment alone says that S3, DynamoDB and the rest of AWS, and the repository, are local. Its
// workflows are linted, and use inputs that the actions have.

import { execFile, execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { load } from "js-yaml";
import { service } from "../../core/test/support/services.ts";
import { temporaryFolder } from "../../core/test/support/temporary.ts";

const root = resolve(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs/guides/organisation.md"), "utf8");

/** Of one language, with the heading that each stands below. */
function blocksOf(language: string) {
  return page.split(/^## /m).flatMap((section) =>
    [...section.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map((match) => ({
      heading: section.slice(0, section.indexOf("\n")),
      text: match[1]!,
    })),
  );
}

interface Ran {
  readonly heading: string;
  readonly code: number;
  readonly output: string;
}

describe("the page as a shell sees it", () => {
  const folder = temporaryFolder();
  let ran: readonly Ran[] = [];
  let env: NodeJS.ProcessEnv = {};

  const aws = (...args: string[]) => promisify(execFile)(service("aws"), args, { env, cwd: folder });
  /** In the page's checkout, behind its last command. */
  const run = (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    spawnSync("cairn", args, {
      cwd: join(folder, "empty/api"),
      env: { ...env, ...settingsOf(page), ...more },
      encoding: "utf8",
    });
  const below = (heading: string) => ran.filter((block) => block.heading.startsWith(heading));

  beforeAll(async () => {
    env = makeEnvironment(folder);
    await emptyTheAccount(aws);
    mkdirSync(join(folder, "empty"));
    ran = walk(join(folder, "empty"), env);
  }, 600_000);

  test("every block was reached and ended well, and no command in it failed", () => {
    expect(ran.map(({ heading, code }) => `${heading}: ${code}`)).toEqual(
      blocksOf("bash").map(({ heading }) => `${heading}: 0`),
    );
    const complaints = /^(error|warning|fatal|npm error|bash|sed): |error occurred|usage: /im;
    expect(ran.filter(({ output }) => complaints.test(output))).toEqual([]);
  });

  test("setup shows what is missing, and makes it", async () => {
    const { output } = below("2.")[0]!;
    expect(output).toMatch(/^missing +s3:\/\/acme-ci-cache +the bucket does not exist$/m);
    expect(output).toMatch(/^missing +dynamodb:\/\/acme-ci-cache +the table does not exist$/m);
    expect(output).toMatch(/^created +s3:\/\/acme-ci-cache +created in us-east-1$/m);
    expect(output).toMatch(/^created +dynamodb:\/\/acme-ci-cache +created, billed by request$/m);
    expect(output).toMatch(/^created +cloudwatch dashboard acme-ci-cache-team-cairn /m);
    const { stdout } = await aws("cloudwatch", "list-dashboards", "--output", "json");
    expect(stdout).toContain(`"acme-ci-cache-team-cairn"`);
  });

  test.each([
    ["cairn-api-trusted-writer", "repo:acme/api:ref:refs/heads/*"],
    ["cairn-api-pull-request-writer", "repo:acme/api:pull_request"],
    ["cairn-maintainer", "repo:acme/ci-cache:ref:refs/heads/*"],
  ])("the role %s is there, for %s", async (name, subject) => {
    const role = await aws("iam", "get-role", "--role-name", name, "--output", "json");
    expect(role.stdout).toContain(subject);
    expect(role.stdout).toMatch(/arn:aws:iam::\d{12}:oidc-provider/);
    const policy = await aws(
      ...["iam", "get-role-policy", "--role-name", name, "--policy-name", "cairn", "--output", "json"],
    );
    expect(policy.stdout).toContain("arn:aws:s3:::acme-ci-cache/team/v1/");
    expect(policy.stdout).not.toContain("ACCOUNT");
  });

  test("the doctor finds no problem", () => {
    expect(below("4.")[0]!.output).toMatch(/^ok +conditional writes +honoured$/m);
    expect(below("4.")[0]!.output).not.toMatch(/^problem/m);
  });

  test("the first run misses, installs and saves", () => {
    const { output } = below("6.")[0]!;
    expect(output).toMatch(/^nothing found for deps:acme\/api:/m);
    expect(output).toMatch(/^added 1 package/m);
    expect(output).toMatch(/^saved deps:acme\/api:.*lock-[0-9a-f]{16}: /m);
  });

  test("the second run hits, and installs nothing", () => {
    const { output } = below("6.")[1]!;
    expect(output).toMatch(/^restored deps:acme\/api:.*lock-[0-9a-f]{16}: /m);
    expect(output).not.toMatch(/nothing found|added/);
    expect(existsSync(join(folder, "empty/api/node_modules/left/index.js"))).toBe(true);
  });

  test("the save is signed, by the key whose public half the page prints", () => {
    const [, verifyKey] = /^CAIRN_VERIFY_KEY=(ed25519:\S+)$/m.exec(below("5.")[0]!.output)!;
    const args = ["ls", keyOf(below("6.")[0]!.output), "--dead", "--json"];
    expect(run(args, { CAIRN_VERIFY_KEY: verifyKey! }).stdout).toContain('"valid"');
    const other = `hmac-sha256:${"ab".repeat(32)}`;
    expect(run(args, { CAIRN_VERIFY_KEY: other }).stdout).toContain('"unknown-key"');
  });

  test("stats and CloudWatch have both runs", () => {
    const { output } = below("8.")[0]!;
    expect(output).toMatch(/^hit rate +50\.0 %/m);
    expect(output).toMatch(/^restores +2 /m);
    expect(output).toMatch(/^saves +1 /m);
    expect(output).toMatch(/^work, without a hit +40\.0 s/m);
    expect(output.split(/\s+/)).toEqual(
      expect.arrayContaining(["Hits", "Misses", "SavedSeconds", "UploadedBytes"]),
    );
    expect(readFileSync(join(folder, "empty/api/cache.html"), "utf8")).toContain("acme/api");
  });

  test("what is invalidated is a miss from then on", () => {
    const { output } = below("9.")[0]!;
    expect(output).toMatch(/^would invalidate deps:acme\/api:/m);
    expect(output).toMatch(/^invalidated deps:acme\/api:/m);
    const again = run(["restore", "--key", keyOf(below("6.")[0]!.output), "node_modules"]);
    expect(again.stderr).toContain("was invalidated at");
    expect(again.status).toBe(3);
  });
});

describe("the workflows of the page", () => {
  const workflows = blocksOf("yaml");

  test("are linted", () => {
    expect(workflows).toHaveLength(2);
    for (const { text } of workflows) {
      const linted = spawnSync(service("actionlint"), ["-shellcheck=", "-pyflakes=", "-"], {
        input: text,
        encoding: "utf8",
      });
      expect(linted.stdout + linted.stderr).toBe("");
      expect(linted.status).toBe(0);
    }
  });

  test("give the actions inputs that they have, and the store of the shell", () => {
    const settings = settingsOf(page);
    let steps = 0;
    for (const { text } of workflows) {
      for (const [name, value] of [...text.matchAll(/(CAIRN_\w+): (\S+)/g)].map((match) => match.slice(1))) {
        if (name! in settings) expect(value).toBe(settings[name!]);
      }
      const { jobs } = load(text) as { jobs: Record<string, { steps: Step[] }> };
      for (const { uses = "", with: given = {} } of Object.values(jobs).flatMap((job) => job.steps)) {
        const action = /^OWNER\/cairn\/(actions\/[\w-]+)@main$/.exec(uses)?.[1];
        if (action === undefined) continue;
        steps += 1;
        const { inputs = {} } = load(readFileSync(join(root, action, "action.yml"), "utf8")) as {
          inputs?: object;
        };
        expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
      }
    }
    expect(steps).toBe(3);
  });
});

interface Step {
  readonly uses?: string;
  readonly with?: Record<string, unknown>;
}

/** One shell types all blocks, so that variables and the folder live on; a line behind each tells how it ended. */
function walk(cwd: string, env: NodeJS.ProcessEnv): readonly Ran[] {
  const blocks = blocksOf("bash");
  const script = blocks.map(({ text }, at) => `${text}\necho "::ended ${at} $?"\n`).join("");
  const { stdout } = spawnSync("bash", ["-c", `exec 2>&1\n${script}`], { cwd, env, encoding: "utf8" });
  const parts = stdout.split(/^::ended (\d+) (\d+)\n/m);
  return blocks.slice(0, Math.floor(parts.length / 3)).map(({ heading }, at) => ({
    heading,
    code: Number(parts[at * 3 + 2]),
    output: parts[at * 3]!,
  }));
}

/** Programs, endpoints and credentials; and where the repository of the page really is. */
function makeEnvironment(folder: string): NodeJS.ProcessEnv {
  const programs = join(folder, "programs");
  mkdirSync(programs);
  const cairn = join(programs, "cairn");
  writeFileSync(
    cairn,
    `#!/bin/sh\nexec "${process.execPath}" "${join(root, "packages/cli/dist/bin.js")}" "$@"\n`,
  );
  chmodSync(cairn, 0o755);
  return {
    PATH: [programs, dirname(service("aws")), dirname(process.execPath), process.env["PATH"]].join(delimiter),
    HOME: folder,
    RUNNER_TEMP: folder,
    AWS_ACCESS_KEY_ID: process.env["AWS_ACCESS_KEY_ID"],
    AWS_SECRET_ACCESS_KEY: process.env["AWS_SECRET_ACCESS_KEY"],
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ENDPOINT_URL: service("moto"),
    AWS_ENDPOINT_URL_S3: service("versitygw"),
    AWS_ENDPOINT_URL_DYNAMODB: service("dynamodb"),
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: `url.${makeRepository(folder)}.insteadOf`,
    GIT_CONFIG_VALUE_0: "https://github.com/acme/api",
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
  };
}

/** What a job installs needs no network: its one package is in the repository. */
function makeRepository(folder: string): string {
  const top = join(folder, "api.git");
  mkdirSync(join(top, "left"), { recursive: true });
  const left = { name: "left", version: "1.0.0" };
  const write = (name: string, content: unknown) => writeFileSync(join(top, name), JSON.stringify(content));
  write("left/package.json", left);
  writeFileSync(join(top, "left/index.js"), "export {};\n");
  const dependencies = { left: "file:left" };
  write("package.json", { name: "api", version: "1.0.0", dependencies });
  write("package-lock.json", {
    ...{ name: "api", version: "1.0.0", lockfileVersion: 3, requires: true },
    packages: {
      "": { name: "api", version: "1.0.0", dependencies },
      left: { version: "1.0.0" },
      "node_modules/left": { resolved: "left", link: true },
    },
  });
  const identity = ["-c", "user.name=test", "-c", "user.email=test@acme.example"];
  for (const args of [
    ["init", "--quiet", "--initial-branch=main"],
    ["add", "."],
    [...identity, "commit", "--quiet", "--message=first"],
  ]) {
    execFileSync("git", args, { cwd: top });
  }
  return top;
}

/** What an earlier walk has left on servers that still run. Nothing else goes by these names. */
async function emptyTheAccount(aws: (...args: string[]) => Promise<{ stdout: string }>): Promise<void> {
  const tidy = (command: string) => aws(...command.split(" ")).catch(missing);
  const provider = "oidc-provider/token.actions.githubusercontent.com";
  const removed = ["cairn-api-trusted-writer", "cairn-api-pull-request-writer", "cairn-maintainer"].map(
    async (name) => {
      await tidy(`iam delete-role-policy --role-name ${name} --policy-name cairn`);
      await tidy(`iam delete-role --role-name ${name}`);
    },
  );
  await Promise.all([
    ...removed,
    tidy("s3 rb s3://acme-ci-cache --force"),
    tidy("dynamodb delete-table --table-name acme-ci-cache"),
    tidy("cloudwatch delete-dashboards --dashboard-names acme-ci-cache-team-cairn"),
    tidy(
      `iam delete-open-id-connect-provider --open-id-connect-provider-arn arn:aws:iam::123456789012:${provider}`,
    ),
  ]);
}

function missing(error: Error & { stderr?: string }): void {
  if (!/NoSuch|NotFound|not exist/.test(error.stderr ?? "")) throw error;
}

/** What the page exports, in quotes or without. */
function settingsOf(text: string): Record<string, string> {
  const names = [...text.matchAll(/^export (CAIRN_STORE|CAIRN_INDEX)='([^']+)'$/gm)];
  return Object.fromEntries(names.map((match) => [match[1]!, match[2]!]));
}

function keyOf(output: string): string {
  return /^saved (\S+): /m.exec(output)![1]!;
}
