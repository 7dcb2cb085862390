// Runner: what a step tells the GitHub Actions runner, as a port: log lines, annotations, outputs, state, summary.
// The only file that imports @actions/core; flows and tests see the interface.

import * as core from "@actions/core";
import { asLogLine } from "./log-line.ts";

export interface Runner {
  /** The text of an input, trimmed; empty where it was not given. */
  getInput(name: string): string;
  /** One line of the log: what could be taken for a command in it, or for another line, is escaped. */
  info(line: string): void;
  /** Lines that the log shows folded under a title. */
  group(title: string, lines: readonly string[]): void;
  /** Shown when the workflow runs with debug logging. */
  debug(line: string): void;
  /** An annotation of the run; the step goes on. */
  warning(message: string): void;
  /** An annotation of the run; the step goes on. */
  error(message: string): void;
  /** An annotation of the run, and the step fails. */
  setFailed(message: string): void;
  readonly failed: boolean;
  /** Keeps a text out of the logs of this job, whoever writes it. */
  setSecret(text: string): void;
  /** Asks GitHub for an identity token of this job (OIDC), and keeps it out of the logs. */
  getIdToken(audience: string): Promise<string>;
  setOutput(name: string, value: string): void;
  /** Puts a folder before those of the PATH, for the later steps of the job. */
  addPath(folder: string): void;
  /** Kept for the post step of the same action. */
  saveState(name: string, value: string): void;
  /** What the main step saved; empty where it saved nothing. */
  getState(name: string): string;
  /** Adds to the page of the run. Does nothing where the runner has no such page. */
  addSummary(markdown: string): Promise<void>;
}

/** A runner that is spoken to through stdout and the files of GITHUB_OUTPUT, GITHUB_STATE, GITHUB_STEP_SUMMARY. */
export function createRunner(env: Readonly<Record<string, string | undefined>>): Runner {
  let failed = false;
  return {
    getInput: (name) => core.getInput(name),
    info: (line) => core.info(asLogLine(line)),
    group(title, lines) {
      core.startGroup(title);
      for (const line of lines) core.info(asLogLine(line));
      core.endGroup();
    },
    debug: (line) => core.debug(line),
    warning: (message) => core.warning(message),
    error: (message) => core.error(message),
    setFailed(message) {
      failed = true;
      core.setFailed(message);
    },
    get failed() {
      return failed;
    },
    setSecret: (text) => core.setSecret(text),
    getIdToken: (audience) => core.getIDToken(audience),
    setOutput: (name, value) => core.setOutput(name, value),
    addPath: (folder) => core.addPath(folder),
    saveState: (name, value) => core.saveState(name, value),
    getState: (name) => core.getState(name),
    async addSummary(markdown) {
      if (!env["GITHUB_STEP_SUMMARY"]) return;
      try {
        await core.summary.addRaw(markdown, true).write();
      } catch (error) {
        // The page is full (1 MiB a step) or its file is gone: never worth a failed step.
        core.debug(`no job summary: ${String(error)}`);
      }
    },
  };
}
