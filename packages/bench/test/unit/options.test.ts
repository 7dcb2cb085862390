// The command line: defaults, folders against the caller's own, and errors that name what is wrong.

import { describe, expect, test } from "@jest/globals";
import { cases, dataSetsOf, findCase } from "../../src/cases.ts";
import { recipes } from "../../src/data-sets/recipes.ts";
import { parseOptions, runsOf } from "../../src/options.ts";
import { UsageError } from "../../src/usage-error.ts";

const parse = (...args: string[]) => parseOptions(args, "/here");
const variants = (...args: string[]) =>
  parse(...args).plan.map(
    ({ bench, network, disk, keepAlive }) => `${bench.name} ${network} ${disk} ${keepAlive}`,
  );

describe("options", () => {
  test("without any: what is not on demand, over loopback, on the disk that fits, Cairn alone", () => {
    const { plan, ...options } = parse();
    expect(plan.map(({ bench }) => bench)).toEqual(cases.filter(({ isOptIn }) => !isOptIn));
    expect(new Set(plan.map(({ network, disk, keepAlive }) => `${network} ${disk} ${keepAlive}`))).toEqual(
      new Set(["loopback auto true"]),
    );
    expect(options).toMatchObject({ lookups: [], peers: undefined, runs: undefined, docs: false });
  });

  test("a case on demand is measured when it is named, alone", () => {
    expect(variants("10-gb-restore")).toEqual(["10-gb-restore loopback auto true"]);
  });

  test("lookup alone measures no case", () => {
    expect(parse("lookup")).toMatchObject({ plan: [], lookups: ["dynamodb", "sqlite", "bucket"] });
    expect(parse("lookup", "--index", "bucket").lookups).toEqual(["bucket"]);
    expect(parse("js-app-save", "--index", "bucket").lookups).toEqual([]);
  });

  test("upkeep alone measures no case, with as many objects as are told", () => {
    expect(parse("upkeep")).toMatchObject({ plan: [], lookups: [], upkeep: [100_000] });
    expect(parse("upkeep", "--objects", "2000").upkeep).toEqual([2000]);
    expect(parse("all").upkeep).toEqual([]);
    for (const wrong of ["0", "15", "1e6", "-10"])
      expect(() => parse("upkeep", `--objects=${wrong}`)).toThrow(UsageError);
  });

  test("all is every case, some of them on ext4 and over the shaped network too, and lookup", () => {
    const all = variants("all");
    expect(parse("all").lookups).toHaveLength(3);
    expect(all).toContain("random-4g-save loopback auto true");
    expect(all).toContain("js-app-restore loopback ext4 true");
    expect(all).toContain("js-app-restore shaped auto true");
    expect(all).not.toContain("10-gb-restore loopback auto true");
    expect(new Set(all).size).toBe(all.length);
  });

  test("all on a disk that was named is that disk only", () => {
    expect(variants("all", "--disk", "ext4")).not.toContain("js-app-restore shaped auto true");
    expect(variants("all", "--disk", "ext4")).toContain("js-app-restore loopback ext4 true");
  });

  test("a case is measured once for each of the networks and servers that are named", () => {
    expect(variants("js-app-save", "js-app-save", "--network", "both", "--keep-alive", "both")).toEqual([
      "js-app-save loopback auto true",
      "js-app-save loopback auto false",
      "js-app-save shaped auto true",
      "js-app-save shaped auto false",
    ]);
  });

  test("folders are the caller's", () => {
    const options = parse("--peers", "p", "--dataset", "js-app=sets/a", "--dataset=other=/b", "--cairn", "c");
    expect(options).toMatchObject({ peers: "/here/p", cairn: "/here/c" });
    expect([...options.dataSetFolders]).toEqual([
      ["js-app", "/here/sets/a"],
      ["other", "/b"],
    ]);
  });

  test.each([
    [["js-ap"], "js-ap"],
    [["--runs", "0"], "--runs"],
    [["--runs", "many"], "--runs"],
    [["--keep-alive", "yes"], "--keep-alive"],
    [["--network", "slow"], "--network"],
    [["--disk", "constructor"], "--disk"],
    [["--dataset", "js-app"], "--dataset"],
    [["--peer", "x"], "--peer"],
  ])("%j is refused by name", (args, named) => {
    expect(() => parse(...args)).toThrow(UsageError);
    expect(() => parse(...args)).toThrow(named);
  });
});

test("trees above 2 GB are measured three times, unless the number is given", () => {
  expect(runsOf({ runs: undefined }, 1e9)).toBe(5);
  expect(runsOf({ runs: undefined }, 4e9)).toBe(3);
  expect(runsOf({ runs: 1 }, 4e9)).toBe(1);
});

describe("cases", () => {
  test("a data set that a case needs twice is named once", () => {
    expect(dataSetsOf(findCase("js-app-restore-onto-bump")!)).toEqual(["js-app", "js-app-bump"]);
  });

  test("names are unique, and every data set has a recipe", () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    expect(cases.flatMap(dataSetsOf).filter((name) => !(name in recipes))).toEqual([]);
  });

  test("what a job restores was stored before", () => {
    for (const { stored, restored } of cases) {
      if (restored !== undefined) expect(stored).toContain(restored.dataSet);
    }
  });
});
