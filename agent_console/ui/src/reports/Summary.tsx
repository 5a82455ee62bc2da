import { Button, Menu, MultiSelect, Select, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, ChartNoAxesCombined, Download } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { address, api } from "../api/client";
import type { ReportRow } from "../api/documents";
import { useCatalogue } from "../api/queries";
import { FigureWords } from "../design/FigureWords";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFigureTexts } from "../language/figures";
import { useWordsOf } from "../language/words";
import { centreClock, useAgents, useQueues } from "../live/live";
import { RangeFilter } from "./RangeFilter";
import { asked as askedFor, type Chosen, rangeOf } from "./range";
import { type Behind, BehindPane } from "./BehindPane";
import classes from "./Summary.module.css";
import { TIMES, useSliceWords } from "./slices";

const ReportChart = lazy(() => import("./ReportChart"));

export interface ReportDocument {
  by: string[];
  rows: ReportRow[];
  /** The whole range as one row. */
  total: ReportRow;
}

interface Asked {
  range: Chosen;
  by: string;
  time: string | null;
  queues: readonly string[];
  agents: readonly string[];
  figures: readonly string[];
  threshold: string;
  formula: string | null;
}

const DIMENSIONS = [
  "queue",
  "agent",
  "team",
  "skill",
  "entry_point",
  "disposition",
  "customer_tier",
  "direction",
] as const;
const USUAL: readonly string[] = [
  "offered",
  "answered",
  "abandoned",
  "abandon_rate",
  "service_level",
  "asa_s",
  "longest_wait_s",
  "aht_s",
];
const OF_AGENTS: readonly string[] = [
  "handled",
  "talk_s",
  "hold_s",
  "wrap_up_s",
  "aht_s",
  "occupancy",
  "rona_rate",
  "transfer_rate",
];
const FORMS = ["csv", "xlsx", "html", "json"] as const;

/** Key figures by any slices: a table, a chart, files, and the contacts behind each number. */
export default function Summary() {
  const { t } = useTranslation("reports");
  useWordsOf("desk", "story");
  const [asked, ask] = useState<Asked>(() => ({
    range: { span: "today", ...rangeOf("today", centreClock.now()) },
    by: "queue",
    time: null,
    queues: [],
    agents: [],
    figures: USUAL,
    threshold: "",
    formula: null,
  }));
  const [behind, lookBehind] = useState<Behind | null>(null);
  const query = useMemo(() => queryOf(asked), [asked]);
  const report = useQuery({
    queryKey: ["report", query],
    queryFn: ({ signal }) => api.get<ReportDocument>("/reports", query, signal),
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  });
  return (
    <div className={classes.page} data-behind={behind !== null}>
      <div className={classes.main}>
        <Filters asked={asked} ask={ask} query={query} />
        {report.isPending && <Loading />}
        {report.isError && <Trouble error={report.error} retry={() => void report.refetch()} />}
        {report.data?.rows.length === 0 && <Empty icon={ChartNoAxesCombined} title={t("none")} hint={t("noneHint")} />}
        {report.data && report.data.rows.length > 0 && (
          <div className={classes.result}>
            <Suspense fallback={<Loading />}>
              <ReportChart report={report.data} figures={asked.figures} />
            </Suspense>
            <Table report={report.data} figures={asked.figures} query={query} lookBehind={lookBehind} />
          </div>
        )}
      </div>
      {behind && <BehindPane behind={behind} close={() => lookBehind(null)} />}
    </div>
  );
}

function queryOf(asked: Asked): Record<string, string> {
  const query: Record<string, string> = {
    kind: "summary",
    by: [asked.by, asked.time].filter(Boolean).join(","),
    ...askedFor(asked.range),
    figures: asked.figures.join(","),
  };
  if (asked.queues.length > 0) query.queue = asked.queues.join(",");
  if (asked.agents.length > 0) query.agent = asked.agents.join(",");
  if (asked.threshold !== "") query.service_level = asked.threshold;
  if (asked.formula !== null) query.formula = asked.formula;
  return query;
}

interface FiltersProps {
  asked: Asked;
  ask: (asked: Asked) => void;
  query: Record<string, string>;
}

function Filters({ asked, ask, query }: FiltersProps) {
  const { t, i18n } = useTranslation("reports");
  const texts = useFigureTexts();
  const catalogue = useCatalogue();
  const queues = useQueues();
  const agents = useAgents();
  const put = (part: Partial<Asked>) => ask({ ...asked, ...part });
  return (
    <div className={classes.filters}>
      <RangeFilter value={asked.range} change={(range) => put({ range })} />
      <Select
        size="xs"
        w={140}
        label={t("by")}
        data={DIMENSIONS.map((one) => ({ value: one, label: t(`dimension.${one}`) }))}
        value={asked.by}
        onChange={(by) => {
          if (by !== null) put({ by, figures: by === "agent" || by === "team" ? OF_AGENTS : USUAL });
        }}
        allowDeselect={false}
      />
      <Select
        size="xs"
        w={130}
        label={t("time")}
        placeholder={t("whole")}
        data={TIMES.map((one) => ({ value: one, label: t(`dimension.${one}`) }))}
        value={asked.time}
        onChange={(time) => put({ time })}
        clearable
      />
      <MultiSelect
        size="xs"
        miw={160}
        maw={260}
        label={t("queues")}
        placeholder={asked.queues.length === 0 ? t("all") : ""}
        data={queues.map((row) => ({ value: row.queue, label: row.title }))}
        value={[...asked.queues]}
        onChange={(chosen) => put({ queues: chosen })}
        clearable
      />
      <MultiSelect
        size="xs"
        miw={160}
        maw={260}
        label={t("agents")}
        placeholder={asked.agents.length === 0 ? t("all") : ""}
        data={agents.map((row) => ({ value: row.agent, label: row.name }))}
        value={[...asked.agents]}
        onChange={(chosen) => put({ agents: chosen })}
        searchable
        clearable
      />
      <MultiSelect
        size="xs"
        flex="1 1 24rem"
        miw={200}
        maw={720}
        label={t("figures")}
        data={(catalogue.data?.figures ?? []).map((one) => ({
          value: one.name,
          label: texts.title(one.name, one.title),
        }))}
        value={[...asked.figures]}
        onChange={(figures) => put({ figures: figures.length > 0 ? figures : USUAL })}
        searchable
      />
      <TextInput
        size="xs"
        w={90}
        type="number"
        min={1}
        label={t("threshold")}
        value={asked.threshold}
        placeholder={t("own")}
        onChange={(event) => put({ threshold: event.currentTarget.value })}
      />
      <Select
        size="xs"
        w={90}
        label={t("formula")}
        placeholder={t("own")}
        data={Object.keys(catalogue.data?.formulas ?? {})}
        value={asked.formula}
        onChange={(formula) => put({ formula })}
        clearable
      />
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="xs" variant="default" leftSection={<Download size={14} aria-hidden />}>
            {t("export")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {FORMS.map((format) => (
            <Menu.Item
              key={format}
              component="a"
              href={address("/reports/export", { ...query, format, language: i18n.language })}
              download
            >
              {t(`form.${format}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

interface TableProps {
  report: ReportDocument;
  figures: readonly string[];
  query: Record<string, string>;
  lookBehind: (behind: Behind) => void;
}

/** By which figure rows stand in order; null: as they were made, by their slices. */
interface Order {
  figure: string;
  down: boolean;
}

function Table({ report, figures, query, lookBehind }: TableProps) {
  const { t } = useTranslation("reports");
  const texts = useFigureTexts();
  const catalogue = useCatalogue();
  const words = useSliceWords();
  const [order, setOrder] = useState<Order | null>(null);
  const rows = useMemo(() => inOrder(report.rows, order), [report.rows, order]);
  const title = (name: string) => texts.title(name, catalogue.data?.figures.find((one) => one.name === name)?.title);
  const slices = (row: ReportRow) => report.by.map((one) => words(one, row.slice[one] ?? null));
  const cells = (row: ReportRow, name: string, slice: Record<string, string>) =>
    figures.map((figure) => (
      <td key={figure}>
        <button
          type="button"
          onClick={() =>
            lookBehind({ title: `${name} · ${title(figure)}`, query: { ...query, figure: figure, ...slice } })
          }
        >
          <FigureWords figure={row.figures[figure]} name={figure} />
        </button>
      </td>
    ));
  return (
    <div className={classes.place}>
      <table className={classes.table}>
        <thead>
          <tr>
            {report.by.map((dimension) => (
              <th key={dimension} scope="col" className={classes.slice}>
                {t(`dimension.${dimension}` as "dimension.queue", { defaultValue: dimension })}
              </th>
            ))}
            {figures.map((name) => (
              <FigureTitle key={name} name={name} title={title(name)} order={order} put={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={JSON.stringify(row.slice)}>
              {slices(row).map((name, index) => (
                <th key={report.by[index]} scope="row" title={name}>
                  {name}
                </th>
              ))}
              {cells(row, slices(row).join(" · "), { slice: JSON.stringify(row.slice) })}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={report.by.length}>
              {t("total")}
            </th>
            {cells(report.total, t("total"), {})}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

interface TitleProps {
  name: string;
  title: string;
  order: Order | null;
  put: (order: Order | null) => void;
}

/** Pressed once, the greatest come first; twice, the least; a third time, rows stand as they were. */
function FigureTitle({ name, title, order, put }: TitleProps) {
  const by = order?.figure === name ? order : null;
  const next = by === null ? { figure: name, down: true } : by.down ? { figure: name, down: false } : null;
  return (
    <th scope="col" aria-sort={by === null ? "none" : by.down ? "descending" : "ascending"}>
      <button type="button" className={classes.title} onClick={() => put(next)}>
        {title}
        {by !== null && (by.down ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden />)}
      </button>
    </th>
  );
}

/** Rows that have no such figure come last, whichever way. */
function inOrder(rows: readonly ReportRow[], order: Order | null): readonly ReportRow[] {
  if (order === null) return rows;
  const value = (row: ReportRow) => row.figures[order.figure]?.value ?? null;
  const sign = order.down ? -1 : 1;
  return [...rows].sort((one, other) => {
    const [first, second] = [value(one), value(other)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return sign * (first - second);
  });
}
