// Whether two settings say the same, however their server orders fields and lists of texts.

/** Undefined fields count as none; a list of one text is equal to that text, as in policies. */
export function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    if (value.length === 1 && typeof value[0] === "string") return value[0];
    const items = value.map(canonical);
    return items.every((item) => typeof item === "string") ? items.toSorted() : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    fields.toSorted(([x], [y]) => (x < y ? -1 : 1)).map(([name, field]) => [name, canonical(field)]),
  );
}
