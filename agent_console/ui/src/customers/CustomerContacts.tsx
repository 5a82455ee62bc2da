import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { useNames } from "../api/names";
import type { ContactLine } from "../api/documents";
import { listCustomerContacts } from "../api/operations/customers";
import record from "../design/Record.module.css";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFormats } from "../language/formats";

const AT_ONCE = 20;

/** The contacts of all the customer's records, the latest first; each that one may open leads to its story. */
export function CustomerContacts({ id }: { id: string }) {
  const { t } = useTranslation("customers");
  const found = useInfiniteQuery({
    queryKey: ["customers", "contacts", id],
    queryFn: ({ pageParam }) => listCustomerContacts(id, { cursor: pageParam, limit: AT_ONCE }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 0,
  });
  if (found.isPending) return <Loading />;
  if (found.isError) return <Trouble compact error={found.error} retry={() => void found.refetch()} />;
  const lines = found.data.pages.flatMap((page) => page.items);
  if (lines.length === 0) return <Empty compact title={t("contacts.none")} hint={t("contacts.noneHint")} />;
  return (
    <>
      <ol className={record.lines}>
        {lines.map((line) => (
          <Contact key={line.contact_id} line={line} />
        ))}
      </ol>
      {found.hasNextPage && (
        <Button
          size="xs"
          variant="default"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t("more")}
        </Button>
      )}
    </>
  );
}

function Contact({ line }: { line: ContactLine }) {
  const { t } = useTranslation("customers");
  const desk = useTranslation("desk").t;
  const formats = useFormats();
  const names = useNames();
  const open = line.outcome.resolved === false;
  const what = [
    desk(`result.${line.result}` as "result.answered", { defaultValue: line.result }),
    line.queue_titles.at(-1) ?? "",
    line.agent_names.join(", "),
    line.talk_s === null ? "" : formats.duration(line.talk_s),
    line.outcome.disposition ? names.disposition(line.outcome.disposition) : "",
    open ? t("contacts.open") : "",
    line.may_open ? "" : t("contacts.othersStory"),
  ];
  const at = formats.dateTime(line.began_at);
  return (
    <li className={record.contact} data-open={open}>
      {line.may_open ? <Link href={`~/contacts/${encodeURIComponent(line.contact_id)}`}>{at}</Link> : <span>{at}</span>}
      <span>{what.filter((part) => part !== "").join(" · ")}</span>
      {line.outcome.notes && <span className={record.sub}>{line.outcome.notes}</span>}
    </li>
  );
}
