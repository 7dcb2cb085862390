// The worked example of docs/guides/costs.md adds up: each row is its amounts times its price, the sum is theirs.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";

const guide = readFileSync(join(import.meta.dirname, "../../../../../docs/guides/costs.md"), "utf8");
const rows = guide
  .split("| a month |")[1]!
  .split("\n\n")[0]!
  .split("\n")
  .slice(2)
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const UNITS: Readonly<Record<string, number>> = { GB: 1, thousand: 1e3, million: 1e6 };
const usdOf = (name: string) => Number(rows.find(([first]) => first === name)![3]!.replaceAll("*", ""));

test.each(rows.filter(([, , price]) => price))("%s", (_, amount, price, usd) => {
  const [, each, unit] = /^([\d.]+) an? (\w+)$/.exec(price!)!;
  const total = /: (\d+) GB$/.exec(amount!)?.[1];
  const products = [...amount!.replaceAll(",", "").matchAll(/(\d+) \w+ x (\d+)/g)];
  const count = total ? Number(total) : products.reduce((sum, [, a, b]) => sum + Number(a) * Number(b), 0);
  expect(count).toBeGreaterThan(0);
  expect(((count / UNITS[unit!]!) * Number(each)).toFixed(2)).toBe(usd);
});

test("the sum is that of the rows above it", () => {
  const names = ["S3 storage", "S3 PUT and LIST", "S3 GET and HEAD", "DynamoDB reads", "DynamoDB writes"];
  const sum = names.reduce((total, name) => total + usdOf(name), 0);
  expect(sum.toFixed(2)).toBe(String(usdOf("in all, runners in the region")));
});
