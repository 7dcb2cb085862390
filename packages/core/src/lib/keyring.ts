// The keys of a job: CAIRN_SIGNING_KEY and CAIRN_VERIFY_KEY, or the files they name. Read from the environment each time
// and never kept in settings, which steps of a job hand over in plain files. No flag and no input holds one either:
// command lines and inputs are shown in places where a secret must not be.

import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SettingsError } from "../model/errors.ts";
import type { Domain } from "../model/ref.ts";
import {
  parseSigningKey,
  parseVerifyKey,
  type SigningKey,
  splitKeys,
  type VerifyKey,
} from "../model/signing-key.ts";

export interface Keyring {
  /** Undefined: this job signs nothing. */
  readonly signer: SigningKey | undefined;
  /** By id; at least one. */
  readonly verifiers: ReadonlyMap<string, VerifyKey>;
}

export const SIGNING_KEY = "CAIRN_SIGNING_KEY";
export const VERIFY_KEY = "CAIRN_VERIFY_KEY";

type Environment = Readonly<Record<string, string | undefined>>;

/** A PEM key has some hundred bytes. */
const FILE_MAX_BYTES = 65_536;

/**
 * A signing key checks, too: what a job made on top of a Ref that nobody vouches for must not get a signature.
 * @returns undefined where neither variable holds anything.
 * @throws SettingsError
 */
export function readKeyring(env: Environment): Keyring | undefined {
  const [signer, ...more] = partsOf(env, SIGNING_KEY).map(({ text, where }) =>
    parseSigningKey(text, SIGNING_KEY, where),
  );
  if (more.length > 0) {
    throw new SettingsError(SIGNING_KEY, `${SIGNING_KEY} holds ${more.length + 1} keys`, {
      hint: `keep the one to sign with; what checks the signatures of the others belongs into ${VERIFY_KEY}`,
    });
  }
  const verifiers = partsOf(env, VERIFY_KEY).map(({ text, where }) =>
    parseVerifyKey(text, VERIFY_KEY, where),
  );
  if (signer) verifiers.unshift(signer.verifyKey);
  if (verifiers.length === 0) return undefined;
  return { signer, verifiers: new Map(verifiers.map((key) => [key.id, key])) };
}

/**
 * Takes the keys out of a process's own environment, which every program that it starts inherits: git runs what a
 * repository's configuration names.
 * @returns the environment with them, for what may know them.
 */
export function keepKeysBack(env: Record<string, string | undefined>): Environment {
  const all = { ...env };
  for (const name of [SIGNING_KEY, VERIFY_KEY]) delete env[name];
  return all;
}

/**
 * The id of the key that this job signs with; undefined where it has none. For telling steps of one job apart.
 * @throws SettingsError
 */
export function signerId(env: Environment): string | undefined {
  return readKeyring(env)?.signer?.id;
}

/** One line for a job that holds a key that its own code should not have; undefined where all is well. */
export function exposedKeyWarning(env: Environment, domain: Domain): string | undefined {
  if (domain !== "pr" || keySecrets(env).length === 0) return undefined;
  return `a pull request's job holds a key that signs (${SIGNING_KEY}, or a secret in ${VERIFY_KEY}): whoever can open one can sign for every branch; give pull requests the public half of an Ed25519 key`;
}

/** What must not be shown of both variables and their files, whether or not they can be read as keys. Never throws. */
export function keySecrets(env: Environment): string[] {
  const secrets = [SIGNING_KEY, VERIFY_KEY].flatMap((variable) => {
    let texts: string[];
    try {
      texts = partsOf(env, variable).map(({ text }) => text);
    } catch {
      texts = splitKeys(env[variable] ?? "");
    }
    return texts.filter((text) => !isPublic(text, variable)).flatMap(secretWords);
  });
  return [...new Set(secrets)];
}

interface Part {
  readonly text: string;
  /** For messages. */
  readonly where: string;
}

/** The keys of a variable, those of the files it names in their place. */
function partsOf(env: Environment, variable: string): Part[] {
  const parts = splitKeys(env[variable] ?? "");
  return parts.flatMap((text, n) => {
    const where = parts.length > 1 ? `key ${n + 1} of ${variable}` : variable;
    if (!/^file:/i.test(text)) return [{ text, where }];
    const path = pathOf(text, variable, where);
    const found = splitKeys(readKeyFile(path, variable, where));
    if (found.length === 0) {
      throw new SettingsError(variable, `the file of ${where}, ${path}, is empty`, {
        hint: "put the key into it, as openssl writes it",
      });
    }
    return found.map((key) => ({ text: key, where: `the key in ${path} (${variable})` }));
  });
}

function pathOf(url: string, variable: string, where: string): string {
  let cause: unknown;
  try {
    if (/^file:\/\/\/./i.test(url)) return fileURLToPath(url);
  } catch (error) {
    cause = error;
  }
  throw new SettingsError(variable, `${where} names no file`, {
    hint: "write file:///absolute/path, with three slashes, and a space in it as %20",
    cause,
  });
}

function readKeyFile(path: string, variable: string, where: string): string {
  let why: string;
  try {
    const { size } = statSync(path);
    if (size <= FILE_MAX_BYTES) return readFileSync(path, "utf8");
    why = `it has ${size} bytes`;
  } catch (error) {
    why = (error as NodeJS.ErrnoException).code ?? String(error);
  }
  throw new SettingsError(variable, `the file of ${where}, ${path}, can't be read as a key: ${why}`, {
    hint: "name a file that exists, that this user may read, and that holds nothing but keys",
  });
}

function isPublic(text: string, variable: string): boolean {
  if (variable === SIGNING_KEY) return false;
  try {
    return parseVerifyKey(text, variable, variable).key.type === "public";
  } catch {
    return false;
  }
}

/** Shorter ones would take ordinary words out of a log. */
const SHORTEST_SECRET = 8;

/** Without what only says what it is: `-----BEGIN PRIVATE KEY-----`, `ed25519:`, `file://`. */
function secretWords(text: string): string[] {
  return text
    .replace(/-----(BEGIN|END) [A-Z0-9 ]+-----/g, " ")
    .split(/[\s,]+/)
    .filter((word) => !/^file:/i.test(word))
    .map((word) => word.replace(/^(hmac-sha256|ed25519):/, ""))
    .filter((word) => word.length >= SHORTEST_SECRET);
}
