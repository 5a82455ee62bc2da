import { createInstance } from "i18next";
import { describe, expect, it } from "vitest";
import en from "./en/common.json";
import { siteDayWords } from "./site_day";

const i18n = createInstance({
  lng: "en",
  resources: { en: { common: en } },
  initAsync: false,
  interpolation: { escapeValue: false },
});
void i18n.init();
const t = i18n.getFixedT("en", "common");
const DAY = "2026-03-01T23:00:00Z";

describe("siteDayWords", () => {
  it("says from when a day's figures count to whom its day is not theirs", () => {
    const inLondon = { time: () => "23:00" };
    expect(siteDayWords(t, inLondon, DAY, "Europe/Berlin")).toBe(
      "today is counted from 23:00: midnight in Europe/Berlin",
    );
  });

  it("is silent where both days are one", () => {
    const inBerlin = { time: () => "00:00" };
    expect(siteDayWords(t, inBerlin, DAY, "Europe/Berlin")).toBeNull();
  });
});
