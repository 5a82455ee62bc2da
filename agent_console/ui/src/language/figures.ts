/** What figures are called and what they mean, in the language of the person. */

import { useMemo } from "react";
import { useTranslation } from "react-i18next";

/** What the server says of a figure, in English: shown for one that the console has no words for. */
interface Definition {
  name: string;
  definition: string;
  exclusions: string;
}

const THRESHOLD = /\b([ts]) = ([\d.]+) s\b/g;

/** The thresholds that a definition ends in, as in `A_t / A, t = 20 s`. */
export function thresholdsOf(definition: string): { symbol: "t" | "s"; seconds: string }[] {
  return [...definition.matchAll(THRESHOLD)].map(([, symbol, seconds = ""]) => ({
    symbol: symbol === "s" ? "s" : "t",
    seconds,
  }));
}

export interface FigureTexts {
  title: (name: string, otherwise?: string) => string;
  definition: (figure: Definition) => string;
  exclusions: (figure: Definition) => string;
  /** A formula by its id; with the thresholds that `definition` tells. */
  formula: (id: string, definition: string) => string;
}

export function useFigureTexts(): FigureTexts {
  const common = useTranslation().t;
  // a hint must not take the view away while its words are on the way
  const { t } = useTranslation("figures", { useSuspense: false });
  return useMemo(
    () => ({
      title: (name, otherwise = name) =>
        common(`figure.${name}` as "figure.offered", {
          defaultValue: t(`title.${name}` as "title.offered", { defaultValue: otherwise }),
        }),
      definition: ({ name, definition }) =>
        t(`definition.${name}` as "definition.offered", { defaultValue: definition }),
      exclusions: ({ name, exclusions }) => t(`exclusions.${name}` as "exclusions.asa_s", { defaultValue: exclusions }),
      formula: (id, definition) => {
        const formula = t(`formula.${id}` as "formula.SL1", { defaultValue: "" });
        if (formula === "") return definition;
        const within = thresholdsOf(definition).map(({ symbol, seconds }) => t(`threshold.${symbol}`, { seconds }));
        return [formula, ...within].join(", ");
      },
    }),
    [common, t],
  );
}
