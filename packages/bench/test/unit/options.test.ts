// The command line: defaults, folders against the caller's own, and errors that name what is wrong.

import { describe, expect, test } from "@jest/globals";
import { dataSetsOf, findCase } from "../../src/cases.ts";
import { parseOptions, UsageError } from "../../src/options.ts";

const parse = (...args: string[]) => parseOptions(args, "/here");

describe("options", () => {
  test("without any: all cases, Cairn alone, five runs, a server that closes connections", () => {
    const options = parse();
    expect(options.cases.map(({ name }) => name)).toEqual([
      "js-app-save",
      "js-app-restore",
      "js-app-bump-save",
    ]);
    expect(options).toMatchObject({ peers: undefined, runs: 5, keepAlive: [false], docs: false });
  });

  test("folders are the caller's", () => {
    const options = parse("--peers", "p", "--dataset", "js-app=sets/a", "--dataset=other=/b", "--cairn", "c");
    expect(options).toMatchObject({ peers: "/here/p", cairn: "/here/c" });
    expect([...options.dataSetFolders]).toEqual([
      ["js-app", "/here/sets/a"],
      ["other", "/b"],
    ]);
  });

  test("--keep-alive both measures twice, the plain server first", () => {
    expect(parse("--keep-alive", "both").keepAlive).toEqual([false, true]);
  });

  test.each([
    [["js-ap"], "js-ap"],
    [["--runs", "0"], "--runs"],
    [["--runs", "many"], "--runs"],
    [["--keep-alive", "yes"], "--keep-alive"],
    [["--dataset", "js-app"], "--dataset"],
    [["--peer", "x"], "--peer"],
  ])("%j is refused by name", (args, named) => {
    expect(() => parse(...args)).toThrow(UsageError);
    expect(() => parse(...args)).toThrow(named);
  });
});

test("a data set that two cases need is named once", () => {
  expect(dataSetsOf([findCase("js-app-restore")!, findCase("js-app-bump-save")!])).toEqual([
    "js-app",
    "js-app-bump",
  ]);
});
