/**
 * Outcomes are saved as they are typed. A change is sent after a pause in typing; what the daemon has not confirmed is
 * kept in this browser, is tried again until it has, and survives a closed page, a lost network and an ended session.
 * It is kept as its writer's: where several people share a browser, only the writer's own session sends and shows it.
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
  now(): number;
  later(run: () => void, ms: number): number;
  cancel(timer: number): void;
  kept: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;
}

export const PAUSE_MS = 500;
export const AGAIN_MS = 3_000;
/** The live channel has told the saved outcome by then; until then the draft is the newer word. */
export const SETTLED_MS = 2_000;
/** So long it waits for its writer to come back to this browser. */
export const KEPT_MS = 7 * 24 * 3600_000;
const KEY = "cordboard.outcome.";

interface Kept {
  at: number;
  outcome: Outcome;
}

export class OutcomeSaver {
  private readonly drafts = new Map<string, Draft>();
  private readonly timers = new Map<string, number>();
  private readonly sending = new Map<string, Promise<void>>();
  private readonly listeners = new Set<() => void>();
  private readonly outside: Outside;
  private readonly own: string;
  private stopped = false;

  /** `user`: who writes. */
  constructor(user: string, outside: Outside) {
    this.outside = outside;
    this.own = `${KEY}${encodeURIComponent(user)}/`;
  }

  /** Send what an earlier page of this user could not; of others' only what is too old goes. */
  resume(): void {
    const { kept } = this.outside;
    const keys = Array.from({ length: kept.length }, (_, index) => kept.key(index) ?? "");
    for (const key of keys.filter((one) => one.startsWith(KEY))) {
      const found = this.read(key);
      if (found === null) kept.removeItem(key);
      else if (key.startsWith(this.own)) this.takeUp(key.slice(this.own.length), found.outcome);
    }
    this.tell();
  }

  /** Somebody else is at this page: nothing more is sent, and what was not stays kept for its writer. */
  stop(): void {
    this.stopped = true;
    for (const timer of this.timers.values()) this.outside.cancel(timer);
    this.timers.clear();
  }

  private takeUp(contactId: string, outcome: Outcome): void {
    if (this.drafts.has(contactId)) return;
    this.drafts.set(contactId, { outcome, state: "kept", refusal: null });
    this.plan(contactId, 0);
  }

  /** What is kept there; null: nothing that anybody can use, or not any more. */
  private read(key: string): Kept | null {
    try {
      const found = JSON.parse(this.outside.kept.getItem(key) ?? "null") as Partial<Kept> | null;
      if (typeof found?.at !== "number" || !found.outcome) return null;
      return found.at + KEPT_MS > this.outside.now() ? { at: found.at, outcome: found.outcome } : null;
    } catch {
      return null;
    }
  }

  private keep(contactId: string, outcome: Outcome): void {
    const kept: Kept = { at: this.outside.now(), outcome };
    this.outside.kept.setItem(this.own + contactId, JSON.stringify(kept));
  }

  private forget(contactId: string): void {
    this.outside.kept.removeItem(this.own + contactId);
  }

  /** What was typed and is not yet confirmed, with how far it is; null: what the daemon says holds. */
  draft(contactId: string): Draft | null {
    return this.drafts.get(contactId) ?? null;
  }

  change(contactId: string, outcome: Outcome): void {
    this.keep(contactId, outcome);
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
    if (this.stopped) return;
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
    if (!draft || draft.state === "saved" || this.stopped) return;
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
    this.forget(contactId);
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
      if (error.status === 404 && !this.stopped) this.forget(contactId);
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
