import { Button } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { Translation } from "react-i18next";
import { Empty } from "../design/Waiting";

/** A mistake of ours in one view leaves the rest of the page, and the call, alone. */
export class ViewBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <Translation>
        {(t) => (
          <Empty title={t("broken.title")} hint={t("broken.hint")}>
            <Button size="sm" onClick={() => window.location.reload()}>
              {t("broken.reload")}
            </Button>
          </Empty>
        )}
      </Translation>
    );
  }
}
