// A Runner that keeps what it is told, for tests of the flows.
import type { Runner } from "../../src/runner.ts";

export interface RecordingRunner extends Runner {
  /** `level: text`, in order. */
  readonly log: string[];
  readonly outputs: Record<string, string>;
  readonly state: Record<string, string>;
  readonly summary: string[];
  /** Folders that were put before the PATH. */
  readonly path: string[];
  /** What is to be kept out of logs, and how much had been logged by then. */
  readonly secrets: { readonly text: string; readonly loggedBefore: number }[];
}

export function createRecordingRunner(
  inputs: Readonly<Record<string, string>> = {},
  state: Record<string, string> = {},
): RecordingRunner {
  const log: string[] = [];
  const outputs: Record<string, string> = {};
  const summary: string[] = [];
  const path: string[] = [];
  const secrets: { text: string; loggedBefore: number }[] = [];
  const say = (level: string) => (text: string) => void log.push(`${level}: ${text}`);
  let failed = false;
  return {
    log,
    outputs,
    state,
    summary,
    path,
    secrets,
    getInput: (name) => inputs[name]?.trim() ?? "",
    info: say("info"),
    group(title, lines) {
      for (const line of [title, ...lines]) say("group")(line);
    },
    debug: say("debug"),
    warning: say("warning"),
    error: say("error"),
    setFailed(text) {
      failed = true;
      say("failed")(text);
    },
    get failed() {
      return failed;
    },
    setSecret(text) {
      secrets.push({ text, loggedBefore: log.length });
    },
    getIdToken: async (audience) => `token for ${audience}`,
    setOutput(name, value) {
      outputs[name] = value;
    },
    addPath(folder) {
      path.push(folder);
    },
    saveState(name, value) {
      state[name] = value;
    },
    getState: (name) => state[name] ?? "",
    async addSummary(markdown) {
      summary.push(markdown);
    },
  };
}
