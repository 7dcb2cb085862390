/**
 * Where a test finds the real services that `scripts/services` starts. A missing service is a failure
 * of the test, never a skip.
 */
const variables = {
  versitygw: "CAIRN_TEST_VERSITYGW_URL",
  minio: "CAIRN_TEST_MINIO_URL",
  dynamodb: "CAIRN_TEST_DYNAMODB_URL",
  moto: "CAIRN_TEST_MOTO_URL",
  toxiproxy: "CAIRN_TEST_TOXIPROXY_URL",
  act: "CAIRN_TEST_ACT",
  actionlint: "CAIRN_TEST_ACTIONLINT",
  zizmor: "CAIRN_TEST_ZIZMOR",
  cfnlint: "CAIRN_TEST_CFNLINT",
  aws: "CAIRN_TEST_AWS",
  hadolint: "CAIRN_TEST_HADOLINT",
  hcl2json: "CAIRN_TEST_HCL2JSON",
  chromium: "CAIRN_TEST_CHROMIUM",
} as const;

export type ServiceName = keyof typeof variables;

/**
 * The base URL of a running server (for toxiproxy: of its HTTP API), or the path of a tool.
 * @throws Error that says how to start the services, when the variable is missing.
 */
export function service(name: ServiceName): string {
  const variable = variables[name];
  const value = process.env[variable];
  if (value) return value;
  throw new Error(
    `${variable} is not set, so ${name} cannot be reached: ` +
      'run ./scripts/services start, then eval "$(./scripts/services env)"',
  );
}
