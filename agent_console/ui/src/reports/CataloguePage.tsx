import { useTranslation } from "react-i18next";
import { useCatalogue } from "../api/queries";
import { useFigureTexts } from "../language/figures";
import { Loading, Trouble } from "../design/Waiting";
import classes from "./CataloguePage.module.css";

/** What each figure means, word for word as reports reckon it. */
export default function CataloguePage() {
  const { t } = useTranslation("reports");
  const figures = useTranslation("figures").t;
  const texts = useFigureTexts();
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
            <dd>{texts.formula(name, text)}</dd>
          </div>
        ))}
      </dl>
      <p>{figures("symbols")}</p>
      <h2>{t("figures")}</h2>
      <dl className={classes.list}>
        {catalogue.data.figures.map((figure) => (
          <div key={figure.name}>
            <dt>
              {texts.title(figure.name, figure.title)}
              <span>{figure.name}</span>
            </dt>
            <dd>
              {texts.definition(figure)}
              {figure.exclusions && <span> {figures("leftOut", { what: texts.exclusions(figure) })}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
