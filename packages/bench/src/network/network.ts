// The network between the tools and the server: loopback as it is, or a link of a known speed and latency.

export type NetworkKind = "loopback" | "shaped";

export interface Network {
  readonly kind: NetworkKind;
  /** What the link was found to give, for the report; undefined: nothing stands between. */
  readonly link: string | undefined;
  /** Goes before a command that has to run on the far side. */
  readonly prefix: readonly string[];
  /** Makes a port of the far side's loopback reachable from here. */
  expose(port: number): Promise<Exposed>;
  close(): Promise<void>;
}

export interface Exposed {
  readonly url: string;
  /** Processes that stand between. */
  readonly pids: readonly number[];
  close(): void;
}

export const loopback: Network = {
  kind: "loopback",
  link: undefined,
  prefix: [],
  expose: async (port) => ({ url: `http://127.0.0.1:${port}`, pids: [], close: () => undefined }),
  close: async () => undefined,
};
