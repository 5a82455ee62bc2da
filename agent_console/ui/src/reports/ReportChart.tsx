import { Select } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FigureDoc, ReportRow } from "../api/documents";
import Chart, { type Series } from "../design/Chart";
import { useFigureTexts } from "../language/figures";
import { useFormats } from "../language/formats";
import { useWordsOf } from "../language/words";
import classes from "./ReportChart.module.css";
import { beginOf, isTime, useSliceWords } from "./slices";
import type { ReportDocument } from "./Summary";

const COLOURS = ["--accent", "--talking", "--warn", "--bad", "--ink-3", "--ready"] as const;
const MOST_BARS = 24;

/** One figure as a picture: over time as lines, else as bars by slice. */
export default function ReportChart({ report, figures }: { report: ReportDocument; figures: readonly string[] }) {
  const { t } = useTranslation("reports");
  useWordsOf("desk");
  const texts = useFigureTexts();
  const [chosen, choose] = useState<string | null>(null);
  const figure =
    figures.find((name) => name === chosen) ?? figures.find((name) => name === "service_level") ?? figures[0];
  const time = report.by.find(isTime);
  if (figure === undefined) return null;
  return (
    <section className={classes.chart} aria-label={t("chart")}>
      <Select
        size="xs"
        w={220}
        aria-label={t("chart")}
        data={figures.map((name) => ({
          value: name,
          label: texts.title(name),
        }))}
        value={figure}
        onChange={choose}
        allowDeselect={false}
      />
      {time === undefined ? (
        <Bars report={report} figure={figure} />
      ) : (
        <Lines report={report} figure={figure} time={time} />
      )}
    </section>
  );
}

function useAxis(sample: FigureDoc | undefined): (value: number) => string {
  const formats = useFormats();
  return useMemo(
    () => (value) =>
      sample?.unit === "ratio"
        ? formats.percent(value)
        : sample?.unit === "s"
          ? formats.duration(value)
          : formats.number(value, Number.isInteger(value) ? 0 : 1),
    [formats, sample?.unit],
  );
}

function sampleOf(rows: readonly ReportRow[], figure: string): FigureDoc | undefined {
  return rows.map((row) => row.figures[figure]).find((one) => one !== undefined);
}

function Lines({ report, figure, time }: { report: ReportDocument; figure: string; time: string }) {
  const words = useSliceWords();
  const sample = sampleOf(report.rows, figure);
  const axis = useAxis(sample);
  const { times, series } = useMemo(() => {
    const others = report.by.filter((one) => one !== time);
    const nameOf = (row: ReportRow) => others.map((one) => words(one, row.slice[one] ?? null)).join(" · ");
    const at = (row: ReportRow) => beginOf(row.slice[time]) / 1000;
    const all = [...new Set(report.rows.map(at))].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
    const names = [...new Set(report.rows.map(nameOf))].slice(0, COLOURS.length);
    const found = names.map((name, index): Series => {
      const values = new Map(
        report.rows.filter((row) => nameOf(row) === name).map((row) => [at(row), row.figures[figure]?.value ?? null]),
      );
      return {
        label: name,
        values: all.map((moment) => values.get(moment) ?? null),
        colour: COLOURS[index] ?? "--accent",
        kind: "line",
        shown: axis,
      };
    });
    return { times: all, series: found };
  }, [report, figure, time, words, axis]);
  return (
    <Chart
      title={figure}
      times={times}
      series={series}
      height={11}
      axis={axis}
      {...(sample?.unit === "ratio" ? { most: 1 } : {})}
    />
  );
}

function Bars({ report, figure }: { report: ReportDocument; figure: string }) {
  const words = useSliceWords();
  const formats = useFormats();
  const rows = report.rows.slice(0, MOST_BARS);
  const nameOf = (row: ReportRow) => report.by.map((one) => words(one, row.slice[one] ?? null)).join(" · ");
  const values = rows.map((row) => row.figures[figure]?.value ?? 0);
  const most = sampleOf(rows, figure)?.unit === "ratio" ? 1 : Math.max(...values, 1e-9);
  return (
    <dl className={classes.bars}>
      {rows.map((row, index) => (
        <div key={JSON.stringify(row.slice)}>
          <dt title={nameOf(row)}>{nameOf(row)}</dt>
          <dd>
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect width={Math.min(100, ((values[index] ?? 0) / most) * 100)} height="8" rx="0.6" />
            </svg>
            <span>{formats.figure(row.figures[figure])}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
