/** Beside each file of the build its compressed twin: compressed once here instead of for every browser. */

import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Plugin } from "vite";

const WORTH_IT = /\.(js|css|html|svg|json)$/;
const pack = promisify(gzip);

export function packedFiles(folder: string): Plugin {
  return {
    name: "packed-files",
    apply: "build",
    closeBundle: async () => {
      const names = await readdir(folder, { recursive: true });
      await Promise.all(names.filter((name) => WORTH_IT.test(name)).map((name) => packOne(join(folder, name))));
    },
  };
}

async function packOne(file: string): Promise<void> {
  await writeFile(`${file}.gz`, await pack(await readFile(file), { level: 9 }));
}
