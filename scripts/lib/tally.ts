/**
 * Counts what a test run proved. Pure. A test that did not run proves nothing, so a skipped or todo test counts as
 * failed, and so does a suite that broke outside its tests.
 */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** The part of jest's `--json` report that is counted. */
export interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

export interface JestTally extends Tally {
  /** The tests that were skipped or left to do, as `file: name`. */
  readonly notRun: readonly string[];
}

export const sum = (tallies: readonly Tally[]): Tally => ({
  passed: tallies.reduce((total, { passed }) => total + passed, 0),
  failed: tallies.reduce((total, { failed }) => total + failed, 0),
});

/** @param report undefined when jest ended without writing one. */
export function tallyJest(report: JestReport | undefined, exitCode: number): JestTally {
  const suites = report?.testResults ?? [];
  const tests = suites.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ status, fullName }) => ({ status, name: `${name}: ${fullName}` })),
  );
  const passed = tests.filter(({ status }) => status === "passed").length;
  const brokenSuites = suites.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((test) => test.status !== "failed"),
  ).length;
  const failed = tests.length - passed + brokenSuites;
  return {
    passed,
    // A red exit that no test explains (no tests found, a crash) must not end as "0 failed".
    failed: failed === 0 && (exitCode !== 0 || report === undefined) ? 1 : failed,
    notRun: tests.filter(({ status }) => status !== "passed" && status !== "failed").map(({ name }) => name),
  };
}
