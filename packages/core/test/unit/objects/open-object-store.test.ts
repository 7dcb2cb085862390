// The DSN of a store: what each parameter means, and that whatever is wrong is a SettingsError that says what to write.

import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createClock } from "../../../src/lib/clock.ts";
import { sha256 } from "../../../src/lib/sha256.ts";
import { SettingsError } from "../../../src/model/errors.ts";
import { openObjectStore } from "../../../src/objects/open-object-store.ts";
import { parseStoreDsn } from "../../../src/objects/parse-store-dsn.ts";

const setting = "CAIRN_STORE";
const parse = (text: string, env: Record<string, string> = {}, repository?: string) =>
  parseStoreDsn(text, { env, setting, repository });

describe("s3", () => {
  test("a bucket alone", () => {
    expect(parse("s3://bucket", { AWS_REGION: "eu-west-1" })).toEqual({
      target: {
        kind: "s3",
        bucket: "bucket",
        prefix: "",
        region: "eu-west-1",
        endpoint: undefined,
        pathStyle: false,
        sse: undefined,
        kmsKey: undefined,
      },
      settings: { compression: { codec: "zstd", level: 3 } },
    });
  });

  test("every parameter", () => {
    const text =
      "s3://my.bucket-1/team/a%20cache/?region=eu-central-1&endpoint=https://s3.example.com/&path-style=true" +
      "&ttl=30d&compression=gzip:9&sse=aws:kms&kms-key=arn:aws:kms:eu-central-1:1:key/a+b";
    expect(parse(text, { AWS_REGION: "us-west-2" })).toEqual({
      target: {
        kind: "s3",
        bucket: "my.bucket-1",
        prefix: "team/a cache",
        region: "eu-central-1",
        endpoint: "https://s3.example.com",
        pathStyle: true,
        sse: "aws:kms",
        kmsKey: "arn:aws:kms:eu-central-1:1:key/a+b",
      },
      settings: { compression: { codec: "gzip", level: 9 }, ttlMs: 30 * 86_400_000 },
    });
  });

  test.each([
    ["s3://bucket", {}, undefined],
    ["s3://bucket", { AWS_DEFAULT_REGION: "eu-west-3" }, "eu-west-3"],
    ["s3://bucket", { AWS_DEFAULT_REGION: "eu-west-3", AWS_REGION: "eu-west-2" }, "eu-west-2"],
    ["s3://bucket?endpoint=http://host:9000", {}, "us-east-1"],
    ["s3://bucket?endpoint=http://host:9000", { AWS_REGION: "eu-west-2" }, "eu-west-2"],
    ["s3://bucket", { AWS_ENDPOINT_URL: "http://host:9000" }, "us-east-1"],
  ])("region of %s with %j", (text, env: Record<string, string>, region) => {
    expect(parse(text, env).target).toMatchObject({ region });
  });

  test.each([
    ["endpoint=http://127.0.0.1:9000", true],
    ["endpoint=http://[::1]:9000", true],
    ["endpoint=http://localhost:9000", true],
    ["endpoint=http://minio.example.com", false],
    ["endpoint=http://127.0.0.1:9000&path-style=false", false],
    ["endpoint=http://minio.example.com&path-style", true],
    ["region=eu-west-1", false],
  ])("path style of %s is %s", (query, pathStyle) => {
    expect(parse(`s3://bucket?${query}`).target).toMatchObject({ pathStyle });
  });

  test("the endpoint of the environment is the one the SDK would take", () => {
    const env = { AWS_ENDPOINT_URL: "http://a.example", AWS_ENDPOINT_URL_S3: "http://b.example" };
    expect(parse("s3://bucket", env).target).toMatchObject({ endpoint: "http://b.example" });
    expect(parse("s3://bucket?endpoint=http://c.example", env).target).toMatchObject({
      endpoint: "http://c.example",
    });
  });

  test("a KMS key alone means aws:kms", () => {
    expect(parse("s3://bucket?kms-key=alias/cache").target).toMatchObject({
      sse: "aws:kms",
      kmsKey: "alias/cache",
    });
  });
});

describe("file and memory", () => {
  test("a folder with all its parameters", () => {
    expect(parse("file:///var/my%20cache/?max-size=20GiB&evict=lru&ttl=12h&compression=none")).toEqual({
      target: { kind: "file", root: "/var/my cache/" },
      settings: {
        compression: { codec: "none", level: 0 },
        ttlMs: 43_200_000,
        maxSizeBytes: 20 * 2 ** 30,
        evict: "lru",
      },
    });
  });

  test("one store for each name of the process", async () => {
    const open = (name: string) => openObjectStore(`memory://${name}`, { env: {}, setting }).store;
    await open("one").put("name", Buffer.from("x"), sha256(Buffer.from("x")));
    expect(await open("one").head("name")).toBeDefined();
    expect(await open("two").head("name")).toBeUndefined();
  });

  test("descriptions", () => {
    const describe = (text: string) =>
      openObjectStore(text, { env: {}, setting, clock: createClock() }).store.description;
    expect(describe("s3://bucket/team?region=eu-west-1")).toBe("s3://bucket/team");
    expect(describe("file:///var/cache")).toBe("/var/cache");
    expect(describe("memory://name")).toBe("memory://name");
  });
});

describe("{repository}", () => {
  test("is filled in, and cannot leave its place", () => {
    expect(parse("s3://bucket/x/{repository}/y", {}, "owner/.github").target).toMatchObject({
      prefix: "x/owner/.github/y",
    });
    expect(parse("file:///cache/{repository}", {}, "owner/name").target).toMatchObject({
      root: "/cache/owner/name",
    });
    expect(parse("s3://bucket/{repository}", {}, "a?region=x/b#c").target).toMatchObject({
      prefix: "a?region=x/b#c",
    });
  });

  test.each([undefined, "", "a/../b", "../b", "a//b"])("repository %j", (repository) => {
    expect(() => parse("s3://bucket/{repository}", {}, repository)).toThrow(SettingsError);
  });
});

describe("what is wrong is told", () => {
  test.each([
    ["", /is not a URL/, /s3:\/\//],
    ["bucket", /is not a URL/, /s3:\/\//],
    ["s4://bucket", /unknown scheme "s4"/, /did you mean "s3"/],
    ["constructor://x", /unknown scheme/, /s3/],
    ["s3://", /names no bucket/, /s3:\/\/bucket/],
    ["s3:///prefix", /names no bucket/, /s3:\/\/bucket/],
    ["s3://host:9000/bucket", /no possible bucket/, /endpoint=/],
    ["s3://bu%20cket", /no possible bucket/, /3 to 63/],
    ["s3://bucket/a//b", /prefix/, /s3:\/\/bucket/],
    ["s3://bucket/%5C", /prefix/, /folders/],
    ["s3://bucket/%zz", /is not a URL/, /s3:/],
    ["s3://bucket/a%00b", /is not a URL/, /s3:/],
    ["s3://bucket/a\nb", /is not a URL/, /s3:/],
    ["s3://bucket/a#b", /behind "#"/, /%23/],
    [`s3://bucket/${"x".repeat(200)}`, /too long/, /120/],
    ["s3://bucket/{branch}", /unknown field \{branch\}/, /\{repository\}/],
    ["s3://key:secret@bucket", /holds credentials/, /AWS_/],
    ["s3://bucket?regoin=x", /unknown parameter "regoin"/, /did you mean "region"/],
    ["s3://bucket?max-size=1GiB", /unknown parameter "max-size"/, /known here/],
    ["s3://bucket?region=a&region=b", /gives "region" twice/, /keep one/],
    ["s3://bucket?endpoint=host:9000", /endpoint of CAIRN_STORE is not a URL/, /http:\/\/host:port/],
    ["s3://bucket?endpoint=ftp://host", /endpoint/, /http:\/\/host:port/],
    ["s3://bucket?endpoint=http://a:b@host", /endpoint of CAIRN_STORE holds credentials/, /AWS_/],
    ["s3://bucket?path-style=maybe", /path-style of CAIRN_STORE is neither/, /true or false/],
    ["s3://bucket?ttl=30", /ttl of CAIRN_STORE is not a duration: "30"/, /7d/],
    ["s3://bucket?ttl=0d", /ttl of CAIRN_STORE/, /ttl=30d/],
    ["s3://bucket?compression=brotli", /compression of CAIRN_STORE is unknown/, /zstd:3/],
    ["s3://bucket?compression=zstd:20", /no level "20"/, /1 to 19/],
    ["s3://bucket?compression=gzip:0", /no level "0"/, /1 to 9/],
    ["s3://bucket?compression=none:1", /compression/, /none/],
    ["s3://bucket?compression=zstd:3:4", /compression/, /none/],
    ["s3://bucket?sse=kms", /sse of CAIRN_STORE is unknown/, /aws:kms/],
    ["s3://bucket?sse=AES256&kms-key=x", /kms-key of CAIRN_STORE/, /sse=aws:kms/],
    ["file://relative/path", /relative path/, /file:\/\/\/…\/relative\/path/],
    ["file://", /names no folder/, /file:\/\/\//],
    ["file:///", /names no folder/, /file:\/\/\//],
    ["file:///dir?path-style=true", /unknown parameter "path-style"/, /known here/],
    ["file:///dir?max-size=big", /max-size of CAIRN_STORE is not a size/, /20GiB/],
    ["file:///dir?max-size=0", /max-size/, /20GiB/],
    ["file:///dir?evict=fifi&max-size=1GiB", /evict of CAIRN_STORE is unknown/, /"fifo"/],
    ["file:///dir?evict=lru", /no max-size/, /max-size=20GiB/],
    ["memory://", /has no name/, /memory:\/\/name/],
    ["memory://name/path", /has no name/, /memory:\/\/name/],
  ])("%s", (text, message, hint) => {
    let thrown: unknown;
    try {
      parse(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SettingsError);
    expect(thrown).toMatchObject({
      setting,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(String(thrown)).not.toContain("secret");
  });

  test("whatever is given: a target or a SettingsError", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string().map((text) => `s3://${text}`),
      fc.string({ unit: "grapheme" }).map((text) => `file://${text}`),
      fc
        .webUrl({ withQueryParameters: true, withFragments: true })
        .map((url) => url.replace(/^https?/, "s3")),
    );
    fc.assert(
      fc.property(anything, (text) => {
        try {
          const { target } = parse(text);
          if (target.kind === "file") expect(target.root).not.toContain("\u0000");
          if (target.kind === "s3") expect(target.prefix.split("/")).not.toContain("..");
        } catch (error) {
          expect(error).toBeInstanceOf(SettingsError);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
