import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ListFilter } from "lucide-react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { listContacts } from "../api/operations/contacts";
import { useNames } from "../api/names";
import { useCatalogue } from "../api/queries";
import type { ContactLine, DrillDown, StretchDoc } from "../api/documents";
import { StateMark } from "../design/StateMark";
import { STATES } from "../design/states";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFormats } from "../language/formats";
import classes from "./ContactsBehind.module.css";

interface Props {
  /** With `figure` the contacts that a figure is made of, else a list of contacts. */
  query: Record<string, string>;
  open: (contactId: string) => void;
}

/** The contacts behind a number, each opens its whole story; of figures of agents' time its stretches. */
export function ContactsBehind({ query, open }: Props) {
  return query.figure === undefined ? <Found query={query} open={open} /> : <Drilled query={query} open={open} />;
}

const AT_ONCE = 50;

function Found({ query, open }: Props) {
  const live = query.place !== undefined && query.place !== "ended";
  const found = useInfiniteQuery({
    queryKey: ["contacts", query],
    queryFn: ({ pageParam }) => listContacts({ ...query, cursor: pageParam, limit: AT_ONCE }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 0,
    ...(live ? { refetchInterval: 5_000 } : {}),
  });
  if (found.isPending) return <Loading />;
  if (found.isError) return <Trouble error={found.error} retry={() => void found.refetch()} />;
  return (
    <>
      <Lines lines={found.data.pages.flatMap((page) => page.items)} open={open} />
      {found.hasNextPage && <More more={() => void found.fetchNextPage()} busy={found.isFetchingNextPage} />}
    </>
  );
}

function Drilled({ query, open }: Props) {
  const { t } = useTranslation("reports");
  const found = useInfiniteQuery({
    queryKey: ["drill-down", query],
    queryFn: ({ pageParam, signal }) =>
      api.get<DrillDown>("/reports/contacts", pageParam === null ? query : { ...query, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 0,
  });
  if (found.isPending) return <Loading />;
  if (found.isError) return <Trouble error={found.error} retry={() => void found.refetch()} />;
  const { pages } = found.data;
  const stretches = pages.flatMap((page) => page.stretches);
  const total = pages[0]?.total ?? 0;
  return (
    <>
      {pages[0] && <Sum of={pages[0]} />}
      {stretches.length > 0 ? (
        <Stretches stretches={stretches} />
      ) : (
        <Lines lines={once(pages.flatMap((page) => page.contacts))} open={open} />
      )}
      {found.hasNextPage && (
        <>
          <p className={classes.sum}>{t("contacts.notAll", { count: pages.length * AT_ONCE, total })}</p>
          <More more={() => void found.fetchNextPage()} busy={found.isFetchingNextPage} />
        </>
      )}
    </>
  );
}

/** What the figure is made of: a part of a whole, or time over contacts. */
function Sum({ of: { figure, numerator, denominator, stretches } }: { of: DrillDown }) {
  const { t } = useTranslation("reports");
  const formats = useFormats();
  const catalogue = useCatalogue();
  if (numerator === null || denominator === null) return null;
  const ofTime = catalogue.data?.figures.find((one) => one.name === figure)?.unit === "s";
  const written = stretches.length > 0 ? formats.duration : formats.number;
  return (
    <p className={classes.sum}>
      {ofTime
        ? t("contacts.sumOfTime", { time: formats.duration(numerator), count: denominator })
        : t("contacts.sum", { numerator: written(numerator), denominator: written(denominator) })}
    </p>
  );
}

function More({ more, busy }: { more: () => void; busy: boolean }) {
  const { t } = useTranslation("reports");
  return (
    <div className={classes.more}>
      <Button size="xs" variant="default" loading={busy} onClick={more}>
        {t("contacts.more")}
      </Button>
    </div>
  );
}

/** A contact that was in a queue twice stands behind a number twice; its line is one. */
function once(lines: readonly ContactLine[]): readonly ContactLine[] {
  return [...new Map(lines.map((line) => [line.contact_id, line])).values()];
}

/** Stretches of agents' time, each in one state. */
function Stretches({ stretches }: { stretches: readonly StretchDoc[] }) {
  const common = useTranslation().t;
  const names = useNames();
  const formats = useFormats();
  return (
    <ul className={classes.lines}>
      {stretches.map(({ agent, start, end, state, inside_s }) => {
        const [code = "", reason] = state.split(":", 2);
        const mark = STATES.find((known) => known === code.toLowerCase());
        return (
          <li key={`${agent} ${start}`} className={classes.stretch}>
            <span className={classes.who}>{names.agent(agent)}</span>
            <span>{formats.duration(inside_s)}</span>
            <span className={classes.sub}>
              {mark && <StateMark state={mark} />} {mark ? common(`state.${mark}`) : code}
              {reason && ` · ${names.reason(reason)}`}
            </span>
            <span className={classes.sub}>
              {formats.whenWithSeconds(start)} – {formats.timeWithSeconds(end)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Lines({ lines, open }: { lines: readonly ContactLine[]; open: (contactId: string) => void }) {
  const { t } = useTranslation("reports");
  const desk = useTranslation("desk").t;
  const formats = useFormats();
  if (lines.length === 0) return <Empty icon={ListFilter} title={t("contacts.none")} hint={t("contacts.noneHint")} />;
  return (
    <ul className={classes.lines}>
      {lines.map((line) => (
        <li key={line.contact_id}>
          <button type="button" className={classes.line} onClick={() => open(line.contact_id)}>
            <span className={classes.who}>{line.caller_name || line.caller_number || desk("unknownCaller")}</span>
            <span>{formats.whenWithSeconds(line.began_at)}</span>
            <span className={classes.sub}>
              {desk(`result.${line.result}` as "result.answered", { defaultValue: line.result })}
              {line.queue !== null && ` · ${line.queue_titles.at(-1) ?? line.queue}`}
              {line.agents.length > 0 && ` · ${line.agent_names.join(", ")}`}
            </span>
            <span className={classes.sub}>
              {line.wait_s !== null && t("contacts.waited", { time: formats.duration(line.wait_s) })}
              {line.talk_s !== null && ` · ${t("contacts.talked", { time: formats.duration(line.talk_s) })}`}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
