import { Button, Modal, Select, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { History, PencilLine } from "lucide-react";
import { type RefObject, type SubmitEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../api/client";
import type { AgentRow, AgentTimes as Times, TimeCorrectionDoc, TimePieceDoc } from "../api/documents";
import { useNames } from "../api/names";
import { correctAgentTime, getAgentTimes } from "../api/operations/supervision";
import { problemWords } from "../api/problem_words";
import { useReasons } from "../api/queries";
import form from "../design/Form.module.css";
import record from "../design/Record.module.css";
import { StateMark } from "../design/StateMark";
import { STATES } from "../design/states";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { centreClock } from "../live/live";
import { dayOf } from "../reports/range";
import { sayDone } from "../shell/notices";
import classes from "./AgentTimes.module.css";
import { canBeCorrected, clockFace, type Edge, edgeAt, momentOf, wholeDay } from "./times";

/** An agent's time of a day as it counts in reports; what was told wrong is told anew, and the trail stays. */
export default function AgentTimes({ row, close }: { row: AgentRow; close: () => void }) {
  const { t } = useTranslation("floor");
  const common = useTranslation().t;
  const [today] = useState(() => dayOf(centreClock.now()));
  const [day, setDay] = useState(today);
  const [corrected, correct] = useState<{ piece: TimePieceDoc; etag: string } | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const stop = () => {
    correct(null);
    place.current?.focus(); // the keyboard goes on where it was
  };
  const isDay = !Number.isNaN(Date.parse(`${day}T00:00`));
  const found = useQuery({
    queryKey: ["agent-times", row.agent, day],
    queryFn: () => getAgentTimes(row.agent, wholeDay(day)),
    enabled: isDay,
    staleTime: 0,
  });
  return (
    <Modal
      opened
      onClose={close}
      title={t("times.title", { agent: row.name })}
      size="46rem"
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <TextInput
        size="xs"
        w={160}
        type="date"
        label={t("times.day")}
        value={day}
        max={today}
        onChange={(event) => {
          setDay(event.currentTarget.value);
          correct(null);
        }}
      />
      {corrected !== null && (
        <Correction
          key={corrected.piece.start}
          row={row}
          day={day}
          piece={corrected.piece}
          etag={corrected.etag}
          close={stop}
        />
      )}
      {isDay && found.isPending && <Loading />}
      {found.isError && <Trouble compact error={found.error} retry={() => void found.refetch()} />}
      {found.data && (
        <Day times={found.data} correct={(piece) => correct({ piece, etag: found.data.etag })} place={place} />
      )}
    </Modal>
  );
}

interface DayProps {
  times: Times;
  correct: (piece: TimePieceDoc) => void;
  place: RefObject<HTMLDivElement | null>;
}

function Day({ times, correct, place }: DayProps) {
  const { t } = useTranslation("floor");
  const formats = useFormats();
  const pieces = times.pieces.filter((piece) => piece.start !== piece.end);
  if (pieces.length === 0) return <Empty compact icon={History} title={t("times.none")} hint={t("times.noneHint")} />;
  return (
    <>
      {/* scrolled by keys too */}
      <div ref={place} className={classes.scrolled} tabIndex={0} role="group" aria-label={t("times.counted")}>
        <table className={classes.pieces}>
          <thead>
            <tr>
              <th scope="col">{t("times.from")}</th>
              <th scope="col">{t("times.to")}</th>
              <th scope="col">{t("times.length")}</th>
              <th scope="col">{t("times.state")}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {pieces.map((piece) => (
              <tr key={piece.start}>
                <td>{clockFace(piece.start)}</td>
                <td>{clockFace(piece.end)}</td>
                <td>{formats.duration((Date.parse(piece.end) - Date.parse(piece.start)) / 1000)}</td>
                <td>
                  <StateOf piece={piece} />
                </td>
                <td>
                  {canBeCorrected(piece) && (
                    <Button
                      size="compact-xs"
                      variant="default"
                      leftSection={<PencilLine size={12} aria-hidden />}
                      aria-label={t("times.correctFrom", { time: clockFace(piece.start) })}
                      onClick={() => correct(piece)}
                    >
                      {t("times.correct")}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {times.corrections.length > 0 && (
        <section aria-label={t("times.trail")}>
          <h3 className={`${record.part ?? ""} ${classes.label ?? ""}`}>{t("times.trail")}</h3>
          <ul className={`${record.lines ?? ""} ${classes.trail ?? ""}`}>
            {times.corrections.map((one) => (
              <Told key={one.at} one={one} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

type State = Pick<TimePieceDoc, "state" | "reason">;

function useStateWords(): (of: State) => string {
  const { t } = useTranslation();
  const names = useNames();
  return ({ state, reason }) => {
    const word = t(`state.${state.toLowerCase()}` as "state.ready", { defaultValue: state });
    return reason === null ? word : `${word} · ${names.reason(reason)}`;
  };
}

function StateOf({ piece }: { piece: State }) {
  const words = useStateWords();
  const state = STATES.find((known) => known === piece.state.toLowerCase());
  return (
    <span className={classes.state}>
      {state && <StateMark state={state} />} {words(piece)}
    </span>
  );
}

/** One correction: what counts now, what counted before, by whom, when and why. */
function Told({ one }: { one: TimeCorrectionDoc }) {
  const { t } = useTranslation("floor");
  const formats = useFormats();
  const words = useStateWords();
  const before = [...new Set(one.replaced.map(words))].join(", ");
  return (
    <li>
      {t("times.told", { from: clockFace(one.start), to: clockFace(one.end), state: words(one), before })}
      <div className={record.sub}>{t("times.by", { who: one.by, at: formats.dateTime(one.at) })}</div>
      {one.why && <div className={record.sub}>{t("times.because", { why: one.why })}</div>}
    </li>
  );
}

interface CorrectionProps {
  row: AgentRow;
  day: string;
  piece: TimePieceDoc;
  /** The version of the time that is corrected, as it was read. */
  etag: string;
  close: () => void;
}

const READY = "READY";
const NOT_READY = "NOT_READY:";

function Correction({ row, day, piece, etag, close }: CorrectionProps) {
  const { t } = useTranslation("floor");
  const common = useTranslation().t;
  const cache = useQueryClient();
  const words = useStateWords();
  const reasons = useReasons();
  const [from, setFrom] = useState<Edge>(() => edgeAt(piece.start));
  const [to, setTo] = useState<Edge>(() => edgeAt(piece.end));
  const [state, setState] = useState<string | null>(null);
  const [why, setWhy] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, refuse] = useState<unknown>(null);
  const [seen, see] = useState(etag);
  const [start, end] = [momentOf(day, from), momentOf(day, to)];
  const present = refused instanceof Problem && refused.error_id === "edited_meanwhile" ? refused.present : null;
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    if (start === null || end === null || state === null) return;
    setBusy(true);
    refuse(null);
    try {
      const declared = state === READY ? READY : "NOT_READY";
      const reason = state === READY ? null : state.slice(NOT_READY.length);
      await correctAgentTime(row.agent, { start, end, declared, reason, why: why.trim() }, seen);
      sayDone(t("times.done", { agent: row.name }));
      close();
    } catch (error) {
      refuse(error);
    } finally {
      setBusy(false);
      void cache.invalidateQueries({ queryKey: ["agent-times"] });
    }
  };
  const states = [
    { value: READY, label: words({ state: READY, reason: null }) },
    ...(reasons.data ?? [])
      .filter((one) => !one.system)
      .map((one) => ({
        value: `${NOT_READY}${one.reason}`,
        label: words({ state: "NOT_READY", reason: one.reason }),
      })),
  ];
  return (
    <form
      className={`${form.inset ?? ""} ${classes.form ?? ""}`}
      onSubmit={(event) => void send(event)}
      aria-label={t("times.correct")}
    >
      <div className={classes.row}>
        <TimeField label={t("times.from")} edge={from} change={setFrom} first />
        <TimeField label={t("times.to")} edge={to} change={setTo} />
        <Select
          size="xs"
          w={230}
          label={t("times.was")}
          placeholder={words(piece)}
          data={states}
          value={state}
          onChange={setState}
          allowDeselect={false}
        />
      </div>
      <TextInput
        size="xs"
        label={t("times.why")}
        value={why}
        maxLength={200}
        onChange={(event) => setWhy(event.currentTarget.value)}
      />
      {present !== null && (
        <Overtaken
          present={present as Times}
          keep={(version) => {
            see(version);
            refuse(null);
          }}
        />
      )}
      {refused !== null && present === null && (
        <p className={form.refused} role="alert">
          {refused instanceof Problem && refused.status === 404 ? t("times.nothing") : problemWords(common, refused)}
        </p>
      )}
      <div className={classes.row}>
        <Button
          size="xs"
          type="submit"
          loading={busy}
          disabled={start === null || end === null || state === null || present !== null}
        >
          {t("times.save")}
        </Button>
        <Button size="xs" variant="default" onClick={close}>
          {common("cancel")}
        </Button>
      </div>
    </form>
  );
}

/** Somebody else corrected that time: how, and a way to go on. */
function Overtaken({ present, keep }: { present: Times; keep: (version: string) => void }) {
  const { t } = useTranslation("floor");
  return (
    <div className={form.overtaken} role="alert">
      <p>{t("times.overtaken")}</p>
      <ul className={`${record.lines ?? ""} ${classes.trail ?? ""}`}>
        {present.corrections.slice(0, 1).map((one) => (
          <Told key={one.at} one={one} />
        ))}
      </ul>
      <Button size="xs" variant="default" onClick={() => keep(present.etag)}>
        {t("times.anyway")}
      </Button>
    </div>
  );
}

interface TimeFieldProps {
  label: string;
  edge: Edge;
  change: (edge: Edge) => void;
  first?: boolean;
}

function TimeField({ label, edge, change, first = false }: TimeFieldProps) {
  return (
    <TextInput
      size="xs"
      w={130}
      type="time"
      autoFocus={first}
      step={1}
      label={label}
      value={edge.typed}
      onChange={(event) => change({ ...edge, typed: event.currentTarget.value })}
    />
  );
}
