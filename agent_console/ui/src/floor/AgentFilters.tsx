import { Select, TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useTeams } from "../api/queries";
import { STATES, type StateWord } from "../design/states";
import ViewChoice from "../design/ViewChoice";
import classes from "./AgentsPanel.module.css";

export interface Filter {
  words: string;
  team: string | null;
  state: StateWord | null;
}

export type AgentsAs = "list" | "grid";

interface Props {
  filter: Filter;
  change: (filter: Filter) => void;
  as: AgentsAs;
  show: (as: AgentsAs) => void;
}

/** Whom the list of agents shows, and how. */
export default function AgentFilters({ filter, change, as, show }: Props) {
  const { t } = useTranslation("floor");
  const common = useTranslation().t;
  const teams = useTeams();
  return (
    <>
      <TextInput
        size="xs"
        className={classes.search}
        leftSection={<Search size={13} aria-hidden />}
        aria-label={t("agents.search")}
        placeholder={t("agents.search")}
        value={filter.words}
        onChange={(event) => change({ ...filter, words: event.currentTarget.value })}
      />
      <Select
        size="xs"
        className={classes.choice}
        aria-label={t("agents.team")}
        placeholder={t("agents.team")}
        data={(teams.data ?? []).map((team) => ({ value: team.team, label: team.title || team.team }))}
        value={filter.team}
        onChange={(team) => change({ ...filter, team })}
        clearable
      />
      <Select
        size="xs"
        className={classes.choice}
        aria-label={t("agents.state")}
        placeholder={t("agents.state")}
        data={STATES.map((state) => ({ value: state, label: common(`state.${state}`) }))}
        value={filter.state}
        onChange={(state) => change({ ...filter, state })}
        clearable
      />
      <ViewChoice
        value={as}
        choose={show}
        data={[
          { value: "list", label: t("agents.list") },
          { value: "grid", label: t("agents.grid") },
        ]}
      />
    </>
  );
}
