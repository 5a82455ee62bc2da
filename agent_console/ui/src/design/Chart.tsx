import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../language/formats";
import classes from "./Chart.module.css";
import { spanOf } from "./chart_span";

export interface Series {
  label: string;
  values: readonly (number | null)[];
  /** A CSS variable of the design. */
  colour: "--accent" | "--talking" | "--ready" | "--bad" | "--warn" | "--ink-3";
  kind: "line" | "bars" | "target";
  /** Exactly, for the hover. */
  shown: (value: number) => string;
}

const DAY_S = 24 * 3600;

interface Props {
  title: string;
  /** Seconds since 1970. */
  times: readonly number[];
  series: readonly Series[];
  height: number;
  most?: number;
  axis: (value: number) => string;
  /** There is nothing between whole numbers. */
  whole?: boolean;
}

const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A course over time: axes with units, targets as lines, the exact figure on hover. */
export default function Chart({ title, times, series, height, most, axis, whole }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const scheme = useComputedColorScheme("light");
  const formats = useFormats();
  const data = useMemo(
    () => [times, ...series.map((one) => one.values)] as unknown as uPlot.AlignedData,
    [times, series],
  );
  const latest = useRef(data);
  useEffect(() => {
    latest.current = data;
    plot.current?.setData(data);
  }, [data]);
  const hasBars = series.some((one) => one.kind === "bars");
  const clock = useTranslation().t("timeOfDay");
  const shape = JSON.stringify([title, series.map((one) => [one.label, one.kind, one.colour]), most]);

  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const made = new uPlot(
      {
        width: box.clientWidth,
        height: height * rem,
        legend: { live: true, markers: { width: 2 } },
        cursor: { points: { size: 6 }, drag: { x: false, y: false } },
        scales: {
          // a day that has only begun is not drawn as wide as a whole one
          x: { time: true, range: (self) => spanOf(self.data[0], hasBars) },
          y: { range: (_plot, _low, high) => [0, most ?? Math.max(1, high * 1.1)] },
        },
        axes: [
          axisOf(rem, (value, ofDays) => (ofDays ? formats.day(value * 1000) : formats.time(value * 1000))),
          { ...axisOf(rem, axis), size: 3.2 * rem, ...(whole ? { incrs: WHOLE } : {}) },
        ],
        series: [
          { value: (_plot, value: number | null) => (value === null ? "–" : formats.when(value * 1000)), label: clock },
          ...series.map(seriesOf),
        ],
      },
      latest.current,
      box,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: box.clientWidth, height: height * rem }));
    observer.observe(box);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
    // a new picture for a new shape, scheme or language; new data go into the old one
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape, scheme, height, formats, clock]);

  return <div ref={place} className={classes.chart} role="img" aria-label={title} />;
}

/** `ofDays`: the marks of the axis are whole days apart. */
function axisOf(rem: number, shown: (value: number, ofDays: boolean) => string): uPlot.Axis {
  return {
    stroke: colour("--ink-2"),
    font: `${0.6875 * rem}px "Inter Variable", sans-serif`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
    values: (_plot, splits, _axis, _space, apart) => splits.map((value) => shown(value, apart >= DAY_S)),
  };
}

function seriesOf(one: Series): uPlot.Series {
  const stroke = colour(one.colour);
  const base: uPlot.Series = {
    label: one.label,
    stroke,
    points: { show: false },
    value: (_plot, value: number | null) => (value === null ? "–" : one.shown(value)),
  };
  switch (one.kind) {
    case "bars": {
      const paths = uPlot.paths.bars?.({ size: [0.7, 40] });
      return { ...base, fill: `${stroke}55`, width: 1, ...(paths ? { paths } : {}) };
    }
    case "target":
      return { ...base, dash: [4, 4], width: 1 };
    case "line":
      // a line of one point is none
      return { ...base, width: 2, points: { show: (self) => self.data[0].length === 1, size: 7, fill: stroke } };
  }
}
