/**
 * Outcomes are saved as they are typed. A change is sent after a pause in typing; what the daemon has not confirmed is
 * kept in this browser, is tried again until it has, and survives a closed page, a lost network and an ended session.
 */

import type { Outcome } from "../api/documents";
import { Problem } from "../api/client";

export type SaveState = "saved" | "waiting" | "saving" | "kept" | "refused";

export interface Draft {
  outcome: Outcome;
  state: SaveState;
  refusal: Problem | null;
}

export interface Outside {
  put(contactId: string, outcome: Outcome): Promise<unknown>;
  later(run: () => void, ms: number): number;
  cancel(timer: number): void;
  kept: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;
}

export const PAUSE_MS = 500;
export const AGAIN_MS = 3_000;
/** The live channel has told the saved outcome by then; until then the draft is the newer word. */
export const SETTLED_MS = 2_000;
const KEY = "cordboard.outcome.";

export class OutcomeSaver {
  private readonly drafts = new Map<string, Draft>();
  private readonly timers = new Map<string, number>();
  private readonly sending = new Map<string, Promise<void>>();
  private readonly listeners = new Set<() => void>();
  private readonly outside: Outside;

  constructor(outside: Outside) {
    this.outside = outside;
  }

  /** Send what an earlier page could not. */
  resume(): void {
    for (let index = 0; index < this.outside.kept.length; index += 1) {
      const key = this.outside.kept.key(index);
      if (!key?.startsWith(KEY)) continue;
      const contactId = key.slice(KEY.length);
      if (this.drafts.has(contactId)) continue;
      const text = this.outside.kept.getItem(key);
      if (text === null) continue;
      this.drafts.set(contactId, { outcome: JSON.parse(text) as Outcome, state: "kept", refusal: null });
      this.plan(contactId, 0);
    }
    this.tell();
  }

  /** What was typed and is not yet confirmed, with how far it is; null: what the daemon says holds. */
  draft(contactId: string): Draft | null {
    return this.drafts.get(contactId) ?? null;
  }

  change(contactId: string, outcome: Outcome): void {
    this.outside.kept.setItem(KEY + contactId, JSON.stringify(outcome));
    this.become(contactId, { outcome, state: "waiting", refusal: null });
    this.plan(contactId, PAUSE_MS);
  }

  /** Send now what has not been sent; ends when it has been tried. */
  async flush(contactId: string): Promise<void> {
    const draft = this.drafts.get(contactId);
    if (draft && draft.state !== "saved" && draft.state !== "refused") await this.send(contactId);
  }

  /** The page closes: send all that has not been sent. */
  flushAll(): void {
    for (const contactId of this.drafts.keys()) void this.flush(contactId);
  }

  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  private plan(contactId: string, ms: number): void {
    const before = this.timers.get(contactId);
    if (before !== undefined) this.outside.cancel(before);
    this.timers.set(
      contactId,
      this.outside.later(() => void this.send(contactId), ms),
    );
  }

  /** One at a time, so that an older text never arrives last. */
  private async send(contactId: string): Promise<void> {
    const before = this.sending.get(contactId);
    if (before) {
      await before;
      const draft = this.drafts.get(contactId);
      if (!draft || draft.state === "saved" || this.sending.has(contactId)) return this.sending.get(contactId);
    }
    const attempt = this.attempt(contactId);
    this.sending.set(contactId, attempt);
    try {
      await attempt;
    } finally {
      if (this.sending.get(contactId) === attempt) this.sending.delete(contactId);
    }
  }

  private async attempt(contactId: string): Promise<void> {
    const draft = this.drafts.get(contactId);
    if (!draft || draft.state === "saved") return;
    const { outcome } = draft;
    this.become(contactId, { outcome, state: "saving", refusal: null });
    try {
      await this.outside.put(contactId, outcome);
      this.sent(contactId, outcome);
    } catch (error) {
      this.failed(contactId, outcome, error);
    }
  }

  private sent(contactId: string, outcome: Outcome): void {
    if (this.drafts.get(contactId)?.outcome !== outcome) return; // typed on meanwhile: the next one is planned
    this.outside.kept.removeItem(KEY + contactId);
    this.become(contactId, { outcome, state: "saved", refusal: null });
    this.timers.set(
      contactId,
      this.outside.later(() => this.settle(contactId), SETTLED_MS),
    );
  }

  private settle(contactId: string): void {
    if (this.drafts.get(contactId)?.state !== "saved") return;
    this.drafts.delete(contactId);
    this.tell();
  }

  private failed(contactId: string, outcome: Outcome, error: unknown): void {
    if (this.drafts.get(contactId)?.outcome !== outcome) return;
    const refused = error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 401;
    if (refused) {
      // what was typed can be mended, also after the page is loaded anew; unless there is nothing to say it of
      if (error.status === 404) this.outside.kept.removeItem(KEY + contactId);
      this.become(contactId, { outcome, state: "refused", refusal: error });
    } else {
      this.become(contactId, { outcome, state: "kept", refusal: null });
      this.plan(contactId, AGAIN_MS);
    }
  }

  private become(contactId: string, draft: Draft): void {
    this.drafts.set(contactId, draft);
    this.tell();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
