/** How a queue stands against what callers were promised. */

import type { FigureDoc, QueueRow } from "../api/documents";
import type { Verdict } from "../design/VerdictMark";

/** So far below its goal a service level counts as near. */
const NEAR_LEVEL = 0.05;
/** From this part of its limit on a value counts as near. */
const NEAR_LIMIT = 0.75;

export function ofLevel(figure: FigureDoc | undefined, goal: number | null): Verdict {
  if (!figure || figure.value === null || goal === null) return "none";
  if (figure.value >= goal) return "met";
  return figure.value >= goal - NEAR_LEVEL ? "near" : "missed";
}

export function ofLimit(value: number | null | undefined, limit: number | null): Verdict {
  if (value === null || value === undefined || limit === null) return "none";
  if (value > limit) return "missed";
  return value >= limit * NEAR_LIMIT ? "near" : "met";
}

/** The longest present wait, in seconds; the limit is the alarm's, else four times the promised answer. */
export function ofWait(row: QueueRow, now: number): Verdict {
  if (row.oldest_joined_at === null) return "met";
  return ofLimit((now - Date.parse(row.oldest_joined_at)) / 1000, waitLimit(row));
}

export function waitLimit(row: QueueRow): number {
  return row.targets.longest_wait_s ?? 4 * row.targets.threshold_s;
}

export function ofAbandonment(figure: FigureDoc | undefined, limit: number | null): Verdict {
  return ofLimit(figure?.value, limit);
}

const QUARTER_MS = 15 * 60_000;

/** Where the present interval began: the running quarter of an hour and the one before. */
export function presentFrom(now: number): string {
  return new Date((Math.floor(now / QUARTER_MS) - 1) * QUARTER_MS).toISOString();
}
