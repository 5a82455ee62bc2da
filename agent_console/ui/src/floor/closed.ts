import type { TFunction } from "i18next";
import type { QueueRow } from "../api/documents";

/** Why a queue is closed, as far as it is known. */
export function closedWords(row: QueueRow, t: TFunction<"floor">): string {
  if (row.closed_by_hand) return t("queues.closedByHand");
  if (row.closed_for === null) return t("queues.closed");
  return t(`queues.closedFor.${row.closed_for}`, { holiday: row.holiday ?? "" });
}
