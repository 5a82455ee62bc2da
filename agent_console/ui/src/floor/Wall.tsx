import { ActionIcon, Tooltip } from "@mantine/core";
import { Maximize, X } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { QueueRow } from "../api/documents";
import { Clock } from "../design/Clock";
import { type Verdict, VerdictMark } from "../design/VerdictMark";
import { Loading } from "../design/Waiting";
import { NO_DATA, useFormats } from "../language/formats";
import { useQueues, useTotals } from "../live/live";
import { ofAbandonment, ofLevel, ofWait } from "./targets";
import { centreClock } from "../live/live";
import { useWaitVerdict } from "./WaitClock";
import classes from "./Wall.module.css";

const MOST_QUEUES = 6;

/** For a wall: what can be read from ten metres, nobody's name or number, nothing that scrolls or can be pressed. */
export default function Wall() {
  const { t } = useTranslation("floor");
  const formats = useFormats();
  const totals = useTotals();
  const queues = useQueues();
  const reached = useReached();
  const worst = useMemo(() => pressing(queues), [queues]);
  if (!totals) return <Loading />;
  const level = totals.today.service_level;
  return (
    <section className={classes.wall} aria-label={t("wall.title")}>
      <div className={classes.numbers}>
        <Big label={t("tile.waiting")} verdict="none">
          {formats.number(totals.waiting)}
        </Big>
        <Big label={t("tile.longest")} verdict="none">
          {totals.longest_joined_at ? <Clock since={totals.longest_joined_at} /> : NO_DATA}
        </Big>
        <Big label={t("tile.service_level")} verdict={ofLevel(level, totals.targets.service_level)}>
          {formats.figure(level)}
        </Big>
        <Big
          label={t("tile.abandon_rate")}
          verdict={ofAbandonment(totals.today.abandon_rate, totals.targets.abandon_rate)}
        >
          {formats.figure(totals.today.abandon_rate)}
        </Big>
        <Big label={t("wall.ready")} verdict="none">
          {formats.number(totals.agents.ready)}
        </Big>
        <Big label={t("tile.talking")} verdict="none">
          {formats.number(totals.talking)}
        </Big>
      </div>
      <ul className={classes.queues}>
        {worst.map((row) => (
          <QueueLine key={row.queue} row={row} />
        ))}
      </ul>
      <div className={classes.tools} data-shown={reached}>
        <Tooltip label={t("wall.full")}>
          <ActionIcon
            size="lg"
            aria-label={t("wall.full")}
            onClick={() => void document.documentElement.requestFullscreen()}
          >
            <Maximize size={18} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t("wall.leave")}>
          <ActionIcon component={Link} href="/" size="lg" aria-label={t("wall.leave")}>
            <X size={18} />
          </ActionIcon>
        </Tooltip>
      </div>
    </section>
  );
}

const TOOLS_STAY_MS = 3_000;

/** Whether somebody is at the screen's mouse or keys: only then is there anything to press. */
function useReached(): boolean {
  const [reached, setReached] = useState(false);
  useEffect(() => {
    let timer: number | undefined;
    const reach = () => {
      setReached(true);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => setReached(false), TOOLS_STAY_MS);
    };
    const signs = ["pointermove", "pointerdown", "keydown"] as const;
    for (const sign of signs) window.addEventListener(sign, reach);
    return () => {
      window.clearTimeout(timer);
      for (const sign of signs) window.removeEventListener(sign, reach);
    };
  }, []);
  return reached;
}

/** The queues in which most is amiss, in the order of their names, so that they keep their places. */
function pressing(queues: readonly QueueRow[]): readonly QueueRow[] {
  const now = centreClock.now();
  const weight = (row: QueueRow) =>
    Number(ofWait(row, now) === "missed") * 1000 +
    Number(ofLevel(row.today.service_level, row.targets.service_level) === "missed") * 500 +
    row.waiting;
  return [...queues]
    .sort((one, other) => weight(other) - weight(one))
    .slice(0, MOST_QUEUES)
    .sort((one, other) => one.title.localeCompare(other.title));
}

function Big({ label, verdict, children }: { label: string; verdict: Verdict; children: ReactNode }) {
  return (
    <div className={classes.big} data-verdict={verdict}>
      <span className={classes.label}>{label}</span>
      <span className={classes.value}>
        {children}
        {verdict !== "none" && <VerdictMark verdict={verdict} />}
      </span>
    </div>
  );
}

function QueueLine({ row }: { row: QueueRow }) {
  const { t } = useTranslation("floor");
  const formats = useFormats();
  const verdict = useWaitVerdict(row);
  const level = ofLevel(row.today.service_level, row.targets.service_level);
  const levelNow = ofLevel(row.interval.service_level, row.targets.service_level);
  const abandoned = ofAbandonment(row.today.abandon_rate, row.targets.abandon_rate);
  return (
    <li className={classes.queue} data-verdict={verdict}>
      <span className={classes.title}>{row.title}</span>
      <span>
        <span className={classes.small}>{t("tile.waiting")}</span>
        {formats.number(row.waiting)}
      </span>
      <span data-verdict={verdict}>
        <span className={classes.small}>{t("tile.longest")}</span>
        {row.oldest_joined_at ? <Clock since={row.oldest_joined_at} /> : NO_DATA} <VerdictMark verdict={verdict} />
      </span>
      <span>
        <span className={classes.small}>{t("col.expected")}</span>
        {formats.duration(row.expected_wait_s)}
      </span>
      <span data-verdict={level}>
        <span className={classes.small}>
          {t("col.level")} ≥ {formats.percent(row.targets.service_level)}
        </span>
        {formats.figure(row.today.service_level)} <VerdictMark verdict={level} />
      </span>
      <span data-verdict={levelNow}>
        <span className={classes.small}>{t("col.levelNow")}</span>
        {formats.figure(row.interval.service_level)} <VerdictMark verdict={levelNow} />
      </span>
      <span data-verdict={abandoned}>
        <span className={classes.small}>{t("tile.abandon_rate")}</span>
        {formats.figure(row.today.abandon_rate)} <VerdictMark verdict={abandoned} />
      </span>
      <span>
        <span className={classes.small}>{t("wall.ready")}</span>
        {formats.number(row.agents.ready)}
      </span>
      <span>
        <span className={classes.small}>{t("tile.talking")}</span>
        {formats.number(row.talking)}
      </span>
    </li>
  );
}
