import { describe, expect, it } from "vitest";
import { ends, rangeOf, renewed } from "./range";

describe("ends", () => {
  it("leaves out what is not a whole date, as while one is typed", () => {
    expect(ends({ from: "2026-11-28", to: "2026-11-29" })).toEqual({ from: "2026-11-28", to: "2026-11-29" });
    expect(ends({ from: "", to: "2026-11-29" })).toEqual({ to: "2026-11-29" });
    expect(ends({ from: "2026-11-", to: "" })).toEqual({});
  });
});

describe("rangeOf", () => {
  it("begins inside and ends outside", () => {
    const noon = new Date(2026, 10, 28, 12).getTime();
    expect(rangeOf("today", noon)).toEqual({ from: "2026-11-28", to: "2026-11-29" });
    expect(rangeOf("week", noon)).toEqual({ from: "2026-11-22", to: "2026-11-29" });
  });
});

describe("renewed", () => {
  const before = new Date(2026, 10, 28, 23, 59).getTime();
  const after = new Date(2026, 10, 29, 0, 1).getTime();

  it("goes on with the day", () => {
    const today = { span: "today" as const, ...rangeOf("today", before) };
    expect(renewed(today, before)).toBe(today);
    expect(renewed(today, after)).toEqual({ span: "today", from: "2026-11-29", to: "2026-11-30" });
  });

  it("leaves days of one's own", () => {
    const own = { span: "custom" as const, from: "2026-11-28", to: "2026-11-29" };
    expect(renewed(own, after)).toBe(own);
  });
});
