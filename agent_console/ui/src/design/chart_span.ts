/** How much time a chart shows. */

const SHORTEST_S = 4 * 3600;

/**
 * From the first to the last, by the data, in seconds since 1970: of a single point the library would make a whole
 * day. Bars are as wide as the time from one to the next, and are shown whole.
 */
export function spanOf(times: ArrayLike<number>, hasBars: boolean): [number, number] {
  const first = times[0] ?? 0;
  const last = times[times.length - 1] ?? first;
  const half = hasBars ? ((times[1] ?? first) - first) / 2 : 0;
  return [first - half, Math.max(last + half, first + SHORTEST_S)];
}
