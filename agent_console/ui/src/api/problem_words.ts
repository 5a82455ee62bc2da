/** A refusal in the reader's words: by its stable id or its sentence where we know it, else as the daemon said it. */

import type { TFunction } from "i18next";
import { inChinese } from "../language/refusals";
import type { Refusal } from "./documents";
import { type FieldError, Problem } from "./client";

/** How a field is called by its path. */
export type NameOf = (field: string) => string;

export function problemWords(t: TFunction, error: unknown, nameOf: NameOf = fieldName): string {
  if (!(error instanceof Problem)) return t("problem.unexpected");
  if (error.errors.length > 0) return error.errors.map((one) => fieldRefused(t, one, nameOf)).join("\n");
  if (error.reason_id !== null) {
    const why = t(`refusal.${error.reason_id}` as "refusal.unreachable", { defaultValue: "" });
    if (why !== "") return why;
  }
  const known = `problem.${error.error_id}`;
  return t(known as "problem.unexpected", { defaultValue: "" }) || detail(t, error);
}

/** A field, and what is wrong with it. */
export function fieldRefused(t: TFunction, one: FieldError, nameOf: NameOf = fieldName): string {
  return t("problem.fieldRefused", { field: nameOf(one.field), refused: refusedWords(t, one) });
}

/** What is wrong with a field, and what to do. */
export function refusedWords(t: TFunction, one: FieldError): string {
  return t("problem.refused", { rule: refusedRule(t, one.rule), way_out: wayOut(t, one.way_out) });
}

function refusedRule(t: TFunction, rule: string): string {
  return inChinese(rule) ?? t("problem.told", { said: rule });
}

function wayOut(t: TFunction, way: string): string {
  return inChinese(way) ?? t("problem.way", { said: way });
}

export function fieldName(field: string): string {
  return inChinese(field) ?? field;
}

function detail(t: TFunction, { message, title }: Problem): string {
  const lead = inChinese(title);
  const said = inChinese(message) ?? t("problem.detail", { said: message });
  return lead === null ? said : `${lead}。${said}`;
}

export function refusalWords(t: TFunction, refusal: Refusal): string {
  return t(`refusal.${refusal.reason_id}` as "refusal.unreachable", { defaultValue: refusal.reason });
}
