// A PATH of a test's own, with tools that say what real ones say.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface FakeTool {
  /** Anything else ends with 2, as a tool that doesn't know it. */
  readonly argument?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  /** Shell, run first. */
  readonly first?: string;
}

/** Finds these tools alone until `restore` is called. */
export function usePath(folder: string, tools: Readonly<Record<string, FakeTool>>): { restore(): void } {
  mkdirSync(folder, { recursive: true });
  for (const [name, { argument = "--version", stdout, stderr, exitCode = 0, first }] of Object.entries(
    tools,
  )) {
    const lines = [
      "#!/bin/sh",
      ...(first ? [first] : []),
      `[ "$*" = "${argument}" ] || exit 2`,
      ...(stdout ? [heredoc(stdout, 1)] : []),
      ...(stderr ? [heredoc(stderr, 2)] : []),
      `exit ${exitCode}`,
    ];
    writeFileSync(join(folder, name), lines.join("\n"));
    chmodSync(join(folder, name), 0o755);
  }
  const before = process.env["PATH"] ?? "";
  process.env["PATH"] = folder;
  return {
    restore() {
      process.env["PATH"] = before;
    },
  };
}

function heredoc(text: string, stream: number): string {
  return `/bin/cat <<'END' >&${stream}\n${text}\nEND`;
}
