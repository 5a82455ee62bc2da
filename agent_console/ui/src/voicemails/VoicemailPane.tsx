import { Button, Tooltip } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, Download, PhoneOutgoing, RotateCcw, Trash2 } from "lucide-react";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { address } from "../api/client";
import { useNames } from "../api/names";
import type { VoicemailDoc } from "../api/documents";
import {
  callVoicemailBack,
  deleteRecording,
  getVoicemail,
  markVoicemailDone,
  reopenVoicemail,
} from "../api/operations/recordings";
import { atLeast, useMe } from "../api/session";
import record from "../design/Record.module.css";
import { Loading, Trouble } from "../design/Waiting";
import { DIALLABLE } from "../desk/diallable";
import { AskOnce } from "../floor/AskOnce";
import { useFormats } from "../language/formats";
import { useDesk } from "../live/live";
import { sayProblem } from "../shell/notices";
import { useShortcuts } from "../shell/shortcuts";
import { callerOf } from "./caller";
import classes from "./VoicemailPane.module.css";

/** One message: its sound, who left it, what became of it, and what to do with it. */
export default function VoicemailPane({ voicemail }: { voicemail: string }) {
  const found = useQuery({
    queryKey: ["voicemails", "one", voicemail],
    queryFn: () => getVoicemail(voicemail),
    staleTime: 0,
  });
  if (found.isPending) return <Loading />;
  if (found.isError) return <Trouble error={found.error} retry={() => void found.refetch()} />;
  return <Message one={found.data} />;
}

function Message({ one }: { one: VoicemailDoc }) {
  const { t } = useTranslation("voicemails");
  const me = useMe();
  const sound = useRef<HTMLAudioElement>(null);
  useShortcuts(
    t("title"),
    useMemo(() => [{ code: "KeyP", label: t("keys.play"), run: () => playOrPause(sound.current) }], [t]),
  );
  return (
    <article className={classes.message} aria-label={callerOf(one, t)}>
      <h2 className={record.name}>{callerOf(one, t)}</h2>
      <Sound one={one} sound={sound} />
      <div className={record.acts}>
        <DoneButton one={one} />
        {me.agent === null ? <CallBack one={one} hindrance={t("call.noDesk")} /> : <CallBackFromDesk one={one} />}
        {atLeast(me, "administrator") && one.state !== "deleted" && <Delete one={one} />}
      </div>
      <Facts one={one} />
    </article>
  );
}

function playOrPause(sound: HTMLAudioElement | null): void {
  if (sound === null) return;
  if (sound.paused) void sound.play().catch(() => undefined);
  else sound.pause();
}

function Sound({ one, sound }: { one: VoicemailDoc; sound: React.RefObject<HTMLAudioElement | null> }) {
  const { t } = useTranslation("voicemails");
  const reports = useTranslation("reports").t;
  const source = address(`/voicemails/${encodeURIComponent(one.voicemail_id)}/audio`);
  if (one.state !== "stored") return <p className={classes.hint}>{reports(`recording.${one.state}`)}</p>;
  return (
    <figure className={classes.sound}>
      <audio ref={sound} controls preload="none" src={source} aria-label={t("sound")} />
      <figcaption className={classes.hint}>
        {t("audited")}
        <a className={classes.download} href={source} download={`${one.voicemail_id}.wav`}>
          <Download size={14} aria-hidden /> {t("download")}
        </a>
      </figcaption>
    </figure>
  );
}

/** Says that one has dealt with it, or takes that back. */
function DoneButton({ one }: { one: VoicemailDoc }) {
  const { t } = useTranslation("voicemails");
  const common = useTranslation().t;
  const cache = useQueryClient();
  const done = one.done_at !== null;
  const change = useMutation({
    mutationFn: () => (done ? reopenVoicemail(one.voicemail_id) : markVoicemailDone(one.voicemail_id)),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["voicemails"] }),
    onError: (error) => sayProblem(common, error),
  });
  const { mutate } = change;
  useShortcuts(
    t("keys.acts"),
    useMemo(() => [{ code: "KeyE", label: t(done ? "reopen" : "markDone"), run: () => mutate() }], [t, done, mutate]),
  );
  return (
    <Button
      size="xs"
      variant={done ? "default" : "filled"}
      leftSection={done ? <RotateCcw size={14} aria-hidden /> : <Check size={14} aria-hidden />}
      loading={change.isPending}
      onClick={() => mutate()}
    >
      {t(done ? "reopen" : "markDone")}
    </Button>
  );
}

/** From one's own desk, when one is at work and free. */
function CallBackFromDesk({ one }: { one: VoicemailDoc }) {
  const { t } = useTranslation("voicemails");
  const desk = useDesk();
  let hindrance: string | null = null;
  if (desk === null || desk.state.declared === "LOGGED_OUT") hindrance = t("call.notAtWork");
  else if (desk.contacts.some((contact) => contact.state !== "over")) hindrance = t("call.busy");
  return <CallBack one={one} hindrance={hindrance} />;
}

function CallBack({ one, hindrance }: { one: VoicemailDoc; hindrance: string | null }) {
  const { t } = useTranslation("voicemails");
  const common = useTranslation().t;
  const [, go] = useLocation();
  const reason = DIALLABLE.test(one.caller_number) ? hindrance : t("call.noNumber");
  const call = useMutation({
    mutationFn: () => callVoicemailBack(one.voicemail_id),
    onSuccess: () => go("~/desk"),
    onError: (error) => sayProblem(common, error),
  });
  const { mutate } = call;
  const disabled = reason !== null;
  useShortcuts(
    t("keys.call"),
    useMemo(() => [{ code: "KeyB", label: t("call.do"), run: () => mutate(), disabled }], [t, mutate, disabled]),
  );
  return (
    <Tooltip label={reason} disabled={!disabled} events={{ hover: true, focus: true, touch: true }}>
      <Button
        size="xs"
        variant="default"
        leftSection={<PhoneOutgoing size={14} aria-hidden />}
        data-disabled={disabled || undefined}
        aria-disabled={disabled}
        loading={call.isPending}
        onClick={() => !disabled && mutate()}
      >
        {t("call.do")}
      </Button>
    </Tooltip>
  );
}

function Delete({ one }: { one: VoicemailDoc }) {
  const { t } = useTranslation("voicemails");
  const common = useTranslation().t;
  const cache = useQueryClient();
  const remove = () =>
    deleteRecording(one.voicemail_id)
      .then(() => cache.invalidateQueries({ queryKey: ["voicemails"] }))
      .catch((error: unknown) => sayProblem(common, error));
  return (
    <AskOnce
      danger
      label={t("delete")}
      icon={<Trash2 size={14} aria-hidden />}
      question={t("deleteAsk")}
      act={remove}
    />
  );
}

function Facts({ one }: { one: VoicemailDoc }) {
  const { t } = useTranslation("voicemails");
  const me = useMe();
  const formats = useFormats();
  const names = useNames();
  const told = (who: string | null, at: string | null) =>
    who === null ? null : at === null ? who : `${who}, ${formats.dateTime(at)}`;
  const facts: [string, string | null][] = [
    [t("number"), one.caller_number || null],
    [t("at"), formats.dateTime(one.at)],
    [t("length"), formats.duration(one.length_s)],
    [t("mailbox"), names.queue(one.mailbox)],
    [t("heardFirst"), told(one.heard_by, null)],
    [t("calledBack"), told(one.called_by, one.called_at)],
    [t("dealtWith"), told(one.done_by, one.done_at)],
    [t("keptUntil"), one.delete_after === null ? null : formats.date(one.delete_after)],
  ];
  return (
    <>
      <dl className={record.facts}>
        {facts.map(
          ([label, value]) =>
            value !== null && (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {atLeast(me, "supervisor") && (
        <p className={`${record.links ?? ""} ${classes.links ?? ""}`}>
          <Link href={`~/contacts/${encodeURIComponent(one.contact_id)}`}>{t("story")}</Link>
          {one.called_contact !== null && one.may_open_call && (
            <Link href={`~/contacts/${encodeURIComponent(one.called_contact)}`}>{t("callStory")}</Link>
          )}
        </p>
      )}
    </>
  );
}
