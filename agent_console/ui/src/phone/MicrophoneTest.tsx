import { Button } from "@mantine/core";
import { Mic, Square } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Choice, close, openMicrophone, troubleOf } from "./devices";
import classes from "./PhonePanel.module.css";
import type { MicrophoneTrouble } from "./states";

const LOOK_MS = 80;
/** Above it somebody speaks, and it is not only the room. */
const HEARD = 0.02;

/** Speak, and see that it arrives. */
export function MicrophoneTest({ choice }: { choice: Choice }) {
  const { t } = useTranslation("phone");
  const [on, setOn] = useState(false);
  const { level, heard, trouble } = useLevel(on, choice);
  const says = trouble ? t(`microphone.${trouble}`) : heard ? t("test.heard") : t("test.speak");
  return (
    <div className={classes.test}>
      <Button
        variant="default"
        leftSection={on ? <Square size={14} aria-hidden /> : <Mic size={15} aria-hidden />}
        aria-pressed={on}
        onClick={() => setOn((was) => !was)}
      >
        {t(on ? "test.stop" : "test.microphone")}
      </Button>
      {on && (
        <>
          <meter className={classes.meter} min={0} max={1} value={level} aria-label={t("test.level")} />
          <p className={classes.hint} role="status">
            {says}
          </p>
        </>
      )}
    </div>
  );
}

interface Level {
  /** 0 to 1, as loudness is felt. */
  level: number;
  /** Something was loud enough once. */
  heard: boolean;
  trouble: MicrophoneTrouble | null;
}

const NOTHING: Level = { level: 0, heard: false, trouble: null };

function useLevel(on: boolean, choice: Choice): Level {
  const [found, setFound] = useState<Level>(NOTHING);
  useEffect(() => {
    if (!on) return;
    let leave = () => setFound(NOTHING);
    let left = false;
    openMicrophone(choice)
      .then((stream) => {
        const end = listen(stream, (level) =>
          setFound((was) => ({ level: felt(level), heard: was.heard || level > HEARD, trouble: null })),
        );
        leave = () => {
          end();
          setFound(NOTHING);
        };
        if (left) leave();
      })
      .catch((error: unknown) => {
        if (!left) setFound({ ...NOTHING, trouble: troubleOf(error) });
      });
    return () => {
      left = true;
      leave();
    };
  }, [on, choice]);
  return found;
}

/** The stream's level, now and then: root mean square, 0 to 1. Returns the way out. */
function listen(stream: MediaStream, hears: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const wave = new Float32Array(analyser.fftSize);
  const timer = window.setInterval(() => {
    analyser.getFloatTimeDomainData(wave);
    hears(Math.sqrt(wave.reduce((sum, one) => sum + one * one, 0) / wave.length));
  }, LOOK_MS);
  return () => {
    window.clearInterval(timer);
    close(stream);
    void context.close();
  };
}

/** From −60 dB to 0 dB, evenly. */
function felt(level: number): number {
  return level <= 0.001 ? 0 : Math.min(1, 1 + Math.log10(level) / 3);
}
