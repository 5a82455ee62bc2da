/** What settings and logged acts say, in the reader's words: keys by the forms' labels, choices and days by their names. */

import type { TFunction } from "i18next";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Formats, useFormats } from "../language/formats";
import { choiceOf, type NumberWords, numberOf, numberWords, yesOrNo } from "./plain_words";
import { definitionOf, type SectionName, SECTIONS, type Setting, settingsOf } from "./settings_schema";
import { DAYS, dayNames } from "../language/week";

export interface ValueWords {
  /** A key of what `section` (or a thing of the audit log) consists of. */
  label: (section: string, key: string) => string;
  /** The value of that key, in a line: lists by commas, groups as `label value`. */
  value: (section: string, key: string, value: unknown) => string;
}

export function useValueWords(): ValueWords {
  const { t } = useTranslation("administration");
  const labels = useTranslation("labels").t;
  const formats = useFormats();
  return useMemo(() => {
    const words = new Words(t, labels, formats);
    return {
      label: (section, key) => words.label(definitionIn(section), key),
      value: (section, key, value) => words.value(definitionIn(section), key, value),
    };
  }, [t, labels, formats]);
}

function definitionIn(section: string): string | null {
  const known: SectionName | undefined = SECTIONS.find((one) => one === section);
  return known === undefined ? null : definitionOf(known);
}

/** Keys of what no form knows whose values are codes; others are words of people: names, notes, messages. */
const CODES: readonly string[] = ["declared", "state", "mode", "via", "role", "scopes"];

/** Keys of logged acts that are instants, in microseconds or as RFC 3339. */
const INSTANTS: readonly string[] = ["start", "end"];

class Words {
  private readonly t: TFunction<"administration">;
  private readonly labels: TFunction<"labels">;
  private readonly formats: Formats;
  private readonly numbers: NumberWords;

  constructor(t: TFunction<"administration">, labels: TFunction<"labels">, formats: Formats) {
    this.t = t;
    this.labels = labels;
    this.formats = formats;
    this.numbers = numberWords(t, formats);
  }

  label(definition: string | null, key: string): string {
    const otherwise = this.t(`field.${key}` as "field.profile", { defaultValue: key });
    return definition === null
      ? otherwise
      : this.labels(`${definition}.${key}` as "Team.title", { defaultValue: otherwise });
  }

  value(definition: string | null, key: string, value: unknown): string {
    if (value === null || value === undefined) return "";
    if (typeof value === "boolean") return yesOrNo(value);
    const setting = definition === null ? undefined : settingsOf(definition).find(({ name }) => name === key);
    return setting === undefined ? this.plain(key, value) : this.ofKind(setting, value);
  }

  private ofKind({ name, kind }: Setting, value: unknown): string {
    switch (kind.is) {
      case "choice":
        return choiceOf(this.labels, String(value));
      case "number":
        return typeof value === "number" ? numberOf(kind, value, this.numbers) : String(value);
      case "group":
      case "holidays":
        return this.group(kind.of, value);
      case "list":
        return Array.isArray(value) ? value.map((one) => this.group(kind.of, one)).join(this.t("listJoin")) : "";
      case "week":
        return this.pairs(value, (day) => this.day(day)).join(this.t("join"));
      case "days":
        return this.pairs(value, (day) => day).join(this.t("join"));
      default:
        return this.plain(name, value);
    }
  }

  private group(definition: string, value: unknown): string {
    if (typeof value !== "object" || value === null) return this.plain("", value);
    return Object.entries(value)
      .map(([key, one]) => `${this.label(definition, key)} ${this.value(definition, key, one)}`)
      .join(this.t("join"));
  }

  /** `mon: [08:00-12:00]` as a day with its hours. */
  private pairs(value: unknown, named: (key: string) => string): string[] {
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).map(([key, hours]) => {
      const spans = Array.isArray(hours) ? hours.join(", ") : String(hours);
      return `${named(key)} ${spans || this.t("closed")}`;
    });
  }

  private day(code: string): string {
    const place = DAYS.findIndex((day) => day === code);
    return dayNames(this.formats.locale, "short")[place] ?? code;
  }

  /** Of what no form knows: acts that are logged, skills and weights by their names. */
  private plain(key: string, value: unknown): string {
    if (Array.isArray(value)) return value.map((one) => this.plain(key, one)).join(this.t("join"));
    if (typeof value === "object" && value !== null) {
      const held = definitionIn(key === "profile" ? "users" : "");
      return Object.entries(value)
        .map(([name, one]) => `${this.label(held, name)} ${this.value(held, name, one)}`)
        .join(this.t("join"));
    }
    if (typeof value === "boolean") return yesOrNo(value);
    if (typeof value !== "string" && typeof value !== "number") return "";
    if (INSTANTS.includes(key)) return this.formats.dateTime(typeof value === "number" ? value / 1000 : value);
    if (!CODES.includes(key)) return String(value);
    const [code = "", reason] = String(value).split(":");
    const called = this.t(`value.${code}` as "value.READY", { defaultValue: "" });
    return called === "" ? String(value) : [called, reason].filter(Boolean).join(" ");
  }
}
