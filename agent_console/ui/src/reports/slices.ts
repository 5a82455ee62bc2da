/** The names of slices as people call them: a queue by its title, an hour by the clock. */

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../language/formats";
import { useNames } from "../api/names";
import { useSkills, useTeams } from "../api/queries";
import { dayNames } from "../language/week";

export const TIMES = ["15min", "30min", "hour", "day", "week", "month", "hour_of_day", "weekday"] as const;
const WITH_CLOCK: readonly string[] = ["15min", "30min", "hour"];
const DAYS: readonly string[] = ["day", "week", "month"];

export function isTime(dimension: string): boolean {
  return WITH_CLOCK.includes(dimension) || DAYS.includes(dimension);
}

/** When a slice of time begins, in milliseconds since 1970: its days are the reader's. NaN: it is none. */
export function beginOf(name: string | null | undefined): number {
  if (!name) return Number.NaN;
  if (name.length <= "2026-11".length) return Date.parse(`${name}-01T00:00`);
  return Date.parse(name.length <= "2026-11-28".length ? `${name}T00:00` : name);
}

export function useSliceWords(): (dimension: string, name: string | null) => string {
  const { t } = useTranslation("reports");
  const formats = useFormats();
  const names = useNames();
  const teams = useTeams();
  const skills = useSkills();
  const desk = useTranslation("desk").t;
  return useMemo(() => {
    const [days, team, skill] = [
      dayNames(formats.locale, "long"),
      new Map((teams.data ?? []).map((one) => [one.team, one.title])),
      new Map((skills.data ?? []).map((one) => [one.skill, one.title])),
    ];
    const called: Readonly<Record<string, (name: string) => string>> = {
      queue: names.queue,
      agent: names.agent,
      disposition: names.disposition,
      team: (name) => team.get(name) || name,
      skill: (name) => skill.get(name) || name,
      weekday: (number) => days[Number(number) - 1] ?? number,
    };
    return (dimension, name) => {
      if (name === null || name === "") return t("notKnown");
      if (WITH_CLOCK.includes(dimension)) return `${formats.date(name)} ${formats.time(name)}`;
      // reports are asked for in the reader's zone: a day of theirs is a day here
      if (DAYS.includes(dimension)) return name.slice(0, 10);
      if (dimension === "hour_of_day") return `${name}:00`;
      if (dimension === "direction") {
        return desk(`direction.${name}` as "direction.inbound", { defaultValue: name });
      }
      return called[dimension]?.(name) ?? name;
    };
  }, [t, desk, formats, names, teams.data, skills.data]);
}
