/** One project for every suite: the sources are read as they are, workers load the built packages. */
export default {
  testEnvironment: "node",
  roots: ["<rootDir>/packages", "<rootDir>/scripts"],
  testMatch: ["<rootDir>/packages/*/test/**/*.test.ts", "<rootDir>/scripts/**/*.test.ts"],
  // Real servers and workflow runs on a busy CI machine.
  testTimeout: 420_000,
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        swcrc: false,
        jsc: { parser: { syntax: "typescript" }, target: "es2024" },
        module: { type: "es6" },
        sourceMaps: "inline",
      },
    ],
  },
  moduleNameMapper: {
    "^@cairn/(core|action-kit|cli|infra)$": "<rootDir>/packages/$1/src/index.ts",
  },
};
