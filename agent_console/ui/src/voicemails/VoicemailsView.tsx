import { Button, Select } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { CircleCheck, MailOpen, PhoneOutgoing, Voicemail } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useRoute } from "wouter";
import { useNames } from "../api/names";
import type { VoicemailDoc } from "../api/documents";
import { listVoicemails } from "../api/operations/recordings";
import { type Column, DataGrid } from "../design/DataGrid";
import layout from "../design/ListAndPane.module.css";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { useWordsOf } from "../language/words";
import { useFreshQueries } from "../live/fresh";
import { useQueues } from "../live/live";
import filters from "../reports/Summary.module.css";
import { callerOf } from "./caller";
import classes from "./VoicemailsView.module.css";

const ViewChoice = lazy(() => import("../design/ViewChoice"));
const VoicemailPane = lazy(() => import("./VoicemailPane"));

const AT_ONCE = 100;
const SHOWN = ["open", "done", "all"] as const;
type Shown = (typeof SHOWN)[number];

/** What callers left to be heard: who has dealt with it, and what is still to be done. Follows what others do. */
export default function VoicemailsView() {
  const { t } = useTranslation("voicemails");
  useWordsOf("reports");
  const [, go] = useLocation();
  const [, params] = useRoute("/:voicemail");
  const opened = params ? decodeURIComponent(params.voicemail) : null;
  const [shown, show] = useState<Shown>("open");
  const [mailbox, choose] = useState<string | null>(null);
  useFreshQueries("voicemails", ["voicemails"]);
  return (
    <div className={layout.view}>
      <div className={filters.filters}>
        <h1 className={layout.title}>{t("title")}</h1>
        <Suspense fallback={null}>
          <ViewChoice
            value={shown}
            choose={(value) => show(value as Shown)}
            data={SHOWN.map((value) => ({ value, label: t(`show.${value}`) }))}
          />
        </Suspense>
        <MailboxChoice mailbox={mailbox} choose={choose} />
      </div>
      <div className={layout.split}>
        <Found
          shown={shown}
          mailbox={mailbox}
          opened={opened}
          open={(one) => go(`/${encodeURIComponent(one.voicemail_id)}`)}
        />
        <div className={layout.pane}>
          {opened === null ? (
            <Empty icon={Voicemail} title={t("choose")} hint={t("chooseHint")} />
          ) : (
            <Suspense fallback={<Loading />}>
              <VoicemailPane key={opened} voicemail={opened} />
            </Suspense>
          )}
        </div>
      </div>
    </div>
  );
}

function MailboxChoice({ mailbox, choose }: { mailbox: string | null; choose: (mailbox: string | null) => void }) {
  const { t } = useTranslation("voicemails");
  const queues = useQueues();
  return (
    <Select
      size="xs"
      w={190}
      aria-label={t("mailbox")}
      placeholder={t("everyMailbox")}
      data={queues.map((row) => ({ value: row.queue, label: row.title }))}
      value={mailbox}
      onChange={choose}
      clearable
      searchable
    />
  );
}

interface FoundProps {
  shown: Shown;
  mailbox: string | null;
  opened: string | null;
  open: (one: VoicemailDoc) => void;
}

function Found({ shown, mailbox, opened, open }: FoundProps) {
  const { t } = useTranslation("voicemails");
  const columns = useColumns();
  const found = useInfiniteQuery({
    queryKey: ["voicemails", "list", shown, mailbox],
    queryFn: ({ pageParam }) =>
      listVoicemails({
        ...(shown === "all" ? {} : { done: shown === "done" }),
        ...(mailbox === null ? {} : { mailbox }),
        cursor: pageParam,
        limit: AT_ONCE,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 0,
  });
  if (found.isPending) return <Loading />;
  if (found.isError) return <Trouble error={found.error} retry={() => void found.refetch()} />;
  return (
    <div className={layout.list}>
      <div className={`${layout.grid ?? ""} ${classes.marked ?? ""}`}>
        <DataGrid
          label={t("title")}
          rows={found.data.pages.flatMap((page) => page.items)}
          columns={columns}
          keyOf={(row) => row.voicemail_id}
          open={open}
          opened={opened}
          rowHeight={38}
          empty={<Empty icon={MailOpen} title={t(`none.${shown}`)} hint={t(`noneHint.${shown}`)} />}
        />
      </div>
      {found.hasNextPage && (
        <Button
          m="xs"
          size="xs"
          variant="default"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t("more")}
        </Button>
      )}
    </div>
  );
}

function useColumns(): readonly Column<VoicemailDoc>[] {
  const { t } = useTranslation("voicemails");
  const formats = useFormats();
  const names = useNames();
  return useMemo<readonly Column<VoicemailDoc>[]>(
    () => [
      {
        key: "caller",
        title: t("caller"),
        width: "minmax(8rem, 1.4fr)",
        sort: (row) => row.caller_name || row.caller_number,
        cell: (row) => <span data-new={row.heard_by === null && row.done_at === null}>{callerOf(row, t)}</span>,
      },
      {
        key: "at",
        title: t("at"),
        width: "12.5rem",
        sort: (row) => Date.parse(row.at),
        cell: (row) => formats.dateTime(row.at),
      },
      {
        key: "mailbox",
        title: t("mailbox"),
        width: "minmax(6rem, 1fr)",
        sort: (row) => names.queue(row.mailbox),
        cell: (row) => names.queue(row.mailbox),
      },
      {
        key: "length",
        title: t("length"),
        width: "4.5rem",
        align: "end",
        sort: (row) => row.length_s,
        cell: (row) => formats.duration(row.length_s),
      },
      {
        key: "state",
        title: t("state"),
        width: "minmax(8rem, 1fr)",
        sort: (row) => `${row.done_at ?? ""} ${row.called_at ?? ""} ${row.heard_by ?? ""}`,
        cell: (row) => <StateWords row={row} />,
      },
    ],
    [t, formats, names],
  );
}

/** How far somebody has come with it, in words and as a sign. */
function StateWords({ row }: { row: VoicemailDoc }) {
  const { t } = useTranslation("voicemails");
  if (row.done_by !== null) {
    return (
      <span className={classes.state} data-state="done">
        <CircleCheck size={14} aria-hidden /> {t("done", { who: row.done_by })}
      </span>
    );
  }
  if (row.called_by !== null) {
    return (
      <span className={classes.state} data-state="called">
        <PhoneOutgoing size={14} aria-hidden /> {t("called", { who: row.called_by })}
      </span>
    );
  }
  if (row.heard_by !== null) {
    return (
      <span className={classes.state} data-state="heard">
        <MailOpen size={14} aria-hidden /> {t("heard", { who: row.heard_by })}
      </span>
    );
  }
  return (
    <span className={classes.state} data-state="new">
      <Voicemail size={14} aria-hidden /> {t("new")}
    </span>
  );
}
