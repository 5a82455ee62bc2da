/** The phone's state as a sentence that says what to do. */

import { useTranslation } from "react-i18next";
import { isGone, type PhoneState, wordOf } from "./states";

export function useSentence(state: PhoneState): string {
  const { t } = useTranslation("phone");
  const { line } = state;
  const word = wordOf(state);
  switch (word) {
    case "microphone":
      return t(`microphone.${state.microphone ?? "none"}`);
    case "silentMicrophone":
      return isGone(state.microphone) ? t(`gone.${state.microphone}`) : t("says.silentMicrophone");
    case "unsupported":
      return t(`unsupported.${line.kind === "unsupported" ? line.why : "browser"}`);
    case "elsewhere":
      if (line.kind !== "elsewhere") return "";
      if (line.there === "movable") return t("elsewhere.movable");
      return t(line.there === "fixed" ? "elsewhere.busy" : `elsewhere.${line.where}`);
    case "refused":
      return t("says.refused", { status: line.kind === "refused" ? line.status : 0 });
    case "lost":
      return t("says.lost");
    case "talking":
      if (line.kind === "lost") return t("says.talkingLost");
      if (state.muted) return t("says.muted");
      return t(state.call?.verdict.path === "quiet" ? "says.quiet" : "says.talking");
    default:
      return t(`says.${word}`);
  }
}
