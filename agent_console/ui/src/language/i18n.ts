/**
 * The console's two languages. Texts are files by language and namespace, fetched when a view first needs them;
 * keys are typed by the English files, and a test holds the Chinese ones against them.
 */

import i18next, { type BackendModule, type ResourceKey } from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

const files = import.meta.glob<ResourceKey>("./{en,zh}/*.json", { import: "default" });
const KEPT = "cordboard.language";

const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language, namespace, done) => {
    const load = files[`./${language}/${namespace}.json`];
    if (!load) {
      done(new Error(`no texts ${language}/${namespace}`), false);
      return;
    }
    load().then(
      (texts) => done(null, texts),
      (error: unknown) => done(error as Error, true),
    );
  },
};

/** The language that fits a tag such as `zh-Hans-CN`; null: none does. */
export function languageOf(tag: string | null | undefined): Language | null {
  const main = tag?.toLowerCase().split("-")[0];
  return LANGUAGES.find((known) => known === main) ?? null;
}

function firstLanguage(): Language {
  const chosen = languageOf(localStorage.getItem(KEPT));
  return chosen ?? navigator.languages.map(languageOf).find((found) => found !== null) ?? "en";
}

/** Whether the person chose a language in this browser. */
export function hasChosenLanguage(): boolean {
  return languageOf(localStorage.getItem(KEPT)) !== null;
}

export async function startLanguages(): Promise<void> {
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: firstLanguage(),
      fallbackLng: false,
      supportedLngs: LANGUAGES,
      ns: ["common"],
      defaultNS: "common",
      returnNull: false,
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
    });
  i18next.on("languageChanged", tellThePage);
  tellThePage(i18next.language);
}

export async function speak(language: Language, remember: boolean): Promise<void> {
  if (remember) localStorage.setItem(KEPT, language);
  if (i18next.language !== language) await i18next.changeLanguage(language);
}

function tellThePage(language: string): void {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
}
