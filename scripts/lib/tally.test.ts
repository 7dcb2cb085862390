import { describe, expect, test } from "@jest/globals";
import { sum, tallyJest } from "./tally.ts";

const suite = (status: string, ...tests: string[]) => ({
  name: "a.test.ts",
  status,
  assertionResults: tests.map((each, i) => ({ status: each, fullName: `test ${i}` })),
});

describe("tallyJest", () => {
  test("counts the tests of all suites", () => {
    const report = {
      testResults: [suite("passed", "passed", "passed"), suite("failed", "passed", "failed")],
    };
    expect(tallyJest(report, 1)).toEqual({ passed: 3, failed: 1, notRun: [] });
  });

  test.each(["pending", "skipped", "todo", "disabled"])(
    "counts a %s test as failed and names it",
    (status) => {
      const report = { testResults: [suite("passed", "passed", status)] };
      expect(tallyJest(report, 0)).toEqual({ passed: 1, failed: 1, notRun: ["a.test.ts: test 1"] });
    },
  );

  test("counts a suite that could not be loaded", () => {
    expect(tallyJest({ testResults: [suite("failed"), suite("passed", "passed")] }, 1)).toMatchObject({
      passed: 1,
      failed: 1,
    });
  });

  test("counts a suite whose tests passed and whose teardown failed", () => {
    expect(tallyJest({ testResults: [suite("failed", "passed")] }, 1)).toMatchObject({
      passed: 1,
      failed: 1,
    });
  });

  test("counts one failure when jest fails and no test says why", () => {
    expect(tallyJest({ testResults: [] }, 1)).toMatchObject({ passed: 0, failed: 1 });
    expect(tallyJest({ testResults: [suite("passed", "passed")] }, 1)).toMatchObject({
      passed: 1,
      failed: 1,
    });
  });

  test("counts one failure when jest wrote no report", () => {
    expect(tallyJest(undefined, 0)).toMatchObject({ passed: 0, failed: 1 });
  });
});

test("sum adds the suites up", () => {
  expect(
    sum([
      { passed: 2, failed: 0 },
      { passed: 0, failed: 1 },
    ]),
  ).toEqual({ passed: 2, failed: 1 });
});
