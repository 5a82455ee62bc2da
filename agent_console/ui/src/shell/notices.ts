/** Short notices in the corner: what was done, and what was refused and why. */

import { notifications } from "@mantine/notifications";
import type { TFunction } from "i18next";
import { problemWords } from "../api/problem_words";

/** Forms have their buttons at the foot, and are saved again and again: there notices stand at the head. */
function position(): "top-center" | "bottom-right" {
  return window.location.pathname.startsWith("/administration") ? "top-center" : "bottom-right";
}

const DONE = "done";

export function sayDone(message: string): void {
  // the latest takes the place of the one before: a pile of them would lie over what comes next
  notifications.hide(DONE);
  notifications.show({
    id: DONE,
    message,
    position: position(),
    color: "teal",
    role: "status",
    closeButtonProps: { "aria-label": "×" },
  });
}

export function sayProblem(t: TFunction, error: unknown): void {
  notifications.show({
    message: problemWords(t, error),
    position: position(),
    color: "red",
    autoClose: 10_000,
    role: "alert",
    closeButtonProps: { "aria-label": t("close") },
  });
}
