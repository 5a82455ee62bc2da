import { Button, Menu, MultiSelect, Select, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChartNoAxesCombined, Download } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { address, api } from "../api/client";
import type { ReportRow } from "../api/documents";
import { useCatalogue } from "../api/queries";
import { FigureWords } from "../design/FigureWords";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFigureTexts } from "../language/figures";
import { centreClock, useQueues } from "../live/live";
import { type Chosen, RangeFilter } from "./RangeFilter";
import { rangeOf } from "./range";
import { type Behind, BehindPane } from "./BehindPane";
import classes from "./Summary.module.css";
import { TIMES, useSliceWords } from "./slices";

const ReportChart = lazy(() => import("./ReportChart"));

export interface ReportDocument {
  by: string[];
  rows: ReportRow[];
}

interface Asked {
  range: Chosen;
  by: string;
  time: string | null;
  queues: readonly string[];
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
  const [asked, ask] = useState<Asked>(() => ({
    range: { span: "today", ...rangeOf("today", centreClock.now()) },
    by: "queue",
    time: null,
    queues: [],
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
    from: asked.range.from,
    to: asked.range.to,
    figures: asked.figures.join(","),
  };
  if (asked.queues.length > 0) query.queue = asked.queues.join(",");
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
  const { t } = useTranslation("reports");
  const texts = useFigureTexts();
  const catalogue = useCatalogue();
  const queues = useQueues();
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
        miw={200}
        maw={420}
        label={t("figures")}
        data={(catalogue.data?.figures ?? []).map((one) => ({
          value: one.name,
          label: texts.title(one.name, one.title),
        }))}
        value={[...asked.figures]}
        onChange={(figures) => put({ figures })}
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
            <Menu.Item key={format} component="a" href={address("/reports/export", { ...query, format })} download>
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

function Table({ report, figures, query, lookBehind }: TableProps) {
  const { t } = useTranslation("reports");
  const texts = useFigureTexts();
  const catalogue = useCatalogue();
  const words = useSliceWords();
  const title = (name: string) => texts.title(name, catalogue.data?.figures.find((one) => one.name === name)?.title);
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
              <th key={name} scope="col">
                {title(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {report.rows.map((row) => (
            <tr key={JSON.stringify(row.slice)}>
              {report.by.map((dimension) => (
                <th key={dimension} scope="row">
                  {words(dimension, row.slice[dimension] ?? null)}
                </th>
              ))}
              {figures.map((name) => (
                <td key={name}>
                  <button
                    type="button"
                    onClick={() =>
                      lookBehind({
                        title: `${report.by.map((one) => words(one, row.slice[one] ?? null)).join(" · ")} · ${title(name)}`,
                        query: { ...query, figure: name, slice: JSON.stringify(row.slice) },
                      })
                    }
                  >
                    <FigureWords figure={row.figures[name]} name={name} />
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
