/**
 * Compares two trees by every path, byte, mode, link and time: what a workflow proves a restore with. Each side is a
 * folder, or a description of one that was made before it went away.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { compareTrees, describeTree, type TreeEntry } from "./lib/tree.ts";

const usage = `usage: node scripts/compare-trees.ts [--without PATH]… EXPECTED ACTUAL
       node scripts/compare-trees.ts [--without PATH]… --describe FILE FOLDER

EXPECTED and ACTUAL are folders, or descriptions that --describe wrote. PATH is relative to the folder, and left
out with all below it. The exit code is 0 where the trees are the same, 1 where they differ.
`;

/** Enough to see what went wrong. */
const shownDifferences = 50;

function main(): number {
  const { values, positionals } = parseArgs({
    options: { describe: { type: "string" }, without: { type: "string", multiple: true, default: [] } },
    allowPositionals: true,
  });
  const { describe, without } = values;
  const [first, second, ...rest] = positionals;
  if (first === undefined || rest.length > 0 || (describe === undefined) !== (second !== undefined)) {
    process.stderr.write(usage);
    return 2;
  }
  if (describe !== undefined) {
    const tree = describeTree(first, { without });
    writeFileSync(describe, JSON.stringify(tree));
    console.log(`${first}: ${tree.length} entries described in ${describe}`);
    return 0;
  }
  const expected = load(first, without);
  const differences = compareTrees(expected, load(second!, without));
  for (const difference of differences.slice(0, shownDifferences)) console.error(difference);
  if (differences.length > shownDifferences)
    console.error(`and ${differences.length - shownDifferences} more`);
  console.log(
    differences.length === 0
      ? `the same: ${expected.length} entries`
      : `different: ${differences.length} differences in ${expected.length} entries`,
  );
  return differences.length === 0 ? 0 : 1;
}

function load(path: string, without: readonly string[]): readonly TreeEntry[] {
  if (statSync(path).isDirectory()) return describeTree(path, { without });
  return JSON.parse(readFileSync(path, "utf8")) as TreeEntry[];
}

process.exitCode = main();
