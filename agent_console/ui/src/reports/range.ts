/** Ranges of days as people name them, in the reader's zone; a range begins inside and ends outside. */

import { readersZone } from "../language/zone";

export const SPANS = ["today", "yesterday", "week", "month", "custom"] as const;
export type Span = (typeof SPANS)[number];

export interface Range {
  from: string;
  to: string;
}

const days = new Map<string, Intl.DateTimeFormat>();

function daysIn(zone: string): Intl.DateTimeFormat {
  const found =
    days.get(zone) ??
    new Intl.DateTimeFormat("en-US", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  days.set(zone, found);
  return found;
}

/** `2026-11-28`: the day of an instant in a zone, the reader's unless another is named. */
export function dayOf(time: number, zone: string = readersZone()): string {
  const parts = new Map(
    daysIn(zone)
      .formatToParts(time)
      .map((part) => [part.type, part.value]),
  );
  return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
}

/** So many days of the calendar later; how many hours a day has does not matter. */
export function daysLater(day: string, count: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, date + count)).toISOString().slice(0, 10);
}

export function rangeOf(span: Exclude<Span, "custom">, now: number, zone: string = readersZone()): Range {
  const today = dayOf(now, zone);
  const tomorrow = daysLater(today, 1);
  switch (span) {
    case "today":
      return { from: today, to: tomorrow };
    case "yesterday":
      return { from: daysLater(today, -1), to: today };
    case "week":
      return { from: daysLater(today, -6), to: tomorrow };
    case "month":
      return { from: daysLater(today, -29), to: tomorrow };
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

/** A range as reports are asked for it: its days, and the buckets inside it, are those of the reader's zone. */
export function asked(range: Range): Partial<Range> & { time_zone: string } {
  return { ...ends(range), time_zone: readersZone() };
}

/** The instants of a range, where a day begins and ends in the reader's zone. */
export function instants(range: Range): Partial<Range> {
  const { from, to } = ends(range);
  return { ...(from && { from: beginOf(from) }), ...(to && { to: beginOf(to) }) };
}

function beginOf(day: string): string {
  return new Date(`${day}T00:00`).toISOString();
}

function isDay(day: string): boolean {
  return !Number.isNaN(Date.parse(`${day}T00:00`));
}
