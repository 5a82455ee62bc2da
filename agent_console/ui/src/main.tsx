import "./design/fonts.css";
import "./design/mantine";
import "./design/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { followTheScheme } from "./design/colour_scheme";
import { startLanguages } from "./language/i18n";
import { session } from "./api/session";
import { followTheBrowser } from "./live/live";
import { App } from "./shell/App";

followTheScheme();
followTheBrowser();
session.start();

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");

void startLanguages().then(() =>
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  ),
);
