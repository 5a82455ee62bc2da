/**
 * What the browser's phone is, as one state that one function changes. The picture, the texts and the tests are made of
 * it; everything that touches microphone, network or SIP only tells what happened.
 *
 *     off → (microphone, elsewhere, unsupported) → connecting → ready ⇄ lost
 *                                                        call: ringing → answering → talking → over
 */

import type { Holding } from "./one_tab";
import { FINE, type Verdict } from "./quality";

/** Why there is no microphone: not yet asked for, refused by the person, not there, or taken by another program. */
export type MicrophoneTrouble = "ask" | "denied" | "none" | "busy";

export type Line =
  | { kind: "off" }
  | { kind: "unsupported"; why: "insecure" | "browser" }
  /** Another tab of this browser, or another browser, is the agent's phone. `there`: what of a call is known. */
  | { kind: "elsewhere"; where: "tab" | "browser"; there: Holding }
  | { kind: "connecting" }
  | { kind: "ready" }
  /** The way to the switch is gone; it is tried again. `since`: local time in ms. */
  | { kind: "lost"; since: number }
  /** The switch will not have this phone. `status`: SIP's own number. */
  | { kind: "refused"; status: number };

export interface Call {
  id: string;
  phase: "ringing" | "answering" | "talking";
  who: string;
  /** The switch wants it answered at once. */
  byItself: boolean;
  /** Local time in ms since it rings, or is up. */
  since: number;
  verdict: Verdict;
}

export interface PhoneState {
  line: Line;
  microphone: MicrophoneTrouble | null;
  call: Call | null;
  muted: boolean;
  /** The browser plays no sound until somebody has clicked in the page. */
  ringBlocked: boolean;
}

export type Happening =
  | { is: "off" }
  | { is: "unsupported"; why: "insecure" | "browser" }
  | { is: "elsewhere"; where: "tab" | "browser"; there: Holding }
  | { is: "microphone"; trouble: MicrophoneTrouble | null }
  | { is: "connecting" }
  | { is: "registered" }
  | { is: "disconnected"; at: number }
  | { is: "refused"; status: number }
  | { is: "rings"; id: string; who: string; byItself: boolean; at: number }
  | { is: "answering"; id: string }
  | { is: "up"; id: string; at: number }
  | { is: "judged"; id: string; verdict: Verdict }
  | { is: "over"; id: string }
  | { is: "muted"; muted: boolean }
  | { is: "ringBlocked"; blocked: boolean };

export const AT_FIRST: PhoneState = {
  line: { kind: "off" },
  microphone: null,
  call: null,
  muted: false,
  ringBlocked: false,
};

/** The state after something happened; the same object when nothing changes. */
export function next(state: PhoneState, happening: Happening): PhoneState {
  switch (happening.is) {
    case "off":
      return AT_FIRST;
    case "unsupported":
      return { ...AT_FIRST, line: { kind: "unsupported", why: happening.why } };
    case "elsewhere":
      return { ...AT_FIRST, line: { kind: "elsewhere", where: happening.where, there: happening.there } };
    case "microphone":
      return state.microphone === happening.trouble ? state : { ...state, microphone: happening.trouble };
    case "connecting":
      // a connection that is tried again is still lost
      return state.line.kind === "lost" ? state : { ...state, line: { kind: "connecting" } };
    case "registered":
      return { ...state, line: { kind: "ready" } };
    case "disconnected":
      return lost(state, happening.at);
    case "refused":
      return { ...state, line: { kind: "refused", status: happening.status } };
    case "ringBlocked":
      return state.ringBlocked === happening.blocked ? state : { ...state, ringBlocked: happening.blocked };
    case "muted":
      return state.muted === happening.muted ? state : { ...state, muted: happening.muted };
    default:
      return { ...state, ...callNext(state, happening) };
  }
}

function lost(state: PhoneState, at: number): PhoneState {
  const since = state.line.kind === "lost" ? state.line.since : at;
  // a talk goes on without the connection; what rings cannot be answered over it
  const call = state.call?.phase === "ringing" ? null : state.call;
  return { ...state, line: { kind: "lost", since }, call };
}

type OfCall = Extract<Happening, { id: string }>;

function callNext(state: PhoneState, happening: OfCall): Pick<PhoneState, "call" | "muted"> {
  const { call, muted } = state;
  if (happening.is === "rings") {
    if (call !== null) return { call, muted };
    const { id, who, byItself, at } = happening;
    return { call: { id, who, byItself, since: at, phase: "ringing", verdict: FINE }, muted: false };
  }
  if (call?.id !== happening.id) return { call, muted };
  switch (happening.is) {
    case "answering":
      return { call: call.phase === "ringing" ? { ...call, phase: "answering" } : call, muted };
    case "up":
      return { call: { ...call, phase: "talking", since: happening.at }, muted };
    case "judged":
      return { call: call.phase === "talking" ? { ...call, verdict: happening.verdict } : call, muted };
    case "over":
      return { call: null, muted: false };
  }
}

/** Everything that the mark in the top bar can say, the gravest first. */
export const WORDS = [
  "unsupported",
  "elsewhere",
  "noAudio",
  "silentMicrophone",
  "talking",
  "answering",
  "ringing",
  "microphone",
  "refused",
  "lost",
  "connecting",
  "ready",
  "off",
] as const;
export type Word = (typeof WORDS)[number];

/** Whether the microphone was taken away, and not only never asked for. */
export function isGone(microphone: MicrophoneTrouble | null): microphone is Exclude<MicrophoneTrouble, "ask"> {
  return microphone !== null && microphone !== "ask";
}

/** What is to be said of the phone now. */
export function wordOf({ line, call, microphone, muted }: PhoneState): Word {
  if (line.kind === "unsupported" || line.kind === "elsewhere") return line.kind;
  if (call?.phase === "talking") {
    if (call.verdict.path === "none") return "noAudio";
    const isDumb = call.verdict.microphone === "silent" || isGone(microphone);
    return isDumb && !muted ? "silentMicrophone" : "talking";
  }
  if (call) return call.phase;
  return microphone !== null ? "microphone" : line.kind;
}

/** `bad` wants somebody now, `warn` soon. */
export function toneOf(word: Word): "good" | "calm" | "warn" | "bad" {
  switch (word) {
    case "ready":
    case "talking":
      return "good";
    case "off":
    case "connecting":
    case "answering":
    case "ringing":
    case "elsewhere":
      return "calm";
    case "lost":
    case "silentMicrophone":
      return "warn";
    case "unsupported":
    case "microphone":
    case "refused":
    case "noAudio":
      return "bad";
  }
}
