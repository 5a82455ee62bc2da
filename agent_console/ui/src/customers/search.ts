/** One box for all that a customer is known by: words of the name, a number or its beginning, a key. */

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Problem } from "../api/client";
import type { CustomerDoc } from "../api/documents";
import { getCustomer, listCustomers } from "../api/operations/customers";

export interface Asked {
  /** What the list is asked for. */
  list: { q: string } | { number: string };
  /** What may be a whole key, of ours or of another system; null: no key looks like that. */
  key: string | null;
}

const LONGEST = { words: 200, number: 40, key: 64 } as const;

/** What a text in the search box may mean. */
export function askedBy(text: string): Asked {
  const words = text.trim().replaceAll(/\s+/g, " ").slice(0, LONGEST.words);
  const isNumber = /^\+?[\d\s()./*#-]+$/.test(words) && /\d/.test(words);
  return {
    list: isNumber ? { number: words.slice(0, LONGEST.number) } : { q: words },
    key: words === "" ? null : words,
  };
}

const OWN_KEY = /^[\p{L}\p{N}_][\p{L}\p{N}_.:-]*$/u;

/** Whose key or account it is: at most one each. */
async function keyed(key: string): Promise<CustomerDoc[]> {
  const [own, others] = await Promise.all([
    OWN_KEY.test(key) && key.length <= LONGEST.key ? getCustomer(key).catch(nobody) : null,
    listCustomers({ account: key }),
  ]);
  return own === null ? others.items : [own, ...others.items];
}

function nobody(error: unknown): null {
  if (error instanceof Problem && error.status === 404) return null;
  throw error;
}

/** Each customer once, in order. */
export function onceEach(rows: readonly CustomerDoc[]): CustomerDoc[] {
  return [...new Map(rows.map((row) => [row.customer_id, row])).values()];
}

const AT_ONCE = 50;

/** Customers by a text of the search box; those whose key it is come first. */
export function useCustomerSearch(text: string) {
  const { list, key } = askedBy(text);
  const byKey = useQuery({
    queryKey: ["customers", "keyed", key],
    queryFn: () => (key === null ? [] : keyed(key)),
    staleTime: 0,
  });
  const listed = useInfiniteQuery({
    queryKey: ["customers", "list", list],
    queryFn: ({ pageParam }) => listCustomers({ ...list, cursor: pageParam, limit: AT_ONCE }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const rows = onceEach([...(byKey.data ?? []), ...(listed.data?.pages.flatMap((page) => page.items) ?? [])]);
  return { listed, rows };
}
