import { DoorClosed, DoorOpen } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { FigureDoc, QueueRow } from "../api/documents";
import { FigureWords } from "../design/FigureWords";
import { Empty, Loading } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { centreClock, useQueues, useTotals } from "../live/live";
import { AgentsBar } from "./AgentsBar";
import { AskOnce } from "./AskOnce";
import { PaneFrame, Part } from "./PaneFrame";
import { useInspect } from "./inspected";
import { closedWords } from "./closed";
import classes from "./panes.module.css";
import { supervising, useDoing } from "./supervising";
import { presentFrom } from "./targets";

const DayCharts = lazy(() => import("./DayCharts"));

/** A queue in full: figures with their targets, the day's course, closing and opening. */
export function QueuePane({ queue }: { queue: string }) {
  const { t } = useTranslation("floor");
  const row = useQueues().find((one) => one.queue === queue);
  if (!row) {
    return (
      <PaneFrame title={queue}>
        <Empty title={t("gone.queue")} />
      </PaneFrame>
    );
  }
  return (
    <PaneFrame title={row.title} under={<span>{row.open ? t("queues.open") : closedWords(row, t)}</span>}>
      <Part title={t("queue.agents")}>
        <AgentsBar agents={row.agents} />
        {row.helped_by.length > 0 && (
          <p className={classes.note}>{t("queue.helped", { groups: row.helped_by.join(", ") })}</p>
        )}
      </Part>
      <Part title={t("queue.figures")}>
        <Figures row={row} />
      </Part>
      <Part title={t("queue.course")}>
        <Suspense fallback={<Loading />}>
          <DayCharts queue={queue} compact />
        </Suspense>
      </Part>
      <Part title={t("acts")}>
        <Doors row={row} />
      </Part>
    </PaneFrame>
  );
}

const SHOWN = [
  "offered",
  "answered",
  "abandoned",
  "left_otherwise",
  "service_level",
  "abandon_rate",
  "asa_s",
  "longest_wait_s",
  "aht_s",
] as const;

function Figures({ row }: { row: QueueRow }) {
  const { t } = useTranslation("floor");
  const common = useTranslation().t;
  const formats = useFormats();
  const day = useTotals()?.day;
  const { targets } = row;
  return (
    <table className={classes.figures}>
      <thead>
        <tr>
          <td />
          <th scope="col">{t("queue.now")}</th>
          <th scope="col">{t("queue.today")}</th>
          <th scope="col">{t("queue.target")}</th>
        </tr>
      </thead>
      <tbody>
        {SHOWN.map((name) => (
          <tr key={name}>
            <th scope="row">{common(`figure.${name}`)}</th>
            <td>
              <FigureButton
                row={row}
                name={name}
                figure={row.interval[name]}
                from={() => presentFrom(centreClock.now())}
              />
            </td>
            <td>
              <FigureButton row={row} name={name} figure={row.today[name]} {...(day ? { from: () => day } : {})} />
            </td>
            <td className={classes.target}>
              {name === "service_level" &&
                t("queue.promise", {
                  level: formats.percent(targets.service_level),
                  seconds: formats.number(targets.threshold_s),
                })}
              {name === "abandon_rate" && `≤ ${formats.percent(targets.abandon_rate)}`}
              {name === "longest_wait_s" &&
                targets.longest_wait_s !== null &&
                `≤ ${formats.duration(targets.longest_wait_s)}`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface FigureButtonProps {
  row: QueueRow;
  name: (typeof SHOWN)[number];
  figure: FigureDoc | undefined;
  /** Since when it counts; absent: not known yet. */
  from?: () => string;
}

/** A figure that opens the contacts that it is made of. */
function FigureButton({ row, name, figure, from }: FigureButtonProps) {
  const common = useTranslation().t;
  const inspect = useInspect();
  const words = <FigureWords figure={figure} name={name} />;
  if (!from) return words;
  const title = `${row.title} · ${common(`figure.${name}`)}`;
  return (
    <button
      type="button"
      className={classes.number}
      onClick={() => inspect({ kind: "contacts", title, query: { queue: row.queue, figure: name, from: from() } })}
    >
      {words}
    </button>
  );
}

function Doors({ row }: { row: QueueRow }) {
  const { t } = useTranslation("floor");
  const doing = useDoing();
  if (row.closed_by_hand) {
    return (
      <AskOnce
        label={t("queue.reopen")}
        icon={<DoorOpen size={14} aria-hidden />}
        question={t("queue.reopenAsk", { queue: row.title })}
        act={() => doing(t("queue.reopened", { queue: row.title }), () => supervising.openQueue(row.queue))}
      />
    );
  }
  return (
    <AskOnce
      danger
      label={t("queue.close")}
      icon={<DoorClosed size={14} aria-hidden />}
      question={t("queue.closeAsk", { queue: row.title, count: row.waiting })}
      act={() => doing(t("queue.closedNow", { queue: row.title }), () => supervising.closeQueue(row.queue))}
    />
  );
}
