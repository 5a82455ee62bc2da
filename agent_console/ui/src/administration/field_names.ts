/** How a place in the settings is called in the forms: `queues.sales.limits[0].then` is Queues › sales › Limits › 1 › Then. */

import { useTranslation } from "react-i18next";
import { fieldName, type NameOf } from "../api/problem_words";
import { definitionOf, type SectionName, SECTIONS, settingsOf, SINGLE } from "./settings_schema";
import { DAYS, dayNames } from "../language/week";

/** Names of fields for refusals: as the forms call them in the reader's language. */
export function useFieldNames(): NameOf {
  const { t, i18n } = useTranslation("administration");
  const labels = useTranslation("labels").t;
  const week = dayNames(i18n.language, "long");
  return (field) => {
    const [section, ...rest] = partsOf(field);
    if (!isSection(section)) return fieldName(field);
    const entry = SINGLE.includes(section) ? [] : rest.slice(0, 1);
    const named = labelled(definitionOf(section), rest.slice(entry.length), (definition, name) =>
      labels(`${definition}.${name}` as "Team.title", { defaultValue: name }),
    );
    return [t(`page.${section}`), ...entry, ...named.map((part) => dayOrPart(week, part))].join(" › ");
  };
}

/** A day of the week by its name. */
function dayOrPart(week: readonly string[], part: string): string {
  return week[DAYS.findIndex((day) => day === part)] ?? part;
}

function isSection(name: string | undefined): name is SectionName {
  return SECTIONS.some((known) => known === name);
}

/** Items of lists count from 1 for people. */
function partsOf(field: string): string[] {
  return field
    .replaceAll(/\[(\d+)\]/g, (_, index: string) => `.${Number(index) + 1}`)
    .split(".")
    .filter((part) => part !== "");
}

function labelled(
  definition: string | null,
  parts: readonly string[],
  label: (definition: string, name: string) => string,
): string[] {
  const [part, ...rest] = parts;
  if (part === undefined) return [];
  if (definition === null) return [...parts];
  const setting = settingsOf(definition).find(({ name }) => name === part);
  if (setting === undefined) return [part, ...labelled(isPlace(part) ? definition : null, rest, label)];
  const { kind } = setting;
  return [label(definition, part), ...labelled("of" in kind && kind.is !== "choice" ? kind.of : null, rest, label)];
}

function isPlace(part: string): boolean {
  return /^\d+$/.test(part);
}
