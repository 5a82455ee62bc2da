/** Lists that are asked for once, and again when the live channel tells that something of their kind has changed. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { Topic } from "../api/topics";
import { channel, streams } from "./live";

/** Several changes within so long are asked for together. */
const TOGETHER_MS = 400;

/** Ask anew for every list whose key begins with this, soon after a change of the topic. */
export function useFreshQueries(topic: Topic, key: readonly string[]): void {
  const queries = useQueryClient();
  const name = key.join(" ");
  useEffect(() => {
    let timer: number | null = null;
    // somebody else of the page may read the topic already: then the next change is one
    let known = streams.known(topic);
    const refresh = () => {
      timer = null;
      void queries.invalidateQueries({ queryKey: name.split(" ") });
    };
    const changed = () => {
      // the first snapshot tells what the list has already asked for
      const first = !known;
      known = streams.known(topic);
      if (first || timer !== null) return;
      timer = window.setTimeout(refresh, TOGETHER_MS);
    };
    const stop = streams.listen(topic, changed);
    const leave = channel.subscribe(topic);
    return () => {
      stop();
      leave();
      if (timer !== null) window.clearTimeout(timer);
    };
  }, [queries, topic, name]);
}
