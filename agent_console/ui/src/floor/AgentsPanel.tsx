import { Headset } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AgentRow } from "../api/documents";
import { Clock } from "../design/Clock";
import { type Column, DataGrid } from "../design/DataGrid";
import { Panel } from "../design/Panel";
import { StateMark } from "../design/StateMark";
import { STATES, type StateWord, stateWord } from "../design/states";
import { Empty, Loading } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { useAgents, useKnown, useQueues } from "../live/live";
import type { AgentsAs, Filter } from "./AgentFilters";
import classes from "./AgentsPanel.module.css";
import { type Inspected, keyOf, useInspect } from "./inspected";

const ORDER = Object.fromEntries(STATES.map((state, place) => [state, place])) as Record<StateWord, number>;

/** The rows come first: what chooses among them is fetched beside them. */
const AgentGrid = lazy(() => import("./AgentGrid"));
const AgentFilters = lazy(() => import("./AgentFilters"));

/** Everybody: state, reason, time in it, present contact. As a list or a grid. */
export function AgentsPanel({ inspected }: { inspected: Inspected | null }) {
  const { t } = useTranslation("floor");
  const [as, setAs] = useState<AgentsAs>("list");
  const [filter, setFilter] = useState<Filter>({ words: "", team: null, state: null });
  const agents = useAgents();
  const shown = useMemo(() => agents.filter((row) => fits(row, filter)), [agents, filter]);
  const known = useKnown("agents");
  const inspect = useInspect();
  const columns = useColumns();
  const empty = known ? <Empty icon={Headset} title={t("agents.none")} hint={t("agents.noneHint")} /> : <Loading />;
  const open = (row: AgentRow) => inspect({ kind: "agent", agent: row.agent });
  return (
    <Panel
      title={
        <>
          {t("agents.title")} <span className={classes.count}>{shown.length}</span>
        </>
      }
      scrolls
      aside={
        <span className={classes.tools}>
          <Suspense fallback={null}>
            <AgentFilters filter={filter} change={setFilter} as={as} show={setAs} />
          </Suspense>
        </span>
      }
    >
      {as === "grid" && shown.length > 0 ? (
        <Suspense fallback={<Loading />}>
          <AgentGrid rows={shown} open={open} opened={keyOf(inspected, "agent")} />
        </Suspense>
      ) : (
        <DataGrid
          label={t("agents.title")}
          rows={shown}
          columns={columns}
          keyOf={(row) => row.agent}
          open={open}
          opened={keyOf(inspected, "agent")}
          sorting={{ key: "name", down: false }}
          empty={empty}
        />
      )}
    </Panel>
  );
}

function fits(row: AgentRow, { words, team, state }: Filter): boolean {
  return (
    (team === null || row.team === team) &&
    (state === null ? row.declared !== "LOGGED_OUT" || words !== "" : stateWord(row) === state) &&
    (words === "" || `${row.name} ${row.agent} ${row.phone}`.toLowerCase().includes(words.toLowerCase()))
  );
}

function useColumns(): readonly Column<AgentRow>[] {
  const { t } = useTranslation("floor");
  const formats = useFormats();
  return useMemo<readonly Column<AgentRow>[]>(
    () => [
      {
        key: "name",
        title: t("col.agent"),
        width: "minmax(7rem, 1.3fr)",
        sort: (row) => row.name,
        cell: (row) => <span className={classes.name}>{row.name}</span>,
      },
      {
        key: "state",
        title: t("col.state"),
        width: "minmax(7rem, 1.2fr)",
        sort: (row) => ORDER[stateWord(row)],
        cell: (row) => <StateOf row={row} />,
      },
      {
        key: "since",
        title: t("col.since"),
        width: "4.25rem",
        align: "end",
        sort: (row) => (row.since === null ? Number.MAX_SAFE_INTEGER : -Date.parse(row.since)),
        cell: (row) => <Clock since={row.since} />,
      },
      {
        key: "contact",
        title: t("col.contact"),
        width: "minmax(6rem, 1.4fr)",
        cell: (row) => <ContactsOf row={row} />,
      },
      {
        key: "handled",
        title: t("col.handled"),
        width: "3.75rem",
        align: "end",
        sort: (row) => row.today.handled?.value ?? 0,
        cell: (row) => formats.figure(row.today.handled),
      },
      {
        key: "aht",
        title: t("col.aht"),
        width: "4rem",
        align: "end",
        sort: (row) => row.today.aht_s?.value ?? 0,
        cell: (row) => formats.figure(row.today.aht_s),
      },
    ],
    [t, formats],
  );
}

/** Mark, word, reason, and what is to come. */
export function StateOf({ row }: { row: AgentRow }) {
  const { t } = useTranslation();
  const word = stateWord(row);
  const reason =
    word === "not_ready" && row.reason !== null
      ? ` · ${t(`reason.${row.reason}` as "reason.login", { defaultValue: row.reason_title ?? row.reason })}`
      : "";
  return (
    <span className={classes.state}>
      <StateMark state={word} /> {t(`state.${word}`)}
      <span className={classes.reason}>{reason}</span>
      {row.pending !== null && <span className={classes.reason}> → {pendingWords(row, t)}</span>}
      {row.phone_trouble && <span className={classes.lost}> · {t(`phoneTrouble.${row.phone_trouble}`)}</span>}
      {!row.phone_reachable && <span className={classes.lost}> · {t("refusal.unreachable")}</span>}
    </span>
  );
}

function pendingWords(
  row: AgentRow,
  t: (key: "state.ready" | "state.not_ready" | "state.logged_out") => string,
): string {
  return t(
    row.pending === "READY" ? "state.ready" : row.pending === "NOT_READY" ? "state.not_ready" : "state.logged_out",
  );
}

export function ContactsOf({ row }: { row: AgentRow }) {
  const queues = useQueues();
  const title = (code: string | null) => queues.find((one) => one.queue === code)?.title ?? code;
  return (
    <span className={classes.contact}>
      {row.contacts.map((contact) => [contact.caller, title(contact.queue)].filter(Boolean).join(" · ")).join("; ")}
    </span>
  );
}
