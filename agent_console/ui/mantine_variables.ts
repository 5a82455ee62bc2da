/**
 * Mantine's CSS variables for our theme as a style sheet of the build. At run time they would be written into the page
 * as a <style> element, which the Content-Security-Policy does not allow.
 */

import { convertCssVariables, defaultCssVariablesResolver, DEFAULT_THEME, mergeMantineTheme } from "@mantine/core";
import type { Plugin } from "vite";
import { theme } from "./src/design/theme.ts";

const NAME = "virtual:mantine-variables.css";
const RESOLVED = `\0${NAME}`;

export function mantineVariables(): Plugin {
  return {
    name: "mantine-variables",
    resolveId: (id) => (id === NAME ? RESOLVED : null),
    load: (id) => {
      if (id !== RESOLVED) return null;
      const variables = defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme));
      return convertCssVariables(variables, ":root");
    },
  };
}
