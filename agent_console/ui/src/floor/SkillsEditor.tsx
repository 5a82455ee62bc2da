import { Button, Select } from "@mantine/core";
import { NumberField } from "../design/NumberField";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { previewChange } from "../api/operations/settings";
import type { AgentRow } from "../api/documents";
import { useSkills } from "../api/queries";
import { AskOnce } from "./AskOnce";
import classes from "./panes.module.css";
import { PreviewWords } from "./PreviewWords";
import { supervising, useDoing } from "./supervising";

/** An agent's skills: changed here, looked at before they hold. */
export function SkillsEditor({ row }: { row: AgentRow }) {
  const { t } = useTranslation("floor");
  const known = useSkills();
  const doing = useDoing();
  const [skills, setSkills] = useState<Record<string, number>>(row.skills);
  const changed = JSON.stringify(skills) !== JSON.stringify(row.skills);
  const others = (known.data ?? []).filter((one) => !(one.skill in skills));
  const without = (skill: string) => Object.fromEntries(Object.entries(skills).filter(([name]) => name !== skill));
  return (
    <>
      {Object.entries(skills).map(([skill, level]) => (
        <div key={skill} className={classes.row}>
          <NumberField
            size="xs"
            w={64}
            min={0}
            max={10}
            aria-label={skill}
            value={level}
            onChange={(value) => setSkills(value > 0 ? { ...skills, [skill]: value } : without(skill))}
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
          onChange={(skill) => skill !== null && setSkills({ ...skills, [skill]: 5 })}
          searchable
        />
        {changed && (
          <>
            <Button size="xs" variant="default" onClick={() => setSkills(row.skills)}>
              {t("agent.undo")}
            </Button>
            <AskOnce
              label={t("agent.saveSkills")}
              question={<SkillsPreview row={row} skills={skills} />}
              act={() => doing(t("done"), () => supervising.setSkills(row.agent, skills))}
            />
          </>
        )}
      </div>
    </>
  );
}

function SkillsPreview({ row, skills }: { row: AgentRow; skills: Record<string, number> }) {
  return (
    <PreviewWords
      queryKey={["preview", row.agent, skills]}
      ask={() => previewChange({ section: "agents", name: row.agent, document: { skills }, partial: true })}
    />
  );
}
