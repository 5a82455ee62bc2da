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
