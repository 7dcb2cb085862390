// Gives a server up that does not answer, for this step and, by a record, for the later ones of the job: all of them
// together wait ten seconds for it. Silence alone decides nothing, since a large upload over a slow line is silent, too:
// then a small question is asked beside it, and any answer to that, a refusal as well, lets the work go on.

import { CacheError, StoreAwayError, StoreUnavailableError } from "../model/errors.ts";
import type { OutageFile } from "./outage-record.ts";
import { eitherSignal } from "./signals.ts";

export interface Breaker {
  /**
   * Runs a call. Its signal aborts when the server is given up meanwhile.
   * @throws StoreAwayError at once, when an earlier step gave the server up and it still does not answer;
   * StoreUnavailableError when this one does; what `call` throws.
   */
  run<T>(signal: AbortSignal | undefined, call: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export interface BreakerOptions {
  /** For messages: the store or the index. */
  readonly description: string;
  /** A small question, asked once: rejects with what the server says. */
  readonly ask: (signal: AbortSignal) => Promise<unknown>;
  readonly outages: OutageFile;
  readonly waits?: Partial<Waits>;
}

export interface Waits {
  /** Silence until something is asked. */
  readonly suspectMs: number;
  /** Silence until the server is given up. */
  readonly patienceMs: number;
  /** How long a server that an earlier step gave up is asked. */
  readonly askAgainMs: number;
  /** For all steps of a job together. */
  readonly jobMs: number;
}

/** The job's ten seconds, less what its processes take to start and to end. */
const WAITS: Waits = { suspectMs: 2_000, patienceMs: 5_000, askAgainMs: 1_000, jobMs: 7_500 };
/** Between questions that fail at once. */
const ASK_EVERY_MS = 250;

export function createBreaker({ description, ask, outages, waits }: BreakerOptions): Breaker {
  const { suspectMs, patienceMs, askAgainMs, jobMs } = { ...WAITS, ...waits };
  const givenUp = new AbortController();
  let pending = 0;
  /** Since when calls are under way and nothing was answered. */
  let silentSince = 0;
  let timer: NodeJS.Timeout | undefined;
  let admitted: Promise<void> | undefined;
  let question: Promise<void> | undefined;

  const silenceMs = (): number => performance.now() - silentSince;
  const patienceLeft = (): number =>
    Math.max(0, Math.min(patienceMs, jobMs - outages.read().waitedMs) - silenceMs());

  function answered(): void {
    silentSince = performance.now();
  }

  function giveUp(waitedMs: number, reason: StoreUnavailableError): void {
    if (givenUp.signal.aborted) return;
    outages.add(waitedMs);
    givenUp.abort(reason);
  }

  /** @returns whether the server answered within so long. */
  async function asks(withinMs: number): Promise<boolean> {
    const signal = AbortSignal.timeout(Math.ceil(withinMs));
    return unlessAborted(ask(signal), signal).then(() => true, isAnswer);
  }

  /** The same, and an answer that fails at once is asked for again. */
  async function asksOn(withinMs: number): Promise<boolean> {
    const endMs = performance.now() + withinMs;
    for (;;) {
      if (await asks(Math.max(0, endMs - performance.now()))) return true;
      if (performance.now() + ASK_EVERY_MS > endMs) return false;
      await sleep(ASK_EVERY_MS);
    }
  }

  /** Once a process: what an earlier step found out is looked at before anything else is asked. */
  async function admit(): Promise<void> {
    const { isAway, waitedMs } = outages.read();
    if (!isAway) return;
    const begunAt = performance.now();
    const isBack = waitedMs < jobMs && (await asks(Math.min(askAgainMs, jobMs - waitedMs)));
    if (isBack) outages.clear();
    else giveUp(performance.now() - begunAt, new StoreAwayError(description));
  }

  /** Asks beside the calls that are under way, once at a time. */
  function inquire(asking: () => Promise<boolean>): Promise<void> {
    question ??= asking()
      .then((isThere) => {
        if (isThere) answered();
        else if (pending > 0) giveUp(silenceMs(), unanswered(description, silenceMs()));
      })
      .finally(() => {
        question = undefined;
      });
    return question;
  }

  function watch(): void {
    const own = setTimeout(
      async () => {
        // At least a moment: after this process itself has stood still, the answers may be waiting to be read.
        if (silenceMs() >= suspectMs) await inquire(() => asksOn(Math.max(askAgainMs, patienceLeft())));
        if (timer !== own) return;
        if (pending > 0 && !givenUp.signal.aborted) watch();
        else timer = undefined;
      },
      Math.max(ASK_EVERY_MS, suspectMs - silenceMs()),
    );
    // The calls themselves keep the process.
    timer = own.unref();
  }

  return {
    async run(signal, call) {
      signal?.throwIfAborted();
      admitted ??= admit();
      await (signal ? unlessAborted(admitted, signal) : admitted);
      if (givenUp.signal.aborted) throw givenUp.signal.reason;
      if (pending++ === 0) answered();
      if (timer === undefined) watch();
      const combined = eitherSignal(givenUp.signal, signal);
      try {
        const result = await call(combined);
        answered();
        return result;
      } catch (error) {
        if (isAnswer(error)) answered();
        else if (isOutage(error) && !combined.aborted) await inquire(() => asks(askAgainMs));
        throw error;
      } finally {
        if (--pending === 0) {
          clearTimeout(timer);
          timer = undefined;
        }
      }
    },
  };
}

/** Runs a listing page by page: what the caller does between two of them is no silence of the server. */
export async function* runEach<T>(
  breaker: Breaker,
  signal: AbortSignal | undefined,
  list: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncIterable<T> {
  let listing: AsyncIterator<T> | undefined;
  for (;;) {
    const next = await breaker.run(signal, (combined) => {
      listing ??= list(combined)[Symbol.asyncIterator]();
      return listing.next();
    });
    if (next.done) return;
    yield next.value;
  }
}

/** The server said something, if only no. */
function isAnswer(error: unknown): boolean {
  return error instanceof CacheError && !isOutage(error);
}

function isOutage(error: unknown): boolean {
  return error instanceof StoreUnavailableError && !error.throttled;
}

function unanswered(description: string, waitedMs: number): StoreUnavailableError {
  return new StoreUnavailableError(`${description} has not answered for ${Math.round(waitedMs / 1000)} s`, {
    hint: "check that its server runs and can be reached from this machine",
  });
}

/** Also where what is waited for does not mind the signal. */
function unlessAborted<T>(call: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    call.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
