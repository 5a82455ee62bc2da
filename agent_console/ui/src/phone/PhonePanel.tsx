import { Button, NativeSelect } from "@mantine/core";
import { BellRing, Volume2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { canChooseLoudspeaker, type Choice, type Device, type Devices, devices, watchDevices } from "./devices";
import { MicrophoneTest } from "./MicrophoneTest";
import classes from "./PhonePanel.module.css";
import { useChoice } from "./present";
import type { Quality } from "./quality";
import { QualityMark } from "./QualityMark";
import type { SoftPhone } from "./soft_phone";
import type { PhoneState } from "./states";
import { useSentence } from "./words";

/** How the phone is, which devices it uses, and whether they work. */
export function PhonePanel({ phone, state }: { phone: SoftPhone; state: PhoneState }) {
  const { t } = useTranslation("phone");
  const sentence = useSentence(state);
  const choice = useChoice(phone);
  const there = useDevices(state.microphone);
  const quality = state.call?.verdict.quality ?? null;
  const choose = (changes: Partial<Choice>) => void phone.choose(changes).catch(() => undefined);
  return (
    <div className={classes.panel}>
      <p className={classes.says}>{sentence}</p>
      {quality && <QualityWords quality={quality} />}
      <DeviceSelect
        label={t("device.microphone")}
        devices={there.microphones}
        value={choice.microphone}
        choose={(microphone) => choose({ microphone })}
      />
      <MicrophoneTest key={choice.microphone} choice={choice} />
      {canChooseLoudspeaker() ? (
        <>
          <div className={classes.row}>
            <DeviceSelect
              label={t("device.loudspeaker")}
              devices={there.loudspeakers}
              value={choice.loudspeaker}
              choose={(loudspeaker) => choose({ loudspeaker })}
            />
            <Button
              variant="default"
              leftSection={<Volume2 size={15} aria-hidden />}
              onClick={() => phone.player.test(choice.loudspeaker)}
            >
              {t("test.tone")}
            </Button>
          </div>
          <div className={classes.row}>
            <DeviceSelect
              label={t("device.ringer")}
              devices={there.loudspeakers}
              value={choice.ringer}
              choose={(ringer) => choose({ ringer })}
            />
            <Button
              variant="default"
              leftSection={<BellRing size={15} aria-hidden />}
              disabled={state.call !== null}
              onClick={() => phone.player.ringOnce(choice.ringer)}
            >
              {t("test.ring")}
            </Button>
          </div>
        </>
      ) : (
        <p className={classes.hint}>{t("device.systemOnly")}</p>
      )}
    </div>
  );
}

function DeviceSelect(props: { label: string; devices: Device[]; value: string; choose: (id: string) => void }) {
  const { t } = useTranslation("phone");
  const known = props.devices.some((one) => one.id === props.value);
  return (
    <NativeSelect
      className={classes.select}
      label={props.label}
      value={known ? props.value : ""}
      onChange={(event) => props.choose(event.currentTarget.value)}
      data={[
        { value: "", label: t("device.system") },
        ...props.devices
          .filter((one) => one.id !== "")
          .map((one, index) => ({ value: one.id, label: one.label || t("device.unnamed", { number: index + 1 }) })),
      ]}
    />
  );
}

function QualityWords({ quality }: { quality: Quality }) {
  const { t } = useTranslation("phone");
  const ms = (seconds: number) => Math.round(seconds * 1000);
  return (
    <div className={classes.quality}>
      <QualityMark quality={quality} />
      <strong>{t(`quality.${quality.word}`)}</strong>
      <span>{t("quality.loss", { share: (quality.loss * 100).toFixed(1) })}</span>
      <span>{t("quality.jitter", { ms: ms(quality.jitter) })}</span>
      {quality.roundTrip !== null && <span>{t("quality.delay", { ms: ms(quality.roundTrip) })}</span>}
    </div>
  );
}

/** What there is; looked at anew when devices come and go, and when the microphone was allowed. */
function useDevices(trouble: PhoneState["microphone"]): Devices {
  const [there, setThere] = useState<Devices>({ microphones: [], loudspeakers: [] });
  useEffect(() => {
    let left = false;
    const look = () =>
      void devices()
        .then((found) => {
          if (!left) setThere(found);
        })
        .catch(() => undefined);
    look();
    const leave = watchDevices(look);
    return () => {
      left = true;
      leave();
    };
  }, [trouble]);
  return there;
}
