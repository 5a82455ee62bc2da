/**
 * Keys for everything that is done often. One key alone works outside of text fields, with Alt also inside of them
 * (during wrap-up the cursor is in the notes). Views say which keys they have while they are on the screen, and `?`
 * lists them. Keys are told by their place on the keyboard, so that input methods do not matter.
 */

import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Shortcut {
  /** As in `KeyboardEvent.code`: `KeyH`, `Digit1`, `Slash`. */
  code: string;
  /** Said in the list of keys. */
  label: string;
  run: () => void;
  /** Listed, but does nothing just now. */
  disabled?: boolean;
}

interface Group {
  title: string;
  shortcuts: readonly Shortcut[];
}

const KEPT = "cordboard.keys";

class Keys {
  private readonly groups = new Map<symbol, Group>();
  private readonly listeners = new Set<() => void>();
  private listed: readonly Group[] = [];
  /** One key alone does something; some people's aids press keys of their own. */
  single = localStorage.getItem(KEPT) !== "alt";

  put(id: symbol, group: Group): void {
    this.groups.set(id, group);
    this.tell();
  }

  remove(id: symbol): void {
    this.groups.delete(id);
    this.tell();
  }

  allowSingle(allowed: boolean): void {
    this.single = allowed;
    localStorage.setItem(KEPT, allowed ? "single" : "alt");
    this.tell();
  }

  readonly list = (): readonly Group[] => this.listed;
  readonly isSingle = (): boolean => this.single;
  readonly listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  readonly pressed = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.repeat) return;
    if (!event.altKey && (!this.single || isWriting(event.target))) return;
    if (dialogIsOpen()) return;
    // the latest view first
    for (const group of [...this.groups.values()].reverse()) {
      const found = group.shortcuts.find((one) => fits(one, event));
      if (!found) continue;
      event.preventDefault();
      if (!found.disabled) found.run();
      return;
    }
  };

  private tell(): void {
    this.listed = [...this.groups.values()];
    for (const listener of [...this.listeners]) listener();
  }
}

function fits(shortcut: Shortcut, event: KeyboardEvent): boolean {
  // the question mark lies elsewhere on many keyboards
  if (shortcut.code === "Slash") return event.key === "?" || (event.code === "Slash" && event.shiftKey);
  return shortcut.code === event.code && !event.shiftKey;
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.role === "textbox")
  );
}

function dialogIsOpen(): boolean {
  return document.querySelector("[role=dialog][aria-modal=true]") !== null;
}

export const keys = new Keys();
window.addEventListener("keydown", keys.pressed);

/** Offer these keys while the component is on the screen. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  const id = useRef(Symbol(title));
  useEffect(() => {
    const mine = id.current;
    keys.put(mine, { title, shortcuts });
  }, [title, shortcuts]);
  useEffect(() => {
    const mine = id.current;
    return () => keys.remove(mine);
  }, []);
}

export const useKeyList = (): readonly Group[] => useSyncExternalStore(keys.listen, keys.list);
export const useSingleKeys = (): boolean => useSyncExternalStore(keys.listen, keys.isSingle);

/** `H` of `KeyH`, `1` of `Digit1`. */
export function keyName(code: string): string {
  return code === "Slash" ? "?" : code.replace(/^(Key|Digit)/, "");
}
