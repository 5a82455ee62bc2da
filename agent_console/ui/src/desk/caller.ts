import type { TFunction } from "i18next";
import type { DeskContact } from "../api/documents";

/** Whether the customer who is offered waits to be called back: answering dials them. */
export function isCallback(contact: DeskContact): boolean {
  return contact.state === "ringing" && contact.parties.some((one) => one.kind === "customer" && one.state === "gone");
}

/** The best name that we have for who is on the other side. */
export function callerName(contact: DeskContact, t: TFunction<"desk">): string {
  return contact.customer?.name || contact.caller_name || contact.caller_number || t("unknownCaller");
}
