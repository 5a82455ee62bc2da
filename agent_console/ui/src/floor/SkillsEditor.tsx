import { Button, Select } from "@mantine/core";
import { NumberField } from "../design/NumberField";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { previewChange } from "../api/operations/settings";
import { useSkills } from "../api/queries";
import { Loading, Trouble } from "../design/Waiting";
import { sayDone } from "../shell/notices";
import { type AgentSettings, overlaid, useAgentSettings, useEditing } from "./agent_settings";
import { AskOnce } from "./AskOnce";
import { Overtaken } from "./Overtaken";
import classes from "./panes.module.css";
import { PreviewWords } from "./PreviewWords";
import { supervising, useDoing } from "./supervising";

/** An agent's skills: changed here, looked at before they hold. */
export function SkillsEditor({ agent }: { agent: string }) {
  const found = useAgentSettings(agent);
  if (found.isPending) return <Loading />;
  if (found.isError) return <Trouble compact error={found.error} />;
  return <Skills agent={agent} present={found.data} />;
}

/** No level is none of the skill. */
const NONE = 0;

function Skills({ agent, present }: { agent: string; present: AgentSettings }) {
  const { t } = useTranslation("floor");
  const known = useSkills();
  const doing = useDoing();
  const [typed, setTyped] = useState<Record<string, number>>({});
  const changed = Object.keys(typed).length > 0;
  const editing = useEditing(agent, present, (settings) => settings.skills, { typed: changed, none: NONE });
  const skills = overlaid(present.skills, typed, NONE);
  const others = (known.data ?? []).filter((one) => !(one.skill in skills));
  const set = (skill: string, level: number) => {
    const rest = Object.fromEntries(Object.entries(typed).filter(([name]) => name !== skill));
    setTyped(level === (present.skills[skill] ?? NONE) ? rest : { ...rest, [skill]: level });
  };
  const save = () =>
    editing.save(
      (etag) => supervising.setSkills(agent, skills, etag),
      () => {
        setTyped({});
        sayDone(t("done"));
      },
    );
  return (
    <>
      {Object.entries(skills).map(([skill, level]) => (
        <div key={skill} className={classes.level}>
          <NumberField
            size="xs"
            w={64}
            min={0}
            max={10}
            aria-label={skill}
            value={level}
            onChange={(value) => set(skill, value)}
          />
          <span>{skill}</span>
        </div>
      ))}
      <div className={classes.row}>
        <Select
          size="xs"
          w={180}
          aria-label={t("agent.addSkill")}
          placeholder={t("agent.addSkill")}
          data={others.map((one) => ({ value: one.skill, label: one.skill }))}
          value={null}
          onChange={(skill) => skill !== null && set(skill, present.skills[skill] ?? 5)}
          searchable
        />
        {changed && (
          <>
            <Button size="xs" variant="default" onClick={() => setTyped({})}>
              {t("agent.undo")}
            </Button>
            <AskOnce
              label={t("agent.saveSkills")}
              disabled={editing.theirs !== null}
              question={<SkillsPreview agent={agent} skills={skills} />}
              act={() => doing("", save)}
            />
          </>
        )}
      </div>
      {editing.theirs !== null && (
        <Overtaken
          changes={Object.entries(editing.theirs).map(([skill, level]) =>
            level === NONE ? t("agent.skillGone", { skill }) : t("agent.skillNow", { skill, level }),
          )}
          drop={() => setTyped({})}
          keep={editing.adopt}
        />
      )}
    </>
  );
}

function SkillsPreview({ agent, skills }: { agent: string; skills: Record<string, number> }) {
  return (
    <PreviewWords
      queryKey={["preview", agent, skills]}
      ask={() => previewChange({ section: "agents", name: agent, document: { skills }, partial: true })}
    />
  );
}
