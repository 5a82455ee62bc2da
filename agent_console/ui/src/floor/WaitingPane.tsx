import { Button } from "@mantine/core";
import { NumberField } from "../design/NumberField";
import { useQuery } from "@tanstack/react-query";
import { ArrowUpNarrowWide, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { explainContact } from "../api/operations/contacts";
import type { ContactWhy, WaitingRow } from "../api/documents";
import { Clock } from "../design/Clock";
import { StateMark } from "../design/StateMark";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { AskOnce } from "./AskOnce";
import { useCalled } from "./called";
import { callerOf } from "./caller";
import { ChangesAhead } from "./ChangesAhead";
import { MoveToQueue } from "./MoveToQueue";
import { PaneFrame, Part } from "./PaneFrame";
import { useInspect } from "./inspected";
import classes from "./panes.module.css";
import { supervising, useDoing } from "./supervising";
import { useWaitingRow } from "./waiting_row";
import { contactWhyWords, needsWords, obstacleWords, whyWords } from "./why";

/** Why this contact still waits: what it needs, who was considered, what time will bring; and what can be done. */
export function WaitingPane({ contact }: { contact: string }) {
  const { t } = useTranslation("floor");
  const row = useWaitingRow(contact);
  const inspect = useInspect();
  const why = useQuery({
    queryKey: ["explanation", contact],
    queryFn: () => explainContact(contact),
    refetchInterval: 3_000,
    staleTime: 0,
    enabled: row !== undefined,
  });
  if (!row) {
    return (
      <PaneFrame title={contact}>
        <Empty title={t("gone.waiting")} hint={t("gone.waitingHint")}>
          <Button size="xs" variant="default" onClick={() => inspect({ kind: "story", contact })}>
            {t("gone.story")}
          </Button>
        </Empty>
      </PaneFrame>
    );
  }
  return (
    <PaneFrame
      title={callerOf(row) || t("waiting.withheld")}
      under={
        <>
          {callerOf(row) !== row.caller_number && <span>{row.caller_number}</span>}
          <span>
            {t("col.waited")} <Clock since={row.joined_at} />
          </span>
          {row.position > 0 && <span>{t("waiting.position", { position: row.position })}</span>}
        </>
      }
    >
      <Why row={row} why={why.data} />
      {why.isError && <Trouble compact error={why.error} retry={() => void why.refetch()} />}
      <Part title={t("acts")}>
        <Acts row={row} />
      </Part>
      <Part title={t("waiting.considered")}>{why.data ? <Considered why={why.data} /> : <Loading />}</Part>
    </PaneFrame>
  );
}

function Why({ row, why }: { row: WaitingRow; why: ContactWhy | undefined }) {
  const { t } = useTranslation("floor");
  const said = useTranslation("why").t;
  const called = useCalled();
  return (
    <Part title={t("waiting.whyStill")}>
      <p className={classes.why}>
        {row.code === "none_free" || !why ? whyWords(said, row, called) : contactWhyWords(said, why, called)}
      </p>
      {row.requirement && (
        <p className={classes.note}>{said("needs", { requirement: needsWords(said, row.requirement) })}</p>
      )}
      <ChangesAhead changes={why?.changes ?? row.changes} label={t("waiting.ahead")} />
    </Part>
  );
}

function Considered({ why: { agents, agents_elsewhere } }: { why: ContactWhy }) {
  const { t } = useTranslation("floor");
  const said = useTranslation("why").t;
  const common = useTranslation().t;
  const inspect = useInspect();
  const called = useCalled();
  const state = (activity: string) => common(`activity.${activity}` as "activity.TALKING", { defaultValue: activity });
  return (
    <ul className={classes.list}>
      {agents.map((agent) => (
        <li key={agent.agent}>
          <StateMark state={agent.qualified ? "ready" : "logged_out"} size={10} />
          <button
            type="button"
            className={classes.number}
            onClick={() => inspect({ kind: "agent", agent: agent.agent })}
          >
            {agent.name}
          </button>
          {agent.since !== null ? <Clock since={agent.since} /> : <span />}
          <span className={classes.sub}>
            {agent.ruled_out_by.length === 0
              ? t("waiting.possible")
              : agent.ruled_out_by.map((one) => obstacleWords(said, one, state, called)).join(said("join"))}
          </span>
        </li>
      ))}
      {agents_elsewhere > 0 && <li className={classes.note}>{t("waiting.elsewhere", { count: agents_elsewhere })}</li>}
    </ul>
  );
}

function Acts({ row }: { row: WaitingRow }) {
  const { t } = useTranslation("floor");
  const doing = useDoing();
  const [priority, setPriority] = useState<number>(row.priority + 1);
  return (
    <>
      <div className={classes.row}>
        <NumberField
          size="xs"
          w={110}
          label={t("waiting.priority")}
          min={-1000}
          max={1000}
          value={priority}
          onChange={(value) => setPriority(value)}
        />
        <AskOnce
          label={t("waiting.setPriority")}
          icon={<ArrowUpNarrowWide size={14} aria-hidden />}
          question={t("waiting.priorityAsk", { before: row.priority, after: priority })}
          act={() => doing(t("done"), () => supervising.setPriority(row.contact_id, priority))}
        />
      </div>
      <div className={classes.row}>
        <MoveToQueue contact={row.contact_id} from={row.queue} />
        <AskOnce
          danger
          label={t("waiting.withdraw")}
          icon={<Trash2 size={14} aria-hidden />}
          question={t("waiting.withdrawAsk")}
          act={() => doing(t("done"), () => supervising.withdraw(row.contact_id))}
        />
      </div>
    </>
  );
}
