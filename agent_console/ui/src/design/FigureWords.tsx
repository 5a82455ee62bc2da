import { Tooltip } from "@mantine/core";
import type { FigureDoc } from "../api/documents";
import { useCatalogue } from "../api/queries";
import { useFigureTexts } from "../language/figures";
import { useFormats } from "../language/formats";

interface Props {
  figure: FigureDoc | undefined;
  name: string;
  className?: string | undefined;
}

/** A figure as text; what it is made of, and its formula, on hover. */
export function FigureWords({ figure, name, className }: Props) {
  const formats = useFormats();
  return (
    <Tooltip label={<FormulaWords figure={figure} name={name} />} disabled={!figure}>
      <span className={className}>{formats.figure(figure)}</span>
    </Tooltip>
  );
}

/** `84 % = 126 / 150 · answered within 20 s / …`. */
export function FormulaWords({ figure, name }: { figure: FigureDoc | undefined; name: string }) {
  const texts = useFigureTexts();
  const formats = useFormats();
  const catalogue = useCatalogue();
  const definition = catalogue.data?.figures.find((one) => one.name === name);
  if (!figure) return null;
  const formula = catalogue.data?.formulas[figure.formula];
  const parts =
    figure.denominator !== null && figure.numerator !== null && figure.unit !== "contacts"
      ? `${formats.number(figure.numerator)} / ${formats.number(figure.denominator)}`
      : "";
  return (
    <>
      <strong>{texts.title(name, definition?.title)}</strong>
      {parts && ` = ${parts}`}
      <br />
      {formula !== undefined ? texts.formula(figure.formula, formula) : definition && texts.definition(definition)}
    </>
  );
}
