// Chosen variables: what a name, a pattern and an exclusion take, and that no value gets out.

import { describe, expect, test } from "@jest/globals";
import { pickEnvironment } from "../../../src/keys/pick-environment.ts";

const ENV = {
  NODE_ENV: "production",
  EMPTY: "",
  VITE_API: "https://api.example",
  VITE_TOKEN: "hunter2-and-more",
  VITE_MODE: "x",
  INPUT_NAME: "deps",
  STATE_X: "1",
};
const names = (...lines: string[]) => pickEnvironment(lines, ENV).variables.map(({ name }) => name);

test("names and patterns, each variable once, in the order of the names", () => {
  expect(names("NODE_ENV", "VITE_M*", "VITE_????", "VITE_MODE")).toEqual(["NODE_ENV", "VITE_MODE"]);
  expect(names("VITE_*")).toEqual(["VITE_API", "VITE_MODE"]);
  expect(names("VITE_*", "!VITE_M*")).toEqual(["VITE_API"]);
  expect(names("NODE_ENV", "!NODE_ENV")).toEqual([]);
});

test("several in a line, as people write them", () => {
  expect(names("NODE_ENV, EMPTY", "VITE_*  ! VITE_MODE")).toEqual(["EMPTY", "NODE_ENV", "VITE_API"]);
});

test("not set is not empty", () => {
  const [empty, missing] = pickEnvironment(["EMPTY", "MISSING"], ENV).variables;
  expect(empty!.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(missing).toEqual({ name: "MISSING", digest: undefined });
});

test("the same value under another name is another digest", () => {
  const [a, b] = pickEnvironment(["A", "B"], { A: "same", B: "same" }).variables;
  expect(a!.digest).not.toBe(b!.digest);
});

test("a pattern leaves out what looks like a credential, and says so; a name takes it", () => {
  const picked = pickEnvironment(["VITE_*"], ENV);
  expect(picked.notices).toEqual([expect.stringContaining("leaves out VITE_TOKEN")]);
  expect(names("VITE_*", "VITE_TOKEN")).toContain("VITE_TOKEN");
  expect(pickEnvironment(["VITE_*", "VITE_TOKEN"], ENV).notices).toEqual([]);
});

test("a pattern leaves out what only one step has: another one would come to another key", () => {
  expect(names("*_NAME", "STATE_*")).toEqual([]);
});

test("a pattern without a match is told", () => {
  expect(pickEnvironment(["CARGO_*"], ENV).notices).toEqual(["no variable matches CARGO_*"]);
});

describe("is refused, and says what to write", () => {
  test.each([
    ["*", /takes every variable/, /NODE_ENV, CARGO_\*/],
    ["NODE_ENV=production", /^"NODE_ENV=…" is no name/, /name alone/],
    ["$NODE_ENV", /no name of an environment variable/, /name or a pattern/],
    ["1ST", /no name/, /name or a pattern/],
  ])("%s", (line, message, hint) => {
    expect(() => pickEnvironment([line], ENV)).toThrow(
      expect.objectContaining({
        code: "INPUT",
        message: expect.stringMatching(message),
        hint: expect.stringMatching(hint),
      }),
    );
  });

  test("without what stands behind a sign: it may be a secret", () => {
    expect(() => pickEnvironment(["PASSWORD=hunter2"], ENV)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("hunter2") }),
    );
  });
});

test("no value is in what comes out", () => {
  const text = JSON.stringify(pickEnvironment(["NODE_ENV", "VITE_*", "VITE_TOKEN"], ENV));
  for (const value of [ENV.NODE_ENV, ENV.VITE_API, ENV.VITE_TOKEN]) expect(text).not.toContain(value);
});
