// Forgetting --experimental-vm-modules does not fail loudly: this top-level await does.
import { expect, test } from "@jest/globals";

const loaded: unknown = await Promise.resolve("esm");

test("jest runs ES modules", () => {
  expect(loaded).toBe("esm");
});
