import { Button, Select } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AgentQueue, SetQueues } from "../api/documents";
import { previewChange } from "../api/operations/settings";
import { Loading, Trouble } from "../design/Waiting";
import { sayDone } from "../shell/notices";
import { type AgentSettings, useAgentSettings, useEditing } from "./agent_settings";
import { AskOnce } from "./AskOnce";
import { Overtaken } from "./Overtaken";
import classes from "./panes.module.css";
import { PreviewWords } from "./PreviewWords";
import { supervising, useDoing } from "./supervising";

const CHOICES = ["by_skills", "put_in", "taken_out"] as const;
type Choice = (typeof CHOICES)[number];
type Choices = Readonly<Record<string, Choice>>;

/** What each queue is for the agent. */
export function exceptionsOf({ queues }: Pick<AgentSettings, "queues">): Record<string, Choice> {
  return Object.fromEntries(queues.map(({ queue, exception }) => [queue, exception ?? "by_skills"]));
}

/** The exceptions of an agent, after these choices; queues that are not chosen here stay as they are. */
export function chosen(present: Choices, choices: Choices): SetQueues {
  const after = { ...present, ...choices };
  const these = (choice: Choice) => Object.keys(after).filter((queue) => after[queue] === choice);
  return { without_queues: these("taken_out"), extra_queues: these("put_in") };
}

/** Which queues an agent serves and why: taken out or put in here, looked at before it holds, and taken back. */
export function QueuesEditor({ agent }: { agent: string }) {
  const found = useAgentSettings(agent);
  if (found.isPending) return <Loading />;
  if (found.isError) return <Trouble compact error={found.error} />;
  return <Queues agent={agent} present={found.data} />;
}

function Queues({ agent, present }: { agent: string; present: AgentSettings }) {
  const { t } = useTranslation("floor");
  const doing = useDoing();
  const [choices, setChoices] = useState<Choices>({});
  /** What the queues that were changed here were before: others may have changed more since. */
  const [before, setBefore] = useState<Choices | null>(null);
  const typed = Object.keys(choices).length > 0;
  const editing = useEditing<Choice>(agent, present, exceptionsOf, { typed, none: "by_skills" });
  const exceptions = exceptionsOf(present);
  const save = (wanted: Choices, undo: Choices | null) =>
    editing.save(
      (etag) => supervising.setQueues(agent, chosen(exceptions, wanted), etag),
      () => {
        setChoices({});
        setBefore(undo);
        sayDone(t("done"));
      },
    );
  const choose = (queue: AgentQueue, choice: Choice) => {
    const others = Object.fromEntries(Object.entries(choices).filter(([name]) => name !== queue.queue));
    setChoices(choice === exceptions[queue.queue] ? others : { ...others, [queue.queue]: choice });
  };
  const were = Object.fromEntries(Object.keys(choices).map((queue) => [queue, exceptions[queue] ?? "by_skills"]));
  return (
    <>
      {present.queues.map((queue) => (
        <OneQueue key={queue.queue} queue={queue} choice={choices[queue.queue]} choose={choose} />
      ))}
      <div className={classes.row}>
        {typed ? (
          <>
            <Button size="xs" variant="default" onClick={() => setChoices({})}>
              {t("agent.undo")}
            </Button>
            <AskOnce
              label={t("agent.saveQueues")}
              disabled={editing.theirs !== null}
              question={<QueuesPreview agent={agent} wish={chosen(exceptions, choices)} />}
              act={() => doing("", () => save(choices, were))}
            />
          </>
        ) : (
          before !== null && (
            <AskOnce
              label={t("agent.takeBackQueues")}
              question={<QueuesPreview agent={agent} wish={chosen(exceptions, before)} />}
              act={() => doing("", () => save(before, null))}
            />
          )
        )}
      </div>
      {editing.theirs !== null && (
        <Overtaken
          changes={Object.entries(editing.theirs).map(([queue, choice]) =>
            t("agent.queueNow", { queue: titleOf(present, queue), choice: t(`agent.queue.${choice}`) }),
          )}
          drop={() => setChoices({})}
          keep={editing.adopt}
        />
      )}
    </>
  );
}

function titleOf({ queues }: AgentSettings, name: string): string {
  return queues.find(({ queue }) => queue === name)?.title ?? name;
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
