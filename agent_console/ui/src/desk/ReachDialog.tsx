import { Button, Modal, TextInput } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Headset, Layers, Phone, Search, Workflow } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Acting } from "../api/acts";
import { searchDirectory } from "../api/operations/desk";
import type { DirectoryEntry } from "../api/documents";
import { StateMark } from "../design/StateMark";
import { STATES, type StateWord } from "../design/states";
import { Empty, Loading, Trouble } from "../design/Waiting";
import classes from "./ReachDialog.module.css";

interface Props {
  act: "transfer" | "consult";
  acting: Acting;
  close: () => void;
}

const SHAPE = { agent: Headset, queue: Layers, number: Phone, flow: Workflow } as const;
const DIALLABLE = /^\+?[0-9*#]{3,32}$/;

/** Search over agents, queues, menus and numbers with their states; hand the caller over, or ask first. */
export default function ReachDialog({ act, acting, close }: Props) {
  const { t } = useTranslation("desk");
  const common = useTranslation().t;
  const [words, setWords] = useState("");
  const [place, setPlace] = useState(0);
  const entries = useEntries(act, words);

  const reach = async (entry: DirectoryEntry) => {
    if (await hand(acting, act, entry)) close();
  };
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const chosen = entries.list[place];
    if (step !== 0) {
      event.preventDefault();
      setPlace((before) => Math.max(0, Math.min(entries.list.length - 1, before + step)));
    } else if (event.key === "Enter" && chosen?.reachable) {
      event.preventDefault();
      void reach(chosen);
    }
  };

  return (
    <Modal
      opened
      onClose={close}
      title={t(`act.${act}`)}
      size="md"
      closeButtonProps={{ "aria-label": common("close") }}
    >
      <TextInput
        data-autofocus
        leftSection={<Search size={15} aria-hidden />}
        placeholder={t(`reach.${act}`)}
        aria-label={t(`reach.${act}`)}
        role="combobox"
        aria-expanded
        aria-controls="reach-list"
        aria-activedescendant={`reach-${place}`}
        value={words}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setPlace(0);
        }}
        onKeyDown={move}
      />
      <div className={classes.list} id="reach-list" role="listbox" aria-label={t("reach.found")}>
        {entries.error !== null && <Trouble compact error={entries.error} />}
        {entries.pending && <Loading />}
        {!entries.pending && entries.list.length === 0 && (
          <Empty compact title={t("reach.none")} hint={t("reach.noneHint")} />
        )}
        {entries.list.map((entry, index) => (
          <Entry
            key={`${entry.kind}/${entry.to}`}
            id={`reach-${index}`}
            entry={entry}
            chosen={index === place}
            choose={() => void reach(entry)}
          />
        ))}
      </div>
      <p className={classes.hint}>{t(`reach.${act}Hint`)}</p>
    </Modal>
  );
}

function hand({ run }: Acting, act: Props["act"], { kind, to }: DirectoryEntry): Promise<boolean> {
  if (act === "transfer") return run("transfer", { to_kind: kind, to });
  return kind === "agent" || kind === "number" ? run("consult", { to_kind: kind, to }) : Promise.resolve(false);
}

function useEntries(act: "transfer" | "consult", words: string) {
  const { t } = useTranslation("desk");
  const found = useQuery({
    queryKey: ["desk", "directory", words],
    queryFn: ({ signal }) => searchDirectory({ q: words }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 3_000,
    staleTime: 0,
  });
  const number = words.replace(/[\s()./-]/g, "");
  const typed: DirectoryEntry[] = DIALLABLE.test(number)
    ? [{ kind: "number", to: number, title: t("reach.dial", { number }), state: null, waiting: null, reachable: true }]
    : [];
  // until the answer to these words is there, of the one before only what fits them: Enter may not call somebody else
  const sought = words.toLowerCase().split(/\s+/);
  const fits = (entry: DirectoryEntry) =>
    !found.isPlaceholderData || sought.every((word) => `${entry.title} ${entry.to}`.toLowerCase().includes(word));
  const known = (found.data?.items ?? []).filter(
    (entry) => (act === "transfer" || entry.kind === "agent" || entry.kind === "number") && fits(entry),
  );
  const isKnown = known.some((entry) => entry.kind === "number" && entry.to === number);
  const list = isKnown ? known : [...known, ...typed];
  return { list, pending: found.isPending, error: found.error };
}

interface EntryProps {
  id: string;
  entry: DirectoryEntry;
  chosen: boolean;
  choose: () => void;
}

function Entry({ id, entry, chosen, choose }: EntryProps) {
  const { t } = useTranslation("desk");
  const common = useTranslation().t;
  const Icon = SHAPE[entry.kind];
  const state = STATES.find((known) => known === entry.state?.toLowerCase());
  return (
    <Button
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      variant="subtle"
      color="gray"
      justify="start"
      fullWidth
      disabled={!entry.reachable}
      className={classes.entry}
      classNames={{ label: classes.label ?? "" }}
      data-chosen={chosen || undefined}
      leftSection={<Icon size={16} aria-hidden />}
      onClick={choose}
    >
      <span className={classes.title}>{entry.title}</span>
      <span className={classes.kind}>{t(`kind.${entry.kind}`)}</span>
      <span className={classes.state}>
        {entry.kind === "number" && !entry.title.includes(entry.to) && entry.to}
        {state ? (
          <StateOf word={state} />
        ) : (
          entry.state !== null &&
          common(`queueState.${entry.state}` as "queueState.open", { defaultValue: entry.state })
        )}
        {entry.waiting !== null && ` · ${t("reach.waiting", { count: entry.waiting })}`}
      </span>
    </Button>
  );
}

function StateOf({ word }: { word: StateWord }) {
  const { t } = useTranslation();
  return (
    <>
      <StateMark state={word} /> {t(`state.${word}`)}
    </>
  );
}
