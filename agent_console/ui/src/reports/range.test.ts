import { describe, expect, it } from "vitest";
import { daysLater, dayOf, ends, rangeOf, renewed } from "./range";

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

/** An instant, and what of the calendar is meant by it in a zone. */
const CLOCKS = [
  // the day that clocks are put back has 25 hours, the one that they are put forward 23
  ["Europe/Berlin", "2026-10-25T00:30+02:00", "2026-10-24", "2026-10-25", "2026-10-26"],
  ["Europe/Berlin", "2026-10-25T23:30+01:00", "2026-10-24", "2026-10-25", "2026-10-26"],
  ["Europe/Berlin", "2026-03-28T23:30+01:00", "2026-03-27", "2026-03-28", "2026-03-29"],
  ["Europe/Berlin", "2026-03-30T00:30+02:00", "2026-03-29", "2026-03-30", "2026-03-31"],
  // here clocks are changed at midnight: a day begins at one, or its last hour comes twice
  ["America/Santiago", "2026-09-06T04:00Z", "2026-09-05", "2026-09-06", "2026-09-07"],
  ["America/Santiago", "2026-09-06T03:59Z", "2026-09-04", "2026-09-05", "2026-09-06"],
  ["America/Santiago", "2026-04-05T03:30Z", "2026-04-03", "2026-04-04", "2026-04-05"],
  ["Asia/Beirut", "2026-03-28T22:00Z", "2026-03-28", "2026-03-29", "2026-03-30"],
  ["Asia/Beirut", "2026-03-30T20:30Z", "2026-03-29", "2026-03-30", "2026-03-31"],
  ["Asia/Beirut", "2026-10-24T21:30Z", "2026-10-23", "2026-10-24", "2026-10-25"],
  ["Asia/Beirut", "2026-10-24T20:30Z", "2026-10-23", "2026-10-24", "2026-10-25"],
  // it is tomorrow there
  ["Pacific/Auckland", "2026-11-28T18:10Z", "2026-11-28", "2026-11-29", "2026-11-30"],
] as const;

describe.each(CLOCKS)("in %s at %s", (zone, at, before, day, after) => {
  const now = Date.parse(at);

  it("knows the day, the one before and the one after", () => {
    expect(dayOf(now, zone)).toBe(day);
    expect(rangeOf("today", now, zone)).toEqual({ from: day, to: after });
    expect(rangeOf("yesterday", now, zone)).toEqual({ from: before, to: day });
  });

  it("counts seven and thirty days, today the last", () => {
    expect(rangeOf("week", now, zone)).toEqual({ from: daysLater(day, -6), to: after });
    expect(rangeOf("month", now, zone)).toEqual({ from: daysLater(day, -29), to: after });
  });
});

it("counts days over months and years", () => {
  expect(daysLater("2026-12-31", 1)).toBe("2027-01-01");
  expect(daysLater("2028-03-01", -1)).toBe("2028-02-29");
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
