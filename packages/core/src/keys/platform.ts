// The platform of a key: what decides whether compiled code runs. Named as npm names it, and Alpine's libc told apart,
// since nothing that is built for one runs with the other.

/** `linux-x64`, `linux-arm64-musl`, `darwin-arm64`, `win32-x64`, of the process that asks. */
export function thisPlatform(): string {
  const platform = `${process.platform}-${process.arch}`;
  return process.platform === "linux" && !hasGlibc() ? `${platform}-musl` : platform;
}

function hasGlibc(): boolean {
  const report: { excludeNetwork?: boolean; getReport(): object } = process.report;
  const before = report.excludeNetwork ?? false;
  // Else it looks up the names of all open connections.
  report.excludeNetwork = true;
  try {
    const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
    return header?.glibcVersionRuntime !== undefined;
  } finally {
    report.excludeNetwork = before;
  }
}
