import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Ear, History, LogOut, Megaphone, MessageSquareQuote } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { explainAgent } from "../api/operations/supervision";
import { useNames } from "../api/names";
import type { AgentContact, AgentRow } from "../api/documents";
import { useReasons } from "../api/queries";
import { useMe } from "../api/session";
import { Clock } from "../design/Clock";
import { FigureWords } from "../design/FigureWords";
import { stateWord } from "../design/states";
import { Empty } from "../design/Waiting";
import { useAgents } from "../live/live";
import { StateOf } from "./AgentsPanel";
import { AskOnce } from "./AskOnce";
import { PaneFrame, Part } from "./PaneFrame";
import { useCalled } from "./called";
import { ChangesAhead } from "./ChangesAhead";
import { useInspect } from "./inspected";
import classes from "./panes.module.css";
import { QueuesEditor } from "./QueuesEditor";
import { SkillsEditor } from "./SkillsEditor";
import { type MonitorMode, supervising, useDoing } from "./supervising";
import { agentWhyWords, obstacleWords } from "./why";

const AgentTimes = lazy(() => import("./AgentTimes"));

/** An agent in full: state, present contacts to listen in on, why nothing is offered, skills, queues, day. */
export function AgentPane({ agent }: { agent: string }) {
  const { t } = useTranslation("floor");
  const row = useAgents().find((one) => one.agent === agent);
  if (!row) {
    return (
      <PaneFrame title={agent}>
        <Empty title={t("gone.agent")} />
      </PaneFrame>
    );
  }
  return (
    <PaneFrame
      title={row.name}
      under={
        <>
          <StateOf row={row} /> <Clock since={row.since} />
          <span>{t("agent.phone", { phone: row.phone.replace(/^[A-Za-z]+\//, "") })}</span>
        </>
      }
    >
      {row.contacts.length > 0 && (
        <Part title={t("agent.contacts")}>
          {row.contacts.map((contact) => (
            <Present key={contact.contact_id} row={row} contact={contact} />
          ))}
        </Part>
      )}
      {row.contacts.every((contact) => contact.state === "wrap_up") && row.declared !== "LOGGED_OUT" && (
        <Idle agent={agent} />
      )}
      <Part title={t("agent.state")}>
        <StateActs row={row} />
      </Part>
      <Part title={t("agent.skills")}>
        <SkillsEditor key={agent} agent={agent} />
      </Part>
      <Part title={t("agent.queues")}>
        <QueuesEditor key={agent} agent={agent} />
      </Part>
      <Part title={t("agent.today")}>
        <Day row={row} />
        <TimesButton row={row} />
      </Part>
    </PaneFrame>
  );
}

const MODES: readonly { mode: MonitorMode; Icon: typeof Ear }[] = [
  { mode: "listen", Icon: Ear },
  { mode: "whisper", Icon: MessageSquareQuote },
  { mode: "barge", Icon: Megaphone },
];

function Present({ row, contact }: { row: AgentRow; contact: AgentContact }) {
  const { t } = useTranslation("floor");
  const desk = useTranslation("desk").t;
  const me = useMe();
  const doing = useDoing();
  const names = useNames();
  const inspect = useInspect();
  const talking = contact.state === "connected" || contact.state === "talking";
  return (
    <div className={classes.contact}>
      <button
        type="button"
        className={classes.number}
        onClick={() => inspect({ kind: "story", contact: contact.contact_id })}
      >
        {contact.caller || desk("unknownCaller")}
      </button>
      <span className={classes.note}>{contact.queue !== null && names.queue(contact.queue)}</span>
      {contact.since !== null && <Clock since={contact.since} />}
      {talking && me.agent === null && <p className={classes.note}>{t("monitor.noPhone")}</p>}
      {talking && me.agent !== null && (
        <div className={classes.acts}>
          {MODES.map(({ mode, Icon }) => (
            <AskOnce
              key={mode}
              label={t(`monitor.${mode}`)}
              icon={<Icon size={14} aria-hidden />}
              question={t(`monitor.${mode}Ask`, { agent: row.name })}
              act={() => doing(t(`monitor.${mode}Now`), () => supervising.monitor(contact.contact_id, mode, row.agent))}
            />
          ))}
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            onClick={() => void doing("", () => supervising.stopMonitoring(contact.contact_id))}
          >
            {t("monitor.stop")}
          </Button>
        </div>
      )}
    </div>
  );
}

function Idle({ agent }: { agent: string }) {
  const { t } = useTranslation("floor");
  const said = useTranslation("why").t;
  const common = useTranslation().t;
  const why = useQuery({
    queryKey: ["agent-explanation", agent],
    queryFn: () => explainAgent(agent),
    refetchInterval: 5_000,
    staleTime: 0,
  });
  const called = useCalled();
  if (!why.data) return null;
  const state = (activity: string) => common(`activity.${activity}` as "activity.TALKING", { defaultValue: activity });
  return (
    <Part title={t("agent.whyIdle")}>
      <p className={classes.why}>
        {why.data.obstacles.length > 0
          ? why.data.obstacles.map((one) => obstacleWords(said, one, state, called)).join(said("join"))
          : agentWhyWords(said, why.data, called)}
      </p>
      <ChangesAhead changes={why.data.changes} label={t("waiting.ahead")} />
    </Part>
  );
}

function StateActs({ row }: { row: AgentRow }) {
  const { t } = useTranslation("floor");
  const common = useTranslation().t;
  const doing = useDoing();
  const reasons = useReasons();
  const [reason, setReason] = useState<string | null>(null);
  const out = row.declared === "LOGGED_OUT";
  const busy = stateWord(row) === "talking" || stateWord(row) === "hold";
  const ask = (state: string) => t(busy ? "agent.askBusy" : "agent.ask", { agent: row.name, state });
  return (
    <>
      <div className={classes.row}>
        <AskOnce
          label={common("state.ready")}
          question={ask(common("state.ready"))}
          act={() => doing(t("done"), () => supervising.setState(row.agent, { declared: "READY" }))}
        />
        {!out && (
          <AskOnce
            danger
            label={t("agent.signOut")}
            icon={<LogOut size={14} aria-hidden />}
            question={ask(common("state.logged_out"))}
            act={() => doing(t("done"), () => supervising.setState(row.agent, { declared: "LOGGED_OUT" }))}
          />
        )}
      </div>
      <div className={classes.row}>
        <Select
          size="xs"
          w={180}
          aria-label={t("agent.reason")}
          placeholder={t("agent.reason")}
          data={(reasons.data ?? [])
            .filter((one) => !one.system)
            .map((one) => ({ value: one.reason, label: one.title }))}
          value={reason}
          onChange={setReason}
          clearable
        />
        <AskOnce
          label={common("state.not_ready")}
          question={ask(common("state.not_ready"))}
          act={() =>
            doing(t("done"), () =>
              supervising.setState(row.agent, { declared: "NOT_READY", ...(reason === null ? {} : { reason }) }),
            )
          }
        />
      </div>
    </>
  );
}

function TimesButton({ row }: { row: AgentRow }) {
  const { t } = useTranslation("floor");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        mt="xs"
        leftSection={<History size={14} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {t("times.open")}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <AgentTimes row={row} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

const FIGURES = ["handled", "aht_s", "talk_s", "hold_s", "wrap_up_s", "occupancy", "rona_rate", "fcr_code"] as const;

function Day({ row }: { row: AgentRow }) {
  const common = useTranslation().t;
  return (
    <table className={classes.figures}>
      <tbody>
        {FIGURES.map((name) => (
          <tr key={name}>
            <th scope="row">{common(`figure.${name}`)}</th>
            <td>
              <FigureWords figure={row.today[name]} name={name} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
