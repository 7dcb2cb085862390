// What a save had to leave out, named once: a few examples for each reason, and how many more.

export interface LeftOut {
  add(absolutePath: string, why: string): void;
  /** One line for each reason. */
  notices(): string[];
}

const EXAMPLES = 3;

export function createLeftOut(): LeftOut {
  const byReason = new Map<string, string[]>();
  const counts = new Map<string, number>();
  return {
    add(path, why) {
      counts.set(why, (counts.get(why) ?? 0) + 1);
      const examples = byReason.get(why) ?? [];
      if (examples.length < EXAMPLES) examples.push(JSON.stringify(path));
      byReason.set(why, examples);
    },
    notices: () =>
      [...byReason].map(([why, examples]) => {
        const more = counts.get(why)! - examples.length;
        return `left out, since ${why}: ${examples.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
      }),
  };
}
