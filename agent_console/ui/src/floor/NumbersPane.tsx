import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Siren, Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { EntryPointDoc } from "../api/documents";
import { useNames } from "../api/names";
import { listEntryPoints } from "../api/operations/floor";
import { everything } from "../api/queries";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { AskOnce } from "./AskOnce";
import { PaneFrame, Part } from "./PaneFrame";
import { supervising, useDoing } from "./supervising";
import classes from "./panes.module.css";

const ALL = "*";
const KEY = ["entry-points"];

/** The numbers that callers dial, what answers each, and the switch for emergencies. */
export function NumbersPane() {
  const { t } = useTranslation("floor");
  const numbers = useQuery({
    queryKey: KEY,
    queryFn: () => everything(listEntryPoints),
    refetchInterval: 5_000,
    staleTime: 0,
  });
  const switched = (numbers.data ?? []).filter((one) => one.emergency_flow !== null);
  return (
    <PaneFrame title={t("numbers.title")}>
      {numbers.isPending && <Loading />}
      {numbers.isError && <Trouble error={numbers.error} retry={() => void numbers.refetch()} />}
      {numbers.data?.length === 0 && <Empty title={t("numbers.none")} hint={t("numbers.noneHint")} />}
      {switched.length > 1 && (
        <Part title={t("numbers.all")}>
          <Switch number={ALL} title={t("numbers.all")} thrown={switched.every((one) => one.emergency)} />
        </Part>
      )}
      {numbers.data?.map((one) => (
        <Part key={one.number} title={one.title ? `${one.number} · ${one.title}` : one.number}>
          <Answers entry={one} />
          {one.emergency_flow === null ? (
            <p className={classes.note}>{t("numbers.noSwitch")}</p>
          ) : (
            <Switch number={one.number} title={one.title || one.number} thrown={one.emergency} />
          )}
        </Part>
      ))}
    </PaneFrame>
  );
}

function Answers({ entry }: { entry: EntryPointDoc }) {
  const { t } = useTranslation("floor");
  const names = useNames();
  return (
    <p className={classes.why}>
      {entry.emergency
        ? t("numbers.emergency", { flow: entry.emergency_flow, by: entry.emergency_by ?? "" })
        : t("numbers.usual", { flow: entry.flow, queue: entry.queue === null ? "–" : names.queue(entry.queue) })}
    </p>
  );
}

function Switch({ number, title, thrown }: { number: string; title: string; thrown: boolean }) {
  const { t } = useTranslation("floor");
  const doing = useDoing();
  const cache = useQueryClient();
  const again = () => cache.invalidateQueries({ queryKey: KEY });
  return (
    <div className={classes.row}>
      {thrown ? (
        <Button
          size="xs"
          variant="default"
          leftSection={<Undo2 size={14} aria-hidden />}
          onClick={() => void doing(t("done"), () => supervising.putBackEmergency(number)).then(again)}
        >
          {t("numbers.putBack")}
        </Button>
      ) : (
        <AskOnce
          danger
          label={t("numbers.throw")}
          icon={<Siren size={14} aria-hidden />}
          question={t("numbers.throwAsk", { title })}
          act={() => doing(t("done"), () => supervising.throwEmergency(number)).then(again)}
        />
      )}
    </div>
  );
}
