import { describe, expect, it } from "vitest";
import { canBeCorrected, clockFace, edgeAt, momentOf, wholeDay } from "./times";

const AT = new Date(2026, 10, 28, 9, 5, 7, 654).toISOString();

describe("an edge of time", () => {
  it("stays exact where it is left alone", () => {
    expect(clockFace(AT)).toBe("09:05:07");
    expect(momentOf("2026-11-28", edgeAt(AT))).toBe(AT);
  });

  it("is what was typed on that day", () => {
    const typed = momentOf("2026-11-28", { exact: AT, typed: "10:30" });
    expect(typed).toBe(new Date(2026, 10, 28, 10, 30).toISOString());
  });

  it.each(["", "25:00", "soon"])("is none where %j is typed", (typed) => {
    expect(momentOf("2026-11-28", { exact: AT, typed })).toBeNull();
  });
});

describe("a day", () => {
  it("ends where the next one begins, whatever it is long", () => {
    const { from, to } = wholeDay("2026-12-31");
    expect([from, to]).toEqual([new Date(2026, 11, 31).toISOString(), new Date(2027, 0, 1).toISOString()]);
  });
});

describe("time with a contact", () => {
  it("is not corrected", () => {
    const states = ["READY", "RESERVED", "TALKING", "HOLD", "WRAP_UP", "NOT_READY"];
    expect(states.filter((state) => canBeCorrected({ state }))).toEqual(["READY", "NOT_READY"]);
  });
});
