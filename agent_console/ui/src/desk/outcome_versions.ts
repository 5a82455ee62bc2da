/** An outcome that is told anew while somebody else tells another: whose word stands in which field. Pure. */

import type { Outcome } from "../api/documents";

export const FIELDS = ["disposition", "resolved", "notes"] as const;
export type Field = (typeof FIELDS)[number];

/** Whether two outcomes differ in a field; blanks around notes are nothing. */
export function differs(field: Field, one: Outcome, other: Outcome): boolean {
  return field === "notes" ? one.notes.trim() !== other.notes.trim() : one[field] !== other[field];
}

/** Whether both changed the field, and not to the same. */
export function clashes(field: Field, base: Outcome, mine: Outcome, theirs: Outcome): boolean {
  return differs(field, mine, base) && differs(field, theirs, base) && differs(field, mine, theirs);
}

/** Theirs, but for what I changed. */
export function rebased(base: Outcome, mine: Outcome, theirs: Outcome): Outcome {
  return {
    disposition: differs("disposition", mine, base) ? mine.disposition : theirs.disposition,
    resolved: differs("resolved", mine, base) ? mine.resolved : theirs.resolved,
    notes: differs("notes", mine, base) ? mine.notes : theirs.notes,
  };
}

export const NOTHING: Outcome = { disposition: null, resolved: null, notes: "" };

/** Whether two outcomes say the same. */
export function isSame(one: Outcome, other: Outcome): boolean {
  return !FIELDS.some((field) => differs(field, one, other));
}

/** An outcome as the daemon told it. `erasedAt`: when the contact's personal data had been erased. */
export interface Told {
  outcome: Outcome;
  etag: string;
  erasedAt: string | null;
}

/** The same is there already; ours is to be sent over theirs; or somebody has to choose. */
export type Verdict = { is: "there" } | { is: "over"; outcome: Outcome } | { is: "clash" };

/**
 * What becomes of ours, which was written over `base`, where the daemon has `theirs`. `tried`: what was sent and may
 * have come there though no answer did. Notes from before an erasure go.
 */
export function judged(ours: Outcome, base: Told, tried: readonly Outcome[], theirs: Told): Verdict {
  const mine = theirs.erasedAt !== base.erasedAt ? { ...ours, notes: theirs.outcome.notes } : ours;
  if (isSame(mine, theirs.outcome)) return { is: "there" };
  if (tried.some((one) => isSame(one, theirs.outcome))) return { is: "over", outcome: mine };
  if (FIELDS.some((field) => clashes(field, base.outcome, mine, theirs.outcome))) return { is: "clash" };
  return { is: "over", outcome: rebased(base.outcome, mine, theirs.outcome) };
}
