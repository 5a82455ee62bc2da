import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ListFilter } from "lucide-react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { listContacts } from "../api/operations/contacts";
import { useNames } from "../api/names";
import { useCatalogue } from "../api/queries";
import type { ContactLine, DrillDown } from "../api/documents";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFormats } from "../language/formats";
import classes from "./ContactsBehind.module.css";

interface Props {
  /** With `figure` the contacts that a figure is made of, else a list of contacts. */
  query: Record<string, string>;
  open: (contactId: string) => void;
}

/** The contacts behind a number; each opens its whole story. */
export function ContactsBehind({ query, open }: Props) {
  return query.figure === undefined ? <Found query={query} open={open} /> : <Drilled query={query} open={open} />;
}

const AT_ONCE = 50;

function Found({ query, open }: Props) {
  const { t } = useTranslation("reports");
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
      {found.hasNextPage && (
        <div className={classes.more}>
          <Button
            size="xs"
            variant="default"
            loading={found.isFetchingNextPage}
            onClick={() => void found.fetchNextPage()}
          >
            {t("contacts.more")}
          </Button>
        </div>
      )}
    </>
  );
}

function Drilled({ query, open }: Props) {
  const { t } = useTranslation("reports");
  const formats = useFormats();
  const catalogue = useCatalogue();
  const found = useQuery({
    queryKey: ["drill-down", query],
    queryFn: () => api.get<DrillDown>("/reports/contacts", query),
    staleTime: 0,
  });
  if (found.isPending) return <Loading />;
  if (found.isError) return <Trouble error={found.error} retry={() => void found.refetch()} />;
  const { numerator, denominator, contacts, more } = found.data;
  const ofTime = catalogue.data?.figures.find((one) => one.name === query.figure)?.unit === "s";
  return (
    <>
      {numerator !== null && denominator !== null && (
        <p className={classes.sum}>
          {ofTime
            ? t("contacts.sumOfTime", { time: formats.duration(numerator), count: denominator })
            : t("contacts.sum", { numerator: formats.number(numerator), denominator: formats.number(denominator) })}
        </p>
      )}
      <Lines lines={contacts} open={open} />
      {more && <p className={classes.sum}>{t("contacts.notAll", { count: contacts.length })}</p>}
    </>
  );
}

function Lines({ lines, open }: { lines: readonly ContactLine[]; open: (contactId: string) => void }) {
  const { t } = useTranslation("reports");
  const desk = useTranslation("desk").t;
  const names = useNames();
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
              {line.queue !== null && ` · ${names.queue(line.queue)}`}
              {line.agents.length > 0 && ` · ${line.agents.map(names.agent).join(", ")}`}
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
