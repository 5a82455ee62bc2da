/**
 * What the daemon says when it refuses something, in Chinese. The daemon speaks English only: `en/refusals.json` has
 * its sentences with `{{holes}}` for what it fills in, `zh/refusals.json` the same in Chinese; a hole `said` is what
 * another program says in English, and may be left out there. Both are fetched with the
 * first refusal.
 */

import i18next from "i18next";

interface Pattern {
  match: RegExp;
  chinese: string;
}

const HOLE = /\{\{(\w+)\}\}/g;

let told: readonly Pattern[] | null = null;

/** Fetch the sentences, once, where they are needed. Without them a refusal is shown as the daemon said it. */
export async function learnRefusals(): Promise<void> {
  if (told !== null || i18next.language !== "zh") return;
  try {
    const [english, chinese] = await Promise.all([import("./en/refusals.json"), import("./zh/refusals.json")]);
    told = patternsOf(english.default, chinese.default);
  } catch {
    told = null; // the next refusal asks anew
  }
}

/** A sentence of the daemon in Chinese; null: it is none that is known, or the reader wants English. */
export function inChinese(sentence: string): string | null {
  if (told === null || i18next.language !== "zh") return null;
  const line = /^(line \d+)(?:: (.*))?$/s.exec(sentence);
  if (line?.[1] && line[2]) {
    const rule = inChinese(line[2]);
    return rule && `${inChinese(line[1]) ?? line[1]}：${rule}`;
  }
  return whole(told, sentence) ?? joined(told, sentence);
}

/** Several sentences in one, where each is known; what stands between back quotes is not cut. */
const JOINT = /(; |: )(?=(?:[^`]*`[^`]*`)*[^`]*$)/;
const JOINTS: Readonly<Record<string, string>> = { "; ": "；", ": ": "：" };

function joined(told: readonly Pattern[], sentence: string): string | null {
  const parts = sentence.split(JOINT);
  if (parts.length === 1) return null;
  const said = parts.map((part, at) => (at % 2 ? (JOINTS[part] ?? part) : whole(told, part)));
  return said.includes(null) ? null : said.join("");
}

function whole(told: readonly Pattern[], sentence: string): string | null {
  for (const { match, chinese } of told) {
    const found = match.exec(sentence);
    if (found) return chinese.replaceAll(HOLE, (_, hole: string) => filled(told, hole, found.groups?.[hole] ?? ""));
  }
  return null;
}

/** Holes in which the daemon puts words of its own, and not somebody's. */
const OWN: readonly string[] = ["rule", "wanted", "found", "what", "count"];

function filled(told: readonly Pattern[], hole: string, value: string): string {
  if (OWN.includes(hole))
    return value
      .split(" or ")
      .map((one) => whole(told, one) ?? one)
      .join("或");
  return value.replaceAll("' or '", "' 或 '"); // a list: 'a', 'b' or 'c'
}

/** What says more in words of its own is tried first. */
function patternsOf(english: Readonly<Record<string, string>>, chinese: Readonly<Record<string, string>>) {
  return Object.entries(english)
    .sort(([, one], [, other]) => fixed(other) - fixed(one))
    .map(([key, text]) => ({ match: expressionOf(text), chinese: chinese[key] ?? text }));
}

function fixed(text: string): number {
  return text.replaceAll(HOLE, "").length;
}

function expressionOf(text: string): RegExp {
  const parts = text.split(HOLE).map((part, at) => (at % 2 ? `(?<${part}>.*?)` : escaped(part)));
  return new RegExp(`^${parts.join("")}$`, "s");
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
