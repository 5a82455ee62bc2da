/** Whether a colleague's parked customer can be picked up now, as the daemon would judge it. */

import type { DeskContact, DeskState, ParkedRow, Refusal } from "../api/documents";

/** States in which the agent is at work on a call; beside a wrap-up another may be taken. */
const AT_WORK: readonly DeskContact["state"][] = ["dialling", "talking", "held", "consulting", "conference"];

/** Null: it can be. The words are the console's own, by the reason's id. */
export function whyNotPickUp(row: ParkedRow, state: DeskState, contacts: readonly DeskContact[]): Refusal | null {
  const reason = reasonId(row, state, contacts);
  return reason === null ? null : { reason, reason_id: reason };
}

function reasonId(row: ParkedRow, state: DeskState, contacts: readonly DeskContact[]): string | null {
  if (state.declared === "LOGGED_OUT") return "signed_out";
  if (row.fetched_by === state.agent) return "still_ringing";
  if (row.fetched_by !== null) return "being_picked_up";
  if (!state.phone_reachable) return "phone_unreachable";
  const busy = contacts.filter((contact) => AT_WORK.includes(contact.state)).length;
  return busy >= state.slots ? "engaged" : null;
}
