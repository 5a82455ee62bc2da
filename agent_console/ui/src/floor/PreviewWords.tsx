import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { PreviewDoc } from "../api/documents";
import { Loading, Trouble } from "../design/Waiting";
import classes from "./panes.module.css";

interface Props {
  queryKey: readonly unknown[];
  ask: () => Promise<PreviewDoc>;
}

/** What a change of the routing would do to those who wait and work, before it is made. */
export function PreviewWords({ queryKey, ask }: Props) {
  const { t } = useTranslation("floor");
  const preview = useQuery({ queryKey, queryFn: ask, staleTime: 0, gcTime: 0, retry: false });
  if (preview.isPending) return <Loading />;
  if (preview.isError) return <Trouble compact error={preview.error} />;
  const { unroutable, idle_agents, gone_queues, problems } = preview.data;
  const lines = [
    ...(unroutable.length > 0 ? [t("preview.unroutable", { count: unroutable.length })] : []),
    ...(idle_agents.length > 0 ? [t("preview.idle", { agents: idle_agents.join(", ") })] : []),
    ...(gone_queues.length > 0 ? [t("preview.gone", { queues: gone_queues.join(", ") })] : []),
    ...problems.map((one) => `${one.field}: ${one.rule}. ${one.way_out}`),
  ];
  if (lines.length === 0) return <p className={classes.note}>{t("preview.harmless")}</p>;
  return (
    <ul className={classes.list}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
