// The page of `cairn stats --html`, opened in a real Chromium from its file: charts that are drawn and as large as they
// should be, readable text in light and in dark, on a wide screen and a narrow one, and nothing asked of any network.

/// <reference lib="dom" />

import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Browser, chromium, type Page } from "playwright-core";
import { service } from "../../../core/test/support/services.ts";
import { cairn } from "../support/fakes.ts";
import { monthOf, savesOf } from "../support/figures.ts";

const folder = mkdtempSync(join(tmpdir(), "cairn-page-"));
/** Kept, to be looked at. */
const shots = join(import.meta.dirname, "../../../../.cache/test/pages");
let browser: Browser;

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  // As root, as which CI may run, Chromium starts without its sandbox only; the page is our own.
  browser = await chromium.launch({ executablePath: service("chromium"), args: ["--no-sandbox"] });
}, 60_000);
afterAll(async () => browser?.close());

async function writePage(args: string[], repositories: string[]): Promise<string> {
  const file = join(folder, `${repositories.length}-${args.length}.html`);
  const ran = await cairn(["stats", "--html", file, ...args], {
    maintenance: {
      async *counters() {
        yield* repositories.flatMap((name, n) => monthOf(name, 3 + 40 * n));
      },
      async *list() {
        yield* repositories.flatMap(savesOf);
      },
      storage: async (refs) => ({ objects: refs.length, bytes: refs.length * 9e8, broken: [] }),
    },
  });
  expect(ran.stderr).toContain(`wrote ${file}`);
  expect(ran.code).toBe(0);
  return pathToFileURL(file).href;
}

interface Opened {
  readonly page: Page;
  /** What the console said, what failed, and every request but that for the page. */
  readonly troubles: string[];
}

async function open(
  url: string,
  options: { colorScheme?: "light" | "dark"; width?: number } = {},
): Promise<Opened> {
  const { colorScheme = "light", width = 1280 } = options;
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
  const troubles: string[] = [];
  page.on("console", (message) => troubles.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith("data:")) troubles.push(request.url());
  });
  await page.goto(url);
  return { page, troubles };
}

/** Size of each chart, and of all that is drawn in it. */
const chartsOf = (page: Page) =>
  page.$$eval("svg", (charts) =>
    charts.map((chart) => {
      const { width, height } = chart.getBoundingClientRect();
      const drawn = [...chart.querySelectorAll("path")].filter(
        (path) => path.getAttribute("ecmeta_ssr_type") === "chart" && path.getBoundingClientRect().height > 0,
      );
      return { name: chart.getAttribute("aria-label"), width, height, drawn: drawn.length };
    }),
  );

/** Texts of charts that do not lie wholly within theirs. */
const clippedOf = (page: Page) =>
  page.$$eval("svg", (charts) =>
    charts.flatMap((chart) => {
      const around = chart.getBoundingClientRect();
      return [...chart.querySelectorAll("text")]
        .filter((text) => {
          const { left, right, top, bottom } = text.getBoundingClientRect();
          return (
            left < around.left || right > around.right || top < around.top - 1 || bottom > around.bottom + 1
          );
        })
        .map((text) => text.textContent);
    }),
  );

/** Of the text on the page: the contrast with what is behind it (WCAG 2.1), the lowest first. */
const contrastsOf = (page: Page) =>
  page.evaluate(() => {
    const luminance = (color: string) => {
      const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
        const value = Number(part) / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (element: Element | null): string => {
      if (!element) return "rgb(255, 255, 255)";
      const color = getComputedStyle(element).backgroundColor;
      return /, 0\)$|transparent/.test(color) ? behind(element.parentElement) : color;
    };
    return [...document.querySelectorAll("body *")]
      .filter((element) =>
        [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
      )
      .filter((element) => element.getBoundingClientRect().width > 0)
      .map((element) => {
        const style = getComputedStyle(element);
        const ink = luminance(element instanceof SVGElement ? style.fill : style.color);
        const paper = luminance(behind(element));
        const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        return { text: element.textContent?.slice(0, 40), ratio };
      })
      .sort((a, b) => a.ratio - b.ratio);
  });

describe("of one repository", () => {
  let url: string;
  beforeAll(async () => {
    url = await writePage([], ["acme/api"]);
  });

  test("shows its charts, each drawn, with a name and its figures", async () => {
    const { page, troubles } = await open(url);
    const charts = await chartsOf(page);
    expect(charts.map(({ name }) => name)).toEqual([
      "Restores",
      "Hit rate",
      "Transferred",
      "Work that hits saved",
      "Most used saves",
    ]);
    for (const { width, height, drawn } of charts) {
      expect(width).toBeGreaterThan(300);
      expect(height).toBeGreaterThan(100);
      expect(drawn).toBeGreaterThan(8);
    }
    // 26 days with three kinds of restores each.
    expect(charts[0]!.drawn).toBe(78);
    expect(await clippedOf(page)).toEqual([]);
    await page.screenshot({ path: join(shots, "light.png"), fullPage: true });
    await page.locator("summary").first().click();
    const rows = page.locator("details[open] tbody tr");
    expect(await rows.count()).toBe(26);
    expect(await rows.last().textContent()).toContain("2026-06-01");
    expect(troubles).toEqual([]);
    await page.close();
  });

  test("says how the targets are met, in words beside the colours", async () => {
    const { page } = await open(url);
    const cards = await page.locator(".targets li").allInnerTexts();
    expect(cards.map((card) => card.split("\n"))).toEqual([
      ["hit rate", expect.stringMatching(/^8\d\.\d %$/), "above 60 %: reached"],
      ["time saved by a hit", "98.0 %", "50 to 90 %: reached"],
      ["stored", "10.8 GB", "below 100 GB: reached"],
      ["mean age of a save", "5.5 d", "below 7 d: reached"],
    ]);
    await page.close();
  });

  test("takes names for text, whatever they hold", async () => {
    const { page, troubles } = await open(url);
    expect(await page.locator("img, script").count()).toBe(0);
    expect(await page.locator("main").textContent()).toContain("Most used saves");
    const keys = await page.locator("section > figure tbody th").allTextContents();
    expect(keys[1]).toContain('<img src=x onerror=alert(1)> & "quotes"');
    expect(troubles).toEqual([]);
    await page.close();
  });

  test.each(["light", "dark"] as const)("is readable in %s", async (colorScheme) => {
    const { page, troubles } = await open(url, { colorScheme });
    const [worst] = await contrastsOf(page);
    expect(worst).toEqual({ text: expect.any(String), ratio: expect.any(Number) });
    expect(worst!.ratio).toBeGreaterThanOrEqual(4.5);
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(paper).toBe(colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(13, 17, 23)");
    await page.screenshot({ path: join(shots, `${colorScheme}.png`), fullPage: true });
    expect(troubles).toEqual([]);
    await page.close();
  });

  test("fits a narrow screen", async () => {
    const { page } = await open(url, { width: 390 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    for (const { width } of await chartsOf(page)) expect(width).toBeGreaterThan(250);
    await page.screenshot({ path: join(shots, "narrow.png"), fullPage: true });
    await page.close();
  });
});

test("of many repositories: one chart for all, then each of them", async () => {
  const { page, troubles } = await open(
    await writePage(["--repository", "*"], ["acme/api", "acme/web", "other/thing"]),
  );
  expect(await page.locator("h2").allInnerTexts()).toEqual([
    "Repositories",
    "acme/api",
    "acme/web",
    "other/thing",
  ]);
  const charts = await chartsOf(page);
  expect(charts).toHaveLength(1 + 3 * 5);
  expect(charts[0]).toMatchObject({ name: "Stored, by repository", drawn: 3 });
  const missed = await page.locator(".not-reached").allInnerTexts();
  expect(missed.map((card) => card.split("\n")[0])).toEqual(["hit rate", "hit rate"]);
  await page.screenshot({ path: join(shots, "all.png"), fullPage: true });
  expect(troubles).toEqual([]);
  await page.close();
});

test("of a repository without any steps or saves, it says so and draws nothing", async () => {
  const { page, troubles } = await open(await writePage(["--days", "7"], []));
  expect(await chartsOf(page)).toEqual([]);
  expect(await page.locator(".empty").allInnerTexts()).toHaveLength(5);
  expect(await page.locator(".targets .not-known").count()).toBe(4);
  expect(troubles).toEqual([]);
  await page.close();
});
