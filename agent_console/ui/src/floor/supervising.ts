/** What supervisors do on the floor: each act says what it did, or why it was refused. */

import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { sayDone, sayProblem } from "../shell/notices";

const at = (kind: string, id: string) => `/${kind}/${encodeURIComponent(id)}`;

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
  monitor: (contact: string, mode: MonitorMode, agent: string) =>
    api.post(`${at("contacts", contact)}/monitor`, { mode, agent }),
  stopMonitoring: (contact: string) => api.delete(`${at("contacts", contact)}/monitor`),
  setPriority: (contact: string, priority: number) => api.post(`${at("contacts", contact)}/priority`, { priority }),
  move: (contact: string, queue: string) => api.post(`${at("contacts", contact)}/move`, { queue }),
  withdraw: (contact: string) => api.post(`${at("contacts", contact)}/withdraw`),
  setState: (agent: string, body: { declared: string; reason?: string; force?: boolean }) =>
    api.post(`${at("agents", agent)}/state`, body),
  setSkills: (agent: string, skills: Record<string, number>) => api.put(`${at("agents", agent)}/skills`, { skills }),
  say: (team: string, text: string) => api.post(`${at("teams", team)}/messages`, { text }),
  closeQueue: (queue: string) => api.post(`${at("queues", queue)}/close`),
  throwEmergency: (number: string) => api.post(`${at("entry-points", number)}/emergency`),
  putBackEmergency: (number: string) => api.post(`${at("entry-points", number)}/normal`),
  openQueue: (queue: string) => api.post(`${at("queues", queue)}/open`),
};
