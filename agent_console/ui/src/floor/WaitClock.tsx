import { useEffect, useState } from "react";
import type { QueueRow } from "../api/documents";
import { Clock } from "../design/Clock";
import { everySecond } from "../design/ticker";
import { type Verdict, VerdictMark } from "../design/VerdictMark";
import { NO_DATA } from "../language/formats";
import classes from "./QueuesPanel.module.css";
import { ofWait } from "./targets";

/** The longest present wait, with its mark changing as it runs. */
export function WaitClock({ row }: { row: QueueRow }) {
  const verdict = useWaitVerdict(row);
  return (
    <span className={classes.against} data-verdict={verdict}>
      {row.oldest_joined_at ? <Clock since={row.oldest_joined_at} /> : NO_DATA} <VerdictMark verdict={verdict} />
    </span>
  );
}

export function useWaitVerdict(row: QueueRow): Verdict {
  const [verdict, setVerdict] = useState<Verdict>("none");
  useEffect(() => everySecond((now) => setVerdict(row.oldest_joined_at === null ? "none" : ofWait(row, now))), [row]);
  return verdict;
}
