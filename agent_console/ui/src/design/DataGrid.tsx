import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import {
  type CSSProperties,
  type KeyboardEvent,
  memo,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import classes from "./DataGrid.module.css";
import { inWords } from "./order";

export interface Column<T> {
  key: string;
  title: string;
  /** A track of a CSS grid: fixed, or `minmax(…)`; never by content, so that nothing moves. */
  width: string;
  align?: "start" | "end";
  /** By what rows are sorted when the column's title is pressed; without it they cannot be. */
  sort?: (row: T) => number | string;
  cell: (row: T) => ReactNode;
}

export interface Sorting {
  key: string;
  down: boolean;
}

interface Props<T> {
  label: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  keyOf: (row: T) => string;
  open: (row: T) => void;
  opened: string | null;
  /** Without a choice of the person rows stay as they are given, unless this says otherwise. */
  sorting?: Sorting;
  rowHeight?: number;
  empty: ReactNode;
}

/** Rows of thousands: only those in sight exist. Sorted by its titles, walked by arrow keys, opened by Enter. */
export function DataGrid<T>({ label, rows, columns, keyOf, open, opened, sorting, rowHeight = 34, empty }: Props<T>) {
  const [chosen, choose] = useState<Sorting | null>(sorting ?? null);
  const sorted = useSorted(rows, columns, chosen);
  const place = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const tracks = useMemo(() => columns.map((column) => column.width).join(" "), [columns]);
  const rem = useRem();
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => place.current,
    estimateSize: () => rowHeight * rem,
    overscan: 8,
    getItemKey: (index) => {
      const row = sorted[index];
      return row === undefined ? index : keyOf(row);
    },
  });
  // a window that came to a larger screen has larger rows
  useEffect(() => virtual.measure(), [virtual, rem]);

  const walk = (event: KeyboardEvent<HTMLDivElement>) => {
    const row = sorted[at];
    if (
      event.key === "Enter" &&
      row !== undefined &&
      event.target instanceof HTMLElement &&
      event.target.role === "row"
    ) {
      open(row);
      return;
    }
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(sorted.length - 1, at + step));
    setAt(next);
    virtual.scrollToIndex(next);
    requestAnimationFrame(() => place.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus());
  };
  const press = useCallback(
    (row: T, index: number) => {
      setAt(index);
      open(row);
    },
    [open],
  );

  return (
    <div
      ref={place}
      className={classes.grid}
      role="grid"
      aria-label={label}
      aria-rowcount={sorted.length + 1}
      style={{ "--tracks": tracks, "--row": `${rowHeight / 16}rem` } as CSSProperties}
      onKeyDown={walk}
    >
      <div className={classes.head} role="row" aria-rowindex={1}>
        {columns.map((column) => (
          <Title key={column.key} column={column} sorting={chosen} choose={choose} />
        ))}
      </div>
      {sorted.length === 0 && <div className={classes.empty}>{empty}</div>}
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {virtual.getVirtualItems().map((item) => {
          const row = sorted[item.index];
          if (row === undefined) return null;
          const key = keyOf(row);
          return (
            <Row
              key={key}
              row={row}
              columns={columns as readonly Column<unknown>[]}
              index={item.index}
              top={item.start}
              inOrder={item.index === Math.min(at, sorted.length - 1)}
              opened={key === opened}
              press={press as (row: unknown, index: number) => void}
            />
          );
        })}
      </div>
    </div>
  );
}

/** How many times the design's size everything is drawn, which changes with the window's width. */
function useRem(): number {
  return useSyncExternalStore(onResize, remNow);
}

function remNow(): number {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
}

function onResize(changed: () => void): () => void {
  window.addEventListener("resize", changed);
  return () => window.removeEventListener("resize", changed);
}

function useSorted<T>(rows: readonly T[], columns: readonly Column<T>[], sorting: Sorting | null): readonly T[] {
  return useMemo(() => {
    const by = columns.find((column) => column.key === sorting?.key)?.sort;
    if (!by || !sorting) return rows;
    const sign = sorting.down ? -1 : 1;
    return rows
      .map((row, index) => ({ row, index, value: by(row) }))
      .sort((one, other) => sign * compare(one.value, other.value) || one.index - other.index)
      .map(({ row }) => row);
  }, [rows, columns, sorting]);
}

function compare(one: number | string, other: number | string): number {
  if (typeof one === "string" || typeof other === "string") return inWords(String(one), String(other));
  return one - other;
}

interface TitleProps<T> {
  column: Column<T>;
  sorting: Sorting | null;
  choose: (sorting: Sorting | null) => void;
}

function Title<T>({ column, sorting, choose }: TitleProps<T>) {
  const mine = sorting?.key === column.key;
  const next = !mine ? { key: column.key, down: false } : sorting.down ? null : { key: column.key, down: true };
  return (
    <div
      role="columnheader"
      className={classes.title}
      data-align={column.align}
      aria-sort={mine ? (sorting.down ? "descending" : "ascending") : "none"}
    >
      {column.sort ? (
        <button type="button" className={classes.sort} onClick={() => choose(next)}>
          <span>{column.title}</span>
          <span className={classes.arrow}>
            {mine && (sorting.down ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden />)}
          </span>
        </button>
      ) : (
        <span className={classes.plain}>{column.title}</span>
      )}
    </div>
  );
}

interface RowProps {
  row: unknown;
  columns: readonly Column<unknown>[];
  index: number;
  top: number;
  inOrder: boolean;
  opened: boolean;
  press: (row: unknown, index: number) => void;
}

/** Drawn again only when its own document changed. */
const Row = memo(function Row({ row, columns, index, top, inOrder, opened, press }: RowProps) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={opened}
      data-index={index}
      tabIndex={inOrder ? 0 : -1}
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => press(row, index)}
    >
      {columns.map((column) => (
        <div key={column.key} role="gridcell" className={classes.cell} data-align={column.align}>
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
});
