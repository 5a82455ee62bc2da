/** How times, durations and figures are written, in the reader's language and time zone. */

import { useTranslation } from "react-i18next";
import type { FigureDoc } from "../api/documents";

/** `0:42`, `12:05`, `1:02:09`. */
export function clockText(seconds: number): string {
  const all = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const tail = String(rest).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

export const NO_DATA = "–";

const LOCALES: Record<string, string> = { en: "en-GB", zh: "zh-CN" };

export interface Formats {
  locale: string;
  time: (at: string | number) => string;
  timeWithSeconds: (at: string | number) => string;
  date: (at: string | number) => string;
  dateTime: (at: string | number) => string;
  /** The time of today, of any other day with its date: `14:05`, `24 Nov, 14:05`, `24 Nov 2025, 14:05`. */
  when: (at: string | number, now?: number) => string;
  whenWithSeconds: (at: string | number, now?: number) => string;
  /** `24 Nov`, for where the year is plain. */
  day: (at: string | number) => string;
  /** What a language is called: `zh` is Chinese. */
  language: (tag: string) => string;
  /** What a country is called: `DE` is Germany. */
  country: (code: string) => string;
  number: (value: number, digits?: number) => string;
  percent: (ratio: number | null | undefined, digits?: number) => string;
  duration: (seconds: number | null | undefined) => string;
  figure: (figure: FigureDoc | undefined) => string;
}

const known = new Map<string, Formats>();

/** Made once for each language: a formatter costs more to make than to use a hundred times. */
export function formatsOf(language: string): Formats {
  const found = known.get(language) ?? made(language);
  known.set(language, found);
  return found;
}

/** A code that has no name stands for itself. */
function called(names: Intl.DisplayNames, code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

function made(language: string): Formats {
  const locale = LOCALES[language] ?? language;
  const shapes = {
    time: new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
    seconds: new Intl.DateTimeFormat(locale, { timeStyle: "medium", hourCycle: "h23" }),
    date: new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", day: "numeric" }),
    both: new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" }),
  };
  const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const day = { month: "short", day: "numeric" } as const;
  const seconds = { ...clock, second: "2-digit" } as const;
  const days = new Intl.DateTimeFormat(locale, day);
  const when = (precise: Intl.DateTimeFormatOptions) => {
    const [today, ofYear, ofAny] = [
      precise,
      { ...day, ...precise },
      { year: "numeric", ...day, ...precise } as const,
    ].map((shape) => new Intl.DateTimeFormat(locale, shape));
    return (instant: string | number, now: number = Date.now()) => {
      const [then, present] = [new Date(instant), new Date(now)];
      const sameYear = then.getFullYear() === present.getFullYear();
      const shape = !sameYear ? ofAny : shapes.date.format(then) === shapes.date.format(present) ? today : ofYear;
      return shape?.format(then) ?? "";
    };
  };
  const gap = language === "zh" ? "" : " ";
  const at = (instant: string | number) => new Date(instant);
  const languages = new Intl.DisplayNames(locale, { type: "language", fallback: "code" });
  const countries = new Intl.DisplayNames(locale, { type: "region", fallback: "code" });
  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(locale, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      signDisplay: "negative",
    }).format(value);
  const percent = (ratio: number | null | undefined, digits = 0) =>
    ratio === null || ratio === undefined ? NO_DATA : `${number(ratio * 100, digits)}${gap}%`;
  const duration = (seconds: number | null | undefined) =>
    seconds === null || seconds === undefined ? NO_DATA : clockText(Math.round(seconds));
  return {
    locale,
    time: (instant) => shapes.time.format(at(instant)),
    timeWithSeconds: (instant) => shapes.seconds.format(at(instant)),
    date: (instant) => shapes.date.format(at(instant)),
    dateTime: (instant) => shapes.both.format(at(instant)),
    when: when(clock),
    whenWithSeconds: when(seconds),
    day: (instant) => days.format(at(instant)),
    language: (tag) => called(languages, tag),
    country: (code) => called(countries, code),
    number,
    percent,
    duration,
    figure: (figure) => {
      if (!figure || figure.value === null) return NO_DATA;
      if (figure.unit === "s") return duration(figure.value);
      if (figure.unit === "ratio") return percent(figure.value, figure.value > 0 && figure.value < 0.1 ? 1 : 0);
      return number(figure.value, Number.isInteger(figure.value) ? 0 : 1);
    },
  };
}

export function useFormats(): Formats {
  const { i18n } = useTranslation();
  return formatsOf(i18n.language);
}
