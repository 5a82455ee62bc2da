/** The names of slices as people call them: a queue by its title, an hour by the clock. */

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../language/formats";
import { useAgents, useQueues } from "../live/live";
import { useDispositions, useSkills, useTeams } from "../api/queries";

export const TIMES = ["15min", "30min", "hour", "day", "week", "month", "hour_of_day", "weekday"] as const;
const WITH_CLOCK: readonly string[] = ["15min", "30min", "hour"];
const DAYS: readonly string[] = ["day", "week", "month"];

export function isTime(dimension: string): boolean {
  return WITH_CLOCK.includes(dimension) || DAYS.includes(dimension);
}

export function useSliceWords(): (dimension: string, name: string | null) => string {
  const { t } = useTranslation("reports");
  const formats = useFormats();
  const queues = useQueues();
  const agents = useAgents();
  const teams = useTeams();
  const skills = useSkills();
  const dispositions = useDispositions();
  const desk = useTranslation("desk").t;
  return useMemo(() => {
    const titles: Record<string, Map<string, string>> = {
      queue: new Map(queues.map((row) => [row.queue, row.title])),
      agent: new Map(agents.map((row) => [row.agent, row.name])),
      team: new Map((teams.data ?? []).map((team) => [team.team, team.title || team.team])),
      skill: new Map((skills.data ?? []).map((one) => [one.skill, one.title || one.skill])),
      disposition: new Map((dispositions.data ?? []).map((one) => [one.disposition, one.title])),
    };
    return (dimension, name) => {
      if (name === null || name === "") return t("notKnown");
      if (WITH_CLOCK.includes(dimension)) return `${formats.date(name)} ${formats.time(name)}`;
      // a day is the site's day, whatever the reader's zone: no conversion
      if (DAYS.includes(dimension)) return name.slice(0, 10);
      if (dimension === "weekday") return weekday(formats.locale, Number(name));
      if (dimension === "hour_of_day") return `${name}:00`;
      if (dimension === "direction") {
        return desk(`direction.${name}` as "direction.inbound", { defaultValue: name });
      }
      return titles[dimension]?.get(name) ?? name;
    };
  }, [t, desk, formats, queues, agents, teams.data, skills.data, dispositions.data]);
}

/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** 1 is Monday. */
function weekday(locale: string, number: number): string {
  const day = new Date(MONDAY + (number - 1) * DAY_MS);
  return new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" }).format(day);
}
