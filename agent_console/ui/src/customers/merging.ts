/** What a merge of two records would make of them. Pure. */

import type { CustomerDoc } from "../api/documents";
import { type Field, FIELDS } from "./drafts";

export interface PreviewRow {
  field: Field;
  kept: readonly string[];
  merged: readonly string[];
  /** What is shown, and found by, from then on. */
  after: readonly string[];
  /** What the other record has besides: it stays with that record, and is shown there only. */
  aside: boolean;
}

/** Look-ups lead to the record that stays by what either has. */
const FOUND_BY: readonly Field[] = ["numbers", "accounts"];

export function previewOf(kept: CustomerDoc, merged: CustomerDoc): PreviewRow[] {
  return FIELDS.map((field) => {
    const [one, other] = [valuesOf(kept, field), valuesOf(merged, field)];
    const after = FOUND_BY.includes(field) ? [...new Set([...one, ...other])] : one;
    return { field, kept: one, merged: other, after, aside: other.some((value) => !after.includes(value)) };
  }).filter((row) => row.kept.length > 0 || row.merged.length > 0);
}

export function valuesOf(record: CustomerDoc, field: Field): readonly string[] {
  const value = record[field];
  if (typeof value === "string") return value === "" ? [] : [value];
  return value ?? [];
}
