/** What is wrong with an entry, by field: kept flat under dotted paths, and handed down piece by piece. */

import type { TFunction } from "i18next";
import { Problem } from "../api/client";
import { refusedWords } from "../api/problem_words";

/** Rule and way out by the path inside what is looked at: `weekly.mon.0`. */
export type FieldErrors = Readonly<Record<string, string>>;

/** `queues.sales.limits[0].then` and `body.limits.0.then` are both the field `limits.0.then` of that entry. */
export function errorsOf(t: TFunction, refused: unknown, section: string, name: string): FieldErrors {
  if (!(refused instanceof Problem)) return {};
  const prefixes = [`${section}.${name}.`, `${section}.`, "body."];
  return Object.fromEntries(
    refused.errors.map((one) => {
      const field = one.field.replaceAll(/\[(\d+)\]/g, ".$1");
      const prefix = prefixes.find((known) => field.startsWith(known)) ?? "";
      return [field.slice(prefix.length), refusedWords(t, one)];
    }),
  );
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
