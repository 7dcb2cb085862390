// The place that the DSN of a store names: bucket, prefix, endpoint, folder; and the repository's part in it.

import type { Dsn } from "../lib/dsn.ts";
import { SettingsError } from "../model/errors.ts";

const REPOSITORY_FIELD = "{repository}";
/** With the longest name of an object this stays below S3's limit of 1,024 bytes for a key. */
const MAX_PREFIX_BYTES = 120;

/** Percent-encoded by segment: a repository's name must not reach another folder or add a parameter. */
export function fillInRepository(text: string, repository: string | undefined, setting: string): string {
  const field = /\{[^{}]*\}/.exec(text.replaceAll(REPOSITORY_FIELD, ""));
  if (field) {
    throw new SettingsError(setting, `${setting} has an unknown field ${field[0]}`, {
      hint: `the only one is ${REPOSITORY_FIELD}`,
    });
  }
  if (!text.includes(REPOSITORY_FIELD)) return text;
  if (repository === undefined) {
    throw new SettingsError(setting, `${setting} asks for the repository, which is not known here`, {
      hint: `write the name in place of ${REPOSITORY_FIELD}`,
    });
  }
  const segments = repository.split("/");
  if (segments.some((segment) => segment === "" || segment === "." || segment === "..")) {
    throw new SettingsError(setting, `${JSON.stringify(repository)} can't stand in ${setting}`, {
      hint: "write the repository as owner/name",
    });
  }
  return text.replaceAll(REPOSITORY_FIELD, segments.map(encodeURIComponent).join("/"));
}

/** The host of `s3://bucket/prefix`. */
export function parseBucket({ host }: Dsn, setting: string): string {
  if (host === "") {
    throw new SettingsError(setting, `${setting} names no bucket`, { hint: "write s3://bucket/prefix" });
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/.test(host)) {
    throw new SettingsError(setting, `${setting} names no possible bucket: ${JSON.stringify(host)}`, {
      hint: /:\d+$/.test(host)
        ? "a server is named by endpoint=http://host:port; the bucket comes first: s3://bucket/prefix"
        : "3 to 63 letters, digits, dots and hyphens",
    });
  }
  return host;
}

/** Without slashes at its ends. */
export function parsePrefix({ path }: Dsn, setting: string): string {
  const prefix = path.replace(/^\/+|\/+$/g, "");
  if (prefix === "") return "";
  const isBad = prefix.split("/").some((segment) => segment === "" || segment === "." || segment === "..");
  if (isBad || prefix.includes("\\") || !prefix.isWellFormed()) {
    throw new SettingsError(
      setting,
      `the prefix of ${setting} can't be part of a name: ${JSON.stringify(prefix)}`,
      {
        hint: "write folders, each with a name: s3://bucket/team/cache",
      },
    );
  }
  if (Buffer.byteLength(prefix) > MAX_PREFIX_BYTES) {
    throw new SettingsError(setting, `the prefix of ${setting} is too long`, {
      hint: `at most ${MAX_PREFIX_BYTES} bytes`,
    });
  }
  return prefix;
}

/** The folder of `file:///folder`, absolute. */
export function parseFolder({ host, path }: Dsn, setting: string): string {
  if (host !== "") {
    throw new SettingsError(setting, `${setting} has a relative path`, {
      hint: `write three slashes and the whole path: file:///…/${host}${path}`,
    });
  }
  const folder = process.platform === "win32" ? path.replace(/^\/(?=[A-Za-z]:)/, "") : path;
  if (/^\/*$/.test(folder)) {
    throw new SettingsError(setting, `${setting} names no folder`, {
      hint: "write file:///path/of/a/folder",
    });
  }
  return folder;
}

/**
 * @returns the URL without a slash at its end, and whether its host is an address or this machine: such a server has no
 *   host names for its buckets.
 */
export function parseEndpoint(text: string, setting: string): { url: string; isAddress: boolean } {
  const url = URL.parse(text);
  if (
    !url ||
    (url.protocol !== "http:" && url.protocol !== "https:") ||
    url.search !== "" ||
    url.hash !== ""
  ) {
    throw new SettingsError(setting, `the endpoint of ${setting} is not a URL of a server`, {
      hint: "write endpoint=https://host or endpoint=http://host:port",
    });
  }
  if (url.username || url.password) {
    throw new SettingsError(setting, `the endpoint of ${setting} holds credentials`, {
      hint: "leave them out: credentials come from the environment (AWS_*), a profile or the instance's role",
    });
  }
  const isAddress = /^(\d+\.\d+\.\d+\.\d+|\[.*\]|localhost|.*\.localhost)$/.test(url.hostname);
  return { url: url.href.replace(/\/+$/, ""), isAddress };
}
