// The charts of the page, as SVG texts, drawn by ECharts without a browser. Colours are CSS variables of the page, so one
// drawing serves its light and its dark form.

import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, MarkLineComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

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
const INSIDE = { outerBoundsMode: "same", outerBoundsContain: "axisLabel" } as const;
const FONT = "system-ui, sans-serif";

export interface Series {
  readonly name: string;
  /** A CSS variable of the page: `--hit`. */
  readonly color: string;
  /** Null: nothing to draw there. */
  readonly values: readonly (number | null)[];
}

export interface ChartOptions {
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  /** How a value of the axis is spelled. */
  readonly spell: (value: number) => string;
  /** Where a line says what is wanted. */
  readonly target?: { readonly value: number; readonly name: string };
  readonly max?: number;
}

/** Bars, stacked on each other, over time. */
export function barChart(options: ChartOptions): string {
  return draw(
    overTime(
      options,
      options.series.map((series) => ({
        ...common(series),
        type: "bar",
        stack: "all",
        barCategoryGap: "25%",
      })),
    ),
    WIDTH,
    HEIGHT,
  );
}

/** Lines over time; a gap where there is no value. */
export function lineChart(options: ChartOptions): string {
  return draw(
    overTime(
      options,
      options.series.map((series) => ({
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
      })),
    ),
    WIDTH,
    HEIGHT,
  );
}

/** One bar for each label, the first one on top. */
export function rankChart({ labels, series, spell }: ChartOptions): string {
  const [only] = series as [Series];
  const shown = labels.map(shortened);
  const longest = Math.max(...shown.map((label) => label.length));
  const text = { color: INK, fontFamily: FONT };
  return draw(
    {
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
            formatter: ({ value }: { value: number }) => spell(value),
          },
        },
      ],
    },
    RANK_WIDTH,
    labels.length * ROW_HEIGHT + 16,
  );
}

function shortened(label: string): string {
  return label.length > LABEL_MAX ? `${label.slice(0, LABEL_MAX - 1)}…` : label;
}

function common({ name, color, values }: Series) {
  return { name, data: values, itemStyle: { color: `var(${color})` } };
}

function overTime({ labels, series, spell, max }: ChartOptions, drawn: readonly object[]): object {
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

function draw(option: object, width: number, height: number): string {
  use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, SVGRenderer]);
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption({ animation: false, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
