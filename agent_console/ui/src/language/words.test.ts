import { expect, it } from "vitest";

const sources = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.*", "!../testing.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const files = new Map(Object.entries(sources).map(([path, text]) => [path.replace(/^\.\.?\//, ""), text]));

/** The file that `name` means in `file`; nothing for a package. */
function found(file: string, name: string): string | undefined {
  const path = new URL(name, `file:///${file}`).pathname.slice(1);
  return [path, `${path}.ts`, `${path}.tsx`].find((one) => files.has(one));
}

function named(file: string, pattern: RegExp): string[] {
  const names = [...(files.get(file) ?? "").matchAll(pattern)].map(([, name = ""]) => found(file, name));
  return names.filter((one) => one !== undefined);
}

/** All files that come with one, without those that it fetches later. */
function withImports(file: string, known = new Set<string>()): Set<string> {
  if (known.has(file)) return known;
  known.add(file);
  for (const one of named(file, /^(?:import|export)(?! type)[^;]*?from "(\.[^"]+)"/gms)) withImports(one, known);
  return known;
}

/** What words a file waits for. */
function wordsOf(file: string): string[] {
  const calls = (files.get(file) ?? "").matchAll(/use(?:Translation|WordsOf)\(([^)]*)\)/g);
  return [...calls]
    .filter(([, what = ""]) => !what.includes("useSuspense: false"))
    .flatMap(([, what = ""]) => [...what.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name));
}

it("is all waited for before a part that is fetched by itself is shown", () => {
  const fetched = new Set([...files.keys()].flatMap((file) => named(file, /import\("(\.[^"]+)"\)/g)));
  expect(fetched.size).toBeGreaterThan(20);
  const lacking = [...fetched].flatMap((file) => {
    const waitsFor = new Set(wordsOf(file));
    const later = [...withImports(file)].flatMap(wordsOf).filter((name) => !waitsFor.has(name));
    return later.length > 0 ? [`${file}: ${[...new Set(later)].join(", ")}`] : [];
  });
  expect(lacking).toEqual([]);
});
