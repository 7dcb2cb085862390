import { expect, test } from "@jest/globals";
import { isDigest, parseDigest } from "../../../src/model/digest.ts";

const good = "0123456789abcdef".repeat(4);

test("64 lower-case hex digits and nothing else are a digest", () => {
  expect(parseDigest(good)).toBe(good);
  for (const bad of ["", good.slice(1), `${good}0`, good.toUpperCase(), `${good}\n`, `../${good.slice(3)}`]) {
    expect(isDigest(bad)).toBe(false);
    expect(() => parseDigest(bad)).toThrow(TypeError);
  }
});
