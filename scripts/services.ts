/**
 * The real services that the tests run against: S3, DynamoDB and the rest of AWS, a bad network, a workflow
 * runner. `start` is a no-op for what already runs; all that a checkout starts, its `stop` ends.
 */
import { type PartName, partNames } from "./lib/services/parts.ts";
import {
  describeServices,
  serviceEnvironment,
  startServices,
  stopServices,
} from "./lib/services/services.ts";

const usage = `usage: scripts/services start [PART…]   install what is missing and start what does not run
       scripts/services stop [PART…]    end what runs
       scripts/services env             print the variables that the tests read, for eval
       scripts/services status          print what is installed and what runs
PART:  ${partNames.join(" ")}`;

async function start(names: readonly PartName[]): Promise<number> {
  const abort = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => abort.abort());
  const { names: started, failures } = await startServices(names, abort.signal);
  if (abort.signal.aborted) {
    await stopServices(started);
    return 130;
  }
  for (const failure of failures) console.error(`error: ${failure.message}`);
  return failures.length === 0 ? 0 : 1;
}

async function stop(names: readonly PartName[]): Promise<number> {
  const stopped = await stopServices(names);
  console.log(stopped.length === 0 ? "nothing was running" : `stopped ${stopped.join(", ")}`);
  return 0;
}

function env(): number {
  for (const [name, value] of Object.entries(serviceEnvironment())) {
    console.log(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
  }
  const absent = describeServices().filter(({ where }) => where === undefined);
  if (absent.length === 0) return 0;
  console.error(`not there: ${absent.map(({ name }) => name).join(", ")} (./scripts/services start)`);
  return 0;
}

function status(): number {
  for (const { name, condition, where = "" } of describeServices()) {
    console.log(`${name.padEnd(11)} ${condition.padEnd(13)} ${where}`.trimEnd());
  }
  return 0;
}

function partNamesFrom(words: readonly string[]): readonly PartName[] {
  const unknown = words.find((word) => !partNames.some((name) => name === word));
  if (unknown !== undefined) throw new Error(`there is no part ${unknown}\n${usage}`);
  return words.length === 0 ? partNames : (words as readonly PartName[]);
}

async function main([command, ...words]: readonly string[]): Promise<number> {
  if (command === "start") return start(partNamesFrom(words));
  if (command === "stop") return stop(partNamesFrom(words));
  if (command === "env") return env();
  if (command === "status") return status();
  console.error(usage);
  return 2;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.name === "AbortError" ? "interrupted" : `error: ${error.message}`);
  return error.name === "AbortError" ? 130 : 1;
});
