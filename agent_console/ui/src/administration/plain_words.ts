/** What every place that tells settings says alike: choices, numbers with their units, yes and no. */

import type { TFunction } from "i18next";
import type { Formats } from "../language/formats";
import type { Kind } from "./settings_schema";

export interface NumberWords {
  number: (value: number) => string;
  seconds: (value: number) => string;
  percent: (ratio: number) => string;
}

export function numberWords(t: TFunction<"administration">, formats: Formats): NumberWords {
  return {
    number: String,
    seconds: (value) => `${value} ${t("unit.seconds")}`,
    percent: (ratio) => formats.percent(ratio),
  };
}

/** A number with the unit of its setting. */
export function numberOf(kind: Extract<Kind, { is: "number" }>, value: number, words: NumberWords): string {
  if (kind.fraction) return words.percent(value);
  return kind.seconds ? words.seconds(value) : words.number(value);
}

/** A code of a choice by its name. */
export function choiceOf(labels: TFunction<"labels">, code: string): string {
  return labels(`choice.${code}` as "choice.queue", { defaultValue: code });
}

export function yesOrNo(value: boolean): string {
  return value ? "✓" : "–";
}
