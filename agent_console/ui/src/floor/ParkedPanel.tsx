import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ParkedRow } from "../api/documents";
import { Clock, Countdown } from "../design/Clock";
import { Panel } from "../design/Panel";
import { useParked } from "../live/live";
import { type Inspected, keyOf, useInspect } from "./inspected";
import classes from "./ParkedPanel.module.css";

/** Who is parked, the longest first, above those who wait; nothing while nobody is. */
export function ParkedPanel({ inspected }: { inspected: Inspected | null }) {
  const { t } = useTranslation("floor");
  const parked = useParked();
  const rows = useMemo(() => [...parked].sort((one, other) => (one.parked_at < other.parked_at ? -1 : 1)), [parked]);
  if (rows.length === 0) return null;
  const opened = keyOf(inspected, "parked");
  return (
    <Panel
      title={
        <>
          {t("parked.title")} <span className={classes.count}>{rows.length}</span>
        </>
      }
    >
      <ul className={classes.list} aria-label={t("parked.title")}>
        {rows.map((row) => (
          <li key={row.contact_id}>
            <Row row={row} opened={row.contact_id === opened} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Row({ row, opened }: { row: ParkedRow; opened: boolean }) {
  const { t } = useTranslation("floor");
  const inspect = useInspect();
  return (
    <button
      type="button"
      className={classes.row}
      aria-pressed={opened}
      onClick={() => inspect({ kind: "parked", contact: row.contact_id })}
    >
      <span className={classes.name}>
        {row.customer?.name || row.caller_name || row.caller_number || t("waiting.withheld")}
      </span>
      <Clock since={row.parked_at} className={classes.since} />
      <span className={classes.by}>
        {row.fetched_by_name === null
          ? t("parked.by", { agent: row.parked_by_name })
          : t("parked.fetching", { agent: row.fetched_by_name })}
      </span>
      <span className={classes.more}>{row.queue_title}</span>
      <span className={classes.back}>
        {row.returns_at !== null && (
          <>
            {t("parked.back")} <Countdown until={row.returns_at} />
          </>
        )}
      </span>
    </button>
  );
}
