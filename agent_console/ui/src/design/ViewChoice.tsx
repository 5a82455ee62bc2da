import { SegmentedControl } from "@mantine/core";

interface Props<T extends string> {
  value: T;
  choose: (value: T) => void;
  data: { value: T; label: string }[];
}

/** Two or three ways to look at the same. Fetched after what is looked at: see `floor/QueuesPanel.tsx`. */
export default function ViewChoice<T extends string>({ value, choose, data }: Props<T>) {
  return <SegmentedControl size="xs" value={value} onChange={(chosen) => choose(chosen)} data={data} />;
}
