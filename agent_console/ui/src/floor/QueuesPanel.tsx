import { useMediaQuery } from "@mantine/hooks";
import { lazy, Suspense, useMemo, useState } from "react";
import { Layers, Lock } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { QueueRow, WaitingRow } from "../api/documents";
import { type Column, DataGrid } from "../design/DataGrid";
import { FigureWords } from "../design/FigureWords";
import { Panel } from "../design/Panel";
import { SiteDay } from "../design/SiteDay";
import { Sparkline } from "../design/Sparkline";
import { type Verdict, VerdictMark } from "../design/VerdictMark";
import { Empty, Loading } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { centreClock, streams, useKnown, useQueues, useTotals } from "../live/live";
import { AgentsBar } from "./AgentsBar";
import { closedWords } from "./closed";
import { type Inspected, keyOf, useInspect } from "./inspected";
import { Pressable } from "./Pressable";
import { WaitClock } from "./WaitClock";
import classes from "./QueuesPanel.module.css";
import { ofAbandonment, ofLevel, presentFrom } from "./targets";

const ViewChoice = lazy(() => import("../design/ViewChoice"));
const DayCharts = lazy(() => import("./DayCharts"));

/** One row a queue: present and day, each against its target. */
export function QueuesPanel({ inspected }: { inspected: Inspected | null }) {
  const { t } = useTranslation("floor");
  const [shown, show] = useState<"now" | "day">("now");
  const day = useTotals()?.day;
  return (
    <Panel
      title={
        <>
          {t("queues.title")} <SiteDay day={day} className={classes.siteDay} />
        </>
      }
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
  const cramped = useMediaQuery("(max-width: 99.99rem)") && inspected !== null;
  const columns = useColumns(cramped);
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

/** What a queue's own pane shows as well gives way when a pane is open on a small screen. */
const GIVES_WAY: readonly string[] = ["expected", "day"];

function useColumns(cramped: boolean): readonly Column<QueueRow>[] {
  const { t } = useTranslation("floor");
  const formats = useFormats();
  const all = useMemo<readonly Column<QueueRow>[]>(
    () => [
      {
        key: "queue",
        title: t("col.queue"),
        width: "minmax(8.5rem, 1.6fr)",
        sort: (row) => row.title,
        cell: (row) => (
          <span className={classes.name} data-open={row.open}>
            {row.title}
            {!row.open && (
              <span className={classes.closed} title={closedWords(row, t)}>
                <Lock size={12} aria-hidden /> {closedWords(row, t)}
              </span>
            )}
          </span>
        ),
      },
      {
        key: "waiting",
        title: t("col.waiting"),
        width: "4rem",
        align: "end",
        sort: (row) => row.waiting,
        cell: (row) => (
          <Pressable
            title={`${row.title} · ${t("col.waiting")}`}
            behind={() => ({ kind: "waits", title: `${row.title} · ${t("col.waiting")}`, queue: row.queue })}
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
        cell: (row) => (
          <Pressable title={`${row.title} · ${t("col.longest")}`} behind={() => longestOf(row)}>
            <WaitClock row={row} />
          </Pressable>
        ),
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
        width: "5.75rem",
        align: "end",
        sort: (row) => row.today.service_level?.value ?? -1,
        cell: (row) => (
          <Judged
            row={row}
            name="service_level"
            of="today"
            title={t("col.level")}
            verdict={ofLevel(row.today.service_level, row.targets.service_level)}
          />
        ),
      },
      {
        key: "levelNow",
        title: t("col.levelNow"),
        width: "5.75rem",
        align: "end",
        sort: (row) => row.interval.service_level?.value ?? -1,
        cell: (row) => (
          <Judged
            row={row}
            name="service_level"
            of="interval"
            title={t("col.levelNow")}
            verdict={ofLevel(row.interval.service_level, row.targets.service_level)}
          />
        ),
      },
      {
        key: "abandoned",
        title: t("col.abandoned"),
        width: "5.5rem",
        align: "end",
        sort: (row) => row.today.abandon_rate?.value ?? -1,
        cell: (row) => (
          <Judged
            row={row}
            name="abandon_rate"
            of="today"
            title={t("col.abandoned")}
            verdict={ofAbandonment(row.today.abandon_rate, row.targets.abandon_rate)}
          />
        ),
      },
      {
        key: "agents",
        title: t("col.agents"),
        width: "minmax(12.25rem, 1.2fr)",
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
  return useMemo(() => (cramped ? all.filter(({ key }) => !GIVES_WAY.includes(key)) : all), [all, cramped]);
}

/** Who waits longest in a queue, as the list of those who wait has it. */
function longestOf(row: QueueRow): Inspected {
  for (const one of streams.family("waiting").values() as Iterable<WaitingRow>) {
    if (one.queue === row.queue && one.joined_at === row.oldest_joined_at) {
      return { kind: "waiting", contact: one.contact_id };
    }
  }
  return { kind: "waits", title: row.title, queue: row.queue };
}

interface JudgedProps {
  row: QueueRow;
  name: "service_level" | "abandon_rate";
  of: "today" | "interval";
  title: string;
  verdict: Verdict;
}

/** A figure against its target; it opens the contacts that it is made of. */
function Judged({ row, name, of, title, verdict }: JudgedProps) {
  const formats = useFormats();
  const day = useTotals()?.day;
  const figure = row[of][name];
  const shown = (
    <span className={classes.against} data-verdict={verdict}>
      <FigureWords figure={figure} name={name} /> <VerdictMark verdict={verdict} />
    </span>
  );
  if (day === undefined) return shown;
  return (
    <Pressable
      title={`${row.title} · ${title}`}
      words={formats.figure(figure)}
      behind={() => ({
        kind: "contacts",
        title: `${row.title} · ${title}`,
        query: { queue: row.queue, figure: name, from: of === "today" ? day : presentFrom(centreClock.now()) },
      })}
    >
      {shown}
    </Pressable>
  );
}
