import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { PreviewDoc } from "../api/documents";
import { fieldRefused, type NameOf } from "../api/problem_words";
import { useNames } from "../api/names";
import { Loading, Trouble } from "../design/Waiting";
import { learnRefusals } from "../language/refusals";
import { useWaiting } from "../live/live";
import { callerOf } from "./caller";
import classes from "./panes.module.css";

interface Props {
  queryKey: readonly unknown[];
  ask: () => Promise<PreviewDoc>;
  /** How fields are called in what is refused. */
  nameOf?: NameOf;
}

/** So many callers are named, the rest counted. */
const NAMED = 8;

/** What a change of the routing would do to those who wait and work, before it is made. */
export function PreviewWords({ queryKey, ask, nameOf }: Props) {
  const { t } = useTranslation("floor");
  const common = useTranslation().t;
  const names = useNames();
  const queryFn = async () => {
    const found = await ask();
    if (found.problems.length > 0) await learnRefusals();
    return found;
  };
  const preview = useQuery({ queryKey, queryFn, staleTime: 0, gcTime: 0, retry: false });
  if (preview.isPending) return <Loading />;
  if (preview.isError) return <Trouble compact error={preview.error} />;
  const { unroutable, routable, idle_agents, gone_queues, problems } = preview.data;
  const stranded = unroutable.length + preview.data.unroutable_elsewhere;
  const freed = routable.length + preview.data.routable_elsewhere;
  const { idle_agents_elsewhere: idle, gone_queues_elsewhere: gone } = preview.data;
  const lines = [
    ...(freed > 0 ? [t("preview.routable", { count: freed })] : []),
    ...(idle_agents.length > 0 ? [t("preview.idle", { agents: idle_agents.map(names.agent).join(", ") })] : []),
    ...(idle > 0 ? [t("preview.idleElsewhere", { count: idle })] : []),
    ...(gone_queues.length > 0 ? [t("preview.gone", { queues: gone_queues.map(names.queue).join(", ") })] : []),
    ...(gone > 0 ? [t("preview.goneElsewhere", { count: gone })] : []),
    ...problems.map((one) => fieldRefused(common, one, nameOf)),
  ];
  if (lines.length + stranded === 0) return <p className={classes.note}>{t("preview.harmless")}</p>;
  return (
    <ul className={classes.list}>
      {stranded > 0 && <Unroutable contacts={unroutable} count={stranded} />}
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

/** Who could be served by nobody any more; a contact that is seen no more, or not by this person, is only counted. */
function Unroutable({ contacts, count }: { contacts: readonly string[]; count: number }) {
  const { t } = useTranslation("floor");
  const desk = useTranslation("desk").t;
  const names = useNames();
  const waiting = useWaiting();
  const told = waiting
    .filter((row) => contacts.includes(row.contact_id))
    .slice(0, NAMED)
    .map((row) => `${callerOf(row) || desk("unknownCaller")} · ${names.queue(row.queue)}`);
  const others = count - told.length;
  return (
    <li>
      {t("preview.unroutable", { count })}
      {told.length > 0 && `: ${told.join(", ")}`}
      {told.length > 0 && others > 0 && `, ${t("preview.others", { count: others })}`}
    </li>
  );
}
