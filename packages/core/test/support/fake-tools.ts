// A PATH of a test's own, with tools that say what real ones say.

import { mkdirSync, writeFileSync } from "node:fs";
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

/** @returns the folder, a PATH that holds these tools alone. */
export function fakeTools(folder: string, tools: Readonly<Record<string, FakeTool>>): string {
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
    writeFileSync(join(folder, name), lines.join("\n"), { mode: 0o755 });
  }
  return folder;
}

function heredoc(text: string, stream: number): string {
  return `/bin/cat <<'END' >&${stream}\n${text}\nEND`;
}
