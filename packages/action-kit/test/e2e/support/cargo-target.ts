// The shape of a cargo `target` folder without cargo: `debug/app` and `debug/deps/app-<hash>` are one file of two
// names, so are libraries; fingerprints and dep-info are small; times tell cargo what is fresh. Always the same bytes.

import { createCipheriv, createHash } from "node:crypto";
import { linkSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const MIB = 1 << 20;
/** One above the largest pack, one that fills one. */
const BINARIES = { app: 40 * MIB, worker: 32 * MIB + 1 } as const;
const CRATES = ["anyhow", "bitflags", "cfg_if", "itoa", "libc", "memchr", "once_cell", "ryu", "serde", "syn"];
const LIBRARY_BYTES = 700_001;
const INCREMENTAL_FILES = 200;
/** 2026-01-01, and then a few odd microseconds later for each file. */
const FIRST_TIME_SECONDS = 1_767_225_600;

export function writeCargoTarget(folder: string): void {
  let count = 0;
  const write = (path: string, bytes: Uint8Array | string, mode = 0o644): string => {
    const file = join(folder, "debug", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes, { mode });
    const seconds = FIRST_TIME_SECONDS + ++count + 0.123457;
    utimesSync(file, seconds, seconds);
    return file;
  };
  const link = (file: string, path: string): void => linkSync(file, join(folder, "debug", path));

  writeFileSync(join(mkdir(folder), "CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n");
  for (const [name, bytes] of Object.entries(BINARIES)) {
    link(write(`deps/${name}-${short(name)}`, noise(name, bytes), 0o755), name);
    write(`${name}.d`, `debug/${name}: src/${name}.rs\n`);
  }
  for (const name of CRATES) {
    const unit = `${name}-${short(name)}`;
    link(write(`deps/lib${unit}.rlib`, noise(name, LIBRARY_BYTES)), `lib${name}.rlib`);
    write(`deps/lib${unit}.rmeta`, noise(`${name} meta`, LIBRARY_BYTES / 7));
    write(`.fingerprint/${unit}/lib-${name}`, short(`${name} fingerprint`));
    write(`.fingerprint/${unit}/invoked.timestamp`, "This file has an mtime of when this was started.");
    write(`build/${unit}/output`, "");
  }
  for (let i = 0; i < INCREMENTAL_FILES; i++) {
    const file = write(`incremental/app-1/s-1/${i}.o`, noise(`object ${i}`, 5_000 + 37 * i));
    if (i % 2 === 0) link(file, `incremental/app-1/${i}.same.o`);
  }
  mkdir(join(folder, "debug/examples"));
}

/** Bytes that do not compress, of a stream that its seed decides. */
function noise(seed: string, bytes: number): Uint8Array {
  const key = createHash("sha256").update(seed).digest();
  return createCipheriv("aes-256-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(Math.floor(bytes)));
}

const short = (name: string): string => createHash("sha256").update(name).digest("hex").slice(0, 16);

function mkdir(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
