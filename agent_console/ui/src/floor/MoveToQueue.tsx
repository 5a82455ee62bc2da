import { Select } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQueues } from "../live/live";
import { AskOnce } from "./AskOnce";
import { supervising, useDoing } from "./supervising";

interface Props {
  contact: string;
  /** Where they are, or came from; null: nowhere. */
  from: string | null;
  disabled?: boolean;
}

/** Another queue for a contact that waits or is parked. */
export function MoveToQueue({ contact, from, disabled = false }: Props) {
  const { t } = useTranslation("floor");
  const doing = useDoing();
  const queues = useQueues();
  const [queue, setQueue] = useState<string | null>(null);
  const title = queues.find((one) => one.queue === queue)?.title ?? "";
  return (
    <>
      <Select
        size="xs"
        w={180}
        label={t("waiting.moveTo")}
        placeholder={t("col.queue")}
        data={queues.filter((one) => one.queue !== from).map((one) => ({ value: one.queue, label: one.title }))}
        value={queue}
        onChange={setQueue}
        searchable
      />
      <AskOnce
        label={t("waiting.move")}
        disabled={queue === null || disabled}
        question={t("waiting.moveAsk", { queue: title })}
        act={() => (queue === null ? Promise.resolve() : doing(t("done"), () => supervising.move(contact, queue)))}
      />
    </>
  );
}
