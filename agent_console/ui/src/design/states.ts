/** An agent's state as one word: what is going on counts before what was declared. */

import type { Activity, Declared } from "../api/documents";

export const STATES = ["ready", "reserved", "talking", "hold", "wrap_up", "not_ready", "logged_out"] as const;
export type StateWord = (typeof STATES)[number];

const OF_ACTIVITY: Record<Exclude<Activity, "IDLE">, StateWord> = {
  RESERVED: "reserved",
  TALKING: "talking",
  HOLD: "hold",
  WRAP_UP: "wrap_up",
};
const OF_DECLARED: Record<Declared, StateWord> = {
  READY: "ready",
  NOT_READY: "not_ready",
  LOGGED_OUT: "logged_out",
};

export function stateWord(state: { declared: Declared; activity: Activity }): StateWord {
  return state.activity === "IDLE" ? OF_DECLARED[state.declared] : OF_ACTIVITY[state.activity];
}
