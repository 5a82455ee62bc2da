import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AgentRow } from "../api/documents";
import { Clock } from "../design/Clock";
import { inWords } from "../design/order";
import { StateMark } from "../design/StateMark";
import { STATES, stateWord } from "../design/states";
import classes from "./AgentGrid.module.css";

const WIDTH_REM = 9.5;
const HEIGHT_REM = 3.5;

interface Props {
  rows: readonly AgentRow[];
  open: (row: AgentRow) => void;
  opened: string | null;
}

/** A tile for each agent, those in the same state together: a whole floor at one look. */
export default function AgentGrid({ rows, open, opened }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const { across, rem } = useAcross(place);
  const sorted = useMemo(
    () =>
      [...rows].sort(
        (one, other) =>
          STATES.indexOf(stateWord(one)) - STATES.indexOf(stateWord(other)) || inWords(one.name, other.name),
      ),
    [rows],
  );
  const virtual = useVirtualizer({
    count: Math.ceil(sorted.length / across),
    getScrollElement: () => place.current,
    estimateSize: () => HEIGHT_REM * rem,
    overscan: 3,
  });
  return (
    <div ref={place} className={classes.grid}>
      <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {virtual.getVirtualItems().map((line) => (
          <div
            key={line.key}
            className={classes.line}
            style={{ transform: `translateY(${line.start}px)`, gridTemplateColumns: `repeat(${across}, 1fr)` }}
          >
            {sorted.slice(line.index * across, (line.index + 1) * across).map((row) => (
              <Tile key={row.agent} row={row} open={open} opened={row.agent === opened} />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

/** How many tiles fit beside each other. */
function useAcross(place: React.RefObject<HTMLDivElement | null>): { across: number; rem: number } {
  const [size, setSize] = useState({ across: 4, rem: 16 });
  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const observer = new ResizeObserver(() => {
      const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
      setSize({ across: Math.max(1, Math.floor(box.clientWidth / (WIDTH_REM * rem))), rem });
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [place]);
  return size;
}

interface TileProps {
  row: AgentRow;
  open: (row: AgentRow) => void;
  opened: boolean;
}

const Tile = memo(function Tile({ row, open, opened }: TileProps) {
  const { t } = useTranslation();
  const word = stateWord(row);
  return (
    <button type="button" className={classes.tile} data-state={word} aria-pressed={opened} onClick={() => open(row)}>
      <StateMark state={word} />
      <span className={classes.name}>{row.name}</span>
      <span className={classes.word}>
        {word === "not_ready" && row.reason !== null
          ? t(`reason.${row.reason}` as "reason.login", { defaultValue: row.reason_title ?? row.reason })
          : t(`state.${word}`)}
      </span>
      <Clock since={row.since} className={classes.clock} />
    </button>
  );
});
