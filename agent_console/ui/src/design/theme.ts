/** The one design: 14 px text on an 8 px grid, one accent, dark and light each drawn on purpose (`base.css`). */

import { createTheme, type MantineColorsTuple } from "@mantine/core";

const teal: MantineColorsTuple = [
  "#e6f4f5",
  "#cfe7e9",
  "#a0ced2",
  "#6eb3b9",
  "#469ca4",
  "#2a8b94",
  "#17757f",
  "#0f626b",
  "#0b525a",
  "#063f46",
];

const slate: MantineColorsTuple = [
  "#e7ecf0",
  "#c5cfd7",
  "#9dabb6",
  "#7a8a97",
  "#5b6b78",
  "#41505c",
  "#2c3943",
  "#1d272e",
  "#161e24",
  "#0f1519",
];

const FAMILY =
  '"Inter Variable", "Segoe UI", system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", ' +
  '"Noto Sans SC", "WenQuanYi Micro Hei", sans-serif';

export const theme = createTheme({
  colors: { teal, dark: slate },
  primaryColor: "teal",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  fontFamily: FAMILY,
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  lineHeights: { xs: "1.35", sm: "1.4", md: "1.45", lg: "1.5", xl: "1.5" },
  spacing: { xs: "0.5rem", sm: "0.75rem", md: "1rem", lg: "1.5rem", xl: "2rem" },
  headings: { fontFamily: FAMILY, fontWeight: "600" },
  defaultRadius: "sm",
  radius: { xs: "3px", sm: "5px", md: "8px", lg: "12px", xl: "16px" },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    // the page itself never scrolls, so nothing has to be locked (and no style is written into the page)
    Modal: { defaultProps: { lockScroll: false, centered: true, overlayProps: { backgroundOpacity: 0.45 } } },
    Drawer: { defaultProps: { lockScroll: false, overlayProps: { backgroundOpacity: 0.35 } } },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true, multiline: true, maw: 340, fz: "xs" } },
    Button: { defaultProps: { size: "sm" } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
    Menu: { defaultProps: { shadow: "md", transitionProps: { duration: 0 } } },
    Popover: { defaultProps: { shadow: "md", transitionProps: { duration: 0 } } },
    Select: { defaultProps: { comboboxProps: { transitionProps: { duration: 0 } } } },
  },
});
