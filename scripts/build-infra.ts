/** Writes the generated files of packages/infra: `node scripts/build-infra.ts`, after a build. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedFiles } from "@cairn/infra";

const folder = join(dirname(import.meta.dirname), "packages/infra");
for (const [path, text] of generatedFiles()) {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`packages/infra/${path}`);
}
