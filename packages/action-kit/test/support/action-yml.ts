// Reads the little YAML that our action.yml files use: sections, names and one-line values.
import { readFileSync } from "node:fs";

export interface ActionYml {
  readonly inputs: ReadonlyMap<string, { readonly default: string; readonly required: boolean }>;
  readonly outputs: readonly string[];
  readonly runs: Readonly<Record<string, string>>;
}

export const ACTIONS_FOLDER: URL = new URL("../../../../actions/", import.meta.url);

export function readActionYml(action: string): ActionYml {
  const inputs = new Map<string, { default: string; required: boolean }>();
  const outputs: string[] = [];
  const runs: Record<string, string> = {};
  let section = "";
  let name = "";
  for (const line of readFileSync(new URL(`${action}/action.yml`, ACTIONS_FOLDER), "utf8").split("\n")) {
    const [, indent, key, value = ""] = /^( *)([\w-]+):(?: (.*))?$/.exec(line) ?? [];
    if (indent === undefined || key === undefined) continue;
    if (indent === "") section = key;
    else if (section === "runs") runs[key] = value;
    else if (indent.length === 2) {
      name = key;
      if (section === "inputs") inputs.set(name, { default: "", required: false });
      if (section === "outputs") outputs.push(name);
    } else if (section === "inputs") {
      const input = inputs.get(name)!;
      if (key === "default") input.default = value.replace(/^"(.*)"$/, "$1");
      if (key === "required") input.required = value === "true";
    }
  }
  return { inputs, outputs, runs };
}
