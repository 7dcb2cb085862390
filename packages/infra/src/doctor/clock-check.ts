// Whether this machine's clock agrees with that of the servers, whose answers carry the time.

import type { Clock } from "@cairn/core";
import { type Finding, ok, problem, warning } from "./finding.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** AWS refuses requests that are signed further away: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const REFUSED_MS = 15 * MINUTE_MS;
const NOTABLE_MS = MINUTE_MS;

const REMEDY =
  "let the machine keep its clock (timedatectl set-ntp true, chrony); a container has that of its host";

export function examineClock({ skewMs }: Pick<Clock, "skewMs">): Finding {
  const check = "clock";
  if (Math.abs(skewMs) < NOTABLE_MS) return ok(check, "agrees with the server's");
  const found = `this machine's clock is ${spell(Math.abs(skewMs))} ${skewMs > 0 ? "behind" : "ahead of"} the server's`;
  return Math.abs(skewMs) >= REFUSED_MS
    ? problem(check, `${found}: requests signed with it are refused at first`, REMEDY)
    : warning(check, found, REMEDY);
}

function spell(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
