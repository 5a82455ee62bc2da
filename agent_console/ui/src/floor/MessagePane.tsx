import { Button, Select, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTeams } from "../api/queries";
import { PaneFrame, Part } from "./PaneFrame";
import { useInspect } from "./inspected";
import { supervising, useDoing } from "./supervising";
import classes from "./panes.module.css";

const LONGEST = 500;

/** A word to everybody of a team, shown on their desks. */
export function MessagePane() {
  const { t } = useTranslation("floor");
  const teams = useTeams();
  const doing = useDoing();
  const inspect = useInspect();
  const [team, setTeam] = useState<string | null>(null);
  const [text, setText] = useState("");
  const chosen = team ?? teams.data?.[0]?.team ?? null;
  const size = teams.data?.find((one) => one.team === chosen)?.agents.length ?? 0;
  const send = async () => {
    if (chosen !== null && (await doing(t("message.sent"), () => supervising.say(chosen, text)))) inspect(null);
  };
  return (
    <PaneFrame title={t("message.title")}>
      <Part title={t("message.to")}>
        <Select
          aria-label={t("message.to")}
          data={(teams.data ?? []).map((one) => ({ value: one.team, label: one.title || one.team }))}
          value={chosen}
          onChange={setTeam}
          allowDeselect={false}
        />
        <Textarea
          mt="xs"
          aria-label={t("message.text")}
          placeholder={t("message.text")}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          maxLength={LONGEST}
          minRows={4}
          rows={5}
          autoFocus
        />
        <div className={classes.row}>
          <Button mt="xs" disabled={text.trim() === "" || chosen === null} onClick={() => void send()}>
            {t("message.send", { count: size })}
          </Button>
        </div>
      </Part>
    </PaneFrame>
  );
}
