import { Headset } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Clock } from "../design/Clock";
import { inWords } from "../design/order";
import { STATES, stateWord } from "../design/states";
import { Empty } from "../design/Waiting";
import { useAgents } from "../live/live";
import lines from "../reports/ContactsBehind.module.css";
import { StateOf } from "./AgentsPanel";
import { useInspect } from "./inspected";
import { PaneFrame } from "./PaneFrame";

/** Who is signed in, those who are ready first; each opens what can be done about them. */
export function SignedInPane() {
  const { t } = useTranslation("floor");
  const agents = useAgents();
  const inspect = useInspect();
  const rows = useMemo(
    () =>
      agents
        .filter((row) => row.declared !== "LOGGED_OUT")
        .sort(
          (one, other) =>
            STATES.indexOf(stateWord(one)) - STATES.indexOf(stateWord(other)) || inWords(one.name, other.name),
        ),
    [agents],
  );
  return (
    <PaneFrame title={t("tile.agents")}>
      {rows.length === 0 && <Empty icon={Headset} title={t("agents.none")} hint={t("agents.noneHint")} />}
      <ul className={lines.lines}>
        {rows.map((row) => (
          <li key={row.agent}>
            <button type="button" className={lines.line} onClick={() => inspect({ kind: "agent", agent: row.agent })}>
              <span className={lines.who}>{row.name}</span>
              <Clock since={row.since} />
              <span className={lines.sub}>
                <StateOf row={row} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </PaneFrame>
  );
}
