import { expect, test } from "vitest";
import type { Outcome } from "./documents";
import { clashes, differs, FIELDS, markOf, rebased } from "./outcome_versions";

const base: Outcome = { disposition: "solved", resolved: true, notes: "quick" };

test("blanks around notes are no difference, everything else is", () => {
  expect(differs("notes", { ...base, notes: " quick\n" }, base)).toBe(false);
  expect(differs("notes", { ...base, notes: "slow" }, base)).toBe(true);
  expect(differs("resolved", { ...base, resolved: null }, base)).toBe(true);
});

test("what I changed stays mine, what I left alone becomes theirs", () => {
  const mine = { ...base, disposition: "follow_up" };
  const theirs = { disposition: "complaint", resolved: false, notes: "angry" };
  expect(rebased(base, mine, theirs)).toEqual({ disposition: "follow_up", resolved: false, notes: "angry" });
});

test("a field clashes only where both changed it, and not alike", () => {
  const mine = { disposition: "follow_up", resolved: false, notes: "quick" };
  const theirs = { disposition: "complaint", resolved: false, notes: "angry" };
  expect(FIELDS.filter((field) => clashes(field, base, mine, theirs))).toEqual(["disposition"]);
});

test("a mark tells outcomes apart and nothing of what they say", () => {
  const marks = ["", "a", "ab", "ba", "secret"].map((notes) => markOf({ ...base, notes }));
  expect(new Set(marks).size).toBe(marks.length);
  expect(markOf({ ...base, resolved: null })).not.toBe(markOf(base));
  expect(markOf({ ...base, notes: " quick " })).toBe(markOf(base));
  expect(marks.join(" ")).not.toContain("secret");
});
