import { useTranslation } from "react-i18next";
import { address } from "../api/client";
import { useNames } from "../api/names";
import type { RecordingDoc, VoicemailDoc } from "../api/documents";
import { Link } from "wouter";
import { useFormats } from "../language/formats";
import classes from "./Recording.module.css";

/** The sound of a talk. Listening is written into the audit log. */
export function Recording({ recording }: { recording: RecordingDoc }) {
  const { t } = useTranslation("reports");
  const formats = useFormats();
  const names = useNames();
  return (
    <figure className={classes.recording}>
      <figcaption>
        {t("recording.of", {
          agent: recording.agent === null ? "–" : names.agent(recording.agent),
          time: formats.when(recording.started_at),
        })}
        <span className={classes.hint}>{t("recording.audited")}</span>
      </figcaption>
      <Sound
        of={`/recordings/${encodeURIComponent(recording.recording_id)}`}
        state={recording.state}
        label={t("recording.title")}
      />
    </figure>
  );
}

/** The message that the caller left; what became of it is on its own page. */
export function Message({ message }: { message: VoicemailDoc }) {
  const { t } = useTranslation("reports");
  const formats = useFormats();
  const names = useNames();
  const place = encodeURIComponent(message.voicemail_id);
  return (
    <figure className={classes.recording}>
      <figcaption>
        <Link href={`~/voicemails/${place}`}>
          {t("recording.message", { mailbox: names.queue(message.mailbox), time: formats.when(message.at) })}
        </Link>
        <span className={classes.hint}>{t("recording.audited")}</span>
      </figcaption>
      <Sound of={`/voicemails/${place}`} state={message.state} label={t("recording.messageTitle")} />
    </figure>
  );
}

function Sound({ of, state, label }: { of: string; state: RecordingDoc["state"]; label: string }) {
  const { t } = useTranslation("reports");
  if (state !== "stored") return <p className={classes.hint}>{t(`recording.${state}`)}</p>;
  return <audio controls preload="none" src={address(`${of}/audio`)} aria-label={label} />;
}
