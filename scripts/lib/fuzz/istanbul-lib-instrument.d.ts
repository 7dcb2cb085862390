/** The part of istanbul-lib-instrument that the fuzzer uses; the package brings no types. */
declare module "istanbul-lib-instrument" {
  export interface Instrumenter {
    /** @param path names the module in its counters. */
    instrumentSync(code: string, path: string): string;
  }
  export function createInstrumenter(options: {
    readonly coverageVariable: string;
    readonly esModules: boolean;
    readonly compact: boolean;
  }): Instrumenter;
}
