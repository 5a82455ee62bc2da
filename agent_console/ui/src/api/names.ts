/**
 * What people call queues, agents, dispositions and reasons; a code that is not, or no longer, known stands for itself.
 * Reasons of the system's own are called in the reader's language.
 */

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { listAgents, listQueues } from "./operations/floor";
import { listFlows } from "./operations/flows";
import { everything, useDispositions, useReasons } from "./queries";

export interface Names {
  queue: (code: string) => string;
  agent: (code: string) => string;
  disposition: (code: string) => string;
  reason: (code: string) => string;
}

const SETTLED = { staleTime: 5 * 60_000 } as const;

export function useNames(): Names {
  const { t } = useTranslation();
  const queues = useQuery({
    queryKey: ["names", "queues"],
    queryFn: () => everything(listQueues),
    ...SETTLED,
  });
  const agents = useQuery({
    queryKey: ["names", "agents"],
    queryFn: () => everything(listAgents),
    ...SETTLED,
  });
  const dispositions = useDispositions();
  const reasons = useReasons();
  return useMemo(() => {
    const of = (pairs: readonly (readonly [string, string])[]) => {
      const titles = new Map(pairs);
      return (code: string) => titles.get(code) || code;
    };
    const reason = of((reasons.data ?? []).map((row) => [row.reason, row.title]));
    return {
      queue: of((queues.data ?? []).map((row) => [row.queue, row.title])),
      agent: of((agents.data ?? []).map((row) => [row.agent, row.name])),
      disposition: of((dispositions.data ?? []).map((row) => [row.disposition, row.title])),
      reason: (code) => t(`reason.${code}` as "reason.login", { defaultValue: reason(code) }),
    };
  }, [queues.data, agents.data, dispositions.data, reasons.data, t]);
}

/** What people call voice menus; one that has no title, or is no longer there, stands for itself. */
export function useFlowTitles(): (flow: string) => string {
  const flows = useQuery({ queryKey: ["names", "flows"], queryFn: () => everything(listFlows), ...SETTLED });
  return useMemo(() => {
    const titles = new Map((flows.data ?? []).map((row) => [row.flow, row.title]));
    return (flow: string) => titles.get(flow) || flow;
  }, [flows.data]);
}
