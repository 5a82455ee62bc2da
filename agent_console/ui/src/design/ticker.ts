/** One timer for every clock on the screen: all change in the same moment, by the centre's time, without React. */

import { centreClock } from "../live/live";

type Draw = (now: number) => void;

const clocks = new Set<Draw>();
let timer: number | null = null;

function tick(): void {
  const now = centreClock.now();
  for (const draw of clocks) draw(now);
  // just after the next full second
  timer = clocks.size > 0 ? window.setTimeout(tick, 1000 - (now % 1000) + 2) : null;
}

/** Call `draw` now and after each second of the centre's clock. Returns the way out. */
export function everySecond(draw: Draw): () => void {
  clocks.add(draw);
  draw(centreClock.now());
  timer ??= window.setTimeout(tick, 1000 - (centreClock.now() % 1000) + 2);
  return () => void clocks.delete(draw);
}
