import { describe, expect, it } from "vitest";
import schema from "../administration/schema.json";
import { settingsOf } from "../administration/settings_schema";
import { thresholdsOf } from "./figures";
import { formatsOf } from "./formats";

type Texts = { [key: string]: string | Texts };

const files = import.meta.glob<Texts>("./{en,zh}/*.json", { eager: true, import: "default" });

function* leaves(texts: Texts, path = ""): Generator<[string, string]> {
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === "string") yield [path + key, value];
    else yield* leaves(value, `${path}${key}.`);
  }
}

const textsOf = (language: string, name: string) => new Map(leaves(files[`./${language}/${name}.json`] ?? {}));
const NAMES = Object.keys(files)
  .filter((path) => path.startsWith("./en/"))
  .map((path) => path.slice("./en/".length, -".json".length));
const holes = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

/** What is the same in both languages on purpose: signs, names of keys, names of products. */
const SAME = /^(\P{L}*|F|s|SL\d|YAML|CSV|Excel|HTML|JSON|API)$/u;
const isSame = (text: string) => SAME.test(text.replaceAll(/\{\{\w+\}\}/g, ""));

/** Names of products, formats and countries' codes, and what has to be typed or is read as it is. */
const LATIN = new Set(
  [
    "API Alt Asterisk Chrome Cordboard Edge Excel Firefox HTML CSV IP ISO JSON KiB MiB PIN PJSIP Safari UDP UTC UTF-8",
    "Unicode YAML https CN CNY DE BY USD Asia Shanghai Europe Berlin en zh zh-CN Authorization Bearer",
    "cordboard flow check doctor render.py web-phones docs settings.md asterisk.spool_folder crm.example customers",
    "CORDBOARD_ASTERISK__AMI__SECRET CORDBOARD_ASTERISK__AGI__TOKEN secret_file token_file postgresql sqlite redis",
    "column customer_id account number name from to queue sales Phone next_cursor ordered partial true false today",
    "Content-Type application json windows-1252",
    "offered closed min hour day Mon-Fri Sat say no_input none queue.NAME key",
  ].flatMap((line) => line.split(" ")),
);

/** Latin words of a text that are no such names; formulas and what stands between back quotes is not looked at. */
function latinOf(text: string): string[] {
  const plain = text.replaceAll(/\{\{\w+\}\}|`[^`]*`|\bSL\d|\b[A-Z]_[a-z]\b/g, " ");
  return [...plain.matchAll(/(?<!\w)[A-Za-z][\w'-]+(?:\.\w+)*/g)]
    .map(([word]) => word)
    .filter((word) => !LATIN.has(word));
}

describe.each(NAMES)("texts of %s", (name) => {
  const english = textsOf("en", name);
  const chinese = textsOf("zh", name);

  it("are all there in both languages", () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("have the same holes to be filled", () => {
    for (const [key, text] of english) {
      const there = holes(chinese.get(key) ?? "");
      // what another program says in English may be left out
      const wanted = holes(text).filter((hole) => !hole?.startsWith("said") || there.includes(hole));
      expect([key, there]).toEqual([key, wanted]);
    }
  });

  it("are translated", () => {
    const left = [...english].filter(([key, text]) => chinese.get(key) === text && !isSame(text));
    expect(left).toEqual([]);
    const unchinese = [...chinese].filter(([, text]) => !/\p{Script=Han}/u.test(text) && !isSame(text));
    expect(unchinese).toEqual([]);
  });

  it("have no English in their Chinese", () => {
    const left = [...chinese]
      .map(([key, text]) => [key, latinOf(text)] as const)
      .filter(([, words]) => words.length > 0);
    expect(left).toEqual([]);
  });

  it("say nothing empty", () => {
    expect([...english, ...chinese].filter(([, text]) => text.trim() === "")).toEqual([]);
  });
});

describe("settings", () => {
  it("have a label for each that is explained, and for each choice", () => {
    const labels = textsOf("en", "labels");
    const unlabelled = [...textsOf("en", "hints").keys()].filter((key) => !labels.has(key));
    expect(unlabelled).toEqual([]);
    const choices = Object.keys(schema.definitions)
      .flatMap((definition) => settingsOf(definition))
      .flatMap(({ kind }) => (kind.is === "choice" ? kind.of : []));
    expect(choices.filter((choice) => !labels.has(`choice.${choice}`))).toEqual([]);
  });
});

describe("definitions", () => {
  it("lend their thresholds to the translated formula, and nothing else", () => {
    expect(thresholdsOf("(A_t + B_s) / (A + B), t = 20 s, s = 2.5 s")).toEqual([
      { symbol: "t", seconds: "20" },
      { symbol: "s", seconds: "2.5" },
    ]);
    expect(thresholdsOf("A_t / A")).toEqual([]);
  });
});

describe("formats", () => {
  const figure = (value: number | null, unit: string) => ({
    value,
    unit,
    numerator: null,
    denominator: null,
    formula: "",
    unclassified: 0,
  });

  it("write figures by their unit, and no data as no data", () => {
    const { figure: shown } = formatsOf("en");
    expect(shown(figure(0.8412, "ratio"))).toBe("84 %");
    expect(shown(figure(0.031, "ratio"))).toBe("3.1 %");
    expect(shown(figure(0, "ratio"))).toBe("0 %");
    expect(shown(figure(249.6, "s"))).toBe("4:10");
    expect(shown(figure(12345, "contacts"))).toBe("12,345");
    expect(shown(figure(null, "ratio"))).toBe("–");
    expect(shown(undefined)).toBe("–");
  });
});
