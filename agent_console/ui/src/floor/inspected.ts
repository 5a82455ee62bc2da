/** What the pane at the side shows: a queue, an agent, a waiting or parked contact, the contacts behind a number. */

import { createContext, useContext } from "react";

export type Inspected =
  | { kind: "queue"; queue: string }
  | { kind: "agent"; agent: string }
  | { kind: "signed_in" }
  | { kind: "waiting"; contact: string }
  | { kind: "parked"; contact: string }
  /** Those who wait now; `queue` null: in all. */
  | { kind: "waits"; title: string; queue: string | null }
  | { kind: "contacts"; title: string; query: Record<string, string> }
  | { kind: "story"; contact: string }
  | { kind: "team"; team: string }
  | { kind: "numbers" };

export type Inspect = (what: Inspected | null) => void;

export const InspectContext = createContext<Inspect>(() => undefined);

export function useInspect(): Inspect {
  return useContext(InspectContext);
}

/** What row of a list is the one that is shown. */
export function keyOf(inspected: Inspected | null, kind: "queue" | "agent" | "waiting" | "parked"): string | null {
  if (inspected?.kind !== kind) return null;
  switch (inspected.kind) {
    case "queue":
      return inspected.queue;
    case "agent":
      return inspected.agent;
    case "waiting":
    case "parked":
      return inspected.contact;
    default:
      return null;
  }
}
