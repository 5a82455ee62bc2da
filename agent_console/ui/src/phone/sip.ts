/** JsSIP, as far as this phone needs it: it is called, answers and ends. It never holds: hold is the switch's. */

import type { IncomingRTCSessionEvent, RTCSessionEvent, UA } from "jssip/lib/UA";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { Socket } from "jssip/lib/Socket";
import type { IncomingRequest } from "jssip/lib/SIPMessage";
import type { WebPhone } from "../api/documents";
import { CLOSED, ConsoleSocket } from "./console_socket";

export interface SipCall {
  readonly id: string;
  readonly who: string;
  /** The switch wants it answered at once (Call-Info, Alert-Info). */
  readonly byItself: boolean;
  /** What rings here rings on at the next page when this one goes. */
  readonly ringsOn: boolean;
  /** A supervisor hears a talk: brought to the next page likewise. */
  readonly listens: boolean;
  readonly connection: () => RTCPeerConnection | null;
  answer(stream: MediaStream): void;
  end(): void;
  /** Find a new way for the sound. False: not possible just now. */
  repair(): boolean;
}

export interface SipEvents {
  connecting(): void;
  registered(): void;
  /** `final`: why it is not tried again. */
  disconnected(final: keyof typeof CLOSED | null): void;
  refused(status: number): void;
  rings(call: SipCall): void;
  /** The switch tells the phone to answer: the desk's button was pressed. */
  toldToAnswer(call: SipCall): void;
  up(call: SipCall): void;
  hears(call: SipCall, stream: MediaStream): void;
  over(call: SipCall): void;
}

export interface Sip {
  stop(): void;
  /** The connection may be dead without having said so. */
  suspect(): void;
  /** The page goes, and leaves its call to the daemon, which brings it to the page that comes. */
  leave(): void;
}

/** What JsSIP's session has besides what its types tell. */
type Session = Omit<RTCSession, "connection"> & {
  /** Not there before the answer. */
  readonly connection: RTCPeerConnection | undefined;
  receiveRequest(request: IncomingRequest): void;
  sendRequest(method: string, options?: { extraHeaders?: string[] }): void;
};

const REGISTER_S = 120;
/** So long a phone may ring; the switch ends it sooner. */
const RING_S = 600;
/** How long is waited for more candidates after the first: a network that does not answer delays no call. */
const GATHER_MS = 500;

/** The phone begins to connect; JsSIP is fetched only now. */
export async function openSip(account: WebPhone, events: SipEvents): Promise<Sip> {
  const { default: JsSIP } = await import("jssip");
  const calls = new Map<string, Incoming>();
  const socket = new ConsoleSocket(socketAddress(account.path), () => calls.size > 0);
  const agent = new JsSIP.UA({
    sockets: socket as unknown as Socket,
    uri: account.uri,
    // the daemon puts the right answer in its place
    password: "the console's session",
    user_agent: "Cordboard",
    register_expires: REGISTER_S,
    session_timers: false,
    no_answer_timeout: RING_S,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 4,
  });
  const stop = () => {
    socket.retire();
    agent.stop();
  };
  listen(agent, calls, account, events, stop);
  agent.start();
  return { stop, suspect: () => socket.drop(), leave: () => socket.leave() };
}

function listen(agent: UA, calls: Map<string, Incoming>, account: WebPhone, events: SipEvents, stop: () => void): void {
  agent.on("connecting", () => events.connecting());
  agent.on("registered", () => {
    for (const call of calls.values()) call.renew();
    events.registered();
  });
  agent.on("registrationFailed", ({ response }) => {
    // without an answer the connection is the trouble, which tells itself
    const status = (response as { status_code?: number } | null)?.status_code;
    if (status !== undefined) events.refused(status);
  });
  agent.on("disconnected", ({ code }) => {
    const final = (Object.keys(CLOSED) as (keyof typeof CLOSED)[]).find((why) => CLOSED[why] === code) ?? null;
    for (const call of [...calls.values()]) call.cut();
    events.disconnected(final);
    if (final) stop();
  });
  agent.on("newRTCSession", (event: RTCSessionEvent) => {
    if (!isIncoming(event)) return;
    // the switch has given up the call that is here, and could not say so
    const takesItsPlace = ["Cordboard-Returns", "Cordboard-Listens"].some((name) => event.request.getHeader(name));
    if (takesItsPlace) for (const call of [...calls.values()]) call.end();
    if (calls.size > 0) {
      event.session.terminate({ status_code: 486 });
      return;
    }
    begin(event, calls, account, events);
  });
}

function isIncoming(event: RTCSessionEvent): event is IncomingRTCSessionEvent {
  return (event.originator as string) === "remote";
}

function begin(
  { session, request }: IncomingRTCSessionEvent,
  calls: Map<string, Incoming>,
  account: WebPhone,
  events: SipEvents,
): void {
  const call = new Incoming(session as unknown as Session, request, account.stun);
  calls.set(call.id, call);
  const over = () => {
    if (calls.delete(call.id)) events.over(call);
  };
  session.on("accepted", () => events.up(call));
  session.on("ended", over);
  session.on("failed", over);
  session.on("peerconnection", ({ peerconnection }) =>
    peerconnection.addEventListener("track", ({ track, streams }) =>
      events.hears(call, streams[0] ?? new MediaStream([track])),
    ),
  );
  call.onToldToAnswer = () => events.toldToAnswer(call);
  events.rings(call);
}

class Incoming implements SipCall {
  readonly id: string;
  readonly who: string;
  readonly byItself: boolean;
  readonly ringsOn: boolean;
  readonly listens: boolean;
  onToldToAnswer: () => void = () => undefined;
  private readonly session: Session;
  private readonly stun: readonly string[];

  constructor(session: Session, request: IncomingRequest, stun: readonly string[]) {
    this.session = session;
    this.stun = stun;
    this.id = session.id;
    const { display_name, uri } = session.remote_identity;
    this.who = display_name || uri.user || "";
    this.byItself = answersByItself(request.getHeader("Call-Info"), request.getHeader("Alert-Info"));
    this.ringsOn = Boolean(request.getHeader("Cordboard-Kept"));
    this.listens = Boolean(request.getHeader("Cordboard-Listens"));
    const receive = session.receiveRequest.bind(session);
    // JsSIP refuses a NOTIFY before the call is up, but that is when the switch tells a phone to answer
    session.receiveRequest = (inside: IncomingRequest) => {
      if (!isTalkEvent(inside) || !session.isInProgress()) {
        receive(inside);
        return;
      }
      (inside as unknown as { reply(status: number): void }).reply(200);
      this.onToldToAnswer();
    };
  }

  readonly connection = (): RTCPeerConnection | null => this.session.connection ?? null;

  answer(stream: MediaStream): void {
    let gathering: number | null = null;
    this.session.on("icecandidate", ({ ready }) => {
      gathering ??= window.setTimeout(ready, GATHER_MS);
    });
    const iceServers = this.stun.length > 0 ? [{ urls: [...this.stun] }] : [];
    this.session.answer({ mediaStream: stream, pcConfig: { iceServers } });
  }

  end(): void {
    if (this.session.isEnded()) return;
    this.session.terminate(this.session.isInProgress() ? { status_code: 603 } : {});
  }

  repair(): boolean {
    return this.session.isEstablished() && this.session.renegotiate({ rtcOfferConstraints: { iceRestart: true } });
  }

  /** After a new connection: else the switch would send what it has to say of this call to the old one. */
  renew(): void {
    if (!this.session.isEstablished()) return;
    this.session.sendRequest("UPDATE", { extraHeaders: [`Contact: ${this.session.contact}`] });
  }

  /** The connection is gone: what rings cannot be answered any more. */
  cut(): void {
    if (this.session.isInProgress()) this.end();
  }
}

/** Whether the switch's headers ask for an answer at once. */
export function answersByItself(callInfo: string | undefined, alertInfo: string | undefined): boolean {
  return /;\s*answer-after\s*=\s*0/i.test(callInfo ?? "") || /info\s*=\s*alert-autoanswer/i.test(alertInfo ?? "");
}

function isTalkEvent(request: IncomingRequest): boolean {
  const event = request.method === "NOTIFY" ? (request.getHeader("Event") as string | undefined) : undefined;
  return event?.trim().toLowerCase() === "talk";
}

function socketAddress(path: string): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}${path}`;
}
