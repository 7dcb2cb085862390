// What the variables of proxies and authorities say, and what is said of those that can't be used.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { readNetwork } from "../../../src/aws/network.ts";
import { temporaryFolder } from "../../support/temporary.ts";

describe("proxies", () => {
  test("none is none", async () => {
    expect(await readNetwork({ NO_PROXY: "localhost", HTTPS_PROXY: " " })).toEqual({});
  });

  test("all variables are passed on, and one without a scheme is a plain proxy", async () => {
    const env = { HTTPS_PROXY: "proxy:3128", http_proxy: "https://u:p@proxy", NO_PROXY: ".acme.example" };
    expect(await readNetwork({ ...env, PATH: "/bin" })).toEqual({
      proxyEnv: { ...env, HTTPS_PROXY: "http://proxy:3128" },
    });
  });

  test.each([
    ["socks5://u:secret@proxy:1080", "HTTPS_PROXY names a proxy that speaks socks5"],
    ["http://:secret@", "HTTPS_PROXY names no proxy"],
  ])("%s is refused, and its password is not told", async (HTTPS_PROXY, message) => {
    const refused = readNetwork({ HTTPS_PROXY });
    await expect(refused).rejects.toMatchObject({
      message,
      hint: expect.stringContaining("HTTPS_PROXY=http://host:port"),
    });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining("secret") });
  });

  test("a Node that would pass the proxy over in silence is named", async () => {
    const env = { https_proxy: "http://proxy" };
    await expect(readNetwork(env, "v24.4.1")).rejects.toMatchObject({
      message: "Node v24.4.1 can't use the proxy that the environment names",
      hint: "update the runner: Node 24.5 and newer can",
    });
    await expect(readNetwork(env, "v24.5.0")).resolves.toHaveProperty("proxyEnv");
    await expect(readNetwork(env, "v25.0.0")).resolves.toHaveProperty("proxyEnv");
  });
});

describe("AWS_CA_BUNDLE", () => {
  test("a file that is not there, and one without a certificate", async () => {
    const folder = temporaryFolder();
    await expect(readNetwork({ AWS_CA_BUNDLE: join(folder, "none.pem") })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^AWS_CA_BUNDLE names a file that can't be read: .*none\.pem \(ENOENT\)$/,
      ),
      hint: expect.stringContaining("inside it"),
    });
    writeFileSync(join(folder, "key.pem"), "-----BEGIN PRIVATE KEY-----\n");
    await expect(readNetwork({ AWS_CA_BUNDLE: join(folder, "key.pem") })).rejects.toMatchObject({
      message: expect.stringContaining("without a certificate"),
    });
  });
});
