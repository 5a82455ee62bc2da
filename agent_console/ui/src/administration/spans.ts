/** Parts of a day as people type them, and as the settings have them. */

const PART = /^(\d{1,2})(?:[:.：]?([0-5]\d))?\s*[-–—~至到]\s*(\d{1,2})(?:[:.：]?([0-5]\d))?$/;

/** `8-12, 13–18.30` is `08:00-12:00` and `13:00-18:30`; what cannot be read stays as it is, to be refused by name. */
export function spansOf(text: string): string[] {
  return text
    .split(/[,;，；、]/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => spanOf(part) ?? part);
}

/** A part of a day in the settings' words; null: it is none. */
export function spanOf(text: string): string | null {
  const found = PART.exec(text);
  if (!found) return null;
  const [from, to] = [clock(found[1], found[2]), clock(found[3], found[4])];
  return from === null || to === null || from === to || from === "24:00" ? null : `${from}-${to}`;
}

/** The first part that cannot be read; null: all can. */
export function unreadable(spans: readonly string[]): string | null {
  return spans.find((span) => spanOf(span) === null) ?? null;
}

function clock(hour: string | undefined, minute = "00"): string | null {
  const value = Number(hour) * 60 + Number(minute);
  return value > 24 * 60 ? null : `${String(hour).padStart(2, "0")}:${minute}`;
}
