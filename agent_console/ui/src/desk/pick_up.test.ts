import { expect, it } from "vitest";
import type { DeskContact, DeskState, ParkedRow } from "../api/documents";
import { whyNotPickUp } from "./pick_up";

const ROW = { contact_id: "1.1", parked_by: "anna", fetched_by: null } as ParkedRow;
const STATE = { agent: "bruno", declared: "READY", phone_reachable: true, slots: 1 } as DeskState;

function reason(row: Partial<ParkedRow>, state: Partial<DeskState>, ...contacts: DeskContact["state"][]) {
  const there = contacts.map((one) => ({ state: one }) as DeskContact);
  return whyNotPickUp({ ...ROW, ...row }, { ...STATE, ...state }, there)?.reason_id ?? null;
}

it("is possible for whoever is signed in with a free hand, ready or not", () => {
  expect(reason({}, {})).toBeNull();
  expect(reason({}, { declared: "NOT_READY" })).toBeNull();
  expect(reason({}, {}, "wrap_up", "parked")).toBeNull();
  expect(reason({}, { slots: 2 }, "talking")).toBeNull();
});

it("says why it is not", () => {
  expect(reason({}, { declared: "LOGGED_OUT" })).toBe("signed_out");
  expect(reason({}, { phone_reachable: false })).toBe("phone_unreachable");
  expect(reason({}, {}, "held")).toBe("engaged");
  expect(reason({}, { slots: 2 }, "talking", "consulting")).toBe("engaged");
  expect(reason({ fetched_by: "carl" }, {})).toBe("being_picked_up");
  expect(reason({ fetched_by: "bruno" }, {})).toBe("still_ringing");
});
