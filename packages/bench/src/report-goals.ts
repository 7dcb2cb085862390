// The table of goals: what was aimed at, what was measured, whether it was reached. Pure.

import { type Bound, type CaseGoal, caseGoals, lookupGoal, memoryGoal } from "./goals.ts";
import type { LookupResult } from "./lookup/lookup-result.ts";
import { dateOf, markdownTable, sourceText, spreadText } from "./report-text.ts";
import type { BenchResults, CaseResult, SubjectResult } from "./results.ts";
import { pairRatios, spreadOf } from "./statistics.ts";

export interface Verdict {
  readonly title: string;
  readonly goal: string;
  readonly measured: string;
  /** Undefined where nothing was measured. */
  readonly isReached: boolean | undefined;
  /** What other programs take for a part of the work. */
  readonly floors: string;
  /** When, and of what. */
  readonly source: string;
}

export function judge(results: BenchResults): readonly Verdict[] {
  return [
    ...caseGoals.map((goal) => judgeCase(goal, results.cases)),
    judgeMemory(results.cases),
    judgeLookup(results.lookups),
  ];
}

/** For the docs. */
export function goalsTable(results: BenchResults): string {
  const rows = judge(results).map(({ title, goal, measured, isReached, floors, source }) => [
    title,
    goal,
    measured,
    isReached === undefined ? "not measured" : isReached ? "yes" : "**no**",
    floors,
    source,
  ]);
  return markdownTable([["case", "goal", "measured", "reached", "floors", "on"], ...rows], []);
}

function judgeCase(goal: CaseGoal, cases: readonly CaseResult[]): Verdict {
  const { title, bounds } = goal;
  const common = { title, goal: bounds.map(boundText).join(", ") };
  const result = newestOf(goal, cases);
  const peers = result?.subjects.slice(1) ?? [];
  if (result === undefined || peers.length === 0) return notMeasured(common);
  const found = bounds.map((bound) => measureOf(bound, result.subjects[0]!, peers));
  return {
    ...common,
    measured: found.map(({ text }) => text).join(", "),
    isReached: found.every(({ isReached }) => isReached),
    floors: result.floors
      .map((floor) => `${floor.title} ${spreadOf(wallTimes(floor)).median.toFixed(2)} s`)
      .join("; "),
    source: sourceText(result),
  };
}

/** The goals are about a server that keeps connections, as S3 does, and a tree in memory where it fits there. */
function newestOf(goal: CaseGoal, cases: readonly CaseResult[]): CaseResult | undefined {
  const fitting = cases.filter(
    (each) => each.case.name === goal.case && each.network === goal.network && each.keepAlive,
  );
  const inMemory = fitting.filter(({ disk }) => disk === "tmpfs");
  return (inMemory.length > 0 ? inMemory : fitting).toSorted(byDate).at(-1);
}

interface Found {
  readonly text: string;
  readonly isReached: boolean;
}

function measureOf(bound: Bound, own: SubjectResult, peers: readonly SubjectResult[]): Found {
  switch (bound.measure) {
    case "speed": {
      const peer = peers.toSorted((a, b) => medianTime(a) - medianTime(b))[0]!;
      const ratios = pairRatios(wallTimes(own), wallTimes(peer));
      const text = `${spreadText(ratios, 2)}x of ${peer.title}`;
      return { text, isReached: ratios.median >= bound.atLeast };
    }
    case "seconds": {
      const seconds = spreadOf(wallTimes(own));
      return { text: `${spreadText(seconds, 2)} s`, isReached: seconds.median <= bound.atMost };
    }
    case "uploaded": {
      const share =
        own.traffic.uploadedBytes / Math.min(...peers.map(({ traffic }) => traffic.uploadedBytes));
      return { text: `${percent(share)} of the bytes`, isReached: share <= bound.atMost };
    }
    case "stored": {
      const share = own.storedBytes / Math.min(...peers.map(({ storedBytes }) => storedBytes));
      return { text: `${share.toFixed(3)} of the peers' archive`, isReached: share <= bound.atMost };
    }
  }
}

function boundText(bound: Bound): string {
  switch (bound.measure) {
    case "speed":
      return bound.atLeast === 1 ? "no slower" : `at least ${bound.atLeast}x`;
    case "seconds":
      return `below ${bound.atMost * 1000} ms`;
    case "uploaded":
      return `at most ${percent(bound.atMost)} of the bytes`;
    case "stored":
      return `at most ${bound.atMost} of the peers' archive`;
  }
}

function judgeMemory(cases: readonly CaseResult[]): Verdict {
  const common = { title: memoryGoal.title, goal: `below ${memoryGoal.atMostBytes / 1e6} MB` };
  const peaks = cases
    .map((result) => ({
      result,
      bytes: Math.max(...result.subjects[0]!.runs.map(({ peakRssBytes }) => peakRssBytes)),
    }))
    .toSorted((a, b) => b.bytes - a.bytes);
  const [worst] = peaks;
  if (worst === undefined) return notMeasured(common);
  return {
    ...common,
    measured: `${(worst.bytes / 1e6).toFixed(0)} MB in ${worst.result.case.name}`,
    isReached: worst.bytes < memoryGoal.atMostBytes,
    floors: "",
    source: sourceText(worst.result),
  };
}

function judgeLookup(lookups: readonly LookupResult[]): Verdict {
  const { title, index, refs, timesOf, atMostTimes, atMostRequests } = lookupGoal;
  const common = {
    title: `${title}, ${refs.toLocaleString("en-US")} refs`,
    goal: `within ${atMostTimes}x of ${timesOf} refs, at most ${atMostRequests} requests`,
  };
  const find = (count: number) => lookups.find((each) => each.index === index && each.refs === count);
  const [few, many] = [find(timesOf), find(refs)];
  if (few === undefined || many === undefined) return notMeasured(common);
  const found = many.lookups.map(({ what, milliseconds, requests }) => {
    const before = few.lookups.find((each) => each.what === what)!;
    return { what, times: milliseconds.median / before.milliseconds.median, requests: requests ?? 0 };
  });
  const worst = found.toSorted((a, b) => b.times - a.times)[0]!;
  const requests = Math.max(...found.map((each) => each.requests));
  return {
    ...common,
    measured: `${worst.times.toFixed(2)}x (${worst.what}), ${requests} ${requests === 1 ? "request" : "requests"} at most`,
    isReached: worst.times <= atMostTimes && requests <= atMostRequests,
    floors: "",
    source: sourceText(many),
  };
}

function notMeasured(common: Pick<Verdict, "title" | "goal">): Verdict {
  return { ...common, measured: "", isReached: undefined, floors: "", source: "" };
}

const byDate = (a: CaseResult, b: CaseResult): number => dateOf(a).localeCompare(dateOf(b));
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const medianTime = (subject: SubjectResult): number => spreadOf(wallTimes(subject)).median;
const wallTimes = ({ runs }: Pick<SubjectResult, "runs">): number[] =>
  runs.map(({ wallSeconds }) => wallSeconds);
