/** Dark or light: as the person chose in this browser, else as their system is. */

import { localStorageColorSchemeManager } from "@mantine/core";

const KEY = "cordboard.scheme";

export const schemes = localStorageColorSchemeManager({ key: KEY });

/** Set the page's scheme before the first picture; Mantine goes on from there. */
export function followTheScheme(): void {
  const kept = localStorage.getItem(KEY);
  const dark = kept === "dark" || (kept !== "light" && window.matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.mantineColorScheme = dark ? "dark" : "light";
}
