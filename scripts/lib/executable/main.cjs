// The main program of the single executable: the bundle, read from the executable's own assets. Its modules have URLs of
// files that do not exist, which only the hooks below know; nothing is unpacked. See scripts/build-executable.ts.

const { registerHooks } = require("node:module");
const { getAsset } = require("node:sea");
const vm = require("node:vm");

const ROOT = "file:///cairn-executable/";

/** Also the first lines of each worker thread: what it uses is handed in. */
function serveAssets(root, registerHooks, getAsset) {
  registerHooks({
    resolve(specifier, context, next) {
      const isOurs = specifier.startsWith(root);
      if (!isOurs && !(specifier.startsWith(".") && context.parentURL?.startsWith(root)))
        return next(specifier, context);
      return { url: new URL(specifier, context.parentURL).href, format: "module", shortCircuit: true };
    },
    load(url, context, next) {
      if (!url.startsWith(root)) return next(url, context);
      return { format: "module", source: getAsset(url.slice(root.length), "utf8"), shortCircuit: true };
    },
  });
}

const worker = `
import { registerHooks } from "node:module";
import { getAsset } from "node:sea";
(${serveAssets})(${JSON.stringify(ROOT)}, registerHooks, getAsset);
await import(${JSON.stringify(`${ROOT}shared/worker.js`)});`;

serveAssets(ROOT, registerHooks, getAsset);
// Read by packages/cli/src/open-core.ts.
globalThis.cairnWorkerUrl = new URL(`data:text/javascript,${encodeURIComponent(worker)}`);
// The main program of an executable can import nothing but Node's own modules; a script that is compiled this way can.
const load = vm.runInThisContext("(url) => import(url)", {
  importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
});
load(`${ROOT}cli/index.js`);
