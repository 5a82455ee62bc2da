import { TextInput, type TextInputProps } from "@mantine/core";

interface Props extends Omit<TextInputProps, "value" | "onChange" | "type" | "min" | "max"> {
  value: number;
  min: number;
  max: number;
  onChange: (value: number) => void;
}

/** A whole number within limits; what is no number, or outside, is not taken. */
export function NumberField({ value, min, max, onChange, ...rest }: Props) {
  return (
    <TextInput
      {...rest}
      type="number"
      inputMode="numeric"
      min={min}
      max={max}
      step={1}
      value={value}
      onChange={(event) => {
        const next = event.currentTarget.valueAsNumber;
        if (Number.isInteger(next) && next >= min && next <= max) onChange(next);
      }}
    />
  );
}
