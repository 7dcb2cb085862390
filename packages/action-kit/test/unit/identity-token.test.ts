// The identity token of a job: where it lacks, what to add to the workflow.

import { expect, test } from "@jest/globals";
import { fetchIdentityToken } from "../../src/identity-token.ts";

const env = {
  ACTIONS_ID_TOKEN_REQUEST_URL: "https://token.example?x=1",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t",
};
const getIdToken = async (audience: string) => `token for ${audience}`;

test("is asked for by its audience", async () => {
  expect(await fetchIdentityToken({ getIdToken }, env, "sts.amazonaws.com")).toBe(
    "token for sts.amazonaws.com",
  );
});

test.each(Object.keys(env))("without %s the permission lacks", async (name) => {
  await expect(fetchIdentityToken({ getIdToken }, { ...env, [name]: "" }, "a")).rejects.toMatchObject({
    code: "ACCESS_DENIED",
    hint: expect.stringContaining("permissions: { id-token: write, contents: read }"),
  });
});

test("a service that does not answer is named in one line", async () => {
  const failing = {
    getIdToken: () => Promise.reject(new Error("Failed to get ID Token. \n \n  Error Code : 503")),
  };
  await expect(fetchIdentityToken(failing, env, "a")).rejects.toMatchObject({
    code: "STORE_UNAVAILABLE",
    hint: expect.stringMatching(/proxy.*Failed to get ID Token\. Error Code : 503$/),
  });
});
