/**
 * The import directions of ARCHITECTURE.md. `model` imports nothing of ours, `ports` only `model`; the two
 * pipelines know neither a driver nor each other; open-cache.ts and what it stands on alone see both sides.
 */
const core = (folder) => `^packages/core/src/${folder}/`;
const only = (folder, allowed) => ({
  name: `core-${folder}`,
  severity: "error",
  from: { path: core(folder) },
  to: {
    path: "^packages/",
    pathNot: [...[folder, ...allowed].map(core), "^packages/core/src/(cache|maintenance).ts$"],
  },
});

export default {
  forbidden: [
    { name: "no-circular", severity: "error", from: { path: "^packages/" }, to: { circular: true } },
    {
      name: "not-unresolvable",
      severity: "error",
      from: { path: "^packages/" },
      to: { couldNotResolve: true },
    },
    only("model", []),
    only("ports", ["model"]),
    only("lib", ["model", "ports"]),
    only("access", ["model"]),
    only("keys", ["model", "lib"]),
    only("workers", ["model", "lib"]),
    only("save", ["model", "ports", "lib", "workers"]),
    only("restore", ["model", "ports", "lib", "workers"]),
    only("objects", ["model", "ports", "lib"]),
    only("indexes", ["model", "ports", "lib"]),
    only("maintain", ["model", "ports", "lib", "workers"]),
    {
      name: "sdk-in-drivers-only",
      severity: "error",
      from: {
        path: "^packages/",
        pathNot: [
          "^packages/core/src/(objects|indexes|maintain)/",
          "^packages/infra/src/(setup|doctor)/",
          "^packages/[^/]+/test/",
        ],
      },
      to: { path: "@aws-sdk|@smithy" },
    },
    {
      name: "actions-in-action-kit-only",
      severity: "error",
      from: { path: "^packages/", pathNot: "^packages/action-kit/" },
      to: { path: "@actions/" },
    },
    {
      name: "core-knows-nobody",
      severity: "error",
      from: { path: "^packages/core/src/" },
      to: { path: "^packages/(action-kit|cli|bench|infra)/" },
    },
    {
      name: "cli-knows-core-and-infra-only",
      severity: "error",
      from: { path: "^packages/cli/src/" },
      to: { path: "^packages/(action-kit|bench)/" },
    },
    {
      name: "infra-knows-core-only",
      severity: "error",
      from: { path: "^packages/infra/src/" },
      to: { path: "^packages/(action-kit|bench|cli)/" },
    },
    {
      name: "infra-is-loaded-late",
      comment: "It brings SDKs that no action needs: only the door that imports it on demand may.",
      severity: "error",
      from: { path: "^packages/(cli|action-kit)/src/", pathNot: "^packages/cli/src/open-core.ts$" },
      to: { path: "^packages/infra/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "actions-know-the-kit-and-the-cli",
      severity: "error",
      from: { path: "^actions/" },
      to: { path: "^packages/", pathNot: "^packages/(action-kit|cli)/" },
    },
    {
      name: "core-from-its-front-door",
      severity: "error",
      from: { path: "^packages/(action-kit|cli|bench|infra)/src/" },
      to: { path: "^packages/core/src/.+", pathNot: "^packages/core/src/index.ts$" },
    },
  ],
  options: {
    parser: "tsc",
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "default"],
      extensions: [".ts", ".js", ".json"],
    },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
  },
};
