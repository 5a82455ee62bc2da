import { Button } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { History, Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { getRevision, listRevisions, undoRevision } from "../api/operations/settings";
import type { RevisionLine } from "../api/documents";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { AskOnce } from "../floor/AskOnce";
import { useFormats } from "../language/formats";
import { useWordsOf } from "../language/words";
import { useFreshQueries } from "../live/fresh";
import { sayDone, sayProblem } from "../shell/notices";
import classes from "./Changes.module.css";
import { Difference } from "./Difference";
import { PageFrame } from "./PageFrame";
import { useSettingsActs } from "./settings_api";

/** Every change of the settings, the latest first; each can be looked at and taken back. */
export default function Changes() {
  const { t } = useTranslation("administration");
  useWordsOf("labels");
  const [opened, open] = useState<number | null>(null);
  const changes = useInfiniteQuery({
    queryKey: ["revisions"],
    queryFn: ({ pageParam }) => listRevisions({ cursor: pageParam, limit: 50 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
  });
  useFreshQueries("settings", ["revisions"]);
  const lines = changes.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <PageFrame title={t("page.changes")}>
      {changes.isPending && <Loading />}
      {changes.isError && <Trouble error={changes.error} retry={() => void changes.refetch()} />}
      {changes.isSuccess && lines.length === 0 && (
        <Empty icon={History} title={t("changes.none")} hint={t("changes.noneHint")} />
      )}
      <ul className={classes.list}>
        {lines.map((line) => (
          <Line key={line.number} line={line} opened={opened === line.number} open={open} />
        ))}
      </ul>
      {changes.hasNextPage && (
        <Button m="md" size="xs" variant="default" onClick={() => void changes.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </PageFrame>
  );
}

function Line({ line, opened, open }: { line: RevisionLine; opened: boolean; open: (number: number | null) => void }) {
  const { t } = useTranslation("administration");
  const formats = useFormats();
  const said = useComment();
  const what = line.items.map((item) => `${t(`page.${item.section}` as "page.agents")} ${item.name}`).join(", ");
  return (
    <li>
      <button
        type="button"
        className={classes.line}
        aria-expanded={opened}
        onClick={() => open(opened ? null : line.number)}
      >
        <span className={classes.number}>{line.number}</span>
        <span>{formats.dateTime(line.at)}</span>
        <span>{line.by}</span>
        <span className={classes.what}>
          {said(line) || what}
          {line.undoes !== null && ` · ${t("changes.undoes", { number: line.undoes })}`}
        </span>
      </button>
      {opened && <Whole number={line.number} />}
    </li>
  );
}

/** Comments of the daemon's own are told in the reader's language; what somebody wrote stays as it is. */
function useComment(): (line: RevisionLine) => string {
  const { t } = useTranslation("administration");
  return (line) => {
    if (line.origin === "file") return t("changes.fromFile");
    return line.comment === IMPORTED ? t("changes.imported") : line.comment;
  };
}

/** What the daemon writes beside what came in by a file. */
const IMPORTED = "import";

function Whole({ number }: { number: number }) {
  const { t } = useTranslation("administration");
  const common = useTranslation().t;
  const acts = useSettingsActs();
  const change = useQuery({
    queryKey: ["revisions", number],
    queryFn: () => getRevision(number),
  });
  const undo = async () => {
    try {
      await undoRevision(number);
      await acts.refresh();
      sayDone(t("changes.undone", { number }));
    } catch (error) {
      sayProblem(common, error);
    }
  };
  if (change.isPending) return <Loading />;
  if (change.isError) return <Trouble compact error={change.error} />;
  return (
    <div className={classes.whole}>
      {change.data.differences.map((one) => (
        <section key={`${one.section} ${one.name}`}>
          <h3>
            {t(`page.${one.section}` as "page.agents")} · {one.name} · {t(`changes.${one.action}`)}
          </h3>
          <Difference of={one.section} before={one.before} after={one.after} />
        </section>
      ))}
      <AskOnce
        label={t("changes.undo")}
        icon={<Undo2 size={14} aria-hidden />}
        question={t("changes.undoAsk")}
        act={undo}
      />
    </div>
  );
}
