import { Button, Tooltip } from "@mantine/core";
import { Megaphone, MonitorUp, PhoneIncoming } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { FigureDoc, Totals } from "../api/documents";
import { Clock } from "../design/Clock";
import { FormulaWords } from "../design/FigureWords";
import { type Verdict, VerdictMark } from "../design/VerdictMark";
import { NO_DATA, useFormats } from "../language/formats";
import { useTotals } from "../live/live";
import classes from "./DayStrip.module.css";
import { type Inspected, useInspect } from "./inspected";
import { ofAbandonment, ofLevel } from "./targets";

/** The day so far in one line; every number opens what is behind it. */
export function DayStrip() {
  const { t } = useTranslation("floor");
  const totals = useTotals();
  const inspect = useInspect();
  return (
    <header className={classes.strip}>
      <Tiles totals={totals} />
      <div className={classes.acts}>
        <Tooltip label={t("message.hint")}>
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={<Megaphone size={16} aria-hidden />}
            onClick={() => inspect({ kind: "team", team: "" })}
          >
            {t("message.title")}
          </Button>
        </Tooltip>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<PhoneIncoming size={16} aria-hidden />}
          onClick={() => inspect({ kind: "numbers" })}
        >
          {t("numbers.title")}
        </Button>
        <Button
          component={Link}
          href="/wall"
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<MonitorUp size={16} aria-hidden />}
        >
          {t("wall.open")}
        </Button>
      </div>
    </header>
  );
}

function Tiles({ totals }: { totals: Totals | null }) {
  const { t } = useTranslation("floor");
  const formats = useFormats();
  const today = totals?.today ?? {};
  return (
    <>
      <FigureTile
        name="service_level"
        figures={today}
        verdict={ofLevel(today.service_level, totals?.targets.service_level ?? null)}
        day={totals?.day}
      />
      <FigureTile
        name="abandon_rate"
        figures={today}
        verdict={ofAbandonment(today.abandon_rate, totals?.targets.abandon_rate ?? null)}
        day={totals?.day}
      />
      <FigureTile name="asa_s" figures={today} verdict="none" day={totals?.day} />
      <Tile label={t("tile.waiting")} opens={{ kind: "waits", title: t("tile.waiting"), queue: null }}>
        {totals ? formats.number(totals.waiting) : NO_DATA}
      </Tile>
      <Tile label={t("tile.longest")} opens={{ kind: "waits", title: t("tile.longest"), queue: null }}>
        {totals?.longest_joined_at ? <Clock since={totals.longest_joined_at} /> : NO_DATA}
      </Tile>
      <Tile label={t("tile.talking")} opens={contacts(t("tile.talking"), { place: "connected" })}>
        {totals ? formats.number(totals.talking) : NO_DATA}
      </Tile>
      <Tile label={t("tile.agents")} opens={{ kind: "signed_in" }}>
        {totals ? `${formats.number(totals.agents.ready)} / ${formats.number(totals.agents.logged_in)}` : NO_DATA}
      </Tile>
      <FigureTile name="occupancy" figures={today} verdict="none" day={totals?.day} />
    </>
  );
}

interface FigureTileProps {
  name: "service_level" | "abandon_rate" | "asa_s" | "occupancy";
  figures: Record<string, FigureDoc>;
  verdict: Verdict;
  day: string | undefined;
}

/** Agents' time is divided among agents, never among queues. */
const BY: Readonly<Record<string, { by: string }>> = { occupancy: { by: "agent" } };

function contacts(title: string, query: Record<string, string>): Inspected {
  return { kind: "contacts", title, query };
}

function FigureTile({ name, figures, verdict, day }: FigureTileProps) {
  const { t } = useTranslation("floor");
  const formats = useFormats();
  const figure = figures[name];
  return (
    <Tile
      label={t(`tile.${name}`)}
      hint={<FormulaWords figure={figure} name={name} />}
      {...(day ? { opens: contacts(t(`tile.${name}`), { figure: name, from: day, ...BY[name] }) } : {})}
    >
      {formats.figure(figure)} <VerdictMark verdict={verdict} />
    </Tile>
  );
}

interface TileProps {
  label: string;
  hint?: ReactNode;
  opens?: Inspected;
  children: ReactNode;
}

function Tile({ label, hint, opens, children }: TileProps) {
  const inspect = useInspect();
  const content = (
    <>
      <span className={classes.label}>{label}</span>
      <span className={classes.value}>{children}</span>
    </>
  );
  return (
    <Tooltip label={hint} disabled={!hint}>
      {opens ? (
        <button type="button" className={classes.tile} onClick={() => inspect(opens)}>
          {content}
        </button>
      ) : (
        <span className={classes.tile}>{content}</span>
      )}
    </Tooltip>
  );
}
