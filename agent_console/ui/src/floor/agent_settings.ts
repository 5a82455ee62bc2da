/**
 * What supervisors change of an agent's settings from the floor, by the version that they saw: nothing that somebody
 * else changed meanwhile is written over unseen, and nothing that was typed is lost.
 */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, Problem } from "../api/client";
import type { AgentQueue, AgentRow } from "../api/documents";
import { listAgentQueues } from "../api/operations/floor";
import { everything } from "../api/queries";
import { useFreshQueries } from "../live/fresh";

export interface AgentSettings {
  etag: string;
  skills: Readonly<Record<string, number>>;
  queues: readonly AgentQueue[];
}

/** The agent's settings as they are, asked for again when settings change. */
export function useAgentSettings(agent: string) {
  useFreshQueries("settings", ["agent-settings"]);
  return useQuery({ queryKey: keyOf(agent), queryFn: () => read(agent), staleTime: 0 });
}

const keyOf = (agent: string) => ["agent-settings", agent];

async function read(agent: string): Promise<AgentSettings> {
  // the version first: where something changes between the two, it is the older one, and saving is refused
  const { document, etag } = await api.tagged<AgentRow>(`/agents/${encodeURIComponent(agent)}`);
  return { etag, skills: document.skills, queues: await everything((query) => listAgentQueues(agent, query)) };
}

type Part<V> = Readonly<Record<string, V>>;

interface Base<V> {
  etag: string;
  part: Part<V>;
}

export interface Editing<V> {
  /** What somebody else has changed since this was begun, as it is now; null: nothing. */
  theirs: Part<V> | null;
  /** Go on from how it is now. */
  adopt: () => void;
  /** Save by the version that was seen, then `done`; not where somebody else was faster: then `theirs` tells. */
  save: (put: (etag: string) => Promise<unknown>, done: () => void) => Promise<void>;
}

/** A part of an agent's settings while it is changed. `none`: what stands for a key that is not there. */
export function useEditing<V>(
  agent: string,
  present: AgentSettings,
  partOf: (settings: AgentSettings) => Part<V>,
  { typed, none }: { typed: boolean; none: V },
): Editing<V> {
  const cache = useQueryClient();
  const now: Base<V> = { etag: present.etag, part: partOf(present) };
  const [base, setBase] = useState(now);
  const [saving, setSaving] = useState(false);
  const differ = differences(base.part, now.part, none);
  const overtaken = typed && !saving && Object.keys(differ).length > 0;
  if (now.etag !== base.etag && !overtaken && !saving) setBase(now);
  const refresh = () => cache.query({ queryKey: keyOf(agent), queryFn: () => read(agent), staleTime: 0 });
  return {
    theirs: overtaken ? differ : null,
    adopt: () => setBase(now),
    save: async (put, done) => {
      setSaving(true);
      try {
        if (!(await hasPut(put, base, refresh, (fresh) => differences(base.part, partOf(fresh), none)))) return;
        await refresh();
        done();
      } finally {
        setSaving(false);
      }
    },
  };
}

/** Whether it is saved; not where somebody else changed the same part. */
async function hasPut<V>(
  put: (etag: string) => Promise<unknown>,
  { etag }: Base<V>,
  refresh: () => Promise<AgentSettings>,
  differ: (fresh: AgentSettings) => Part<V>,
): Promise<boolean> {
  try {
    await put(etag);
  } catch (error) {
    if (!isOvertaken(error)) throw error;
    const fresh = await refresh();
    if (Object.keys(differ(fresh)).length > 0) return false;
    await put(fresh.etag); // something else of the agent was changed, which this does not touch
  }
  return true;
}

/** What differs, as it is in the second. */
export function differences<V>(before: Part<V>, after: Part<V>, none: V): Record<string, V> {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = keys.filter((key) => (before[key] ?? none) !== (after[key] ?? none));
  return Object.fromEntries(changed.map((key) => [key, after[key] ?? none]));
}

/** A part with what was typed over it. */
export function overlaid<V>(part: Part<V>, typed: Part<V>, none: V): Record<string, V> {
  return Object.fromEntries(Object.entries({ ...part, ...typed }).filter(([, value]) => value !== none));
}

function isOvertaken(error: unknown): boolean {
  return error instanceof Problem && error.error_id === "edited_meanwhile";
}
