import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { listChanges } from "../api/operations/audit";
import type { AuditDoc } from "../api/documents";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { useWordsOf } from "../language/words";
import classes from "./Audit.module.css";
import { Difference } from "./Difference";
import { useFreshQueries } from "../live/fresh";
import { PageFrame } from "./PageFrame";

/** Who did what: changes, supervision, listening to recordings, signing in. Nothing of it can be changed. */
export default function Audit() {
  const { t } = useTranslation("administration");
  useWordsOf("labels");
  const [actor, setActor] = useState("");
  const [resource, setResource] = useState("");
  const [filter] = useDebouncedValue({ actor, resource }, 300);
  const log = useInfiniteQuery({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam }) => listChanges({ ...filter, cursor: pageParam, limit: 100 }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 0,
  });
  useFreshQueries("audit", ["audit"]);
  const lines = log.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <PageFrame
      title={t("page.audit")}
      aside={
        <>
          <TextInput
            size="xs"
            aria-label={t("audit.actor")}
            placeholder={t("audit.actor")}
            value={actor}
            onChange={(event) => setActor(event.currentTarget.value)}
          />
          <TextInput
            size="xs"
            aria-label={t("audit.resource")}
            placeholder={t("audit.resource")}
            value={resource}
            onChange={(event) => setResource(event.currentTarget.value)}
          />
        </>
      }
    >
      {log.isPending && <Loading />}
      {log.isError && <Trouble error={log.error} retry={() => void log.refetch()} />}
      {log.isSuccess && lines.length === 0 && (
        <Empty icon={ScrollText} title={t("audit.none")} hint={t("audit.noneHint")} />
      )}
      <Lines lines={lines} />
      {log.hasNextPage && (
        <Button m="md" size="xs" variant="default" onClick={() => void log.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </PageFrame>
  );
}

function Lines({ lines }: { lines: readonly AuditDoc[] }) {
  const { t } = useTranslation("administration");
  const formats = useFormats();
  const [opened, open] = useState<number | null>(null);
  const acted = useActed();
  const thing = (of: string) =>
    t(`resource.${of}` as "resource.queue", { defaultValue: t(`page.${of}` as "page.agents", { defaultValue: of }) });
  if (lines.length === 0) return null;
  return (
    <table className={classes.log}>
      <thead>
        <tr>
          {(["at", "actor", "action", "resource"] as const).map((name) => (
            <th key={name} scope="col">
              {t(`audit.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.number} onClick={() => open(opened === line.number ? null : line.number)}>
            <td>{formats.dateTime(line.at)}</td>
            <td>{line.actor}</td>
            <td>{acted(line.action)}</td>
            <td>
              {thing(line.resource)} {line.key}
              {opened === line.number && <Difference of={line.resource} before={line.before} after={line.after} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const UNDONE = /^(.*) \(undo of (\d+)\)$/;

/** What was done: `merge undone`, `changed (undo of 5)`. */
function useActed(): (action: string) => string {
  const { t } = useTranslation("administration");
  const plain = (action: string) =>
    t(`action.${action.replaceAll(" ", "_")}` as "action.made", { defaultValue: action.replaceAll("_", " ") });
  return (action) => {
    const [, undone, number] = UNDONE.exec(action) ?? [];
    return undone === undefined ? plain(action) : t("action.undo", { action: plain(undone), number });
  };
}
