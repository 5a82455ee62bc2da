import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { PencilLine, UsersRound } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Problem } from "../api/client";
import { getContact, getStory } from "../api/operations/contacts";
import { getCustomer } from "../api/operations/customers";
import { listRecordings, listVoicemails } from "../api/operations/recordings";
import { useFlowTitles, useNames } from "../api/names";
import type { ContactLine, Story } from "../api/documents";
import { atLeast, useMe } from "../api/session";
import record from "../design/Record.module.css";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { alarmWords } from "../language/alarms";
import { useFreshQueries } from "../live/fresh";
import { Message, Recording } from "./Recording";
import { storyWords, type Telling } from "./story_words";
import classes from "./StoryPane.module.css";

const CorrectOutcome = lazy(() => import("./CorrectOutcome"));

/** A contact's whole story: a time line of facts with its recordings. */
export function StoryPane({ contact }: { contact: string }) {
  const { t } = useTranslation("reports");
  const line = useQuery({ queryKey: ["contact", contact], queryFn: () => getContact(contact), staleTime: 0 });
  const story = useQuery({ queryKey: ["story", contact], queryFn: () => getStory(contact), staleTime: 0 });
  const recordings = useQuery({
    queryKey: ["recordings", contact],
    queryFn: () => listRecordings({ contact }),
    enabled: (line.data?.recordings ?? 0) > 0,
  });
  const messages = useQuery({
    queryKey: ["voicemails", "of", contact],
    queryFn: () => listVoicemails({ contact }),
    enabled: story.data?.lines.some((one) => one.kind === "VoicemailLeft") ?? false,
  });
  useFreshQueries("recordings", ["recordings"]);
  useFreshQueries("recordings", ["contact"]);
  if (story.isPending) return <Loading />;
  if (story.error instanceof Problem && story.error.status === 403) {
    return <Empty icon={UsersRound} title={t("story.otherTeam")} hint={t("story.otherTeamHint")} />;
  }
  if (story.isError) return <Trouble error={story.error} retry={() => void story.refetch()} />;
  return (
    <div className={classes.story}>
      {line.data && <Summary line={line.data} />}
      {line.data && <Correction line={line.data} />}
      {recordings.data?.items.map((one) => (
        <Recording key={one.recording_id} recording={one} />
      ))}
      {messages.data?.items.map((one) => (
        <Message key={one.voicemail_id} message={one} />
      ))}
      <h3 className={record.part}>{t("story.title")}</h3>
      <TimeLine story={story.data} />
    </div>
  );
}

function Summary({ line }: { line: ContactLine }) {
  const { t } = useTranslation("reports");
  const desk = useTranslation("desk").t;
  const names = useNames();
  const formats = useFormats();
  const facts: [string, string][] = [
    [t("story.began"), formats.dateTime(line.began_at)],
    [t("story.result"), desk(`result.${line.result}` as "result.answered", { defaultValue: line.result })],
    [t("story.queue"), line.queue_titles.join(" → ")],
    [t("story.agents"), line.agent_names.join(" → ")],
    [t("story.waited"), formats.duration(line.wait_s)],
    [t("story.talked"), formats.duration(line.talk_s)],
    [t("story.held"), formats.duration(line.hold_s)],
    [t("story.wrapUp"), formats.duration(line.wrap_up_s)],
    [t("story.disposition"), line.outcome.disposition ? names.disposition(line.outcome.disposition) : ""],
    [t("story.resolved"), line.outcome.resolved === null ? "" : t(line.outcome.resolved ? "story.yes" : "story.no")],
    [t("story.notes"), line.outcome.notes],
  ];
  return (
    <>
      <p className={record.name}>
        {line.caller_name || line.caller_number || desk("unknownCaller")}
        {line.caller_name && line.caller_number && <span className={classes.dim}> {line.caller_number}</span>}
      </p>
      <dl className={record.facts}>
        {facts
          .filter(([, value]) => value !== "" && value !== "–")
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        {line.customer_id !== null && <Customer id={line.customer_id} />}
      </dl>
    </>
  );
}

/** Whose contact it is. */
function Customer({ id }: { id: string }) {
  const { t } = useTranslation("reports");
  const customer = useQuery({ queryKey: ["customers", "one", id], queryFn: () => getCustomer(id) });
  return (
    <div>
      <dt>{t("story.customer")}</dt>
      <dd>
        {customer.isError ? (
          id
        ) : (
          <Link href={`~/customers/key/${encodeURIComponent(id)}`}>{customer.data?.name ?? id}</Link>
        )}
      </dd>
    </div>
  );
}

/** Supervisors tell anew what was told wrong; the time line below has both. */
function Correction({ line }: { line: ContactLine }) {
  const { t } = useTranslation("reports");
  const me = useMe();
  const [open, setOpen] = useState(false);
  const [returned, comeBack] = useState(false);
  if (!atLeast(me, "supervisor")) return null;
  if (open) {
    return (
      <Suspense fallback={null}>
        <CorrectOutcome
          line={line}
          close={() => {
            setOpen(false);
            comeBack(true);
          }}
        />
      </Suspense>
    );
  }
  return (
    <Button
      size="xs"
      variant="default"
      mb="sm"
      leftSection={<PencilLine size={14} aria-hidden />}
      onClick={() => setOpen(true)}
      autoFocus={returned}
    >
      {t("correct.title")}
    </Button>
  );
}

function TimeLine({ story }: { story: Story }) {
  const { t } = useTranslation("reports");
  const formats = useFormats();
  const telling = useTelling();
  return (
    <ol className={classes.line}>
      {story.lines.map((line) => (
        <li key={`${line.node} ${line.seq}`}>
          <time dateTime={line.at} className={classes.when} title={formats.dateTime(line.at)}>
            {formats.duration(line.since_s)}
          </time>
          <span className={classes.kind}>
            {t(`fact.${line.kind}` as "fact.ContactOffered", { defaultValue: line.kind })}
          </span>
          <span className={classes.text}>{storyWords(telling, line)}</span>
        </li>
      ))}
    </ol>
  );
}

function useTelling(): Telling {
  const { t } = useTranslation("story");
  const common = useTranslation().t;
  const names = useNames();
  const flow = useFlowTitles();
  const formats = useFormats();
  return useMemo(
    () => ({ t, names, flow, formats, alarm: (fact) => alarmWords(common, formats, fact) }),
    [t, common, names, flow, formats],
  );
}
