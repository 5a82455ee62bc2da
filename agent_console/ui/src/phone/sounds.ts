/** What the phone itself sounds like: ringing, a beep, a test tone. Made here, so that no file has to be fetched. */

const RATE = 8000;

interface Tone {
  hertz: readonly number[];
  seconds: number;
}

const pause = (seconds: number): Tone => ({ hertz: [], seconds });
const BELL = [523.25, 659.25] as const;

/** Rings twice, then pauses: to be repeated. */
const RINGING: readonly Tone[] = [{ hertz: BELL, seconds: 0.4 }, pause(0.2), { hertz: BELL, seconds: 0.4 }, pause(2)];
const BEEP: readonly Tone[] = [{ hertz: [880], seconds: 0.18 }];
const TEST: readonly Tone[] = [{ hertz: [440], seconds: 1.2 }];

/** Plays one thing at a time, at the chosen device. */
export class Player {
  /** The browser plays nothing until somebody has clicked in the page. */
  onBlocked: (blocked: boolean) => void = () => undefined;
  private audio: HTMLAudioElement | null = null;

  ring(device: string): void {
    this.play(RINGING, device, true);
  }

  beep(device: string): void {
    this.play(BEEP, device, false);
  }

  test(device: string): void {
    this.play(TEST, device, false);
  }

  /** Ring once, to hear whether it is loud enough. */
  ringOnce(device: string): void {
    this.play(RINGING.slice(0, -1), device, false);
  }

  stop(): void {
    const audio = this.audio;
    this.audio = null;
    if (!audio) return;
    audio.pause();
    URL.revokeObjectURL(audio.src);
  }

  private play(tones: readonly Tone[], device: string, again: boolean): void {
    this.stop();
    const audio = new Audio(URL.createObjectURL(wave(tones)));
    audio.loop = again;
    this.audio = audio;
    void playAt(audio, device)
      .then(() => this.onBlocked(false))
      .catch((error: unknown) => {
        // stopped meanwhile, or not allowed yet
        if (this.audio === audio && error instanceof DOMException) this.onBlocked(error.name === "NotAllowedError");
      });
  }
}

/** Play at a device; at the system's own when that one is gone. */
export async function playAt(audio: HTMLAudioElement, device: string): Promise<void> {
  if (device && "setSinkId" in audio) await audio.setSinkId(device).catch(() => undefined);
  await audio.play();
}

/** A WAV file: 16 bits, mono, each tone softened at both ends. */
export function wave(tones: readonly Tone[]): Blob {
  const samples = tones.flatMap((tone) => samplesOf(tone));
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at: number, letters: string) => {
    for (let index = 0; index < letters.length; index += 1) view.setUint8(at + index, letters.charCodeAt(index));
  };
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, index) => view.setInt16(44 + index * 2, sample, true));
  return new Blob([view.buffer], { type: "audio/wav" });
}

function samplesOf({ hertz, seconds }: Tone): number[] {
  const count = Math.round(seconds * RATE);
  const soft = RATE * 0.015;
  return Array.from({ length: count }, (_, index) => {
    const fade = Math.min(1, index / soft, (count - index) / soft);
    const sum = hertz.reduce((total, one) => total + Math.sin((2 * Math.PI * one * index) / RATE), 0);
    return hertz.length === 0 ? 0 : Math.round((sum / hertz.length) * fade * 16_000);
  });
}
