import { useTranslation } from "react-i18next";
import { useCatalogue } from "../api/queries";
import { Loading, Trouble } from "../design/Waiting";
import classes from "./CataloguePage.module.css";

/** What each figure means, word for word as reports reckon it. */
export default function CataloguePage() {
  const { t } = useTranslation("reports");
  const common = useTranslation().t;
  const catalogue = useCatalogue();
  if (catalogue.isPending) return <Loading />;
  if (catalogue.isError) return <Trouble error={catalogue.error} retry={() => void catalogue.refetch()} />;
  return (
    // it scrolls, and holds nothing that keys could reach
    <div className={classes.page} role="region" aria-label={t("page.catalogue")} tabIndex={0}>
      <h2>{t("formulas")}</h2>
      <dl className={classes.list}>
        {Object.entries(catalogue.data.formulas).map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd lang="en">{text}</dd>
          </div>
        ))}
      </dl>
      <h2>{t("figures")}</h2>
      <dl className={classes.list}>
        {catalogue.data.figures.map((figure) => (
          <div key={figure.name}>
            <dt>
              {common(`figure.${figure.name}` as "figure.offered", { defaultValue: figure.title })}
              <span>{figure.name}</span>
            </dt>
            <dd lang="en">
              {figure.definition}
              {figure.exclusions && <span> {figure.exclusions}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
