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

  private looking: Promise<void> | null = null;

  start(): void {
    // another tab may have begun a new session: only the daemon knows whether there is one
    api.onSignedOut = channel.onSignedOut = () => {
      if (this.looking === null) void this.look();
    };
    api.onStaleToken = () => this.isStillMine();
    channel.onRefused = channel.onForbidden = () => void this.look();
    if (this.tabs) this.tabs.onmessage = () => void this.lookAnew();
    void this.look().then(() => {
      // who comes back from the provider begins a session on a fresh page
      if (this.session.kind === "in") this.tell("in");
    });
  }

  /** Ask the daemon who is signed in; once at a time. */
  look(): Promise<void> {
    this.looking ??= this.ask().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  /** Ask once more: what is being asked may be answered from before. */
  private async lookAnew(): Promise<void> {
    await this.looking;
    await this.look();
  }

  private async ask(): Promise<void> {
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
    this.tell("in");
    return me;
  }

  async signOut(): Promise<void> {
    await signOut();
    this.left();
    this.tell("out");
  }

  /** Leave the page of a session that has ended: somebody else wants to sign in. */
  leave(): void {
    this.left();
  }

  /** The person changed something of themselves, and with it the session of all tabs. */
  renewed(me: Me): void {
    this.entered(me);
    this.tell("in");
  }

  private tell(what: "in" | "out"): void {
    this.tabs?.postMessage(what);
  }

  /** Whether the one who is signed in is, still, the one of this page; with the token of the present session. */
  private async isStillMine(): Promise<boolean> {
    const user = this.session.kind === "in" ? this.session.me.user : null;
    await this.lookAnew();
    const present = this.session;
    return user !== null && present.kind === "in" && !present.expired && present.me.user === user;
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
