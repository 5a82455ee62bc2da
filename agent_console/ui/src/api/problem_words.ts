/** A refusal in the reader's words: by its stable id where we know it, else as the daemon said it. */

import type { TFunction } from "i18next";
import type { Refusal } from "./documents";
import { Problem } from "./client";

export function problemWords(t: TFunction, error: unknown): string {
  if (!(error instanceof Problem)) return t("problem.unexpected");
  const known = `problem.${error.error_id}`;
  const said = t(known as "problem.unexpected", { defaultValue: "" });
  if (error.errors.length > 0) return error.errors.map((one) => `${one.field}: ${one.rule}. ${one.way_out}`).join("\n");
  return said || error.message;
}

export function refusalWords(t: TFunction, refusal: Refusal): string {
  return t(`refusal.${refusal.reason_id}` as "refusal.unreachable", { defaultValue: refusal.reason });
}
