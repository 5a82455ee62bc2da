/** What is wrong with an entry, by field: kept flat under dotted paths, and handed down piece by piece. */

import type { TFunction } from "i18next";
import { type FieldError, Problem } from "../api/client";
import { refusedWords } from "../api/problem_words";

/** Rule and way out by the path inside what is looked at: `weekly.mon.0`. */
export type FieldErrors = Readonly<Record<string, string>>;

/** `queues.sales.limits[0].then` and `body.limits.0.then` are both the field `limits.0.then` of that entry. */
export function errorsOf(t: TFunction, refused: unknown, section: string, name: string): FieldErrors {
  if (!(refused instanceof Problem)) return {};
  return Object.fromEntries(refused.errors.map((one) => [pathOf(one.field, section, name), refusedWords(t, one)]));
}

function pathOf(field: string, section: string, name: string): string {
  const path = field.replaceAll(/\[(\d+)\]/g, ".$1");
  const prefixes = [`${section}.${name}.`, `${section}.`, "body."];
  const prefix = prefixes.find((known) => path.startsWith(known)) ?? "";
  return path.slice(prefix.length);
}

/** Of what was refused, what stands yet: a field that was written anew since is not judged before it is sent again. */
export function standing(refused: unknown, sent: unknown, written: unknown, section: string, name: string): unknown {
  if (!(refused instanceof Problem) || refused.errors.length === 0) return refused;
  const same = (one: FieldError) => {
    const [field = ""] = pathOf(one.field, section, name).split(".");
    return JSON.stringify(part(sent, field)) === JSON.stringify(part(written, field));
  };
  const errors = refused.errors.filter(same);
  return errors.length === 0 ? null : refused.with(errors);
}

function part(document: unknown, field: string): unknown {
  if (typeof document !== "object" || document === null || field === "") return document;
  return (document as Record<string, unknown>)[field];
}

/** What is wrong inside a field. */
export function within(errors: FieldErrors | undefined, name: string): FieldErrors {
  return Object.fromEntries(
    Object.entries(errors ?? {})
      .filter(([path]) => path.startsWith(`${name}.`))
      .map(([path, text]) => [path.slice(name.length + 1), text]),
  );
}

/** What is wrong with a field or anything in it. */
export function anyOf(errors: FieldErrors | undefined, name: string): string | undefined {
  return errors?.[name] ?? Object.values(within(errors, name))[0];
}
