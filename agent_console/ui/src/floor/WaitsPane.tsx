import { Hourglass } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Clock } from "../design/Clock";
import { Empty } from "../design/Waiting";
import { useWaiting } from "../live/live";
import lines from "../reports/ContactsBehind.module.css";
import { useCalled } from "./called";
import { callerOf } from "./caller";
import { useInspect } from "./inspected";
import { PaneFrame } from "./PaneFrame";
import { whyWords } from "./why";

const MOST = 100;

/** Who waits, the longest first, whether a phone rings for them or not: each opens why still. */
export function WaitsPane({ title, queue }: { title: string; queue: string | null }) {
  const { t } = useTranslation("floor");
  const said = useTranslation("why").t;
  const called = useCalled();
  const inspect = useInspect();
  const waiting = useWaiting();
  const rows = useMemo(
    () =>
      waiting
        .filter((row) => queue === null || row.queue === queue)
        .sort((one, other) => (one.joined_at < other.joined_at ? -1 : 1)),
    [waiting, queue],
  );
  return (
    <PaneFrame title={title}>
      {rows.length === 0 && <Empty icon={Hourglass} title={t("waiting.none")} hint={t("waiting.noneHint")} />}
      <ul className={lines.lines}>
        {rows.slice(0, MOST).map((row) => (
          <li key={row.contact_id}>
            <button
              type="button"
              className={lines.line}
              onClick={() => inspect({ kind: "waiting", contact: row.contact_id })}
            >
              <span className={lines.who}>{callerOf(row) || t("waiting.withheld")}</span>
              <Clock since={row.joined_at} />
              <span className={lines.sub}>
                {called.queue(row.queue)} · {whyWords(said, row, called)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {rows.length > MOST && <p className={lines.sum}>{t("waiting.notAll", { count: MOST })}</p>}
    </PaneFrame>
  );
}
