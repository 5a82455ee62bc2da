import { Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { QueueAgents } from "../api/documents";
import { StateMark } from "../design/StateMark";
import type { StateWord } from "../design/states";
import { useFormats } from "../language/formats";
import classes from "./AgentsBar.module.css";

const PARTS = ["ready", "reserved", "talking", "wrap_up", "not_ready"] as const satisfies readonly StateWord[];

/** Agents by state: marks with their numbers, always in the same places. */
export function AgentsBar({ agents }: { agents: QueueAgents }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const words = PARTS.map((part) => `${t(`state.${part}`)} ${formats.number(agents[part])}`).join(" · ");
  return (
    <Tooltip label={words}>
      <span className={classes.bar} role="img" aria-label={words}>
        {PARTS.map((part) => (
          <span key={part} className={classes.part} data-none={agents[part] === 0}>
            <StateMark state={part} size={10} />
            {formats.number(agents[part])}
          </span>
        ))}
      </span>
    </Tooltip>
  );
}
