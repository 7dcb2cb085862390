// What the table of a DynamoDB index has to be: names and no SDK. The driver, `cairn setup`, `cairn doctor` and the
// templates of packages/infra are all made of this, so none of them can drift from the others.

export interface TableKey {
  readonly partition: string;
  readonly sort?: string;
}

export interface TableIndex extends TableKey {
  readonly name: string;
  /** Attributes beside the keys. */
  readonly projects: "all" | "none" | readonly string[];
}

export interface TableShape extends TableKey {
  /** Share the partitions of the table, can only be made with it, and read strongly consistent. */
  readonly local: readonly TableIndex[];
  readonly global: readonly TableIndex[];
  /** In whole seconds; rows go by themselves after it. */
  readonly ttlAttribute: string;
}

/** Of the table: strongly consistent, newest first within a scope. */
export const CREATED_AT_INDEX = "createdAt-index";
/** Of the whole: where else a key exists, for telling why a look-up missed. */
export const CACHE_KEY_INDEX = "cacheKey-index";

/** All keys are strings. Attributes that dashboards read are projected, counters are not: each use would be a write more. */
export const TABLE_SHAPE: TableShape = {
  partition: "pk",
  sort: "sk",
  local: [{ name: CREATED_AT_INDEX, partition: "pk", sort: "createdAt", projects: "all" }],
  global: [
    {
      name: "repository-toolchain-index",
      partition: "repository",
      sort: "toolchain",
      projects: ["contentHash", "ref", "createdAt", "cacheKey"],
    },
    {
      name: "lockfileHash-index",
      partition: "lockfileHash",
      projects: ["contentHash", "ref", "createdAt", "cacheKey", "repository"],
    },
    { name: CACHE_KEY_INDEX, partition: "cacheKey", sort: "repository", projects: "none" },
  ],
  ttlAttribute: "ttl",
};

/** Every attribute that is a key of something, each once. */
export function keyAttributes(shape: TableShape = TABLE_SHAPE): string[] {
  const keys = [shape, ...shape.local, ...shape.global].flatMap(({ partition, sort }) =>
    sort === undefined ? [partition] : [partition, sort],
  );
  return [...new Set(keys)];
}
