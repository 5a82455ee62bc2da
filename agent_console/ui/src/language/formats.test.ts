import { describe, expect, it } from "vitest";
import { formatsOf } from "./formats";

it("writes shares as each language does", () => {
  expect(formatsOf("en").percent(0.125, 1)).toBe("12.5 %");
  expect(formatsOf("zh").percent(0.125, 1)).toBe("12.5%");
  expect(formatsOf("zh").percent(0)).toBe("0%");
  expect(formatsOf("zh").percent(null)).toBe("–");
});

describe("when", () => {
  const now = new Date(2026, 10, 28, 9, 30).getTime();
  const ago = (days: number) => new Date(2026, 10, 28 - days, 14, 5, 9).getTime();

  it("is a time of today, and a time with its date of any other day", () => {
    const { when, whenWithSeconds } = formatsOf("en");
    expect(when(ago(0), now)).toBe("14:05");
    expect(whenWithSeconds(ago(0), now)).toBe("14:05:09");
    expect(when(ago(1), now)).toBe("27 Nov, 14:05");
    expect(when(ago(-1), now)).toBe("29 Nov, 14:05");
    expect(whenWithSeconds(ago(30), now)).toBe("29 Oct, 14:05:09");
  });

  it("has the year where it is another", () => {
    expect(formatsOf("en").when(ago(365), now)).toBe("28 Nov 2025, 14:05");
    expect(formatsOf("zh").when(ago(365), now)).toBe("2025年11月28日 14:05");
    expect(formatsOf("zh").when(ago(1), now)).toBe("11月27日 14:05");
  });
});

it("calls countries and languages by their names, and by their codes where they have none", () => {
  expect(formatsOf("en").country("DE")).toBe("Germany");
  expect(formatsOf("zh").country("DE")).toBe("德国");
  expect(formatsOf("zh").language("en")).toBe("英语");
  expect(formatsOf("en").country("no country")).toBe("no country");
  expect(formatsOf("en").language("no language")).toBe("no language");
});
