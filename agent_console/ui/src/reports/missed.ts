/** Of which queue one asks first why its target was missed. */

import type { QueueRow } from "../api/documents";

/** How far a queue's service level of today lies above its target; of one without callers: as far as can be. */
function margin(row: QueueRow): number {
  return (row.today.service_level?.value ?? Number.POSITIVE_INFINITY) - row.targets.service_level;
}

/** The queue that lies furthest below its target, or the least above it; null: there is none. */
export function worstOf(queues: readonly QueueRow[]): string | null {
  const [first, ...others] = queues;
  if (!first) return null;
  return others.reduce((worst, row) => (margin(row) < margin(worst) ? row : worst), first).queue;
}
