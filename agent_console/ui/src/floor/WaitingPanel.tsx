import { Hourglass } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { WaitingRow } from "../api/documents";
import { Clock } from "../design/Clock";
import { type Column, DataGrid } from "../design/DataGrid";
import { Panel } from "../design/Panel";
import { Empty, Loading } from "../design/Waiting";
import { useKnown, useWaiting } from "../live/live";
import { useCalled } from "./called";
import { callerOf } from "./caller";
import { type Inspected, keyOf, useInspect } from "./inspected";
import { NextChange } from "./NextChange";
import { whyWords } from "./why";
import classes from "./WaitingPanel.module.css";

/** Who waits, longest first, and why still. */
export function WaitingPanel({ inspected }: { inspected: Inspected | null }) {
  const { t } = useTranslation("floor");
  const waiting = useWaiting();
  const known = useKnown("waiting");
  const inspect = useInspect();
  const columns = useColumns();
  const rows = useMemo(
    // moments are all written alike, so that plain comparison orders them: with thousands, a language's rules take long
    () => [...waiting].sort((one, other) => (one.joined_at < other.joined_at ? -1 : 1)),
    [waiting],
  );
  return (
    <Panel
      title={
        <>
          {t("waiting.title")} <span className={classes.count}>{rows.length}</span>
        </>
      }
      scrolls
    >
      <DataGrid
        label={t("waiting.title")}
        rows={rows}
        columns={columns}
        keyOf={(row) => row.contact_id}
        open={(row) => inspect({ kind: "waiting", contact: row.contact_id })}
        opened={keyOf(inspected, "waiting")}
        rowHeight={48}
        empty={known ? <Empty icon={Hourglass} title={t("waiting.none")} hint={t("waiting.noneHint")} /> : <Loading />}
      />
    </Panel>
  );
}

function useColumns(): readonly Column<WaitingRow>[] {
  const { t } = useTranslation("floor");
  const why = useTranslation("why").t;
  const called = useCalled();
  return useMemo<readonly Column<WaitingRow>[]>(
    () => [
      {
        key: "who",
        title: t("col.caller"),
        width: "minmax(7rem, 1fr)",
        sort: (row) => callerOf(row),
        cell: (row) => (
          <span className={classes.two}>
            <span className={classes.name}>{callerOf(row) || t("waiting.withheld")}</span>
            <span className={classes.more}>
              {callerOf(row) !== row.caller_number && row.caller_number && `${row.caller_number} · `}
              {called.queue(row.queue)}
            </span>
          </span>
        ),
      },
      {
        key: "waited",
        title: t("col.waited"),
        width: "4.25rem",
        align: "end",
        sort: (row) => -Date.parse(row.joined_at),
        cell: (row) => <Clock since={row.joined_at} className={classes.waited} />,
      },
      {
        key: "place",
        title: t("col.position"),
        width: "3.5rem",
        align: "end",
        sort: (row) => row.position,
        cell: (row) => (row.position > 0 ? row.position : ""),
      },
      {
        key: "why",
        title: t("col.why"),
        width: "minmax(10rem, 2.2fr)",
        cell: (row) => (
          <span className={classes.two}>
            <span className={classes.why} title={whyWords(why, row, called)}>
              {whyWords(why, row, called)}
            </span>
            <span className={classes.more}>
              <NextChange changes={row.changes} called={called} />
            </span>
          </span>
        ),
      },
    ],
    [t, why, called],
  );
}
