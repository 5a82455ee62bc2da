import { useEffect, useState } from "react";
import type { WaitingRow } from "../api/documents";
import { useWaiting } from "../live/live";

/** So long a contact may be in no queue and still come into another. */
export const MOVES_WITHIN_MS = 1_500;

/** A contact that is moved is gone from one queue a moment before it is in the other: what is open on it stays open. */
export function useWaitingRow(contact: string): WaitingRow | undefined {
  const found = useWaiting().find((one) => one.contact_id === contact);
  const [kept, keep] = useState(found);
  useEffect(() => {
    const timer = window.setTimeout(() => keep(found), found === undefined ? MOVES_WITHIN_MS : 0);
    return () => window.clearTimeout(timer);
  }, [found]);
  return found ?? kept;
}
