/** From when the site counts its day, where that is not the reader's own midnight. */

import type { TFunction } from "i18next";
import type { Formats } from "./formats";

/** `day`: when the site's day began; `zone`: the site's. Null: the reader's day began then, too. */
export function siteDayWords(t: TFunction, formats: Pick<Formats, "time">, day: string, zone: string): string | null {
  const time = formats.time(day);
  return time === "00:00" ? null : t("dayFrom", { time, zone });
}
