import { Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { FileSearch } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useRoute } from "wouter";
import { Empty } from "../design/Waiting";
import { useWordsOf } from "../language/words";
import { useAgents, useQueues } from "../live/live";
import { ContactsBehind } from "../reports/ContactsBehind";
import { StoryPane } from "../reports/StoryPane";
import { RangeFilter } from "../reports/RangeFilter";
import { type Chosen, instants, rangeOf } from "../reports/range";
import { centreClock } from "../live/live";
import summary from "../reports/Summary.module.css";
import classes from "./ContactsView.module.css";

const PLACES = [
  "menu",
  "waiting",
  "offered",
  "scheduled",
  "dialling",
  "connected",
  "parked",
  "wrap_up",
  "ended",
] as const;

interface Filter {
  range: Chosen;
  place: string | null;
  queue: string | null;
  agent: string | null;
  number: string;
}

/** Every contact, present and past: found by place, queue, agent, number and day; each with its whole story. */
export default function ContactsView() {
  const { t } = useTranslation("reports");
  useWordsOf("desk", "story");
  const [, go] = useLocation();
  const [, params] = useRoute("/:contact");
  const contact = params ? decodeURIComponent(params.contact) : null;
  const [filter, setFilter] = useState<Filter>(() => ({
    range: { span: "today", ...rangeOf("today", centreClock.now()) },
    place: null,
    queue: null,
    agent: null,
    number: "",
  }));
  const [settled] = useDebouncedValue(filter, 250);
  const query = useMemo(() => queryOf(settled), [settled]);
  return (
    <div className={classes.view}>
      <Filters filter={filter} change={setFilter} />
      <div className={classes.split}>
        <div className={classes.list}>
          <ContactsBehind key={JSON.stringify(query)} query={query} open={(id) => go(`/${encodeURIComponent(id)}`)} />
        </div>
        <div className={classes.story}>
          {contact === null ? (
            <Empty icon={FileSearch} title={t("contacts.choose")} hint={t("contacts.chooseHint")} />
          ) : (
            <StoryPane key={contact} contact={contact} />
          )}
        </div>
      </div>
    </div>
  );
}

function queryOf(filter: Filter): Record<string, string> {
  const query: Record<string, string> = { ...instants(filter.range) };
  if (filter.place !== null) query.place = filter.place;
  if (filter.queue !== null) query.queue = filter.queue;
  if (filter.agent !== null) query.agent = filter.agent;
  if (filter.number !== "") query.number = filter.number;
  return query;
}

function Filters({ filter, change }: { filter: Filter; change: (filter: Filter) => void }) {
  const { t } = useTranslation("reports");
  const queues = useQueues();
  const agents = useAgents();
  return (
    <div className={summary.filters}>
      <RangeFilter value={filter.range} change={(range) => change({ ...filter, range })} />
      <Select
        size="xs"
        w={150}
        label={t("contacts.place")}
        placeholder={t("all")}
        data={PLACES.map((place) => ({ value: place, label: t(`place.${place}`) }))}
        value={filter.place}
        onChange={(place) => change({ ...filter, place })}
        clearable
      />
      <Select
        size="xs"
        w={170}
        label={t("dimension.queue")}
        placeholder={t("all")}
        data={queues.map((row) => ({ value: row.queue, label: row.title }))}
        value={filter.queue}
        onChange={(queue) => change({ ...filter, queue })}
        clearable
        searchable
      />
      <Select
        size="xs"
        w={170}
        label={t("dimension.agent")}
        placeholder={t("all")}
        data={agents.map((row) => ({ value: row.agent, label: row.name }))}
        value={filter.agent}
        onChange={(agent) => change({ ...filter, agent })}
        clearable
        searchable
      />
      <TextInput
        size="xs"
        w={150}
        type="tel"
        label={t("contacts.number")}
        value={filter.number}
        onChange={(event) => change({ ...filter, number: event.currentTarget.value })}
      />
    </div>
  );
}
