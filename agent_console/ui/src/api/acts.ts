/** Acts on a contact at one's own desk. What became of it is told by the live channel, as for everybody else. */

import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayProblem } from "../shell/notices";
import type { Consult, DeskContact, Drop, ExtendWrapUp, SendDigits, Transfer } from "./documents";
import * as desk from "./operations/desk";

export type ActName = keyof DeskContact["acts"];

/** What some acts have to be told. */
interface Wishes {
  transfer: Transfer;
  consult: Consult;
  drop: Drop;
  send_digits: SendDigits;
  extend_wrap_up: ExtendWrapUp;
}

export type PlainAct = Exclude<ActName, keyof Wishes>;

type Operations = { [Act in PlainAct]: (contactId: string) => Promise<unknown> } & {
  [Act in keyof Wishes]: (contactId: string, wish: Wishes[Act]) => Promise<unknown>;
};

const OPERATIONS: Operations = {
  answer: desk.answerContact,
  reject: desk.rejectContact,
  hold: desk.holdContact,
  retrieve: desk.retrieveContact,
  mute: desk.muteContact,
  unmute: desk.unmuteContact,
  transfer: desk.transferContact,
  consult: desk.consultContact,
  complete: desk.completeContact,
  cancel: desk.cancelContact,
  swap: desk.swapContact,
  conference: desk.conferenceContact,
  drop: desk.dropContact,
  leave: desk.leaveContact,
  hang_up: desk.hangUpContact,
  send_digits: desk.sendDigitsContact,
  park: desk.parkContact,
  pick_up: desk.pickUpContact,
  record_start: desk.recordStartContact,
  record_pause: desk.recordPauseContact,
  record_resume: desk.recordResumeContact,
  record_stop: desk.recordStopContact,
  end_wrap_up: desk.endWrapUpContact,
  extend_wrap_up: desk.extendWrapUpContact,
};

export interface Acting {
  /** The act that is on its way. */
  busy: ActName | null;
  /** Ends when the daemon has answered; false: it refused, and the person has been told why. */
  run: <Act extends ActName>(act: Act, ...wish: Act extends keyof Wishes ? [Wishes[Act]] : []) => Promise<boolean>;
}

export function useActing(contactId: string): Acting {
  const { t } = useTranslation();
  const [busy, setBusy] = useState<ActName | null>(null);
  const run = useCallback<Acting["run"]>(
    async (act, ...wish) => {
      const operation = OPERATIONS[act] as (contactId: string, ...wish: unknown[]) => Promise<unknown>;
      setBusy(act);
      try {
        await operation(contactId, ...wish);
        return true;
      } catch (error) {
        sayProblem(t, error);
        return false;
      } finally {
        setBusy(null);
      }
    },
    [contactId, t],
  );
  return { busy, run };
}
