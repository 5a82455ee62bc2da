import { CloseButton } from "@mantine/core";
import { ArrowLeft } from "lucide-react";
import { ActionIcon } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ContactsBehind } from "./ContactsBehind";
import classes from "./BehindPane.module.css";
import { StoryPane } from "./StoryPane";

export interface Behind {
  title: string;
  query: Record<string, string>;
}

/** The contacts behind a number of a report, and the story of each. */
export function BehindPane({ behind, close }: { behind: Behind; close: () => void }) {
  const { t } = useTranslation("reports");
  const common = useTranslation().t;
  const [story, open] = useState<string | null>(null);
  return (
    <aside className={classes.pane} aria-label={behind.title}>
      <header className={classes.head}>
        {story !== null && (
          <ActionIcon aria-label={t("back")} onClick={() => open(null)}>
            <ArrowLeft size={16} />
          </ActionIcon>
        )}
        <h2 title={story ?? behind.title}>{story ?? behind.title}</h2>
        <CloseButton aria-label={common("close")} onClick={close} />
      </header>
      <div className={classes.body}>
        {story === null ? (
          <ContactsBehind key={JSON.stringify(behind.query)} query={behind.query} open={open} />
        ) : (
          <StoryPane key={story} contact={story} />
        )}
      </div>
    </aside>
  );
}
