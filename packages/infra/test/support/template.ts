// A CloudFormation template with its references read back as the tokens of the blueprint.

import { readFileSync } from "node:fs";
import { type Names, TOKENS } from "../../src/blueprint/names.ts";

export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Properties: Readonly<Record<string, unknown>> }>>;
}

export function templateOf(path: string): Template {
  return JSON.parse(readFileSync(path, "utf8")) as Template;
}

/** Every Fn::Sub becomes the text it came from. @throws for a reference that is not in `names` */
export function resolveSubstitutions<T>(value: T, names: Readonly<Record<string, keyof Names>>): T {
  return resolve(value) as T;

  function resolve(part: unknown): unknown {
    if (Array.isArray(part)) return part.map(resolve);
    if (typeof part !== "object" || part === null) return part;
    const text = (part as { "Fn::Sub"?: string })["Fn::Sub"];
    if (text === undefined)
      return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, resolve(inner)]));
    return text.replace(/\$\{([^!}]+)\}/g, (_all, reference: string) => {
      const name = names[reference];
      if (name === undefined) throw new Error(`${reference} is no parameter of the blueprint`);
      return TOKENS[name];
    });
  }
}
