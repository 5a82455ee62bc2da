/** The query cache, and the questions that several views ask. */

import { QueryClient, useQuery } from "@tanstack/react-query";
import { api, Problem } from "./client";
import { getCatalogue } from "./operations/reports";
import type { Page } from "./pages";
import type { DispositionDoc, ReasonDoc, SkillDoc, TeamDoc } from "./documents";

function worthAnotherTry(failures: number, error: Error): boolean {
  return failures < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500);
}

export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 30_000, retry: worthAnotherTry, refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
});

export type { Page };

const MOST = 200;
const ENOUGH_PAGES = 50;

/** Every page of a list that is known to be short. */
export async function everything<T>(path: string, query: Record<string, string> = {}): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < ENOUGH_PAGES; pages += 1) {
    const page: Page<T> = await api.get<Page<T>>(path, { ...query, limit: MOST, cursor });
    all.push(...page.items);
    cursor = page.next_cursor;
    if (cursor === null) break;
  }
  return all;
}

/** What changes only when somebody edits the settings. */
const SETTLED = { staleTime: 5 * 60_000 } as const;

export const useReasons = () =>
  useQuery({ queryKey: ["reasons"], queryFn: () => everything<ReasonDoc>("/reasons"), ...SETTLED });
export const useDispositions = () =>
  useQuery({ queryKey: ["dispositions"], queryFn: () => everything<DispositionDoc>("/dispositions"), ...SETTLED });
export const useTeams = () =>
  useQuery({ queryKey: ["teams"], queryFn: () => everything<TeamDoc>("/teams"), ...SETTLED });
export const useSkills = () =>
  useQuery({ queryKey: ["skills"], queryFn: () => everything<SkillDoc>("/skills"), ...SETTLED });
export const useCatalogue = () => useQuery({ queryKey: ["catalogue"], queryFn: () => getCatalogue(), ...SETTLED });
