/** What the daemon finds wrong with a record, by field of the form. */

import type { TFunction } from "i18next";
import { Problem } from "../api/client";
import { problemWords, refusedWords } from "../api/problem_words";
import { type Field, FIELDS } from "./drafts";

export type FieldsRefused = Readonly<Partial<Record<Field | "customer_id", string>>>;

/** `body.numbers.1` is a mistake of the numbers. */
function placeOf(field: string): Field | "customer_id" | null {
  const [, name] = field.split(".");
  return [...FIELDS, "customer_id" as const].find((known) => known === name) ?? null;
}

/** What stands at the fields. */
export function fieldsRefused(t: TFunction, error: unknown): FieldsRefused {
  if (!(error instanceof Problem)) return {};
  const found: Partial<Record<Field | "customer_id", string>> = {};
  for (const one of error.errors) {
    const place = placeOf(one.field);
    if (place !== null) found[place] = refusedWords(t, one);
  }
  return found;
}

/** What stands above the form: all that belongs to no field; null: nothing does. */
export function otherwiseRefused(t: TFunction, error: unknown): string | null {
  if (error === null || (error instanceof Problem && error.error_id === "edited_meanwhile")) return null;
  const atFields = error instanceof Problem && error.errors.length > 0;
  return atFields && error.errors.every((one) => placeOf(one.field) !== null) ? null : problemWords(t, error);
}
