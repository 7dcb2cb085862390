export const id = 914;
export const ids = [914];
export const modules = {

/***/ 73914:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  renderPage: () => (/* binding */ renderPage)
});

// EXTERNAL MODULE: ./packages/cli/dist/text.js
var dist_text = __webpack_require__(43539);
// EXTERNAL MODULE: ./node_modules/.pnpm/echarts@6.1.0/node_modules/echarts/lib/chart/bar/install.js + 10 modules
var install = __webpack_require__(52141);
// EXTERNAL MODULE: ./node_modules/.pnpm/echarts@6.1.0/node_modules/echarts/lib/chart/line/install.js + 9 modules
var line_install = __webpack_require__(60882);
// EXTERNAL MODULE: ./node_modules/.pnpm/echarts@6.1.0/node_modules/echarts/lib/component/grid/install.js + 23 modules
var grid_install = __webpack_require__(67671);
// EXTERNAL MODULE: ./node_modules/.pnpm/echarts@6.1.0/node_modules/echarts/lib/component/legend/install.js + 10 modules
var legend_install = __webpack_require__(68463);
// EXTERNAL MODULE: ./node_modules/.pnpm/echarts@6.1.0/node_modules/echarts/lib/component/marker/installMarkLine.js + 9 modules
var installMarkLine = __webpack_require__(50207);
// EXTERNAL MODULE: ./node_modules/.pnpm/echarts@6.1.0/node_modules/echarts/lib/extension.js + 1 modules
var extension = __webpack_require__(25146);
// EXTERNAL MODULE: ./node_modules/.pnpm/echarts@6.1.0/node_modules/echarts/lib/core/echarts.js + 17 modules
var echarts = __webpack_require__(18586);
// EXTERNAL MODULE: ./node_modules/.pnpm/echarts@6.1.0/node_modules/echarts/lib/renderer/installSVGRenderer.js + 10 modules
var installSVGRenderer = __webpack_require__(28964);
;// CONCATENATED MODULE: ./packages/cli/dist/stats/charts.js
// The charts of the page, as SVG texts, drawn by ECharts without a browser. Colours are CSS variables of the page, so one
// drawing serves its light and its dark form.




/** Of a drawing, about as large as the page shows it on a wide screen. */
const WIDTH = 520;
const RANK_WIDTH = 760;
const HEIGHT = 240;
/** Letters of a label: the width of a text is only guessed where there is no browser. */
const LABEL_MAX = 32;
const LETTER_WIDTH = 7.6;
const ROW_HEIGHT = 26;
const INK = "var(--ink-soft)";
const LINE = "var(--line)";
/** Labels of the axes lie within the drawing. */
const INSIDE = { outerBoundsMode: "same", outerBoundsContain: "axisLabel" };
const FONT = "system-ui, sans-serif";
/** Bars, stacked on each other, over time. */
function barChart(options) {
    return draw(overTime(options, options.series.map((series) => ({
        ...common(series),
        type: "bar",
        stack: "all",
        barCategoryGap: "25%",
    }))), WIDTH, HEIGHT);
}
/** Lines over time; a gap where there is no value. */
function lineChart(options) {
    return draw(overTime(options, options.series.map((series) => ({
        ...common(series),
        type: "line",
        symbolSize: 5,
        symbol: "circle",
        connectNulls: false,
        lineStyle: { width: 2, color: `var(${series.color})` },
        ...(options.target && {
            markLine: {
                silent: true,
                symbol: "none",
                lineStyle: { color: INK, type: "dashed" },
                label: { formatter: options.target.name, position: "insideEndTop", color: INK, fontFamily: FONT },
                data: [{ yAxis: options.target.value }],
            },
        }),
    }))), WIDTH, HEIGHT);
}
/** One bar for each label, the first one on top. */
function rankChart({ labels, series, spell }) {
    const [only] = series;
    const shown = labels.map(shortened);
    const longest = Math.max(...shown.map((label) => label.length));
    const text = { color: INK, fontFamily: FONT };
    return draw({
        grid: { left: 12 + LETTER_WIDTH * longest, right: 72, top: 4, bottom: 4 },
        xAxis: { type: "value", show: false },
        yAxis: {
            type: "category",
            inverse: true,
            data: shown,
            axisLine: { show: false },
            axisTick: { show: false },
            axisLabel: text,
        },
        series: [
            {
                ...common(only),
                type: "bar",
                barWidth: 14,
                label: {
                    show: true,
                    position: "right",
                    ...text,
                    formatter: ({ value }) => spell(value),
                },
            },
        ],
    }, RANK_WIDTH, labels.length * ROW_HEIGHT + 16);
}
function shortened(label) {
    return label.length > LABEL_MAX ? `${label.slice(0, LABEL_MAX - 1)}…` : label;
}
function common({ name, color, values }) {
    return { name, data: values, itemStyle: { color: `var(${color})` } };
}
function overTime({ labels, series, spell, max }, drawn) {
    const text = { color: INK, fontFamily: FONT };
    return {
        grid: { left: 8, right: 16, top: 36, bottom: 4, ...INSIDE },
        legend: {
            show: series.length > 1,
            ...{ top: 0, left: 0, itemWidth: 14, itemHeight: 10, itemGap: 32, textStyle: text },
        },
        xAxis: {
            type: "category",
            data: labels,
            axisLine: { lineStyle: { color: LINE } },
            axisTick: { show: false },
            axisLabel: { ...text, hideOverlap: true },
        },
        yAxis: {
            type: "value",
            min: 0,
            ...(max !== undefined && { max }),
            splitNumber: 4,
            splitLine: { lineStyle: { color: LINE } },
            axisLabel: { ...text, formatter: spell },
        },
        series: drawn,
    };
}
function draw(option, width, height) {
    (0,extension/* use */.Y)([install/* install */.a, line_install/* install */.a, grid_install/* install */.a, legend_install/* install */.a, installMarkLine/* install */.a, installSVGRenderer/* install */.a]);
    const chart = (0,echarts/* init */.Ts)(null, null, { renderer: "svg", ssr: true, width, height });
    chart.setOption({ animation: false, ...option });
    const svg = chart.renderToSVGString();
    chart.dispose();
    return svg;
}
//# sourceMappingURL=charts.js.map
// EXTERNAL MODULE: ./packages/cli/dist/stats/figures.js
var figures = __webpack_require__(69087);
;// CONCATENATED MODULE: ./packages/cli/dist/stats/page-style.js
// How the page looks: one column of sections, charts two abreast where there is room, light or dark as the reader's
// system is. The colours of the charts tell from each other by lightness, too.
const STYLE = `
:root {
  --paper: #ffffff; --card: #f6f8fa; --ink: #1f2328; --ink-soft: #59636e; --line: #d1d9e0;
  --hit: #1a7f64; --partial: #d4a72c; --miss: #a40e26; --stored: #0969da; --good: #1a7f37; --bad: #a40e26;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --card: #161b22; --ink: #f0f6fc; --ink-soft: #9198a1; --line: #3d444d;
    --hit: #3fb994; --partial: #e3b341; --miss: #ff7b72; --stored: #58a6ff; --good: #3fb950; --bad: #ff7b72;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
header, main { max-width: 1120px; margin: 0 auto; padding: 0 24px }
header { padding-top: 32px }
h1 { margin: 0; font-size: 28px; line-height: 1.2; overflow-wrap: anywhere }
h2 { margin: 40px 0 12px; font-size: 20px; overflow-wrap: anywhere }
h3 { margin: 24px 0 8px; font-size: 16px }
header p, main p { color: var(--ink-soft) }
main { padding-bottom: 48px }
.targets { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: 16px; margin: 0; padding: 0; list-style: none }
.targets li { display: flex; flex-direction: column; padding: 16px; background: var(--card); border: 1px solid var(--line); border-left-width: 4px; border-radius: 6px; color: var(--ink-soft) }
.targets strong { font-size: 28px; line-height: 1.3; color: var(--ink) }
.targets .reached { border-left-color: var(--good) }
.targets .not-reached { border-left-color: var(--bad) }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 16px; margin-top: 16px }
figure { margin: 0; padding: 16px; background: var(--card); border: 1px solid var(--line); border-radius: 6px; min-width: 0 }
.charts + figure { margin-top: 16px }
figcaption { margin-bottom: 8px; font-weight: 600 }
svg { display: block; width: 100%; height: auto }
summary { cursor: pointer; margin-top: 8px; color: var(--ink-soft) }
.table { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap }
th:first-child { text-align: left; font-weight: 400; white-space: normal; overflow-wrap: anywhere }
thead th, thead th:first-child { font-weight: 600 }
`;
//# sourceMappingURL=page-style.js.map
// EXTERNAL MODULE: ./packages/cli/dist/stats/text.js
var stats_text = __webpack_require__(47403);
;// CONCATENATED MODULE: ./packages/cli/dist/stats/page.js
// The page of `cairn stats --html`: one file that needs no network and no script. Every chart has its figures in a table
// below it; names out of the store are escaped, since others write there.





/** Of many repositories the rest says little. */
const REPOSITORIES_SHOWN = 20;
function renderPage(stats, { nowMs, isWhole }) {
    const { from, to, repositories } = stats;
    const what = isWhole ? "all repositories" : (repositories[0]?.repository ?? "");
    const parts = [
        ...(isWhole ? [repositoriesPart(repositories)] : []),
        ...repositories.slice(0, isWhole ? REPOSITORIES_SHOWN : 1).map((one) => repositoryPart(one, isWhole)),
    ];
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>Cairn: ${escaped(what)}, ${from} to ${to}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Build cache of ${escaped(what)}</h1>
<p>${from} to ${to}, made ${new Date(nowMs).toISOString().slice(0, 16).replace("T", " ")} UTC by <code>cairn stats</code></p>
</header>
<main>
${parts.join("\n")}
</main>
</body>
</html>
`;
}
function repositoriesPart(repositories) {
    const shown = repositories.toSorted((a, b) => b.storedBytes - a.storedBytes).slice(0, REPOSITORIES_SHOWN);
    const table = tableOf(["Repository", "Restores", "Hit rate", "Time saved", "Stored", "Mean age"], repositories.map(({ repository, branches, storedBytes, meanAgeDays }) => [
        repository,
        (0,dist_text/* formatCount */.B4)(branches.restores),
        (0,stats_text/* percent */.KN)(branches.hitRate),
        (0,stats_text/* percent */.KN)(branches.timeSaved),
        (0,dist_text/* formatBytes */.z3)(storedBytes),
        (0,stats_text/* days */._3)(meanAgeDays),
    ]));
    const chart = rankChart({
        labels: shown.map(({ repository }) => repository),
        series: [{ name: "stored", color: "--stored", values: shown.map(({ storedBytes }) => storedBytes) }],
        spell: dist_text/* formatBytes */.z3,
    });
    return section("Repositories", [
        figure("Stored, by repository", chart, "", "No repository has saved anything."),
        table,
    ]);
}
function repositoryPart(stats, isOneOfMany) {
    const { byDay, branches, pullRequests, mostUsed } = stats;
    const inner = [
        `<ul class="targets">${stats.targets
            .map(stats_text/* describeTarget */.ff)
            .map(({ name, value, wanted, verdict }) => `<li class="${verdict.replaceAll(" ", "-")}"><span class="name">${name}</span><strong>${value}</strong><span>${wanted}: ${verdict}</span></li>`)
            .join("")}</ul>`,
        `<div class="charts">${dayCharts(byDay).join("\n")}</div>`,
        figure("Most used saves", mostUsed.length > 0
            ? rankChart({
                labels: mostUsed.map(({ key }) => key),
                series: [{ name: "uses", color: "--hit", values: mostUsed.map(({ uses }) => uses) }],
                spell: dist_text/* formatCount */.B4,
            })
            : "", tableOf(["Key", "Ref", "Uses", "Size", "Age"], mostUsed.map(({ key, ref, uses, treeBytes, ageDays }) => [
            ...[key, ref, (0,dist_text/* formatCount */.B4)(uses)],
            ...[(0,dist_text/* formatBytes */.z3)(treeBytes), (0,stats_text/* days */._3)(ageDays)],
        ])), "Nothing that is saved was used yet."),
        `<h3>Figures</h3>`,
        tableOf(["", "Branches", "Pull requests"], stats_text/* FIGURE_ROWS */.Nv.map(({ name, of }) => [name.trim(), of(branches), of(pullRequests)])),
        `<p>${(0,stats_text/* describeSaves */.KB)(stats.saves)}, trees of ${(0,dist_text/* formatBytes */.z3)(stats.treeBytes)} in ${(0,dist_text/* formatBytes */.z3)(stats.storedBytes)}. Charts and targets are of branches; pull requests count for themselves.</p>`,
    ];
    return section(isOneOfMany ? stats.repository : "Targets", inner);
}
/** A figure for each, with the days that it has as a table. */
function dayCharts(byDay) {
    const labels = byDay.map(({ day }) => day.slice(5));
    const some = (of) => byDay.some((day) => (of(day) ?? 0) !== 0);
    const dayTable = (columns) => tableOf(["Day", ...columns.map(([name]) => name)], byDay
        .filter(({ restores, saves }) => restores + saves > 0)
        .map((day) => [day.day, ...columns.map(([, of]) => of(day))]));
    const chart = (title, draw, options, series, spell) => figure(title, series.some(([, , of]) => some(of))
        ? draw({
            ...{ labels, ...options },
            series: series.map(([name, color, of]) => ({ name, color, values: byDay.map(of) })),
        })
        : "", dayTable(series.map(([name, , of]) => [name, (day) => (of(day) === null ? stats_text/* UNKNOWN */.HV : spell(of(day)))])), "Nothing to draw in these days.");
    return [
        chart("Restores", barChart, { spell: dist_text/* formatCount */.B4 }, [
            ["hits", "--hit", ({ hits }) => hits],
            ["partial hits", "--partial", ({ partialHits }) => partialHits],
            ["misses", "--miss", ({ misses }) => misses],
        ], dist_text/* formatCount */.B4),
        chart("Hit rate", lineChart, {
            spell: (value) => `${value} %`,
            max: 100,
            target: { value: 100 * figures/* TARGETS */.dW.hitRate, name: `wanted: ${100 * figures/* TARGETS */.dW.hitRate} %` },
        }, [["hit rate", "--hit", ({ hitRate }) => (hitRate === null ? null : Math.round(1000 * hitRate) / 10)]], (value) => `${value} %`),
        chart("Transferred", barChart, { spell: dist_text/* formatBytes */.z3 }, [
            ["downloaded", "--hit", ({ downloadedBytes }) => downloadedBytes],
            ["uploaded", "--stored", ({ uploadedBytes }) => uploadedBytes],
        ], dist_text/* formatBytes */.z3),
        chart("Work that hits saved", barChart, { spell: (minutes) => `${(0,dist_text/* formatCount */.B4)(minutes)} min` }, [["saved", "--hit", ({ secondsSaved }) => Math.max(0, secondsSaved) / 60]], (minutes) => (0,stats_text/* seconds */.YA)(60 * minutes)),
    ];
}
function section(title, parts) {
    return `<section><h2>${escaped(title)}</h2>\n${parts.join("\n")}\n</section>`;
}
/** @param chart empty: there is nothing to draw. */
function figure(title, chart, table, empty) {
    const drawn = chart === "" ? `<p class="empty">${empty}</p>` : named(chart, title);
    const figures = chart === "" || table === "" ? "" : `<details><summary>Figures</summary>${table}</details>`;
    return `<figure><figcaption>${escaped(title)}</figcaption>${drawn}${figures}</figure>`;
}
/** For those who can't see it: what it is; the figures are in the table. */
function named(svg, title) {
    return svg.replace("<svg ", `<svg role="img" aria-label="${escaped(title)}" `);
}
function tableOf(head, rows) {
    const cells = (tag, row) => row
        .map((cell, n) => n === 0 && tag === "td"
        ? `<th scope="row">${escaped(cell)}</th>`
        : `<${tag}>${escaped(cell)}</${tag}>`)
        .join("");
    return `<div class="table"><table><thead><tr>${cells("th", head)}</tr></thead><tbody>${rows
        .map((row) => `<tr>${cells("td", row)}</tr>`)
        .join("")}</tbody></table></div>`;
}
function escaped(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
//# sourceMappingURL=page.js.map

/***/ })

};
