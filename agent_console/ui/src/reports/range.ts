/** Ranges of days as people name them; a range begins inside and ends outside. */

export const SPANS = ["today", "yesterday", "week", "month", "custom"] as const;
export type Span = (typeof SPANS)[number];

export interface Range {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;

/** `2026-11-28`, in the reader's zone. */
export function dayOf(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function rangeOf(span: Exclude<Span, "custom">, now: number): Range {
  const tomorrow = dayOf(now + DAY_MS);
  switch (span) {
    case "today":
      return { from: dayOf(now), to: tomorrow };
    case "yesterday":
      return { from: dayOf(now - DAY_MS), to: dayOf(now) };
    case "week":
      return { from: dayOf(now - 6 * DAY_MS), to: tomorrow };
    case "month":
      return { from: dayOf(now - 29 * DAY_MS), to: tomorrow };
  }
}

/** A range as a person chose it: by its name, or as days of their own. */
export interface Chosen extends Range {
  span: Span;
}

/** What was chosen, as it is by now: a page that is open at midnight shows another "today". The same while it is. */
export function renewed(chosen: Chosen, now: number): Chosen {
  if (chosen.span === "custom") return chosen;
  const { from, to } = rangeOf(chosen.span, now);
  return from === chosen.from && to === chosen.to ? chosen : { span: chosen.span, from, to };
}

/** Of a range only the ends that are whole dates: one that is still being typed asks for nothing. */
export function ends({ from, to }: Range): Partial<Range> {
  return { ...(isDay(from) && { from }), ...(isDay(to) && { to }) };
}

function isDay(day: string): boolean {
  return !Number.isNaN(Date.parse(`${day}T00:00`));
}
