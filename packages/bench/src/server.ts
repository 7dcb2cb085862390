// What the benchmark asks of an S3 server. Who calls the benchmark knows how to start one.

import type { Network } from "./network/network.ts";

export interface RunningServer {
  readonly url: string;
  /** Of the server and of what stands before it. */
  readonly pids: readonly number[];
  /** Its backing folder: each folder in it is a bucket, each object a file. */
  readonly data: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  stop(): Promise<void>;
}

export interface ServerSource {
  /** Name and version, for the report. */
  readonly description: string;
  start(options: {
    keepAlive: boolean;
    data: string;
    log: string;
    /** Where it has to run. */
    network: Network;
    signal: AbortSignal;
  }): Promise<RunningServer>;
}
