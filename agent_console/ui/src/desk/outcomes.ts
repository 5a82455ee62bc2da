/** The page's one saver of outcomes, and how the desk reads and changes an outcome through it. */

import { useCallback, useSyncExternalStore } from "react";
import { setOutcome } from "../api/operations/desk";
import type { DeskContact, Outcome } from "../api/documents";
import { OutcomeSaver, type SaveState } from "./outcome_saver";
import type { Problem } from "../api/client";

export const saver = new OutcomeSaver({
  // what is typed in the last moment is sent although the page closes
  put: (contactId, outcome) => setOutcome(contactId, outcome, { keepalive: true }),
  later: (run, ms) => window.setTimeout(run, ms),
  cancel: (timer) => window.clearTimeout(timer),
  kept: localStorage,
});
saver.resume();
window.addEventListener("pagehide", () => saver.flushAll());

export interface OutcomeOf {
  outcome: Outcome;
  state: SaveState;
  refusal: Problem | null;
  change: (part: Partial<Outcome>) => void;
  flush: () => Promise<void>;
}

export function useOutcome(contact: DeskContact): OutcomeOf {
  const id = contact.contact_id;
  const draft = useSyncExternalStore(
    saver.listen,
    useCallback(() => saver.draft(id), [id]),
  );
  const outcome = draft?.outcome ?? contact.outcome;
  const change = useCallback((part: Partial<Outcome>) => saver.change(id, { ...outcome, ...part }), [id, outcome]);
  const flush = useCallback(() => saver.flush(id), [id]);
  return { outcome, state: draft?.state ?? "saved", refusal: draft?.refusal ?? null, change, flush };
}
