/** What an alarm says, in the reader's language: by its code and its numbers; an unknown one as the daemon tells it. */

import type { TFunction } from "i18next";
import type { Formats } from "./formats";

export interface Alarm {
  alarm: string;
  value: number | null;
  threshold: number | null;
  text: string;
}

/** Alarms whose numbers are shares; those of all others are seconds. */
const SHARES: readonly string[] = ["service_level", "abandon_rate", "occupancy"];

export function alarmWords(t: TFunction, formats: Formats, { alarm, value, threshold, text }: Alarm): string {
  const written = SHARES.includes(alarm) ? (one: number | null) => formats.percent(one) : formats.duration;
  const said = { value: written(value), threshold: written(threshold), defaultValue: text || alarm };
  return t(`alarm.${alarm}` as "alarm.occupancy", said);
}
