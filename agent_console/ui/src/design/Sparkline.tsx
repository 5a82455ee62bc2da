import { useMemo } from "react";
import classes from "./Sparkline.module.css";

interface Props {
  /** Null: no data in that part of the day, a hole in the line. */
  values: readonly (number | null)[];
  /** A line to compare with. */
  target?: number;
  most?: number;
  label: string;
}

const WIDTH = 96;
const HEIGHT = 22;

/** The course of a day in the height of a line of text. */
export function Sparkline({ values, target, most, label }: Props) {
  const top = most ?? Math.max(1, ...values.map((value) => value ?? 0));
  const path = useMemo(() => course(values, top), [values, top]);
  const y = target === undefined ? null : level(target, top);
  return (
    <svg className={classes.line} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {y !== null && <path d={`M0 ${y}H${WIDTH}`} className={classes.target} />}
      <path d={path} className={classes.course} />
    </svg>
  );
}

function level(value: number, top: number): number {
  return Math.round((HEIGHT - 2 - (value / top) * (HEIGHT - 4)) * 10) / 10;
}

function course(values: readonly (number | null)[], top: number): string {
  const step = WIDTH / Math.max(1, values.length - 1);
  let path = "";
  let pen = false;
  values.forEach((value, index) => {
    if (value !== null) path += `${pen ? "L" : "M"}${(index * step).toFixed(1)} ${level(value, top)}`;
    pen = value !== null;
  });
  return path;
}
