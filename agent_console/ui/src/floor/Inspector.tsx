import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useWordsOf } from "../language/words";
import { ContactsBehind } from "../reports/ContactsBehind";
import { StoryPane } from "../reports/StoryPane";
import { AgentPane } from "./AgentPane";
import classes from "./Inspector.module.css";
import { type Inspected, useInspect } from "./inspected";
import { MessagePane } from "./MessagePane";
import { NumbersPane } from "./NumbersPane";
import { ParkedPane } from "./ParkedPane";
import { PaneFrame } from "./PaneFrame";
import { QueuePane } from "./QueuePane";
import { SignedInPane } from "./SignedInPane";
import { WaitingPane } from "./WaitingPane";
import { WaitsPane } from "./WaitsPane";

/** The pane at the side: one thing of the floor in full, with what can be done about it. */
export default function Inspector({ inspected, close }: { inspected: Inspected; close: () => void }) {
  const { t } = useTranslation("floor");
  useWordsOf("why", "desk", "reports", "story");
  useEffect(() => {
    const escape = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) close();
    };
    window.addEventListener("keydown", escape);
    return () => window.removeEventListener("keydown", escape);
  }, [close]);
  return (
    <aside className={classes.pane} aria-label={t("inspector")}>
      <Content inspected={inspected} />
    </aside>
  );
}

function Content({ inspected }: { inspected: Inspected }) {
  const inspect = useInspect();
  switch (inspected.kind) {
    case "queue":
      return <QueuePane key={inspected.queue} queue={inspected.queue} />;
    case "agent":
      return <AgentPane key={inspected.agent} agent={inspected.agent} />;
    case "signed_in":
      return <SignedInPane />;
    case "waiting":
      return <WaitingPane key={inspected.contact} contact={inspected.contact} />;
    case "parked":
      return <ParkedPane key={inspected.contact} contact={inspected.contact} />;
    case "waits":
      return <WaitsPane title={inspected.title} queue={inspected.queue} />;
    case "team":
      return <MessagePane />;
    case "numbers":
      return <NumbersPane />;
    case "contacts":
      return (
        <PaneFrame title={inspected.title}>
          <ContactsBehind query={inspected.query} open={(contact) => inspect({ kind: "story", contact })} />
        </PaneFrame>
      );
    case "story":
      return (
        <PaneFrame title={inspected.contact}>
          <StoryPane key={inspected.contact} contact={inspected.contact} />
        </PaneFrame>
      );
  }
}
