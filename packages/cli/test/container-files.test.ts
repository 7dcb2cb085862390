// What the guide on containers shows and ships: the Dockerfile is linted, which is not a build; the job of Kubernetes is
// read as YAML, and its script is run by a shell with the real program.

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { loadAll } from "js-yaml";
import { newBucket, S3_REGION } from "../../core/test/support/s3-bucket.ts";
import { service } from "../../core/test/support/services.ts";
import { temporaryFolder } from "../../core/test/support/temporary.ts";

const root = join(import.meta.dirname, "../../..");

describe("the Dockerfile", () => {
  const file = join(root, "docker/Dockerfile");

  test("hadolint finds nothing", () => {
    expect(execFileSync(service("hadolint"), ["--no-color", file], { encoding: "utf8" })).toBe("");
  });

  test("copies what there is, and its command runs the bundle", () => {
    const copied = [...readFileSync(file, "utf8").matchAll(/^COPY (?!--from)(?:--\S+ )*(\S+) (\S+)$/gm)];
    expect(copied.map(([, from]) => from)).toEqual(["docker/cairn", "dist"]);
    for (const [, from] of copied) expect(existsSync(join(root, from!))).toBe(true);
    expect(readFileSync(join(root, "docker/cairn"), "utf8")).toContain(`${copied[1]![2]}/cli/index.js`);
  });
});

interface KubernetesJob {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containers: readonly {
          readonly command: readonly string[];
          readonly args: readonly string[];
          readonly env: readonly { readonly name: string; readonly value: string }[];
        }[];
      };
    };
  };
}

describe("the job of Kubernetes", () => {
  const text = readFileSync(join(root, "docs/examples/kubernetes-job.yaml"), "utf8");
  const [account, job] = loadAll(text) as [{ kind: string; metadata: { name: string } }, KubernetesJob];
  const { serviceAccountName, containers } = job.spec.template.spec;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = temporaryFolder();
    const { bucket } = await newBucket("versitygw");
    env = {
      ...Object.fromEntries(containers[0]!.env.map(({ name, value }) => [name, value])),
      HOME: folder,
      CACHE_S3_BUCKET: bucket,
      AWS_REGION: S3_REGION,
      AWS_ENDPOINT_URL_S3: service("versitygw"),
      AWS_ACCESS_KEY_ID: process.env["AWS_ACCESS_KEY_ID"]!,
      AWS_SECRET_ACCESS_KEY: process.env["AWS_SECRET_ACCESS_KEY"]!,
    };
  });

  /** Runs the container's command in a folder of its own, as a pod does, with an `npm` that writes down its calls. */
  function runPod(name: string): string {
    const cwd = join(folder, name);
    mkdirSync(join(cwd, "bin"), { recursive: true });
    writeFileSync(join(cwd, "package-lock.json"), "{}");
    const program = (file: string, text: string): void => {
      writeFileSync(join(cwd, "bin", file), text);
      chmodSync(join(cwd, "bin", file), 0o755);
    };
    program(
      "cairn",
      `#!/bin/sh\nexec '${process.execPath}' '${join(root, "packages/cli/dist/bin.js")}' "$@"\n`,
    );
    program(
      "npm",
      '#!/bin/sh\necho "npm $1"\n[ "$1" != ci ] || { mkdir node_modules && echo x >node_modules/x; }\n',
    );
    const [file, ...flags] = containers[0]!.command;
    return execFileSync(file!, [...flags, ...containers[0]!.args], {
      cwd,
      env: { ...env, PATH: `${join(cwd, "bin")}:${process.env["PATH"]}` },
      encoding: "utf8",
    });
  }

  test("belongs to its service account", () => {
    expect([account.kind, job.kind]).toEqual(["ServiceAccount", "Job"]);
    expect(serviceAccountName).toBe(account.metadata.name);
  });

  test("installs once, and restores in the next pod", () => {
    expect(runPod("one")).toBe("npm ci\nnpm test\n");
    expect(runPod("two")).toBe("npm test\n");
    expect(readFileSync(join(folder, "two/node_modules/x"), "utf8")).toBe("x\n");
  });
});
