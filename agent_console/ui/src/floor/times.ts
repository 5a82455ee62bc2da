/** The edges of time that is corrected: to the exact instant where they are left alone, else as they are typed. Pure. */

/** An instant as a clock's face shows it: `09:05:07`, in the reader's zone. */
export function clockFace(at: string): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** An edge that was given, and what stands in its field. */
export interface Edge {
  exact: string;
  typed: string;
}

export const edgeAt = (exact: string): Edge => ({ exact, typed: clockFace(exact) });

/** The instant that an edge means on a day (`2026-11-28`); null: it is no time. */
export function momentOf(day: string, { exact, typed }: Edge): string | null {
  if (clockFace(exact) === typed) return exact;
  const at = new Date(`${day}T${typed}`);
  return typed === "" || Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** From a day's beginning to the next one's, in the reader's zone. */
export function wholeDay(day: string): { from: string; to: string } {
  const [begin, end] = [new Date(`${day}T00:00`), new Date(`${day}T00:00`)];
  end.setDate(end.getDate() + 1);
  return { from: begin.toISOString(), to: end.toISOString() };
}

/** Time with a contact is the switch's word. */
export function canBeCorrected({ state }: { state: string }): boolean {
  return state === "READY" || state === "NOT_READY";
}
