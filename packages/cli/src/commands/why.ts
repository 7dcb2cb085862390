// cairn why: what a save was made with, and what that was made with, as far back as it is recorded.

import { InputError, type WhyNode } from "@cairn/core";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findContent } from "../find-content.ts";
import { reportNotFound } from "../find-refs.ts";
import { addMaintenanceOptions, newCommand, type StoreOptions } from "../options.ts";
import { type MaintenanceSession, runMaintenanceCommand } from "../session.ts";
import { printable } from "../text.ts";

interface WhyOptions extends StoreOptions {
  readonly ref?: string;
  readonly depth: string;
}

const DEFAULT_DEPTH = "20";

export function whyCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand("why", "Show what a save was made with, and what that was made with.", [
    "cairn why 9f86d081",
    "cairn why build-main --depth 2 --json | jq -r '.artifacts[].contentHash'",
  ]).argument("<key|hash>", "a whole key, or the first digits of a content hash");
  return addMaintenanceOptions(command)
    .optionsGroup("Which:")
    .option("--depth <count>", "how many steps back", DEFAULT_DEPTH)
    .action(async (name: string, options: WhyOptions) =>
      done(
        await runMaintenanceCommand(context, options, "a look changes nothing", (session) =>
          explain(session, name, options),
        ),
      ),
    );
}

async function explain(session: MaintenanceSession, name: string, options: WhyOptions): Promise<ExitCode> {
  const { output, context, maintenance } = session;
  if (!/^\d{1,4}$/.test(options.depth))
    throw new InputError(`--depth is not a count: ${JSON.stringify(options.depth)}`, {
      hint: "write a number from 0 on",
    });
  const content = await findContent(session, name, options.ref);
  if (!content) return reportNotFound(session, name);
  const nodes = await maintenance.why(content, { depth: Number(options.depth), signal: context.signal });
  await output.document({ status: "found", ...content, artifacts: nodes });
  await output.result(...treeOf(nodes));
  return EXIT.ok;
}

/** Each artifact once with what it was made with; where it comes again, only its name. */
function treeOf(nodes: readonly WhyNode[]): string[] {
  const byHash = new Map<string, WhyNode>(nodes.map((node) => [node.contentHash, node]));
  const told = new Set<string>();
  const lines: string[] = [];
  const tell = (contentHash: string, indent: string, branch: string): void => {
    const node = byHash.get(contentHash);
    const isAgain = told.has(contentHash);
    lines.push(`${indent}${branch}${describe(contentHash, node, isAgain)}`);
    if (!node || isAgain) return;
    told.add(contentHash);
    const below = branch === "" ? indent : `${indent}${branch === "└─ " ? "   " : "│  "}`;
    for (const [n, dependency] of node.dependencies.entries())
      tell(dependency, below, n === node.dependencies.length - 1 ? "└─ " : "├─ ");
  };
  const [root] = nodes;
  if (root) tell(root.contentHash, "", "");
  return lines;
}

function describe(contentHash: string, node: WhyNode | undefined, isAgain: boolean): string {
  const name = contentHash.slice(0, 12);
  if (isAgain) return `${name} (above)`;
  if (!node) return `${name} (further back: --depth)`;
  const [record] = node.records;
  const domain = node.domain === "pr" ? ", of a pull request" : "";
  if (!record)
    return `${name} (${node.isStored ? "nothing is recorded" : "no longer in the store"}${domain})`;
  const { cacheKey, repository, commitSha, branch, run, buildTime } = record;
  const at = commitSha === undefined ? "" : ` at ${commitSha.slice(0, 12)}`;
  const on = branch === undefined ? "" : ` on ${branch}`;
  const by = [run.system, run.runId].filter(Boolean).join(" ");
  const gone = node.isStored ? "" : ", no longer in the store";
  return printable(
    `${name} ${cacheKey}: ${repository}${at}${on}, by ${by}, ${buildTime.slice(0, 19)}Z${domain}${gone}`,
  );
}
