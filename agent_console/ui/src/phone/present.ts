/** The one phone of this page, for the components that show it. */

import { useSyncExternalStore } from "react";
import type { Choice } from "./devices";
import type { SoftPhone } from "./soft_phone";
import { AT_FIRST, type PhoneState } from "./states";

class PresentPhone {
  private phone: SoftPhone | null = null;
  private readonly listeners = new Set<() => void>();

  put(phone: SoftPhone | null): void {
    this.phone = phone;
    for (const listener of [...this.listeners]) listener();
  }

  readonly get = (): SoftPhone | null => this.phone;
  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };
}

export const presentPhone = new PresentPhone();

export const usePhone = (): SoftPhone | null => useSyncExternalStore(presentPhone.listen, presentPhone.get);

const never = () => () => undefined;
const nothing = () => AT_FIRST;

export function usePhoneState(phone: SoftPhone | null): PhoneState {
  return useSyncExternalStore(phone?.listen ?? never, phone?.state ?? nothing);
}

/** Which devices were chosen. */
export function useChoice(phone: SoftPhone): Choice {
  return useSyncExternalStore(phone.listen, phone.devices);
}
