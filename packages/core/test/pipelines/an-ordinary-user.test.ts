// What an ordinary user may not read is left out of a save with a notice, and never a crash; see the script for the tree.

import { expect, test } from "@jest/globals";
import { jsonOf } from "../support/scripts.ts";

test("an ordinary user's save leaves out what may not be read", async () => {
  const script = new URL("../support/save-as-nobody.ts", import.meta.url);
  const outcome = await jsonOf<Record<string, unknown>>(script, [], { asNobody: true });
  expect(outcome).toEqual({
    notices: [expect.stringMatching(/^left out, since it may not be read: .*closed.*big.*unreadable/)],
    restored: ["closed", "open", "secret"],
    failure: "LocalFileError",
    again: "hit",
  });
});
