// invalidate and revalidate, with a core of fakes: what the selectors ask for, what is told, and what bad input gets.

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { InvalidationReport, Maintenance, Ref, RefSelection } from "@cairn/core";
import { describe, expect, test } from "@jest/globals";
import { cairn, fakeMaintenance, fakeRef, NOW_MS } from "./support/fakes.ts";

const HASH = "a".repeat(64);
const cwd = mkdtempSync(join(tmpdir(), "cairn-selection-"));
writeFileSync(join(cwd, "package-lock.json"), "{}\n");

function recording(refs: Ref[], answer: Partial<InvalidationReport> = {}) {
  const asked: { selection: RefSelection; dryRun: boolean }[] = [];
  const change: Maintenance["invalidate"] = async (selection, { dryRun }) => {
    asked.push({ selection, dryRun });
    return { done: refs, changed: [], late: [], ...answer };
  };
  return { asked, maintenance: fakeMaintenance(refs, { invalidate: change, revalidate: change }) };
}

describe.each(["invalidate", "revalidate"])("%s", (command) => {
  test.each<[string[], RefSelection]>([
    [["--key", "deps-1"], { key: "deps-1" }],
    [["--prefix", "deps-"], { keyPrefix: "deps-" }],
    [["--toolchain", "node-20"], { toolchain: "node-20" }],
    [["--branch", "main"], { ref: "refs/heads/main" }],
    [["--ref", "refs/tags/v1"], { ref: "refs/tags/v1" }],
    [["--lockfile", HASH.toUpperCase()], { lockfileHash: `sha256:${HASH}` }],
    [["--lockfile", `sha256:${HASH}`], { lockfileHash: `sha256:${HASH}` }],
    [
      ["--lockfile", "package-lock.json"],
      { lockfileHash: "sha256:ca3d163bab055381827226140568f3bef7eaac187cebd76878e0b63e9e442356" },
    ],
    [["--older-than", "7d"], { createdBeforeMs: NOW_MS - 7 * 86_400_000 }],
    [["--all"], {}],
    [["--all", "--repository", "*"], { repository: undefined }],
  ])("%j", async (args, selection) => {
    const { asked, maintenance } = recording([fakeRef()]);
    const ran = await cairn([command, ...args], { maintenance, context: { cwd } });
    expect(ran.code).toBe(0);
    const defined = Object.fromEntries(
      Object.entries(asked[0]!.selection).filter(([, value]) => value !== undefined),
    );
    const wanted = { repository: "acme/api", ...selection };
    expect(defined).toEqual(
      Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)),
    );
    expect(asked[0]!.dryRun).toBe(false);
  });

  test.each<[string[], RegExp]>([
    [[], /give --key, --prefix/],
    [["--toolchain", ""], /selector is empty/],
    [["--branch", "main", "--ref", "refs/heads/main"], /give one of them/],
    [["--older-than", "soon"], /write 90s, 10m, 24h or 7d/],
    [["--toolchian", "node-20"], /Did you mean --toolchain/],
    [["--lockfile", "none.json"], /--lockfile finds nothing: none.json/],
  ])("%j is refused and changes nothing", async (args, message) => {
    const { asked, maintenance } = recording([fakeRef()]);
    const ran = await cairn([command, ...args], { maintenance, context: { cwd } });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(message);
    expect(asked).toEqual([]);
  });

  test("--dry-run asks for none to be changed, and says so", async () => {
    const { asked, maintenance } = recording([fakeRef()]);
    const ran = await cairn([command, "--all", "--dry-run"], { maintenance });
    expect(ran.code).toBe(0);
    expect(asked[0]!.dryRun).toBe(true);
    expect(ran.stdout).toContain(`would ${command} deps-1 of acme/api refs/heads/main`);
    const json = await cairn([command, "--all", "--dry-run", "--json"], { maintenance });
    expect(JSON.parse(json.stdout)).toMatchObject({ status: "dry-run", refs: [{ key: "deps-1" }] });
  });

  test("what fits nothing is 3, and names what comes closest", async () => {
    const there = [
      fakeRef({ toolchain: "node-20.1.0", ...(command === "revalidate" && { invalidatedAtMs: 1 }) }),
    ];
    const { maintenance } = recording(there, { done: [] });
    const ran = await cairn([command, "--toolchain", "node-20.1"], { maintenance });
    expect(ran.code).toBe(3);
    expect(ran.stderr).toContain('no save there has the --toolchain node-20.1: did you mean "node-20.1.0"?');
    const json = await cairn([command, "--branch", "mian", "--json"], { maintenance });
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stdout)).toMatchObject({ status: "nothing", refs: [] });
    expect(json.stderr).toContain("refs/heads/main");
  });

  test("a long list is cut, and --json has all of it", async () => {
    const refs = Array.from({ length: 100 }, (_, n) => fakeRef({ key: `deps-${n}` }));
    const { maintenance } = recording(refs);
    const ran = await cairn([command, "--all"], { maintenance });
    expect(ran.stdout.trim().split("\n")).toHaveLength(20);
    expect(ran.stderr).toContain("and 80 others");
    const json = await cairn([command, "--all", "--json"], { maintenance });
    expect((JSON.parse(json.stdout) as { refs: unknown[] }).refs).toHaveLength(100);
  });

  test("what changed meanwhile is told", async () => {
    const { maintenance } = recording([fakeRef()], { changed: [fakeRef({ key: "quick" })] });
    const ran = await cairn([command, "--all"], { maintenance });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("left alone, it changed meanwhile: quick");
  });
});

test("revalidate says when it is too late", async () => {
  const { maintenance } = recording([fakeRef()], { done: [], late: [fakeRef()] });
  const ran = await cairn(["revalidate", "--all"], { maintenance });
  expect(ran.code).toBe(3);
  expect(ran.stderr).toContain("invalidated more than a day ago");
});
