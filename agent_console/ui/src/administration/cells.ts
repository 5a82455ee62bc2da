/** Settings in a line of a list: in the words of the form, with their units, and nobody by a key. */

import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { formatsOf } from "../language/formats";
import { choiceOf, type NumberWords, numberOf, numberWords, yesOrNo } from "./plain_words";
import { definitionOf, type Kind, type SectionName, settingsOf, type Source } from "./settings_schema";
import { useNames } from "./settings_api";
import { DAYS, dayNames } from "../language/week";

/** The words for a setting's value; absent: for the standard, where that is a choice. */
export type Cells = (name: string, value: unknown) => string;

interface Words extends NumberWords {
  choice: (code: string) => string;
  name: (source: Source, key: string) => string;
  days: readonly string[];
}

/** Words for the settings of a section's entries. */
export function useCells(section: SectionName): Cells {
  const settings = useMemo(() => {
    const definition = definitionOf(section);
    return new Map((definition === null ? [] : settingsOf(definition)).map((one) => [one.name, one]));
  }, [section]);
  const words = useWords([...settings.values()].flatMap(({ kind }) => (kind.is === "names" ? [kind.from] : [])));
  return useMemo(() => {
    return (name, value) => {
      const setting = settings.get(name);
      const kind = setting?.kind;
      return kind === undefined ? plain(value) : cell(kind, value ?? setting?.standard, words);
    };
  }, [settings, words]);
}

/** Words; the names of these sources alone are asked for. */
function useWords(wanted: readonly Source[]): Words {
  const { t, i18n } = useTranslation("administration");
  const labels = useTranslation("labels").t;
  const teams = useNames("teams", wanted.includes("teams"));
  const queues = useNames("queues", wanted.includes("queues"));
  const agents = useNames("agents", wanted.includes("agents"));
  const hours = useNames("opening_hours", wanted.includes("opening_hours"));
  const flows = useNames("flows", wanted.includes("flows"));
  return useMemo(() => {
    const formats = formatsOf(i18n.language);
    const known: Partial<Record<Source, ReadonlyMap<string, string>>> = Object.fromEntries(
      Object.entries({ teams, queues, agents, opening_hours: hours, flows }).map(([source, names]) => [
        source,
        new Map(names.map((one) => [one.value, one.label])),
      ]),
    );
    return {
      ...numberWords(t, formats),
      choice: (code) => choiceOf(labels, code),
      name: (source, key) => known[source]?.get(key) ?? key,
      days: dayNames(formats.locale, "short"),
    };
  }, [t, i18n.language, labels, teams, queues, agents, hours, flows]);
}

/** A value of a kind in words; nothing where nothing is said. */
export function cell(kind: Kind, value: unknown, words: Words): string {
  if (value === null || value === undefined) return "";
  switch (kind.is) {
    case "choice":
      return typeof value === "string" ? words.choice(value) : "";
    case "names":
      return all(value)
        .map((key) => words.name(kind.from, key))
        .join(", ");
    case "number":
      return typeof value === "number" ? numberOf(kind, value, words) : "";
    case "week":
      return weekCell(value, words.days);
    default:
      return plain(value);
  }
}

function all(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string");
}

/** Days that follow each other with the same hours are told together: `Mon–Fri 08:00-18:00; Sat 09:00-12:00`. */
function weekCell(value: unknown, days: readonly string[]): string {
  const week = (typeof value === "object" ? value : {}) as Record<string, readonly string[]>;
  const runs: { from: number; to: number; hours: string }[] = [];
  DAYS.forEach((day, index) => {
    const hours = (week[day] ?? []).join(", ");
    const last = runs.at(-1);
    if (hours === "") return;
    if (last?.hours === hours && last.to === index - 1) last.to = index;
    else runs.push({ from: index, to: index, hours });
  });
  const name = (index: number) => days[index] ?? "";
  return runs
    .map(({ from, to, hours }) => `${from === to ? name(from) : `${name(from)}–${name(to)}`} ${hours}`)
    .join("; ");
}

/** A value as it is written: lists by commas, maps as `name value`. */
export function plain(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(plain).join(", ");
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([name, one]) => `${name} ${plain(one)}`)
      .join(", ");
  }
  if (typeof value === "boolean") return yesOrNo(value);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
