/** The words of whole views. */

import type { Namespace } from "i18next";
import { useTranslation } from "react-i18next";

type Words = Extract<Namespace, string>;

/**
 * Wait for all words that a view may show later before it is shown at all. Words that are fetched when a part of it
 * first appears take the whole view away for that moment, with the focus and what is being typed.
 */
export function useWordsOf(...words: Words[]): void {
  useTranslation(words);
}
