// What `cairn --version` prints is what package.json says.
import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { VERSION } from "../src/version.ts";

test("the version is that of package.json", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(VERSION).toBe(manifest.version);
});
