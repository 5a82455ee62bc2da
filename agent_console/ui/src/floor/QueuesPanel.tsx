import { lazy, Suspense, useMemo, useState } from "react";
import { Layers, Lock } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { QueueRow } from "../api/documents";
import { type Column, DataGrid } from "../design/DataGrid";
import { FigureWords } from "../design/FigureWords";
import { Panel } from "../design/Panel";
import { Sparkline } from "../design/Sparkline";
import { type Verdict, VerdictMark } from "../design/VerdictMark";
import { Empty, Loading } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { useKnown, useQueues } from "../live/live";
import { AgentsBar } from "./AgentsBar";
import { type Inspected, keyOf, useInspect } from "./inspected";
import { Pressable } from "./Pressable";
import { WaitClock } from "./WaitClock";
import classes from "./QueuesPanel.module.css";
import { ofAbandonment, ofLevel } from "./targets";

const ViewChoice = lazy(() => import("../design/ViewChoice"));
const DayCharts = lazy(() => import("./DayCharts"));

/** One row a queue: present and day, each against its target. */
export function QueuesPanel({ inspected }: { inspected: Inspected | null }) {
  const { t } = useTranslation("floor");
  const [shown, show] = useState<"now" | "day">("now");
  return (
    <Panel
      title={t("queues.title")}
      scrolls
      aside={
        <Suspense fallback={null}>
          <ViewChoice
            value={shown}
            choose={(value) => show(value as typeof shown)}
            data={[
              { value: "now", label: t("queues.now") },
              { value: "day", label: t("queues.day") },
            ]}
          />
        </Suspense>
      }
    >
      {shown === "now" ? (
        <QueueTable inspected={inspected} />
      ) : (
        <Suspense fallback={<Loading />}>
          <DayCharts queue={null} />
        </Suspense>
      )}
    </Panel>
  );
}

function QueueTable({ inspected }: { inspected: Inspected | null }) {
  const { t } = useTranslation("floor");
  const queues = useQueues();
  const known = useKnown("queues");
  const inspect = useInspect();
  const columns = useColumns();
  return (
    <DataGrid
      label={t("queues.title")}
      rows={queues}
      columns={columns}
      keyOf={(row) => row.queue}
      open={(row) => inspect({ kind: "queue", queue: row.queue })}
      opened={keyOf(inspected, "queue")}
      sorting={{ key: "queue", down: false }}
      rowHeight={38}
      empty={known ? <Empty icon={Layers} title={t("queues.none")} hint={t("queues.noneHint")} /> : <Loading />}
    />
  );
}

function useColumns(): readonly Column<QueueRow>[] {
  const { t } = useTranslation("floor");
  const formats = useFormats();
  return useMemo<readonly Column<QueueRow>[]>(
    () => [
      {
        key: "queue",
        title: t("col.queue"),
        width: "minmax(8rem, 1.6fr)",
        sort: (row) => row.title,
        cell: (row) => (
          <span className={classes.name} data-open={row.open}>
            {row.title}
            {!row.open && (
              <span className={classes.closed}>
                <Lock size={12} aria-hidden /> {t(row.closed_by_hand ? "queues.closedByHand" : "queues.closed")}
              </span>
            )}
          </span>
        ),
      },
      {
        key: "waiting",
        title: t("col.waiting"),
        width: "4.5rem",
        align: "end",
        sort: (row) => row.waiting,
        cell: (row) => (
          <Pressable
            title={`${row.title} · ${t("col.waiting")}`}
            query={{ queue: row.queue, place: "waiting" }}
            strong={row.waiting > 0}
          >
            {formats.number(row.waiting)}
          </Pressable>
        ),
      },
      {
        key: "longest",
        title: t("col.longest"),
        width: "5.75rem",
        align: "end",
        sort: (row) => (row.oldest_joined_at ? -Date.parse(row.oldest_joined_at) : -Infinity),
        cell: (row) => <WaitClock row={row} />,
      },
      {
        key: "expected",
        title: t("col.expected"),
        width: "5rem",
        align: "end",
        sort: (row) => row.expected_wait_s ?? -1,
        cell: (row) => formats.duration(row.expected_wait_s),
      },
      {
        key: "level",
        title: t("col.level"),
        width: "6rem",
        align: "end",
        sort: (row) => row.today.service_level?.value ?? -1,
        cell: (row) => (
          <Against verdict={ofLevel(row.today.service_level, row.targets.service_level)}>
            <FigureWords figure={row.today.service_level} name="service_level" />
          </Against>
        ),
      },
      {
        key: "levelNow",
        title: t("col.levelNow"),
        width: "6rem",
        align: "end",
        sort: (row) => row.interval.service_level?.value ?? -1,
        cell: (row) => (
          <Against verdict={ofLevel(row.interval.service_level, row.targets.service_level)}>
            <FigureWords figure={row.interval.service_level} name="service_level" />
          </Against>
        ),
      },
      {
        key: "abandoned",
        title: t("col.abandoned"),
        width: "6rem",
        align: "end",
        sort: (row) => row.today.abandon_rate?.value ?? -1,
        cell: (row) => (
          <Against verdict={ofAbandonment(row.today.abandon_rate, row.targets.abandon_rate)}>
            <FigureWords figure={row.today.abandon_rate} name="abandon_rate" />
          </Against>
        ),
      },
      {
        key: "agents",
        title: t("col.agents"),
        width: "minmax(15rem, 1.2fr)",
        sort: (row) => row.agents.ready,
        cell: (row) => <AgentsBar agents={row.agents} />,
      },
      {
        key: "day",
        title: t("col.day"),
        width: "6.5rem",
        cell: (row) => (
          <Sparkline
            values={row.trend.map((point) => point.service_level)}
            target={row.targets.service_level}
            most={1}
            label={t("queues.course", { queue: row.title })}
          />
        ),
      },
    ],
    [t, formats],
  );
}

function Against({ verdict, children }: { verdict: Verdict; children: React.ReactNode }) {
  return (
    <span className={classes.against} data-verdict={verdict}>
      {children} <VerdictMark verdict={verdict} />
    </span>
  );
}
