/** The query cache, and the questions that several views ask. */

import { QueryClient, useQuery } from "@tanstack/react-query";
import { Problem } from "./client";
import { listDispositions, listReasons, listSkills, listTeams } from "./operations/floor";
import { getCatalogue } from "./operations/reports";
import type { Page } from "./pages";

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

/** An operation that lists something by pages. */
type Listing<T> = (query: { cursor: string | null; limit: number }) => Promise<Page<T>>;

/** Every page of a list that is known to be short. */
export async function everything<T>(list: Listing<T>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < ENOUGH_PAGES; pages += 1) {
    const page: Page<T> = await list({ limit: MOST, cursor });
    all.push(...page.items);
    cursor = page.next_cursor;
    if (cursor === null) break;
  }
  return all;
}

/** What changes only when somebody edits the settings. */
const SETTLED = { staleTime: 5 * 60_000 } as const;

export const useReasons = () => useQuery({ queryKey: ["reasons"], queryFn: () => everything(listReasons), ...SETTLED });
export const useDispositions = () =>
  useQuery({ queryKey: ["dispositions"], queryFn: () => everything(listDispositions), ...SETTLED });
export const useTeams = () => useQuery({ queryKey: ["teams"], queryFn: () => everything(listTeams), ...SETTLED });
export const useSkills = () => useQuery({ queryKey: ["skills"], queryFn: () => everything(listSkills), ...SETTLED });
export const useCatalogue = () => useQuery({ queryKey: ["catalogue"], queryFn: () => getCatalogue(), ...SETTLED });
