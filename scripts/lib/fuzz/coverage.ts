/**
 * Counts which statements and branches of the core an input reaches: its sources are instrumented as they are loaded, and
 * all counters lie in one array, which is read after each input in a microsecond or two.
 */
import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import { createInstrumenter } from "istanbul-lib-instrument";

/** More than the core has. */
const COUNTERS_MAX = 1 << 17;
/** Global, where the instrumented code looks for it. */
const VARIABLE = "__fuzz__";

interface FileCounters {
  s: Record<string, number> | Uint32Array;
  f: Record<string, number> | Uint32Array;
  b: Record<string, number[] | Uint32Array>;
}

export interface Coverage {
  /** Forgets what was counted. */
  reset(): void;
  /** Whether the input reached what none before it did, or reached it another order of magnitude of times. */
  isNew(): boolean;
  /** How many such marks there are. */
  marks(): number;
}

/** Call it before the core is loaded. @param sources folder whose modules count. */
export function startCoverage(sources: string): Coverage {
  const counters = new Uint32Array(COUNTERS_MAX);
  const seen = new Uint8Array(COUNTERS_MAX);
  let used = 0;
  let marks = 0;
  const take = (length: number): Uint32Array => {
    used += length;
    return counters.subarray(used - length, used);
  };
  const files: Record<string, FileCounters> = {};
  // The generated code stores its object here when a module starts; from then on its counters are ours.
  const onStored = new Proxy(files, {
    set(target, path: string, file: FileCounters) {
      file.s = take(Object.keys(file.s).length);
      file.f = take(Object.keys(file.f).length);
      for (const [id, paths] of Object.entries(file.b)) file.b[id] = take(paths.length);
      target[path] = file;
      return true;
    },
  });
  (globalThis as Record<string, unknown>)[VARIABLE] = onStored;
  const instrumenter = createInstrumenter({ coverageVariable: VARIABLE, esModules: true, compact: true });
  registerHooks({
    load(url, context, nextLoad) {
      if (!url.startsWith("file:")) return nextLoad(url, context);
      const path = fileURLToPath(url);
      if (!path.startsWith(sources) || !path.endsWith(".ts")) return nextLoad(url, context);
      const source = instrumenter.instrumentSync(stripTypeScriptTypes(readFileSync(path, "utf8")), path);
      return { format: "module", source, shortCircuit: true };
    },
  });
  return {
    reset: () => void counters.fill(0, 0, used),
    isNew() {
      let isNew = false;
      for (let i = 0; i < used; i++) {
        const count = counters[i]!;
        if (count === 0) continue;
        // One bit for each order: 1, 2, 3, 4-7, 8-15, 16-31, 32-127, 128 and more.
        const order =
          count < 4 ? count - 1 : count < 8 ? 3 : count < 16 ? 4 : count < 32 ? 5 : count < 128 ? 6 : 7;
        const mark = 1 << order;
        if (seen[i]! & mark) continue;
        seen[i]! |= mark;
        marks++;
        isNew = true;
      }
      return isNew;
    },
    marks: () => marks,
  };
}
