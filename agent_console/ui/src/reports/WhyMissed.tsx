import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Target } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../api/client";
import { useNames } from "../api/names";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFigureTexts } from "../language/figures";
import { useFormats } from "../language/formats";
import { centreClock, useQueues } from "../live/live";
import { worstOf } from "./missed";
import { RangeFilter } from "./RangeFilter";
import { asked, type Chosen, rangeOf } from "./range";
import summary from "./Summary.module.css";
import classes from "./WhyMissed.module.css";

interface Cause {
  cause: string;
  share: number;
  planned: number | null;
  actual: number | null;
  unit: string;
  contacts: { contact_id: string; seconds: number }[];
  agents: { agent: string; seconds: number }[];
}

interface Missed {
  queue: string;
  from: string;
  to: string;
  goal: number;
  service_level: number;
  formula: string;
  definition: string;
  planned_service_level: number;
  required_agents: number;
  forecast: string;
  causes: Cause[];
}

/** Each interval below its target, with the shares of its causes: they add up to the whole fall. */
export default function WhyMissed() {
  const { t } = useTranslation("reports");
  const queues = useQueues();
  const [range, setRange] = useState<Chosen>(() => ({ span: "today", ...rangeOf("today", centreClock.now()) }));
  const [queue, choose] = useState<string | null>(null);
  // once: figures change all the time, and what somebody reads does not
  if (queue === null && queues.length > 0) choose(worstOf(queues));
  const found = useQuery({
    queryKey: ["missed", queue, range.from, range.to],
    queryFn: ({ signal }) => api.get<{ missed: Missed[] }>("/reports/missed", { queue, ...asked(range) }, signal),
    enabled: queue !== null,
  });
  return (
    <div className={summary.main}>
      <div className={summary.filters}>
        <RangeFilter value={range} change={setRange} />
        <Select
          size="xs"
          w={200}
          label={t("dimension.queue")}
          data={queues.map((row) => ({ value: row.queue, label: row.title }))}
          value={queue}
          onChange={choose}
          allowDeselect={false}
        />
      </div>
      {found.isPending && queue !== null && <Loading />}
      {found.isError && <Trouble error={found.error} retry={() => void found.refetch()} />}
      {found.data?.missed.length === 0 && <Empty icon={Target} title={t("missed.none")} hint={t("missed.noneHint")} />}
      <div className={classes.list}>
        {found.data?.missed.map((one) => (
          <Interval key={one.from} missed={one} />
        ))}
      </div>
    </div>
  );
}

/** From what the plan would have reached down to what was, cause by cause. */
function Interval({ missed }: { missed: Missed }) {
  const { t } = useTranslation("reports");
  const formats = useFormats();
  const texts = useFigureTexts();
  const causes = [...missed.causes].sort((one, other) => other.share - one.share);
  return (
    <article className={classes.interval}>
      <header>
        <h2>
          {formats.date(missed.from)} {formats.time(missed.from)}–{formats.time(missed.to)}
        </h2>
        <p title={texts.formula(missed.formula, missed.definition)}>
          {t("missed.head", {
            observed: formats.percent(missed.service_level, 1),
            formula: missed.formula,
            goal: formats.percent(missed.goal),
            planned: formats.percent(missed.planned_service_level, 1),
            count: missed.required_agents,
          })}
        </p>
      </header>
      <Waterfall missed={missed} causes={causes} />
    </article>
  );
}

function Waterfall({ missed, causes }: { missed: Missed; causes: readonly Cause[] }) {
  const { t } = useTranslation("reports");
  const names = useNames();
  const formats = useFormats();
  const steps = fallsOf(missed, causes);
  return (
    <table className={classes.fall}>
      <tbody>
        <tr>
          <th scope="row">{t("missed.planned")}</th>
          <td className={classes.bar}>
            <Bar from={0} to={missed.planned_service_level} goal={missed.goal} kind="level" />
          </td>
          <td className={classes.value}>{formats.percent(missed.planned_service_level, 1)}</td>
          <td />
        </tr>
        {steps.map(({ cause, from, to }) => (
          <tr key={cause.cause}>
            <th scope="row">{t(`cause.${cause.cause}` as "cause.volume", { defaultValue: cause.cause })}</th>
            <td className={classes.bar}>
              <Bar
                from={Math.min(from, to)}
                to={Math.max(from, to)}
                goal={missed.goal}
                kind={to < from ? "worse" : "better"}
              />
            </td>
            <td className={classes.value}>{formats.percent(to - from, 1)}</td>
            <td className={classes.detail}>
              <Instead cause={cause} />
              {cause.agents.slice(0, 3).map((one) => (
                <span key={one.agent}>
                  {names.agent(one.agent)} {formats.duration(one.seconds)}
                </span>
              ))}
            </td>
          </tr>
        ))}
        <tr>
          <th scope="row">{t("missed.observed")}</th>
          <td className={classes.bar}>
            <Bar from={0} to={missed.service_level} goal={missed.goal} kind="level" />
          </td>
          <td className={classes.value}>{formats.percent(missed.service_level, 1)}</td>
          <td />
        </tr>
      </tbody>
    </table>
  );
}

/** What was planned and what was, where these differ as they are written. */
function Instead({ cause }: { cause: Cause }) {
  const { t } = useTranslation("reports");
  const formats = useFormats();
  if (cause.planned === null || cause.actual === null) return null;
  const [actual, planned] = [cause.actual, cause.planned].map((value) => formats.number(value, 1));
  if (actual === planned) return null;
  return (
    <span>
      {t("missed.instead", {
        actual,
        planned,
        unit: t(`unit.${cause.unit}` as "unit.s", { defaultValue: cause.unit }),
      })}
    </span>
  );
}

/** Each cause's step on the way down; the shares add up to the whole fall. */
function fallsOf(missed: Missed, causes: readonly Cause[]): { cause: Cause; from: number; to: number }[] {
  let level = missed.planned_service_level;
  return causes.map((cause) => {
    const from = level;
    level -= cause.share;
    return { cause, from, to: level };
  });
}

function Bar({ from, to, goal, kind }: { from: number; to: number; goal: number; kind: "level" | "worse" | "better" }) {
  const x = (value: number) => Math.max(0, Math.min(100, value * 100));
  return (
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" data-kind={kind} aria-hidden="true">
      <rect x={x(from)} width={Math.max(0.4, x(to) - x(from))} y="1" height="8" />
      <path d={`M${x(goal)} 0V10`} />
    </svg>
  );
}
