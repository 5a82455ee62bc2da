/** A customer's record as it is typed, and how two people's changes of it go together. Pure. */

import type { CustomerDoc, CustomerWish } from "../api/documents";

export const FIELDS = ["name", "numbers", "accounts", "tier", "language", "notes", "open_matters"] as const;
export type Field = (typeof FIELDS)[number];
/** What stands in the form's fields; several values stand a line each. */
export type Draft = Readonly<Record<Field, string>>;

export const EMPTY: Draft = {
  name: "",
  numbers: "",
  accounts: "",
  tier: "",
  language: "",
  notes: "",
  open_matters: "",
};

type Record_ = Pick<CustomerDoc, Field>;

export function draftOf(record: Record_): Draft {
  return {
    name: record.name,
    numbers: record.numbers.join("\n"),
    accounts: record.accounts.join("\n"),
    tier: record.tier ?? "",
    language: record.language ?? "",
    notes: record.notes,
    open_matters: record.open_matters.join("\n"),
  };
}

/** The record that a draft means. Numbers lose what people write between digits. */
export function wishOf(draft: Draft): CustomerWish {
  return {
    name: draft.name.trim(),
    numbers: lines(draft.numbers).map(dialled),
    accounts: lines(draft.accounts),
    tier: draft.tier.trim() || null,
    language: draft.language.trim() || null,
    notes: draft.notes.trim(),
    open_matters: lines(draft.open_matters),
  };
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** `+49 (0)30 555-1` is dialled as `+49305551`. */
function dialled(number: string): string {
  return number.replace(/^(\+[\d\s]+)\(0\)/, "$1").replace(/[\s()./-]/g, "");
}

/** In which fields two differ. */
export function differing(one: Draft, other: Draft): Field[] {
  return FIELDS.filter((field) => one[field].trim() !== other[field].trim());
}

/** What was typed over `base`, on top of what the record is now: untouched fields follow the others' changes. */
export function rebased(base: Draft, typed: Draft, present: Draft): Draft {
  const mine = differing(base, typed);
  return Object.fromEntries(
    FIELDS.map((field) => [field, mine.includes(field) ? typed[field] : present[field]]),
  ) as unknown as Draft;
}

/** Fields that both changed, and not to the same. */
export function clashing(base: Draft, typed: Draft, present: Draft): Field[] {
  const [mine, theirs] = [differing(base, typed), differing(base, present)];
  return differing(typed, present).filter((field) => mine.includes(field) && theirs.includes(field));
}

/** What is typed and not saved, kept while somebody looks at something else. */
interface Kept {
  base: CustomerDoc | null;
  draft: Draft;
}

const kept = new Map<string, Kept>();

/** Of one user and one record; no record: a new one. */
const placeOf = (user: string, id: string | null): string => JSON.stringify([user, id]);

export const keptDrafts = {
  of: (user: string, id: string | null): Kept | undefined => kept.get(placeOf(user, id)),
  keep: (user: string, id: string | null, one: Kept): void => void kept.set(placeOf(user, id), one),
  drop: (user: string, id: string | null): void => void kept.delete(placeOf(user, id)),
};
