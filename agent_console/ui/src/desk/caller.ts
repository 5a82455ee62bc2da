import type { TFunction } from "i18next";
import type { DeskContact } from "../api/documents";

/** The best name that we have for who is on the other side. */
export function callerName(contact: DeskContact, t: TFunction<"desk">): string {
  return contact.customer?.name || contact.caller_name || contact.caller_number || t("unknownCaller");
}
