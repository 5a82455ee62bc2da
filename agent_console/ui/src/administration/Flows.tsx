import { useState } from "react";
import { Workflow } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { SegmentedControl } from "@mantine/core";
import { address } from "../api/client";
import { Empty, Loading, Trouble } from "../design/Waiting";
import { useFormats } from "../language/formats";
import { useTotals } from "../live/live";
import classes from "./Flows.module.css";
import { PageFrame } from "./PageFrame";
import { flowTitle, useFlows } from "./settings_api";

/** Voice menus as drawings, with how many callers took each way. */
export default function Flows({ params }: { params: { name?: string } }) {
  const { t } = useTranslation("administration");
  const formats = useFormats();
  const flows = useFlows();
  if (flows.isPending) return <Loading />;
  if (flows.isError) return <Trouble error={flows.error} retry={() => void flows.refetch()} />;
  const chosen = flows.data.find((flow) => flow.flow === params.name) ?? flows.data[0];
  if (!chosen) return <Empty icon={Workflow} title={t("flows.none")} hint={t("flows.noneHint")} />;
  return (
    <PageFrame title={t("page.flows")}>
      <div className={classes.split}>
        <nav className={classes.list} aria-label={t("page.flows")}>
          {flows.data.map((flow) => (
            <Link key={flow.flow} href={`/flows/${flow.flow}`} data-chosen={flow === chosen}>
              <strong>{flowTitle(t, flow.title || flow.flow)}</strong>
              <span>
                {t("flows.nodes", { count: flow.nodes })} · {flow.languages.map(formats.language).join(t("join"))}
              </span>
              <span>{flow.entry_points.join(", ")}</span>
            </Link>
          ))}
        </nav>
        <Drawing key={chosen.flow} flow={chosen.flow} title={flowTitle(t, chosen.title || chosen.flow)} />
      </div>
    </PageFrame>
  );
}

const WEEK_MS = 7 * 86_400_000;

function Drawing({ flow, title }: { flow: string; title: string }) {
  const { t, i18n } = useTranslation("administration");
  const [span, setSpan] = useState<"today" | "week">("today");
  const [failed, setFailed] = useState(false);
  const [opened] = useState(() => Date.now());
  const day = useTotals()?.day;
  if (!day) return <Loading />;
  const from = span === "today" ? day : new Date(opened - WEEK_MS).toISOString();
  // an image, not a part of the page: whatever a flow file says, nothing in it runs
  const picture = address(`/flows/${encodeURIComponent(flow)}/drawing`, { from, language: i18n.language });
  return (
    <div className={classes.drawing}>
      <SegmentedControl
        size="xs"
        value={span}
        onChange={setSpan}
        data={[
          { value: "today", label: t("flows.today") },
          { value: "week", label: t("flows.week") },
        ]}
      />
      {failed ? (
        <Empty title={t("flows.noDrawing")} hint={t("flows.noDrawingHint")} />
      ) : (
        <div className={classes.paper}>
          <img src={picture} alt={t("flows.drawingOf", { title })} onError={() => setFailed(true)} />
        </div>
      )}
    </div>
  );
}
