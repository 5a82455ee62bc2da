/** An outcome that is told anew while somebody else tells another: whose word stands in which field. Pure. */

import type { DeskContact, Outcome } from "./documents";

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

export type Answer = Pick<DeskContact, "outcome" | "outcome_etag" | "erased_at">;

export const toldIn = (answer: Answer): Told => ({
  outcome: answer.outcome,
  etag: answer.outcome_etag,
  erasedAt: answer.erased_at,
});

/** Disposition and whether it is resolved belong together: somebody who says one has looked at the other. */
export type Verdict = Pick<Outcome, "disposition" | "resolved">;

/** `overruled`: what I had said, where somebody else said otherwise, and theirs stands until I say it again. */
export interface Merged {
  outcome: Outcome;
  overruled: Verdict | null;
}

/**
 * Mine, written over `base`, and theirs that the daemon has instead: nothing that anybody noted is lost, and of two
 * verdicts the one that has been told stands. Notes from before an erasure go.
 */
export function merged(mine: Outcome, base: Told, theirs: Told): Merged {
  const gone = theirs.erasedAt !== base.erasedAt;
  const notes = gone ? theirs.outcome.notes : mergedNotes(mine, base.outcome, theirs.outcome);
  const isMine = isOther(mine, base.outcome);
  const overruled = isMine && isOther(theirs.outcome, base.outcome) && isOther(mine, theirs.outcome);
  const { disposition, resolved } = isMine && !overruled ? mine : theirs.outcome;
  return {
    outcome: { disposition, resolved, notes },
    overruled: overruled ? { disposition: mine.disposition, resolved: mine.resolved } : null,
  };
}

const isOther = (one: Verdict, other: Verdict) =>
  one.disposition !== other.disposition || one.resolved !== other.resolved;

/** Where both wrote, theirs and then what I wrote. */
function mergedNotes(mine: Outcome, base: Outcome, theirs: Outcome): string {
  if (!clashes("notes", base, mine, theirs)) return rebased(base, mine, theirs).notes;
  const both = mine.notes.startsWith(base.notes) && theirs.notes.startsWith(base.notes);
  return `${theirs.notes.trimEnd()}\n${mine.notes.slice(both ? base.notes.length : 0).trimStart()}`;
}

/** A short text by which an outcome is known again; none of its words can be read from it. */
export function markOf({ disposition, resolved, notes }: Outcome): string {
  const text = JSON.stringify([disposition, resolved, notes.trim()]);
  let one = 0x811c9dc5;
  let other = 0x9747b28c;
  for (let at = 0; at < text.length; at++) {
    one = Math.imul(one ^ text.charCodeAt(at), 0x01000193);
    other = Math.imul(other ^ text.charCodeAt(at), 0x85ebca6b);
  }
  return `${(one >>> 0).toString(36)}${(other >>> 0).toString(36)}`;
}
