import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { TrendPoint } from "../api/documents";
import Chart, { type Series } from "../design/Chart";
import { Empty } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { useQueues, useTotals } from "../live/live";
import classes from "./DayCharts.module.css";

/** The day of one queue or of the centre, by half-hours: what came, what was answered, and how well. */
export default function DayCharts({ queue, compact }: { queue: string | null; compact?: boolean }) {
  const { t } = useTranslation("floor");
  const row = useQueues().find((one) => one.queue === queue);
  const totals = useTotals();
  const trend = queue === null ? totals?.trend : row?.trend;
  const goal = (queue === null ? totals : row)?.targets.service_level ?? null;
  if (!trend || trend.length === 0) return <Empty compact title={t("course.none")} hint={t("course.noneHint")} />;
  return <Charts trend={trend} goal={goal} compact={compact ?? false} />;
}

function Charts({ trend, goal, compact }: { trend: readonly TrendPoint[]; goal: number | null; compact: boolean }) {
  const { t } = useTranslation("floor");
  const common = useTranslation().t;
  const formats = useFormats();
  const times = useMemo(() => trend.map((point) => Date.parse(point.at) / 1000), [trend]);
  const counts = useMemo<Series[]>(
    () =>
      (
        [
          ["offered", "--ink-3", "bars"],
          ["answered", "--talking", "line"],
          ["abandoned", "--bad", "line"],
        ] as const
      ).map(([name, colour, kind]) => ({
        label: common(`figure.${name}`),
        values: trend.map((point) => point[name]),
        colour,
        kind,
        shown: (value) => formats.number(value),
      })),
    [trend, common, formats],
  );
  const level = useMemo<Series[]>(
    () => [
      {
        label: common("figure.service_level"),
        values: trend.map((point) => point.service_level),
        colour: "--accent",
        kind: "line",
        shown: (value) => formats.percent(value, 1),
      },
      ...(goal === null
        ? []
        : [
            {
              label: t("queue.target"),
              values: trend.map(() => goal),
              colour: "--warn",
              kind: "target",
              shown: (value: number) => formats.percent(value),
            } as const,
          ]),
    ],
    [trend, goal, t, common, formats],
  );
  const height = compact ? 8 : 11;
  return (
    <div className={classes.charts} data-compact={compact}>
      <Chart
        title={t("course.counts")}
        times={times}
        series={counts}
        height={height}
        whole
        axis={(value) => formats.number(value)}
      />
      <Chart
        title={common("figure.service_level")}
        times={times}
        series={level}
        height={height}
        most={1}
        axis={(value) => formats.percent(value)}
      />
    </div>
  );
}
