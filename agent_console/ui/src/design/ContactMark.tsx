import type { DeskContact } from "../api/documents";
import { StateMark } from "./StateMark";
import type { StateWord } from "./states";

const MARKS: Record<DeskContact["state"], StateWord> = {
  ringing: "reserved",
  dialling: "reserved",
  talking: "talking",
  consulting: "talking",
  conference: "talking",
  held: "hold",
  parked: "hold",
  wrap_up: "wrap_up",
  over: "logged_out",
};

/** A contact's state in the shapes of the agents' states. */
export function ContactMark({ state, size }: { state: DeskContact["state"]; size?: number }) {
  return <StateMark state={MARKS[state]} {...(size === undefined ? {} : { size })} />;
}
