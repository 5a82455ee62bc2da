import type { TFunction } from "i18next";
import type { VoicemailDoc } from "../api/documents";

/** The best name that we have for who left a message. */
export function callerOf(one: VoicemailDoc, t: TFunction<"voicemails">): string {
  return one.caller_name || one.caller_number || t("unknownCaller");
}
