/** What is wrong with an entry, by field: kept flat under dotted paths, and handed down piece by piece. */

import { Problem } from "../api/client";

/** Rule and way out by the path inside what is looked at: `weekly.mon.0`. */
export type FieldErrors = Readonly<Record<string, string>>;

/** `queues.sales.ring_s` and `body.ring_s` are both the field `ring_s` of that entry. */
export function errorsOf(refused: unknown, section: string, name: string): FieldErrors {
  if (!(refused instanceof Problem)) return {};
  const prefixes = [`${section}.${name}.`, `${section}.`, "body."];
  return Object.fromEntries(
    refused.errors.map((one) => {
      const prefix = prefixes.find((known) => one.field.startsWith(known)) ?? "";
      return [one.field.slice(prefix.length), `${one.rule}. ${one.way_out}`];
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
