/** The days of a week as the settings name them, and as people do. */

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** Monday to Sunday in a language. */
export function dayNames(locale: string, weekday: "long" | "short"): readonly string[] {
  const names = new Intl.DateTimeFormat(locale, { weekday, timeZone: "UTC" });
  return DAYS.map((_, index) => names.format(MONDAY + index * DAY_MS));
}
