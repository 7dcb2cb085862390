// What the benchmark asks of an S3 server. Who calls the benchmark knows how to start one.

export interface RunningServer {
  readonly url: string;
  readonly pid: number;
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
    signal: AbortSignal;
  }): Promise<RunningServer>;
}
