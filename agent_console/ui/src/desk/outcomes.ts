/** The saver of outcomes of who is signed in, and how the desk reads and changes an outcome through it. */

import { useCallback, useMemo, useSyncExternalStore } from "react";
import { setOutcome } from "../api/operations/desk";
import { session } from "../api/session";
import type { DeskContact, Outcome } from "../api/documents";
import { OutcomeSaver, type Outside, type SaveState, toldIn } from "./outcome_saver";
import type { Problem } from "../api/client";

const outside: Outside = {
  // what is typed in the last moment is sent although the page closes
  put: (contactId, outcome, etag) => setOutcome(contactId, outcome, etag, { keepalive: true }),
  now: () => Date.now(),
  later: (run, ms) => window.setTimeout(run, ms),
  cancel: (timer) => window.clearTimeout(timer),
  kept: localStorage,
};

let writer: { user: string; saver: OutcomeSaver } | null = null;

/** The saver of who is signed in; null: nobody is. Also while their session has ended and the page waits for them. */
function present(): OutcomeSaver | null {
  const now = session.present();
  const user = now.kind === "in" ? now.me.user : null;
  if (user !== (writer?.user ?? null)) {
    writer?.saver.stop();
    writer = user === null ? null : { user, saver: new OutcomeSaver(user, outside) };
    writer?.saver.resume();
  }
  return writer?.saver ?? null;
}

present();
session.listen(() => void present());
window.addEventListener("pagehide", () => present()?.flushAll());

export interface OutcomeOf {
  outcome: Outcome;
  state: SaveState;
  refusal: Problem | null;
  /** In a clash: what somebody else told meanwhile. */
  theirs: Outcome | null;
  change: (part: Partial<Outcome>) => void;
  /** False: one has to choose first between one's own and theirs. */
  flush: () => Promise<boolean>;
  insist: () => void;
  giveUp: () => void;
}

export function useOutcome(contact: DeskContact): OutcomeOf {
  const id = contact.contact_id;
  const saver = useSyncExternalStore(session.listen, present);
  const draft = useSyncExternalStore(
    useCallback((listener: () => void) => saver?.listen(listener) ?? (() => undefined), [saver]),
    useCallback(() => saver?.draft(id) ?? null, [saver, id]),
  );
  const outcome = draft?.outcome ?? contact.outcome;
  const told = useMemo(() => toldIn(contact), [contact]);
  const change = useCallback(
    (part: Partial<Outcome>) => saver?.change(id, { ...outcome, ...part }, told),
    [saver, id, outcome, told],
  );
  const flush = useCallback(async () => (await saver?.flush(id)) ?? true, [saver, id]);
  const insist = useCallback(() => saver?.insist(id), [saver, id]);
  const giveUp = useCallback(() => saver?.giveUp(id), [saver, id]);
  const { state, refusal, theirs } = draft ?? { state: "saved" as const, refusal: null, theirs: null };
  return { outcome, state, refusal, theirs: theirs?.outcome ?? null, change, flush, insist, giveUp };
}
