// GitHub's own cache, by upstream's library: for jobs without a store. Loaded when a step uses it: it brings tar, an HTTP
// client and the SDK of GitHub's storage.

/** What the flows use of `@actions/cache`. */
export type GitHubCache = Pick<
  typeof import("@actions/cache"),
  "isFeatureAvailable" | "restoreCache" | "saveCache"
>;

export function loadGitHubCache(): Promise<GitHubCache> {
  return import("@actions/cache");
}
