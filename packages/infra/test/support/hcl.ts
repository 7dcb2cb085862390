// A Terraform module, parsed by HashiCorp's own HCL library (hcl2json), its references read back as the tokens of the
// blueprint; and a policy document as a policy document.

import { execFileSync } from "node:child_process";
import type { PolicyDocument } from "../../src/blueprint/documents.ts";
import { type Names, TOKENS } from "../../src/blueprint/names.ts";

/** A parsed text of no type of ours, walked by name. */
// biome-ignore lint/suspicious/noExplicitAny: a wrong name gives undefined, which no comparison takes
export type Tree = any;

export type Hcl = Readonly<Record<string, unknown>>;

/** @throws what the parser finds wrong. */
export function parseHcl(parser: string, path: string): Hcl {
  return JSON.parse(execFileSync(parser, [path], { encoding: "utf8" })) as Hcl;
}

/** What is not in `names` stays: `${data.….json}`. */
export function evaluate(module: Hcl, names: Readonly<Record<string, keyof Names>>): Hcl {
  return part(module) as Hcl;

  function part(value: unknown): unknown {
    if (typeof value === "string") {
      return value.replace(/\$\{([^}]+)\}/g, (all, reference: string) => {
        const name = names[reference];
        return name === undefined ? all : TOKENS[name];
      });
    }
    if (Array.isArray(value)) return value.map(part);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, part(inner)]));
  }
}

/** The one block of a kind, a type and a name. */
export function one(module: Hcl, kind: "resource" | "data", type: string, name: string): Hcl {
  const found = (module[kind] as Record<string, Record<string, Hcl[]>>)[type]?.[name];
  if (found?.length !== 1) throw new Error(`there is not one ${kind} ${type} ${name}`);
  return found[0]!;
}

interface HclStatement {
  readonly sid: string;
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  readonly resources?: readonly string[];
  readonly principals?: readonly { readonly type: string; readonly identifiers: readonly string[] }[];
  readonly condition?: readonly {
    readonly test: string;
    readonly variable: string;
    readonly values: readonly string[];
  }[];
}

/** As the data source aws_iam_policy_document of Terraform's provider puts it together. */
export function documentOf(block: Hcl): PolicyDocument {
  const statements = block["statement"] as readonly HclStatement[];
  return {
    Version: "2012-10-17",
    Statement: statements.map(({ sid, effect, actions, resources, principals, condition = [] }) => ({
      Sid: sid,
      Effect: effect,
      Action: actions,
      ...(resources && { Resource: resources }),
      ...(principals && {
        Principal:
          principals[0]!.type === "*" ? ("*" as const) : { Federated: principals[0]!.identifiers[0]! },
      }),
      ...(condition.length > 0 && {
        Condition: Object.fromEntries(
          [...Map.groupBy(condition, ({ test }) => test)].map(([test, parts]) => [
            test,
            Object.fromEntries(parts.map(({ variable, values }) => [variable, values])),
          ]),
        ),
      }),
    })),
  };
}
