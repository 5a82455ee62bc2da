/** Which controls a contact has, in the order of their places, and what each does now. */

import {
  ArrowLeftRight,
  CircleDot,
  CirclePause,
  Grip,
  type LucideIcon,
  MessagesSquare,
  Mic,
  MicOff,
  Pause,
  PhoneForwarded,
  PhoneOff,
  Play,
  SquareParking,
  Undo2,
  UserRoundCheck,
  Users,
} from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ActName, Acting, PlainAct } from "../api/acts";
import type { DeskContact, Refusal } from "../api/documents";
import { type Shortcut, useShortcuts } from "../shell/shortcuts";

type ControlAct = PlainAct | Parameters<Ask>[0];

export interface Control {
  id: string;
  act: ControlAct;
  Icon: LucideIcon;
  label: string;
  code: string;
  /** Why it cannot be done now; null: it can. */
  refusal: Refusal | null;
  /** Something that is on, and would be put off. */
  on?: boolean;
  ends?: boolean;
  run: () => void;
}

type Ask = (act: "transfer" | "consult" | "send_digits") => void;

const UNKNOWN: Refusal = { reason: "not possible here", reason_id: "not_possible" };

/** Null: it can be done. An act of which the daemon says nothing cannot. */
export function refusalOf(contact: DeskContact, act: ActName): Refusal | null {
  const said = contact.acts[act];
  return said === undefined ? UNKNOWN : said;
}

/** Of two acts that undo each other, the one that makes sense now. */
function now<Act extends ActName>(contact: DeskContact, first: Act, other: Act): Act {
  return refusalOf(contact, other) === null ? other : first;
}

function recordingAct(contact: DeskContact): PlainAct {
  return ({ off: "record_start", on: "record_pause", paused: "record_resume" } as const)[contact.recording];
}

type Place = Pick<Control, "act" | "Icon" | "code"> & { id: string; on?: boolean; ends?: boolean };

function places(contact: DeskContact): readonly Place[] {
  const hold = now(contact, "hold", "retrieve");
  const park = now(contact, "park", "pick_up");
  const record = recordingAct(contact);
  return [
    { id: "hold", act: hold, Icon: hold === "hold" ? Pause : Play, code: "KeyH", on: hold === "retrieve" },
    {
      id: "mute",
      act: contact.muted ? "unmute" : "mute",
      Icon: contact.muted ? MicOff : Mic,
      code: "KeyM",
      on: contact.muted,
    },
    { id: "transfer", act: "transfer", Icon: PhoneForwarded, code: "KeyT" },
    { id: "consult", act: "consult", Icon: MessagesSquare, code: "KeyC" },
    { id: "keypad", act: "send_digits", Icon: Grip, code: "KeyK" },
    {
      id: "record",
      act: record,
      Icon: record === "record_pause" ? CirclePause : CircleDot,
      code: "KeyO",
      on: contact.recording === "paused",
    },
    { id: "hang_up", act: "hang_up", Icon: PhoneOff, code: "KeyE", ends: true },
    { id: "swap", act: "swap", Icon: ArrowLeftRight, code: "KeyW" },
    { id: "complete", act: "complete", Icon: UserRoundCheck, code: "KeyV" },
    { id: "cancel", act: "cancel", Icon: Undo2, code: "KeyB" },
    { id: "conference", act: "conference", Icon: Users, code: "KeyG" },
    { id: "park", act: park, Icon: SquareParking, code: "KeyP", on: park === "pick_up" },
    { id: "leave", act: "leave", Icon: PhoneOff, code: "KeyQ" },
  ];
}

/** Acts that need to know more. */
type Asked = Parameters<Ask>[0];
const ASKED: Record<Asked, true> = { transfer: true, consult: true, send_digits: true };

function isAsked(act: ControlAct): act is Asked {
  return act in ASKED;
}

export function useControls(contact: DeskContact, acting: Acting, ask: Ask): readonly Control[] {
  const { t } = useTranslation("desk");
  const { run } = acting;
  const controls = useMemo(
    () =>
      places(contact).map((place): Control => {
        const { act } = place;
        const does = isAsked(act) ? () => ask(act) : () => void run(act);
        return { ...place, label: t(`act.${act}`), refusal: refusalOf(contact, act), run: does };
      }),
    [contact, t, run, ask],
  );
  useShortcuts(
    t("controls"),
    useMemo<readonly Shortcut[]>(
      () =>
        controls.map(({ code, label, run: does, refusal }) => ({ code, label, run: does, disabled: refusal !== null })),
      [controls],
    ),
  );
  return controls;
}
