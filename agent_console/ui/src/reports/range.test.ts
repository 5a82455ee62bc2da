import { describe, expect, it } from "vitest";
import { ends, rangeOf } from "./range";

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
