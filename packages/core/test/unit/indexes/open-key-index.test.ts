import { expect, test } from "@jest/globals";
import { openKeyIndex } from "../../../src/indexes/open-key-index.ts";
import { createClock } from "../../../src/lib/clock.ts";
import { SettingsError } from "../../../src/model/errors.ts";
import { createMemoryStore } from "../../../src/objects/memory-store.ts";

const options = {
  store: createMemoryStore("m"),
  clock: createClock(),
  env: {},
  setting: "index (CAIRN_INDEX)",
};

test.each([
  ["dynamodb://cairn-index?region=eu-west-1", "dynamodb://cairn-index"],
  ["bucket", "bucket (memory://m)"],
  ["sqlite:///var/cache/index.db", "/var/cache/index.db"],
  ["memory://x", "memory://x"],
])("%s opens without a request", async (text, description) => {
  const index = openKeyIndex(text, options);
  expect(index.description).toContain(description);
  await index.close();
});

test.each([
  ["dynamo://cairn", 'unknown scheme "dynamo"', 'did you mean "dynamodb"?'],
  ["cairn-index", "is not a URL", "dynamodb://"],
  ["dynamodb://", "names no table", "write dynamodb://TABLE"],
  ["dynamodb://ab", "names no table", "3 to 255"],
  ["dynamodb://table/more", "names no table", "write dynamodb://TABLE"],
  ["dynamodb://table?regoin=x", 'unknown parameter "regoin"', 'did you mean "region"?'],
  ["dynamodb://table?endpoint=localhost:8000", "an endpoint that is no URL", "http://host:port"],
  ["dynamodb://key:secret@table", "holds credentials", "leave them out"],
  ["sqlite://index.db", "needs the absolute path of a file", "three slashes"],
  ["sqlite:///folder/", "needs the absolute path of a file", "three slashes"],
  ["sqlite:///a.db?mode=ro", 'unknown parameter "mode"', "takes none"],
])("%s is refused with what to change", (text, message, hint) => {
  let thrown: unknown;
  try {
    openKeyIndex(text, options);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(SettingsError);
  expect((thrown as SettingsError).message).toContain(message);
  expect((thrown as SettingsError).hint).toContain(hint);
  expect(`${(thrown as SettingsError).message} ${(thrown as SettingsError).hint}`).not.toContain("secret");
});
