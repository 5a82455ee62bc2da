import { Button, Select, TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { type KeyboardEvent, memo, useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SettingChange, SettingDoc } from "../api/documents";
import { Loading, Trouble } from "../design/Waiting";
import { AskOnce } from "../floor/AskOnce";
import { PreviewWords } from "../floor/PreviewWords";
import { useWordsOf } from "../language/words";
import { sayDone, sayProblem } from "../shell/notices";
import { useFieldNames } from "./field_names";
import { PageFrame } from "./PageFrame";
import classes from "./SkillsMatrix.module.css";
import { previewTogether, titleOf, useSection, useSettingsActs } from "./settings_api";

type Levels = Record<string, number>;
interface AgentDocument {
  name?: string;
  team?: string | null;
  skills?: Levels;
}

/** Levels that were typed, and the ETag of what they were typed over. */
interface Edited {
  levels: Levels;
  etag: string;
}

const levelsOf = (entry: SettingDoc): Levels => (entry.document as AgentDocument).skills ?? {};
const teamOf = (entry: SettingDoc): string | null => (entry.document as AgentDocument).team ?? null;

/** Agents × skills: walked by arrow keys, a digit sets a level (0: none, `x` or Delete too), saved as one change. */
export default function SkillsMatrix() {
  const { t } = useTranslation("administration");
  useWordsOf("labels", "floor", "desk");
  const agents = useSection("agents");
  const skills = useSection("skills");
  const [edited, setEdited] = useState<Record<string, Edited>>({});
  const [words, setWords] = useState("");
  const [team, setTeam] = useState<string | null>(null);
  const names = useMemo(() => (skills.data ?? []).map((one) => one.name), [skills.data]);
  const rows = useMemo(
    () =>
      (agents.data ?? []).filter(
        (one) =>
          (team === null || teamOf(one) === team) &&
          `${one.name} ${titleOf(one)}`.toLowerCase().includes(words.toLowerCase()),
      ),
    [agents.data, team, words],
  );
  const set = useCallback((agent: SettingDoc, skill: string, level: number) => {
    setEdited((before) => {
      const known = before[agent.name];
      const levels = { ...(known?.levels ?? levelsOf(agent)) };
      if (level > 0) levels[skill] = level;
      else Reflect.deleteProperty(levels, skill);
      const others = Object.entries(before).filter(([name]) => name !== agent.name);
      return Object.fromEntries(
        same(levels, levelsOf(agent)) ? others : [...others, [agent.name, { levels, etag: known?.etag ?? agent.etag }]],
      );
    });
  }, []);

  if (agents.isPending || skills.isPending) return <Loading />;
  if (agents.isError) return <Trouble error={agents.error} retry={() => void agents.refetch()} />;
  return (
    <PageFrame
      title={t("page.matrix")}
      aside={<Save agents={agents.data} edited={edited} forget={() => setEdited({})} />}
    >
      <div className={classes.tools}>
        <TextInput
          size="xs"
          leftSection={<Search size={13} aria-hidden />}
          aria-label={t("search")}
          placeholder={t("search")}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <Select
          size="xs"
          aria-label={t("page.teams")}
          placeholder={t("page.teams")}
          data={[...new Set(agents.data.map(teamOf).filter((name): name is string => name !== null))]}
          value={team}
          onChange={setTeam}
          clearable
        />
        <span className={classes.hint}>{t("matrix.hint")}</span>
      </div>
      <Overtaken
        agents={overtakenOf(agents.data, edited)}
        forget={(names) =>
          setEdited((before) => Object.fromEntries(Object.entries(before).filter(([name]) => !names.includes(name))))
        }
      />
      <Matrix rows={rows} skills={names} edited={edited} set={set} />
    </PageFrame>
  );
}

function same(one: Levels, other: Levels): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

interface MatrixProps {
  rows: readonly SettingDoc[];
  skills: readonly string[];
  edited: Readonly<Record<string, Edited>>;
  set: (agent: SettingDoc, skill: string, level: number) => void;
}

const STEPS: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function Matrix({ rows, skills, edited, set }: MatrixProps) {
  const { t } = useTranslation("administration");
  const table = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState<readonly [number, number]>([0, 0]);

  const go = (row: number, column: number) => {
    const next: [number, number] = [
      Math.max(0, Math.min(rows.length - 1, row)),
      Math.max(0, Math.min(skills.length - 1, column)),
    ];
    setAt(next);
    table.current?.querySelector<HTMLElement>(`[data-at="${next[0]} ${next[1]}"]`)?.focus();
  };
  const typed = (event: KeyboardEvent) => {
    const [row, column] = at;
    const step = STEPS[event.key];
    const agent = rows[row];
    const skill = skills[column];
    if (step) go(row + step[0], column + step[1]);
    else if (agent && skill !== undefined && /^[0-9]$/.test(event.key)) {
      // 1 and then 0 is ten, the highest
      const before = (edited[agent.name]?.levels ?? levelsOf(agent))[skill];
      set(agent, skill, event.key === "0" && before === 1 ? 10 : Number(event.key));
    } else if (agent && skill !== undefined && ["x", "Delete", "Backspace"].includes(event.key)) set(agent, skill, 0);
    else return;
    event.preventDefault();
  };

  return (
    <div className={classes.place}>
      <table ref={table} className={classes.matrix} role="grid" aria-label={t("page.matrix")} onKeyDown={typed}>
        <thead>
          <tr>
            <th scope="col" />
            {skills.map((skill) => (
              <th key={skill} scope="col" className={classes.skill}>
                <span>{skill}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((agent, row) => (
            <Row
              key={agent.name}
              agent={agent}
              row={row}
              skills={skills}
              levels={edited[agent.name]?.levels ?? levelsOf(agent)}
              isEdited={agent.name in edited}
              at={at[0] === row ? at[1] : null}
              choose={setAt}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  agent: SettingDoc;
  row: number;
  skills: readonly string[];
  levels: Levels;
  isEdited: boolean;
  /** The column that the keyboard is in. */
  at: number | null;
  choose: (at: readonly [number, number]) => void;
}

const Row = memo(function Row({ agent, row, skills, levels, isEdited, at, choose }: RowProps) {
  const { t } = useTranslation("administration");
  return (
    <tr data-edited={isEdited}>
      <th scope="row">{titleOf(agent)}</th>
      {skills.map((skill, column) => (
        <td
          key={skill}
          role="gridcell"
          tabIndex={at === column ? 0 : -1}
          data-at={`${row} ${column}`}
          data-level={levels[skill] ?? 0}
          data-changed={levels[skill] !== levelsOf(agent)[skill]}
          aria-label={t("matrix.cell", { agent: titleOf(agent), skill, level: levels[skill] ?? 0 })}
          onFocus={() => choose([row, column])}
          onClick={(event) => event.currentTarget.focus()}
        >
          {levels[skill] ?? ""}
        </td>
      ))}
    </tr>
  );
});

/** Somebody else was faster with these: what was typed stays until one says otherwise, and is not saved over theirs. */
function Overtaken({ agents, forget }: { agents: readonly SettingDoc[]; forget: (names: string[]) => void }) {
  const { t } = useTranslation("administration");
  if (agents.length === 0) return null;
  return (
    <div className={classes.overtaken} role="alert">
      <span>{t("matrix.overtaken", { names: agents.map(titleOf).join(", ") })}</span>
      <Button size="xs" variant="default" onClick={() => forget(agents.map((agent) => agent.name))}>
        {t("overtaken.load")}
      </Button>
    </div>
  );
}

interface SaveProps {
  agents: readonly SettingDoc[];
  edited: Readonly<Record<string, Edited>>;
  forget: () => void;
}

/** Those whose levels somebody else has changed since they were typed over. */
function overtakenOf(agents: readonly SettingDoc[], edited: Readonly<Record<string, Edited>>): readonly SettingDoc[] {
  return agents.filter((agent) => agent.name in edited && edited[agent.name]?.etag !== agent.etag);
}

function Save({ agents, edited, forget }: SaveProps) {
  const { t } = useTranslation("administration");
  const common = useTranslation().t;
  const nameOf = useFieldNames();
  const acts = useSettingsActs();
  const changes = agents
    .filter((agent) => agent.name in edited)
    .map((agent): SettingChange => ({
      section: "agents",
      name: agent.name,
      document: { ...(agent.document as object), skills: edited[agent.name]?.levels },
      match: edited[agent.name]?.etag ?? agent.etag,
    }));
  const save = async () => {
    try {
      await acts.change(changes, t("matrix.comment", { count: changes.length }));
      forget();
      sayDone(t("matrix.saved", { count: changes.length }));
    } catch (error) {
      sayProblem(common, error);
      void acts.refresh();
    }
  };
  if (changes.length === 0) return null;
  return (
    <>
      <Button size="xs" variant="default" onClick={forget}>
        {t("matrix.undo")}
      </Button>
      <AskOnce
        primary
        label={t("matrix.save", { count: changes.length })}
        question={
          <PreviewWords
            queryKey={["preview", "matrix", changes]}
            ask={() => previewTogether(changes)}
            nameOf={nameOf}
          />
        }
        act={save}
      />
    </>
  );
}
