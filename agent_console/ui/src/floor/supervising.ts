/** What supervisors do on the floor: each act says what it did, or why it was refused. */

import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import {
  closeQueue,
  monitorContact,
  moveContact,
  openQueue,
  putBackEmergency,
  returnContact,
  sayToTeam,
  setAgentQueues,
  setAgentSkills,
  setAgentState,
  setPriority,
  stopMonitoring,
  throwEmergency,
  withdrawContact,
} from "../api/operations/supervision";
import type { SetAgentState, SetQueues } from "../api/documents";
import { sayDone, sayProblem } from "../shell/notices";

/** Run an act and tell what came of it; ends in either case. */
export function useDoing(): (done: string, act: () => Promise<unknown>) => Promise<boolean> {
  const { t } = useTranslation();
  return useCallback(
    async (done, act) => {
      try {
        await act();
        if (done) sayDone(done);
        return true;
      } catch (error) {
        sayProblem(t, error);
        return false;
      }
    },
    [t],
  );
}

export type MonitorMode = "listen" | "whisper" | "barge";

export const supervising = {
  monitor: (contact: string, mode: MonitorMode, agent: string) => monitorContact(contact, { mode, agent }),
  stopMonitoring: (contact: string) => stopMonitoring(contact),
  setPriority: (contact: string, priority: number) => setPriority(contact, { priority }),
  move: (contact: string, queue: string) => moveContact(contact, { queue }),
  sendBack: (contact: string) => returnContact(contact),
  withdraw: (contact: string) => withdrawContact(contact),
  setState: (agent: string, body: SetAgentState) => setAgentState(agent, body),
  setSkills: (agent: string, skills: Record<string, number>, etag: string) => setAgentSkills(agent, { skills }, etag),
  setQueues: (agent: string, wish: SetQueues, etag: string) => setAgentQueues(agent, wish, etag),
  say: (team: string, text: string) => sayToTeam(team, { text }),
  closeQueue: (queue: string) => closeQueue(queue),
  throwEmergency: (number: string) => throwEmergency(number),
  putBackEmergency: (number: string) => putBackEmergency(number),
  openQueue: (queue: string) => openQueue(queue),
};
