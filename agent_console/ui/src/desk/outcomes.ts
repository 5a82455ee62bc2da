/** The saver of outcomes of who is signed in, and how the desk reads and changes an outcome through it. */

import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { setOutcome } from "../api/operations/desk";
import { session } from "../api/session";
import type { DeskContact, Outcome } from "../api/documents";
import { toldIn, type Verdict } from "../api/outcome_versions";
import { OutcomeSaver, type Outside, type SaveState } from "./outcome_saver";
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
  /** What one had said when somebody else said otherwise, which stands. */
  overruled: Verdict | null;
  change: (part: Partial<Outcome>) => void;
  flush: () => Promise<void>;
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
  const flush = useCallback(async () => saver?.flush(id), [saver, id]);
  const state = draft?.state ?? "saved";
  useEffect(() => saver?.shown(id, told), [saver, id, told, state]);
  return { outcome, state, refusal: draft?.refusal ?? null, overruled: saver?.overruled(id) ?? null, change, flush };
}
