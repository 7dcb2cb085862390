// setup, doctor and policy over a fake Infra: what they ask for, print and exit with.

import type { DiagnoseRequest, Finding, SetupRequest, SetupState, SetupStep } from "@cairn/infra";
import { ROLES as ROLES_OF_INFRA } from "@cairn/infra";
import { describe, expect, test } from "@jest/globals";
import { ROLES } from "../src/commands/policy.ts";
import { cairn } from "./support/fakes.ts";

describe("setup", () => {
  test.each<[SetupState[], number]>([
    [["present", "created"], 0],
    [["changed", "unsupported"], 0],
    [["present", "missing"], 4],
    [["outdated"], 4],
    [["differs"], 4],
    [["denied"], 4],
  ])("%j exits with %i", async (states, code) => {
    const steps: SetupStep[] = states.map((state) => ({ resource: "s3://b lifecycle", state, detail: "d" }));
    const ran = await cairn(["setup", "--json"], { infra: { setup: async () => steps } });
    expect(ran.code).toBe(code);
    expect(JSON.parse(ran.stdout)).toEqual({ apply: false, ready: code === 0, steps });
    expect(ran.closed).toBe(1);
  });

  test("what only some servers have is no fault where it is missing", async () => {
    const step: SetupStep = { resource: "s3://b policy", state: "missing", detail: "d", optional: true };
    expect((await cairn(["setup"], { infra: { setup: async () => [step] } })).code).toBe(0);
  });

  test("says what to do about what differs, and how to make what is missing", async () => {
    const steps: SetupStep[] = [
      { resource: "s3://b lifecycle", state: "differs", detail: "d", hint: "remove the rule" },
      { resource: "dynamodb://t", state: "missing", detail: "d" },
    ];
    const ran = await cairn(["setup"], { infra: { setup: async () => steps } });
    expect(ran.stderr).toContain("hint: s3://b lifecycle: remove the rule");
    expect(ran.stderr).toContain("cairn setup --apply");
  });

  test("hands its options on", async () => {
    const asked: SetupRequest[] = [];
    const infra = {
      setup: async (request: SetupRequest) => {
        asked.push(request);
        return [];
      },
    };
    await cairn(["setup"], { infra });
    await cairn(["setup", "--apply", "--archive", "--no-monitoring", "--alarm-topic", "arn:x"], { infra });
    expect(asked).toMatchObject([
      { apply: false, archive: false, monitoring: true, alarmTopic: undefined },
      { apply: true, archive: true, monitoring: false, alarmTopic: "arn:x" },
    ]);
  });
});

describe("doctor", () => {
  const finding = (state: Finding["state"]): Finding => ({
    check: "clock",
    state,
    found: "f",
    remedy: "set it",
  });

  test.each<[Finding["state"][], number]>([
    [["ok", "unknown"], 0],
    [["ok", "warning"], 0],
    [["problem"], 4],
  ])("%j exits with %i", async (states, code) => {
    const findings = states.map(finding);
    const infra = { diagnose: async () => findings };
    const ran = await cairn(["doctor", "--json"], { infra });
    expect(ran.code).toBe(code);
    expect(JSON.parse(ran.stdout)).toEqual({
      healthy: code === 0,
      problems: code === 0 ? 0 : 1,
      warnings: states.filter((state) => state === "warning").length,
      findings,
    });
    const text = await cairn(["doctor"], { infra });
    expect(text.stderr).toContain("hint: clock: set it");
  });

  test("examines with the rights of the job that it is told to be, and writes only where the mode allows it", async () => {
    const asked: DiagnoseRequest[] = [];
    const infra = {
      diagnose: async (request: DiagnoseRequest) => {
        asked.push(request);
        return [];
      },
    };
    await cairn(["doctor", "--scope", "refs/pull/7/merge"], { infra });
    await cairn(["doctor", "--mode", "read"], { infra });
    expect(asked).toMatchObject([
      {
        mayWrite: true,
        access: { domain: "pr", writes: { repository: "acme/api", ref: "refs/pull/7/merge" } },
      },
      { mayWrite: false, access: { domain: "trusted" } },
    ]);
  });
});

describe("policy", () => {
  const documents = (role: string, repository: string) => ({
    role,
    policy: { Version: "2012-10-17", Statement: [{ Sid: repository }] },
    trust: role === "maintainer" ? undefined : { Version: "2012-10-17", Statement: [{ Sid: "Trust" }] },
  });
  const infra = { documents: documents as never };

  test("knows the roles that there are", () => {
    expect(ROLES).toEqual(ROLES_OF_INFRA);
  });

  test("prints one document", async () => {
    const ran = await cairn(["policy", "reader"], { infra });
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual(documents("reader", "acme/api").policy);
    const trust = await cairn(["policy", "reader", "--trust"], { infra });
    expect(JSON.parse(trust.stdout)).toEqual(documents("reader", "acme/api").trust);
    const json = await cairn(["policy", "reader", "--json", "--repository", "acme/web"], { infra });
    expect(JSON.parse(json.stdout)).toEqual(documents("reader", "acme/web"));
  });

  test("an unknown role, and a trust that nobody has, are wrong arguments", async () => {
    expect((await cairn(["policy", "admin"], { infra })).code).toBe(2);
    expect((await cairn(["policy", "maintainer", "--trust"], { infra })).code).toBe(2);
  });
});
