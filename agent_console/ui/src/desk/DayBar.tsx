import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { getOwnFigures } from "../api/operations/desk";
import { FigureWords } from "../design/FigureWords";
import { SiteDay } from "../design/SiteDay";
import { useFreshQueries } from "../live/fresh";
import classes from "./DayBar.module.css";

const SHOWN = [
  "handled",
  "aht_s",
  "talk_s",
  "wrap_up_s",
  "occupancy",
  "fcr_code",
  "transfer_rate",
  "rona_rate",
] as const;

/** The agent's own figures of today. */
export function DayBar({ agent }: { agent: string }) {
  const { t } = useTranslation("desk");
  const own = useQuery({
    queryKey: ["desk", "figures", agent],
    queryFn: () => getOwnFigures(),
    refetchInterval: 30_000,
  });
  // an offer, a talk and its end change them: told by the desk
  useFreshQueries("desk", ["desk", "figures"]);
  return (
    <section className={classes.bar} aria-label={t("day.title")}>
      <span className={classes.title}>{t("day.title")}</span>
      {SHOWN.filter((name) => own.data === undefined || name in own.data.figures).map((name) => (
        <span key={name} className={classes.figure}>
          {t(`day.${name}`)} <FigureWords figure={own.data?.figures[name]} name={name} className={classes.value} />
        </span>
      ))}
      <SiteDay day={own.data?.day} className={classes.siteDay} />
    </section>
  );
}
