// What is measured. A case is data: the runner knows how to perform any of them.

export interface BenchCase {
  readonly name: string;
  /** One line for the head of its table. */
  readonly title: string;
  readonly operation: "save" | "restore";
  /** The tree that is saved, or that a restore has to bring back. */
  readonly dataSet: string;
  /** A data set that the same tool saved before, not measured: what the bucket holds when the clock starts. */
  readonly stored: string | undefined;
}

export const cases: readonly BenchCase[] = [
  {
    name: "js-app-save",
    title: "save into an empty bucket",
    operation: "save",
    dataSet: "js-app",
    stored: undefined,
  },
  {
    name: "js-app-restore",
    title: "restore into an empty workspace",
    operation: "restore",
    dataSet: "js-app",
    stored: "js-app",
  },
  {
    name: "js-app-bump-save",
    title: "save after five packages were upgraded, the tree before it being stored",
    operation: "save",
    dataSet: "js-app-bump",
    stored: "js-app",
  },
];

export function findCase(name: string): BenchCase | undefined {
  return cases.find((each) => each.name === name);
}

/** The data sets that the cases need, each once. */
export function dataSetsOf(wanted: readonly BenchCase[]): readonly string[] {
  const names = wanted.flatMap(({ dataSet, stored }) =>
    stored === undefined ? [dataSet] : [stored, dataSet],
  );
  return [...new Set(names)];
}
