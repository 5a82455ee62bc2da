import { Button } from "@mantine/core";
import { PhoneOff, Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ChangeAhead, ParkedRow } from "../api/documents";
import { Clock } from "../design/Clock";
import { Empty } from "../design/Waiting";
import { useParked } from "../live/live";
import { AskOnce } from "./AskOnce";
import { ChangesAhead } from "./ChangesAhead";
import { useInspect } from "./inspected";
import { MoveToQueue } from "./MoveToQueue";
import { PaneFrame, Part } from "./PaneFrame";
import classes from "./panes.module.css";
import { supervising, useDoing } from "./supervising";
import { useWaitingRow } from "./waiting_row";
import { WaitingPane } from "./WaitingPane";

/** A parked customer: by whom, until when, and what can be done. Sent back, they are shown as one who waits. */
export function ParkedPane({ contact }: { contact: string }) {
  const { t } = useTranslation("floor");
  const row = useParked().find((one) => one.contact_id === contact);
  const waits = useWaitingRow(contact) !== undefined;
  const inspect = useInspect();
  if (!row && waits) return <WaitingPane contact={contact} />;
  if (!row) {
    return (
      <PaneFrame title={contact}>
        <Empty title={t("gone.parked")} hint={t("gone.parkedHint")}>
          <Button size="xs" variant="default" onClick={() => inspect({ kind: "story", contact })}>
            {t("gone.story")}
          </Button>
        </Empty>
      </PaneFrame>
    );
  }
  return (
    <PaneFrame
      title={row.customer?.name || row.caller_name || row.caller_number || t("waiting.withheld")}
      under={
        <>
          <span>{row.caller_number}</span>
          <span>
            {t("parked.title")} <Clock since={row.parked_at} />
          </span>
          {row.queue_title && <span>{row.queue_title}</span>}
        </>
      }
    >
      <Why row={row} />
      <Part title={t("acts")}>
        <Acts row={row} />
      </Part>
    </PaneFrame>
  );
}

function Why({ row }: { row: ParkedRow }) {
  const { t } = useTranslation("floor");
  const said = useTranslation("why").t;
  return (
    <Part title={t("parked.why")}>
      <p className={classes.why}>
        {row.fetched_by_name === null
          ? said("why.parked", { agent: row.parked_by_name })
          : said("why.being_picked_up", { agent: row.parked_by_name, by: row.fetched_by_name })}
      </p>
      <ChangesAhead changes={ahead(row)} label={t("waiting.ahead")} />
    </Part>
  );
}

function ahead(row: ParkedRow): readonly ChangeAhead[] {
  if (row.returns_at === null) return [];
  const code = row.queue === null ? "parked_waits" : "parked_returns";
  return [{ at: row.returns_at, what: code, code, details: row.queue === null ? {} : { queue: row.queue } }];
}

function Acts({ row }: { row: ParkedRow }) {
  const { t } = useTranslation("floor");
  const doing = useDoing();
  const fetching = row.fetched_by !== null;
  return (
    <>
      <div className={classes.row}>
        <AskOnce
          primary
          label={t("parked.return")}
          icon={<Undo2 size={14} aria-hidden />}
          disabled={fetching || row.queue === null}
          question={t("parked.returnAsk", { queue: row.queue_title })}
          act={() => doing(t("done"), () => supervising.sendBack(row.contact_id))}
        />
        <AskOnce
          danger
          label={t("parked.hangUp")}
          icon={<PhoneOff size={14} aria-hidden />}
          disabled={fetching}
          question={t("parked.hangUpAsk")}
          act={() => doing(t("done"), () => supervising.withdraw(row.contact_id))}
        />
      </div>
      <div className={classes.row}>
        <MoveToQueue contact={row.contact_id} from={row.queue} disabled={fetching} />
      </div>
    </>
  );
}
