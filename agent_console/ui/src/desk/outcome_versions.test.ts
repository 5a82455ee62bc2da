import { expect, test } from "vitest";
import type { Outcome } from "../api/documents";
import { clashes, differs, FIELDS, rebased } from "./outcome_versions";

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
