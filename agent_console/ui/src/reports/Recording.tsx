import { useTranslation } from "react-i18next";
import { address } from "../api/client";
import { useNames } from "../api/names";
import type { RecordingDoc } from "../api/documents";
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
          time: formats.time(recording.started_at),
        })}
        <span className={classes.hint}>{t("recording.audited")}</span>
      </figcaption>
      {recording.state === "stored" ? (
        <audio
          controls
          preload="none"
          src={address(`/recordings/${encodeURIComponent(recording.recording_id)}/audio`)}
          aria-label={t("recording.title")}
        />
      ) : (
        <p className={classes.hint}>{t(`recording.${recording.state}`)}</p>
      )}
    </figure>
  );
}
