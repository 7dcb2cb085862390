// Examines the table of an index with what the job's credentials may do. Rights to write are tried by changes of a row
// that does not exist under the condition that it does: allowed or denied, nothing is written.

import { type DynamoConnection, type IndexPlace, partitionKey, type Scope, TABLE_SHAPE } from "@cairn/core";
import { failureOf, isDenied } from "../setup/setting.ts";
import { differenceOf, indexOf } from "../setup/table-steps.ts";
import { type Examination, IAM_GUIDE } from "./examination.ts";
import { type Finding, median, ok, problem, unknown, warning } from "./finding.ts";

type DynamoPlace = IndexPlace & { readonly kind: "dynamodb" };

/** What no save calls itself: the rows of this version do not exist. */
const NO_VERSION = "doctor";
const ROUND_TRIPS = 9;
/** Within a region a request takes below 10 ms. */
const SLOW_ROUND_TRIP_MS = 100;

/** @throws CacheError for what makes the rest pointless. */
export async function examineTable(place: DynamoPlace, examination: Examination): Promise<Finding[]> {
  return place.call(examination, async (connection) => {
    const findings = [await examineShape(connection, place.place.table, examination)];
    if (findings[0]!.state === "problem") return findings;
    const probe = createProbe(connection, place.place.table, examination);
    findings.push(await examineReading(probe, examination), ...(await examineWriting(probe, examination)));
    findings.push(await examineLatency(probe, examination));
    return findings;
  });
}

async function examineShape(
  { sdk, client }: DynamoConnection,
  TableName: string,
  { signal }: Examination,
): Promise<Finding> {
  const check = "table";
  const abort = signal ? { abortSignal: signal } : {};
  try {
    const { Table = {} } = await client.send(new sdk.DescribeTableCommand({ TableName }), abort);
    const difference = differenceOf(Table);
    if (difference !== undefined) {
      return problem(
        check,
        `${TableName} is not a table of Cairn's: ${difference}`,
        "name another table in the index, and cairn setup --apply makes it; this one is left as it is",
      );
    }
    const missing = TABLE_SHAPE.global.filter(({ name }) => !indexOf(Table, name)).map(({ name }) => name);
    if (missing.length > 0)
      return warning(check, `${TableName} lacks the index ${missing.join(", ")}`, "run cairn setup --apply");
    return ok(check, `${TableName} has its keys and indexes`);
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code === "ResourceNotFoundException")
      return problem(
        check,
        `the table ${TableName} does not exist`,
        "run cairn setup --apply, or check name and region",
      );
    if (!isDenied(failure)) throw error;
  }
  // Who may not ask for the description learns at least whether the keys are right.
  try {
    const key = { [TABLE_SHAPE.partition]: { S: ":identity" }, [TABLE_SHAPE.sort!]: { S: "store" } };
    await client.send(new sdk.GetItemCommand({ TableName, Key: key }), abort);
    return unknown(
      check,
      `${TableName} has the right key; its indexes may not be looked at (dynamodb:DescribeTable)`,
    );
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code === "ValidationException") {
      return problem(
        check,
        `${TableName} is not a table of Cairn's: it has another key`,
        "name another table in the index, and cairn setup --apply makes it; this one is left as it is",
      );
    }
    if (failure.code === "ResourceNotFoundException")
      return problem(
        check,
        `the table ${TableName} does not exist`,
        "run cairn setup --apply, or check name and region",
      );
    if (!isDenied(failure)) throw error;
    return problem(
      check,
      `dynamodb:GetItem on ${TableName} is denied: nothing can be restored`,
      `allow it for this role: ${IAM_GUIDE}`,
    );
  }
}

type Right = "allowed" | "denied";

interface Probe {
  readonly read: (scope: Scope) => Promise<Right>;
  readonly query: (scope: Scope, index?: string) => Promise<Right>;
  readonly put: (scope: Scope) => Promise<Right>;
  readonly update: (scope: Scope) => Promise<Right>;
  readonly remove: (scope: Scope) => Promise<Right>;
}

function createProbe({ sdk, client }: DynamoConnection, TableName: string, { signal }: Examination): Probe {
  const abort = signal ? { abortSignal: signal } : {};
  const keyOf = (scope: Scope) => ({
    [TABLE_SHAPE.partition]: { S: partitionKey(scope, NO_VERSION) },
    [TABLE_SHAPE.sort!]: { S: "doctor" },
  });
  const exists = { TableName, ConditionExpression: `attribute_exists(${TABLE_SHAPE.partition})` };
  return {
    read: (scope) => right(client.send(new sdk.GetItemCommand({ TableName, Key: keyOf(scope) }), abort)),
    query: (scope, IndexName) =>
      right(
        client.send(
          new sdk.QueryCommand({
            TableName,
            ...(IndexName !== undefined && { IndexName }),
            KeyConditionExpression: `${TABLE_SHAPE.partition} = :pk`,
            ExpressionAttributeValues: { ":pk": { S: partitionKey(scope, NO_VERSION) } },
            Limit: 1,
          }),
          abort,
        ),
      ),
    put: (scope) => right(client.send(new sdk.PutItemCommand({ ...exists, Item: keyOf(scope) }), abort)),
    update: (scope) =>
      right(
        client.send(
          new sdk.UpdateItemCommand({
            ...exists,
            Key: keyOf(scope),
            UpdateExpression: "SET #ttl = :ttl",
            ExpressionAttributeNames: { "#ttl": TABLE_SHAPE.ttlAttribute },
            ExpressionAttributeValues: { ":ttl": { N: "0" } },
          }),
          abort,
        ),
      ),
    remove: (scope) => right(client.send(new sdk.DeleteItemCommand({ ...exists, Key: keyOf(scope) }), abort)),
  };
}

/** A condition that did not hold was asked only after the right to ask. */
async function right(request: Promise<unknown>): Promise<Right> {
  try {
    await request;
    return "allowed";
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code === "ConditionalCheckFailedException") return "allowed";
    if (isDenied(failure)) return "denied";
    throw error;
  }
}

async function examineReading(probe: Probe, { access }: Examination): Promise<Finding> {
  const check = "reading rows";
  const denied = new Set<string>();
  for (const scope of access.reads) {
    if ((await probe.read(scope)) === "denied") denied.add(`dynamodb:GetItem for ${scope.ref}`);
    if ((await probe.query(scope)) === "denied") denied.add(`dynamodb:Query for ${scope.ref}`);
    for (const { name } of TABLE_SHAPE.local)
      if ((await probe.query(scope, name)) === "denied") denied.add(`dynamodb:Query on its index ${name}`);
  }
  if (denied.size === 0) return ok(check, "allowed for every scope that this job reads");
  return problem(check, `denied: ${[...denied].join(", ")}`, `allow it for this role: ${IAM_GUIDE}`);
}

async function examineWriting(probe: Probe, { access, mayWrite }: Examination): Promise<Finding[]> {
  const check = "writing rows";
  const { writes } = access;
  if (!mayWrite || writes === undefined) return [unknown(check, "not tried: this job does not save")];
  const tries = [
    ["dynamodb:PutItem", probe.put],
    ["dynamodb:UpdateItem", probe.update],
    ["dynamodb:DeleteItem", probe.remove],
  ] as const;
  const denied: string[] = [];
  for (const [action, attempt] of tries) if ((await attempt(writes)) === "denied") denied.push(action);
  const findings = [
    denied.length === 0
      ? ok(check, `allowed for ${writes.ref}`)
      : problem(
          check,
          `denied for ${writes.ref}: ${denied.join(", ")}`,
          `allow it for this role (${IAM_GUIDE}), or set CAIRN_MODE=read where it only reads`,
        ),
  ];
  const branch = access.reads.findLast(({ ref }) => ref.startsWith("refs/heads/"));
  if (access.domain === "pr" && branch !== undefined) {
    findings.push(
      (await probe.put(branch)) === "denied" && (await probe.update(branch)) === "denied"
        ? ok("isolation of rows", `this pull request can't write the rows of ${branch.ref}`)
        : warning(
            "isolation of rows",
            `these credentials may write the rows of ${branch.ref}: what keeps this pull request from it is only advice`,
            `give pull requests a role of their own: ${IAM_GUIDE}`,
          ),
    );
  }
  return findings;
}

async function examineLatency(probe: Probe, { access }: Examination): Promise<Finding> {
  const [scope] = access.reads;
  if (!scope) return unknown("latency of the index", "not measured: this job reads no scope");
  const times: number[] = [];
  for (let round = 0; round < ROUND_TRIPS; round++) {
    const begun = performance.now();
    await probe.read(scope);
    times.push(performance.now() - begun);
  }
  const found = `${median(times).toFixed(1)} ms a request (median of ${ROUND_TRIPS})`;
  return median(times) > SLOW_ROUND_TRIP_MS
    ? warning("latency of the index", found, "keep the table in the region of the runners")
    : ok("latency of the index", found);
}
