/** Who waits, as people call them. */

import type { WaitingRow } from "../api/documents";

/** The customer, else who the telephone network says it is, else the number; empty: it is withheld. */
export function callerOf(row: WaitingRow): string {
  return row.customer?.name || row.caller_name || row.caller_number;
}
