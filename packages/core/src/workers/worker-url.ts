// Where the entry of the worker threads is. A file of its own because of the bundler: ncc bundles what a literal
// `new URL(file, import.meta.url)` names, and puts an absolute path in its place, but only in a module that its
// ES2020 parser can read (no `??=`); elsewhere the file is copied raw, without what it imports.

const SELF = import.meta.url;
const BUILT = new URL("./worker.js", import.meta.url);

/** To hand to `new Worker()` as it is: a string in a bundle. Tests run the sources, whose worker ends in .ts. */
export const workerUrl: URL | string = SELF.endsWith(".ts")
  ? new URL(SELF.replace(/worker-url\.ts$/, "worker.ts"))
  : BUILT;
