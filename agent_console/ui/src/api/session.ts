/** Who is signed in at this page; told to all tabs of the browser. */

import { useSyncExternalStore } from "react";
import { channel, streams } from "../live/live";
import { api, Problem } from "./client";
import { getSession, signIn, signOut } from "./operations/session";
import type { Me } from "./documents";

export type Session =
  | { kind: "unknown" }
  | { kind: "out" }
  | { kind: "unreachable" }
  /** `expired`: the daemon does not know the session any longer; the page stays, behind a new sign-in. */
  | { kind: "in"; me: Me; expired: boolean };

type Listener = () => void;

class SessionStore {
  private session: Session = { kind: "unknown" };
  private readonly listeners = new Set<Listener>();
  private readonly tabs = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("cordboard.session");
  /** Called when another person, or nobody, is signed in from now on: nothing that was read may stay. */
  onAnother: () => void = () => undefined;

  start(): void {
    api.onSignedOut = channel.onSignedOut = () => this.ended();
    channel.onRefused = channel.onForbidden = () => void this.look();
    if (this.tabs) this.tabs.onmessage = () => void this.look();
    void this.look();
  }

  /** Ask the daemon who is signed in. */
  async look(): Promise<void> {
    try {
      this.entered(await getSession());
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.ended();
      else if (this.session.kind !== "in") this.become({ kind: "unreachable" });
    }
  }

  /** Raises `Problem` when the daemon refuses. */
  async signIn(name: string, password: string): Promise<Me> {
    const me = await signIn({ name, password });
    this.entered(me);
    this.tabs?.postMessage("in");
    return me;
  }

  async signOut(): Promise<void> {
    await signOut();
    this.left();
    this.tabs?.postMessage("out");
  }

  /** The person changed something of themselves. */
  async refresh(): Promise<void> {
    this.entered(await getSession());
  }

  private entered(me: Me): void {
    if (this.session.kind === "in" && this.session.me.user !== me.user) this.forget();
    api.useToken(me.csrf_token ?? "");
    if (this.session.kind !== "in" || this.session.expired || !alike(this.session.me, me)) {
      this.become({ kind: "in", me, expired: false });
    }
    if (!me.must_change_password) channel.start();
  }

  private ended(): void {
    channel.stop();
    if (this.session.kind === "in") this.become({ ...this.session, expired: true });
    else this.become({ kind: "out" });
  }

  private left(): void {
    channel.stop();
    this.forget();
    this.become({ kind: "out" });
  }

  private forget(): void {
    streams.clear();
    this.onAnother();
  }

  private become(session: Session): void {
    this.session = session;
    for (const listener of [...this.listeners]) listener();
  }

  readonly listen = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  readonly present = (): Session => this.session;
}

export const session = new SessionStore();

export function useSession(): Session {
  return useSyncExternalStore(session.listen, session.present);
}

/** Who is signed in; only under the shell, where somebody is. */
export function useMe(): Me {
  const present = useSession();
  if (present.kind !== "in") throw new Error("nobody is signed in");
  return present.me;
}

function alike(one: Me, other: Me): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

const RANK = { agent: 0, supervisor: 1, administrator: 2 } as const;

export function atLeast(me: Me, role: Me["role"]): boolean {
  return RANK[me.role] >= RANK[role];
}
