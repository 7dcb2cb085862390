// cairn export: a save as a tar, to a file, to stdout, or to an object in S3. A file appears under its name only when it
// is whole.

import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { InputError, LocalFileError, type Ref } from "@cairn/core";
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { findOneRef, reportNotFound } from "../find-refs.ts";
import { addMaintenanceOptions, newCommand, type StoreOptions } from "../options.ts";
import { startProgress } from "../progress.ts";
import { refDocument } from "../ref-view.ts";
import { type MaintenanceSession, runMaintenanceCommand } from "../session.ts";
import { formatBytes, formatDuration, printable } from "../text.ts";

interface ExportOptions extends StoreOptions {
  readonly ref?: string;
  readonly output?: string;
}

export function exportCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand("export", "Write a save as a tar: to a file, to stdout, or to S3.", [
    "cairn export deps-5d41402a --output deps.tar",
    "cairn export deps-5d41402a --output - | tar -xC /tmp/look",
    "cairn export 9f86d081 --output s3://archive/2026/deps.tar",
  ])
    .argument("<key|hash>", "a whole key, or the first digits of a content hash")
    .option("-o, --output <target>", "a file, - for stdout, or s3://bucket/key");
  return addMaintenanceOptions(command).action(async (name: string, options: ExportOptions) =>
    done(
      await runMaintenanceCommand(context, options, "no whole tar was written", (session) =>
        exportSave(session, name, options),
      ),
    ),
  );
}

async function exportSave(
  session: MaintenanceSession,
  name: string,
  options: ExportOptions,
): Promise<ExitCode> {
  const { output, context } = session;
  const target = options.output;
  if (!target)
    throw new InputError("no target is given", { hint: "add --output FILE, - or s3://bucket/key" });
  const toStdout = target === "-";
  if (toStdout && (output.json || context.stdout.isTerminal)) {
    throw new InputError(
      output.json
        ? "--json and --output - both want stdout"
        : "a tar on a terminal helps nobody, so nothing is written",
      { hint: "name a file, or pipe it: cairn export KEY --output - | tar -t" },
    );
  }
  const ref = await findOneRef(session, { name, ref: options.ref, byHash: true });
  if (!ref) return reportNotFound(session, name);
  const startedAtMs = context.now();
  const sizeBytes = await write(session, ref, target);
  const durationMs = context.now() - startedAtMs;
  if (!toStdout && !output.quiet) {
    await output.result(
      `exported ${printable(ref.key)} to ${printable(target)}: ` +
        `${formatBytes(sizeBytes)} in ${formatDuration(durationMs)}`,
    );
  }
  await output.document({
    status: "exported",
    ref: refDocument(ref, context.now()),
    output: target,
    sizeBytes,
    durationMs,
  });
  return EXIT.ok;
}

async function write(session: MaintenanceSession, ref: Ref, target: string): Promise<number> {
  const { context, output, maintenance } = session;
  const call = { signal: context.signal };
  const progress = await startProgress(context, output);
  const show = (doneBytes: number) => progress.update({ phase: "export", doneBytes, totalBytes: undefined });
  try {
    if (/^s3:\/\//i.test(target)) {
      const onProgress = ({ doneBytes }: { doneBytes: number }) => show(doneBytes);
      return (await maintenance.exportToObject(ref, target, { ...call, onProgress })).sizeBytes;
    }
    const tar = counting(await maintenance.exportTar(ref, call), show);
    if (target === "-") {
      for await (const bytes of tar) {
        context.signal.throwIfAborted();
        await context.stdout.write(bytes);
      }
    } else await writeFile(context, tar, isAbsolute(target) ? target : join(context.cwd, target));
    return tar.sizeBytes;
  } finally {
    progress.stop();
  }
}

interface CountedBytes extends AsyncIterable<Uint8Array> {
  readonly sizeBytes: number;
}

function counting(source: Readable, show: (doneBytes: number) => void): CountedBytes {
  let sizeBytes = 0;
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    async *[Symbol.asyncIterator]() {
      for await (const bytes of source as AsyncIterable<Uint8Array>) {
        sizeBytes += bytes.length;
        show(sizeBytes);
        yield bytes;
      }
    },
  };
}

async function writeFile(context: CliContext, tar: CountedBytes, path: string): Promise<void> {
  const unfinished = `${path}.unfinished-${randomUUID().slice(0, 8)}`;
  const target = createWriteStream(unfinished, { flags: "wx" });
  try {
    await pipeline(tar, target, { signal: context.signal });
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (Error.isError(error) && "syscall" in error) {
      throw new LocalFileError(`${path} can't be written: ${error.message}`, {
        hint: "name a folder that exists and has space left",
        cause: error,
      });
    }
    throw error;
  }
}
