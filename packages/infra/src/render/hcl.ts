// As much of HCL as the Terraform modules need, formatted as `terraform fmt` does: names of a run of one-line attributes
// are padded to one width.

/** A value as HCL writes it. */
export interface Expression {
  readonly hcl: string;
}

export type Item =
  | { readonly name: string; readonly value: Expression }
  | { readonly type: string; readonly labels: readonly string[]; readonly body: readonly Item[] };

export function attribute(name: string, value: Expression): Item {
  return { name, value };
}

export function block(type: string, labels: readonly string[], ...body: readonly Item[]): Item {
  return { type, labels, body };
}

/** As it stands: `var.name`, a number, a call. */
export function raw(hcl: string): Expression {
  return { hcl };
}

export function list(values: readonly Expression[]): Expression {
  if (values.length < 2) return raw(`[${values.map(({ hcl }) => hcl).join("")}]`);
  return raw(`[\n${values.map(({ hcl }) => `${indent(hcl)},\n`).join("")}]`);
}

/** One top-level block after another, an empty line between. */
export function hclFile(comment: string, items: readonly Item[]): string {
  return `${[comment.replace(/^/gm, "# "), ...items.map((item) => lines([item]).join("\n"))].join("\n\n")}\n`;
}

function lines(body: readonly Item[]): string[] {
  const result: string[] = [];
  let run: { readonly name: string; readonly value: Expression }[] = [];
  const endRun = () => {
    const width = Math.max(0, ...run.map(({ name }) => name.length));
    result.push(...run.map(({ name, value }) => `${name.padEnd(width)} = ${value.hcl}`));
    run = [];
  };
  for (const [index, item] of body.entries()) {
    if ("value" in item) {
      run.push(item);
      // A value of several lines stands alone: nothing is aligned with it.
      if (item.value.hcl.includes("\n")) {
        const last = run.pop()!;
        endRun();
        result.push(`${last.name} = ${last.value.hcl}`);
      }
      continue;
    }
    endRun();
    if (index > 0) result.push("");
    const head = [item.type, ...item.labels.map((label) => JSON.stringify(label))].join(" ");
    const inner = lines(item.body);
    if (inner.length === 0) result.push(`${head} {}`);
    else result.push(`${head} {`, ...inner.map((line) => (line === "" ? "" : indent(line))), "}");
  }
  endRun();
  return result;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
