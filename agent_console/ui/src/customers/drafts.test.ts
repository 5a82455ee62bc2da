import { describe, expect, it } from "vitest";
import type { CustomerDoc } from "../api/documents";
import { clashing, differing, draftOf, keptDrafts, rebased, wishOf } from "./drafts";

const CHEN: CustomerDoc = {
  customer_id: "C-1",
  name: "Chen Wei",
  accounts: ["A-1"],
  numbers: ["+8675512345678", "+4930555001"],
  tier: "gold",
  language: null,
  notes: "calls on Mondays",
  open_matters: ["new router"],
  merged: [],
  merged_into: null,
  merges: [],
  changed_at: "2026-11-28T10:00:00Z",
  changed_by: "ann",
  etag: "3",
};

describe("a record as it is typed", () => {
  it("is the same record again when nothing was typed", () => {
    const { name, accounts, numbers, tier, language, notes, open_matters } = CHEN;
    expect(wishOf(draftOf(CHEN))).toEqual({ name, accounts, numbers, tier, language, notes, open_matters });
  });

  it("takes numbers as people write them, a line each, and no empty lines", () => {
    const draft = { ...draftOf(CHEN), numbers: " +49 (0)30 555-1 \n\n(0755) 1234/5678\n", accounts: "\n A-2 \n" };
    expect(wishOf(draft).numbers).toEqual(["+49305551", "075512345678"]);
    expect(wishOf(draft).accounts).toEqual(["A-2"]);
  });

  it("says nothing where a field is empty", () => {
    const wish = wishOf({ ...draftOf(CHEN), tier: "  ", language: "" });
    expect([wish.tier, wish.language]).toEqual([null, null]);
  });
});

describe("two people's changes of one record", () => {
  const base = draftOf(CHEN);
  const typed = { ...base, notes: "calls on Fridays", tier: "silver" };
  const theirs = { ...base, tier: "platinum", name: "Chen Wei-Ling" };

  it("go together where they are of different fields, and the person's own stay", () => {
    expect(rebased(base, typed, theirs)).toEqual({ ...theirs, notes: "calls on Fridays", tier: "silver" });
  });

  it("clash only where both changed a field, to different things", () => {
    expect(clashing(base, typed, theirs)).toEqual(["tier"]);
    expect(clashing(base, { ...base, tier: "platinum" }, theirs)).toEqual([]);
  });

  it("are none where blanks were typed", () => {
    expect(differing(base, { ...base, notes: `${base.notes} ` })).toEqual([]);
  });
});

describe("what is typed and not saved", () => {
  it("is kept for its user and record alone", () => {
    keptDrafts.keep("nora", "C-1", { base: CHEN, draft: draftOf(CHEN) });
    expect(keptDrafts.of("nora", "C-1")?.base).toBe(CHEN);
    expect([keptDrafts.of("ann", "C-1"), keptDrafts.of("nora", null)]).toEqual([undefined, undefined]);
    keptDrafts.drop("nora", "C-1");
    expect(keptDrafts.of("nora", "C-1")).toBeUndefined();
  });
});
