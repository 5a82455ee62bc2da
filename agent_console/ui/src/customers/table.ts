/** A table of customers before it is sent: how it is written, and which of its columns is what. Pure. */

import names from "./columns.json";

export type ColumnField = keyof typeof names;
export const COLUMN_FIELDS = Object.keys(names) as ColumnField[];
/** One of these has to be there, or nothing tells which customer a row is. */
export const TELLING: readonly ColumnField[] = ["customer_id", "accounts", "numbers"];

/** Of these there may be several columns. */
const SEVERAL: readonly ColumnField[] = ["numbers", "accounts", "open_matters"];

/** How a file's letters are written. */
export const ENCODINGS = ["utf-8", "gb18030", "big5", "windows-1252", "utf-16le"] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The text of a file; null: it is not written so. */
export function decoded(bytes: ArrayBuffer, encoding: Encoding): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** How a file seems to be written; what spreadsheets write where the reader lives comes after Unicode. */
export function encodingOf(bytes: ArrayBuffer, language: string): Encoding {
  const [first, second] = new Uint8Array(bytes.slice(0, 2));
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (decoded(bytes, "utf-8") !== null) return "utf-8";
  return language === "zh" ? "gb18030" : "windows-1252";
}

export interface Column {
  title: string;
  /** What the first row has there. */
  example: string;
}

const DELIMITERS = [",", ";", "\t", "|"] as const;

/** The columns that a table's first line names. */
export function columnsOf(text: string): Column[] {
  const plain = text.replace(/^\uFEFF/, "");
  const [first = ""] = plain.split(/\r?\n/, 1);
  const count = (delimiter: string) => first.split(delimiter).length;
  const delimiter = DELIMITERS.reduce((best, one) => (count(one) > count(best) ? one : best));
  const [titles = [], row = []] = records(plain, delimiter, 2);
  return titles.map((title, place) => ({ title: title.trim(), example: row[place]?.trim() ?? "" }));
}

/** About how many rows a table has below its titles: a value that goes over several lines counts as several. */
export function rowsOf(text: string): number {
  return Math.max(0, text.trimEnd().split("\n").length - 1);
}

/** The first records of a table; a quoted value may hold delimiters, quotes and line ends. */
function records(text: string, delimiter: string, most: number): string[][] {
  const found: string[][] = [];
  let record: string[] = [];
  let value = "";
  let quoted = false;
  const end = () => {
    record.push(value);
    value = "";
  };
  for (let at = 0; at < text.length && found.length < most; at += 1) {
    const character = text.charAt(at);
    if (quoted) {
      if (character !== '"') value += character;
      else if (text.charAt(at + 1) === '"') {
        value += character;
        at += 1;
      } else quoted = false;
    } else if (character === '"' && value === "") quoted = true;
    else if (character === delimiter) end();
    else if (character === "\n") {
      end();
      found.push(record);
      record = [];
    } else if (character !== "\r") value += character;
  }
  if (found.length < most && (value !== "" || record.length > 0)) {
    end();
    found.push(record);
  }
  return found;
}

/** The field that a title names by itself, as the daemon reads it; null: none. */
export function fieldOf(title: string): ColumnField | null {
  const plain = title.trim().toLowerCase().replaceAll(/[ -]/g, "_").replace(/\d+$/, "").replace(/_+$/, "");
  return COLUMN_FIELDS.find((field) => (names[field] as readonly string[]).includes(plain)) ?? null;
}

/** What somebody said of columns, by title, as the daemon is told: only where the title does not say it already. */
export function saidOf(said: Readonly<Record<string, ColumnField>>): string[] {
  return Object.entries(said)
    .filter(([title, field]) => fieldOf(title) !== field)
    .map(([title, field]) => `${title}=${field}`);
}

/** Why a table cannot be taken in yet: nothing tells whose a row is, or two columns are the same one field. */
export function missingOf(
  columns: readonly Column[],
  said: Readonly<Record<string, ColumnField>>,
): "telling" | ColumnField | null {
  const fields = columns.map(({ title }) => said[title] ?? fieldOf(title)).filter((field) => field !== null);
  if (!fields.some((field) => TELLING.includes(field))) return "telling";
  return fields.find((field, place) => !SEVERAL.includes(field) && fields.indexOf(field) < place) ?? null;
}
