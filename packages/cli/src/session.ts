// A session: one run of one command. It resolves settings and access, opens the core, closes it whatever happens, and
// turns every outcome into an exit code. Commands hold only what is their own.

import {
  type Access,
  type Cache,
  type CacheSettings,
  CancelledError,
  exposedKeyWarning,
  type Folders,
  type Maintenance,
  type MaintenanceContext,
  resolveSettings,
  type SettingName,
} from "@cairn/core";
import type { Infra } from "@cairn/infra";
import { repositoryOfAccess, resolveAccess } from "./access.ts";
import type { CliContext } from "./context.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { resolveFolders } from "./folders.ts";
import type { PathOptions, ScopeOptions, StoreOptions } from "./options.ts";
import { createOutput, type Output, type OutputFlags } from "./output.ts";
import { reportError } from "./report-error.ts";

export interface Session {
  readonly context: CliContext;
  readonly output: Output;
  readonly soft: boolean;
}

export interface BuildSession extends Session {
  readonly settings: CacheSettings;
  readonly access: Access;
  readonly folders: Folders;
  readonly openCache: () => Promise<Cache>;
}

export interface InfraSession extends Session {
  readonly settings: CacheSettings;
  /** What this job may read and write. */
  readonly access: Access;
  readonly repository: string | undefined;
  readonly infra: Infra;
}

export interface MaintenanceSession extends Session {
  readonly settings: CacheSettings;
  /** Undefined: every one. */
  readonly repository: string | undefined;
  readonly maintenance: Maintenance;
}

/** Stands for every repository in --repository. */
const ANY_REPOSITORY = "*";

/** @param cancelled what to say after Ctrl-C: "nothing was saved". */
export async function runBuildCommand(
  context: CliContext,
  options: PathOptions,
  cancelled: string,
  body: (session: BuildSession) => Promise<ExitCode>,
): Promise<ExitCode> {
  return guarded(context, options, cancelled, async (session, opened) => {
    const folders = resolveFolders(context, options.workspace);
    const mode = options.mode ?? context.env["CAIRN_MODE"];
    const access = await resolveAccess(context, {
      scope: options.scope,
      readScope: options.readScope,
      repository: options.repository,
      savesExplicitly: mode === "read-write" || mode === "write",
    });
    const settings = await readSettings(session, options, folders, repositoryOfAccess(access));
    const exposed = exposedKeyWarning(context.env, access.domain);
    if (exposed) await session.output.warn(exposed);
    const openCache = async () => {
      const cache = await context.openCache(settings, coreContext(session));
      opened.push(cache);
      await session.output.detail(`store ${cache.storeDescription}, index ${cache.indexDescription}`);
      return cache;
    };
    return body({ ...session, settings, access, folders, openCache });
  });
}

export async function runMaintenanceCommand(
  context: CliContext,
  options: StoreOptions & { ref?: string },
  cancelled: string,
  body: (session: MaintenanceSession) => Promise<ExitCode>,
): Promise<ExitCode> {
  return guarded(context, options, cancelled, async (session, opened) => {
    const repository = await repositoryToLookAt(context, options);
    const own = repository ?? (await repositoryToLookAt(context, {}));
    const settings = await readSettings(session, options, resolveFolders(context, undefined), own);
    const maintenance = await context.openMaintenance(settings, coreContext(session));
    opened.push(maintenance);
    await session.output.detail(
      `store ${maintenance.storeDescription}, index ${maintenance.indexDescription}`,
    );
    return body({ ...session, settings, repository, maintenance });
  });
}

/** For what a store stands on: bucket, table, policies. */
export async function runInfraCommand(
  context: CliContext,
  options: ScopeOptions,
  cancelled: string,
  body: (session: InfraSession) => Promise<ExitCode>,
): Promise<ExitCode> {
  return guarded(context, options, cancelled, async (session, opened) => {
    const access = await resolveAccess(context, {
      scope: options.scope,
      repository: options.repository,
    });
    const repository = options.repository ?? repositoryOfAccess(access);
    const settings = await readSettings(session, options, resolveFolders(context, undefined), repository);
    const infra = await context.openInfra(settings, coreContext(session));
    opened.push(infra);
    return body({ ...session, settings, access, repository, infra });
  });
}

/** For a command that opens no store. */
export async function runLocalCommand(
  context: CliContext,
  options: OutputFlags,
  cancelled: string,
  body: (session: Session) => Promise<ExitCode>,
): Promise<ExitCode> {
  return guarded(context, options, cancelled, (session) => body(session));
}

async function repositoryToLookAt(context: CliContext, options: ScopeOptions): Promise<string | undefined> {
  if (options.repository === ANY_REPOSITORY) return undefined;
  return options.repository ?? repositoryOfAccess(await resolveAccess(context, {}));
}

async function guarded(
  context: CliContext,
  options: StoreOptions,
  cancelled: string,
  body: (session: Session, opened: { close(): Promise<void> }[]) => Promise<ExitCode>,
): Promise<ExitCode> {
  const output = createOutput(context, options);
  const soft = options.soft ?? false;
  const opened: { close(): Promise<void> }[] = [];
  try {
    if (context.signal.aborted) throw new CancelledError("cancelled");
    return await body({ context, output, soft }, opened);
  } catch (error) {
    return await reportError(error, output, {
      soft,
      cancelled,
      // An error that only looks like the signal's doing, because both came at once, is still told as a cancel.
      interruption: context.signal.aborted ? (context.interruption() ?? "SIGINT") : undefined,
    });
  } finally {
    for (const part of opened) {
      // The result stands; what can't be freed ends with the process.
      await part.close().catch((error: unknown) => output.detail(`closing: ${String(error)}`));
    }
  }
}

async function readSettings(
  session: Session,
  options: StoreOptions,
  folders: Folders,
  repository: string | undefined,
): Promise<CacheSettings> {
  const { context, output } = session;
  const settings = resolveSettings({
    read: (name) => (options as Partial<Record<SettingName, string>>)[name],
    label: (name) => `--${name}`,
    env: context.env,
    folders,
    repository,
    uid: context.uid,
    platform: context.platform,
  });
  for (const notice of settings.notices) {
    await (notice.startsWith("warning: ") ? output.warn(notice) : output.note(notice));
  }
  return settings;
}

function coreContext({ context, output }: Session): MaintenanceContext {
  return { env: context.env, log: (line) => void output.detail(line) };
}

/** A miss is exit code 3, so that `cairn restore … || install` reads well; under --soft it is 0. */
export function missCode(session: Session): ExitCode {
  return session.soft ? EXIT.ok : EXIT.miss;
}
