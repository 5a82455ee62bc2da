/** Short notices in the corner: what was done, and what was refused and why. */

import { notifications } from "@mantine/notifications";
import type { TFunction } from "i18next";
import { problemWords } from "../api/problem_words";

export function sayDone(message: string): void {
  notifications.show({ message, color: "teal", closeButtonProps: { "aria-label": "×" } });
}

export function sayProblem(t: TFunction, error: unknown): void {
  notifications.show({
    message: problemWords(t, error),
    color: "red",
    autoClose: 10_000,
    role: "alert",
    closeButtonProps: { "aria-label": t("close") },
  });
}
