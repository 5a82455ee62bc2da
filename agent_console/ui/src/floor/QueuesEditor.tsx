import { Button, Select } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AgentQueue, AgentRow, SetQueues } from "../api/documents";
import { listAgentQueues } from "../api/operations/floor";
import { previewChange } from "../api/operations/settings";
import { everything } from "../api/queries";
import { Loading, Trouble } from "../design/Waiting";
import { AskOnce } from "./AskOnce";
import classes from "./panes.module.css";
import { PreviewWords } from "./PreviewWords";
import { supervising, useDoing } from "./supervising";

const CHOICES = ["by_skills", "put_in", "taken_out"] as const;
type Choice = (typeof CHOICES)[number];

/** The exceptions of an agent, after these choices; queues that are not chosen here stay as they are. */
export function chosen(row: Pick<AgentRow, keyof SetQueues>, choices: Readonly<Record<string, Choice>>): SetQueues {
  const others = (queues: readonly string[]) => queues.filter((queue) => !(queue in choices));
  const these = (choice: Choice) => Object.keys(choices).filter((queue) => choices[queue] === choice);
  return {
    without_queues: [...others(row.without_queues), ...these("taken_out")],
    extra_queues: [...others(row.extra_queues), ...these("put_in")],
  };
}

/** What these queues are for the agent now, as choices. */
export function present(row: Pick<AgentRow, keyof SetQueues>, queues: readonly string[]): Record<string, Choice> {
  const choice = (queue: string): Choice =>
    row.without_queues.includes(queue) ? "taken_out" : row.extra_queues.includes(queue) ? "put_in" : "by_skills";
  return Object.fromEntries(queues.map((queue) => [queue, choice(queue)]));
}

/** Which queues an agent serves and why: taken out or put in here, looked at before it holds, and taken back. */
export function QueuesEditor({ row }: { row: AgentRow }) {
  const { t } = useTranslation("floor");
  const doing = useDoing();
  const [choices, setChoices] = useState<Record<string, Choice>>({});
  /** What the queues that were changed here were before: others may have changed more since. */
  const [before, setBefore] = useState<Record<string, Choice> | null>(null);
  const found = useQuery({
    queryKey: ["agent-queues", row.agent, row.skills, row.without_queues, row.extra_queues],
    queryFn: () => everything((query) => listAgentQueues(row.agent, query)),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  if (found.isPending) return <Loading />;
  if (found.isError) return <Trouble compact error={found.error} />;
  const save = async (wanted: Record<string, Choice>, undo: Record<string, Choice> | null) => {
    if (!(await doing(t("done"), () => supervising.setQueues(row.agent, chosen(row, wanted))))) return;
    setChoices({});
    setBefore(undo);
  };
  const choose = (queue: AgentQueue, choice: Choice) => {
    const others = Object.fromEntries(Object.entries(choices).filter(([name]) => name !== queue.queue));
    setChoices(choice === (queue.exception ?? "by_skills") ? others : { ...others, [queue.queue]: choice });
  };
  return (
    <>
      {found.data.map((queue) => (
        <OneQueue key={queue.queue} queue={queue} choice={choices[queue.queue]} choose={choose} />
      ))}
      <div className={classes.row}>
        {Object.keys(choices).length > 0 ? (
          <>
            <Button size="xs" variant="default" onClick={() => setChoices({})}>
              {t("agent.undo")}
            </Button>
            <AskOnce
              label={t("agent.saveQueues")}
              question={<QueuesPreview agent={row.agent} wish={chosen(row, choices)} />}
              act={() => save(choices, present(row, Object.keys(choices)))}
            />
          </>
        ) : (
          before !== null && (
            <AskOnce
              label={t("agent.takeBackQueues")}
              question={<QueuesPreview agent={row.agent} wish={chosen(row, before)} />}
              act={() => save(before, null)}
            />
          )
        )}
      </div>
    </>
  );
}

interface OneProps {
  queue: AgentQueue;
  choice: Choice | undefined;
  choose: (queue: AgentQueue, choice: Choice) => void;
}

function OneQueue({ queue, choice, choose }: OneProps) {
  const { t } = useTranslation("floor");
  return (
    <div className={classes.row}>
      <Select
        size="xs"
        w={180}
        label={queue.title}
        description={t(queue.by_skills ? "agent.bySkillsIn" : "agent.bySkillsOut")}
        data={CHOICES.map((one) => ({ value: one, label: t(`agent.queue.${one}`) }))}
        value={choice ?? queue.exception ?? "by_skills"}
        onChange={(value) => choose(queue, CHOICES.find((one) => one === value) ?? "by_skills")}
        allowDeselect={false}
      />
    </div>
  );
}

function QueuesPreview({ agent, wish }: { agent: string; wish: SetQueues }) {
  return (
    <PreviewWords
      queryKey={["preview", agent, wish]}
      ask={() => previewChange({ section: "agents", name: agent, document: wish, partial: true })}
    />
  );
}
