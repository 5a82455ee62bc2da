import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import react from "@vitejs/plugin-react";
import { mantineVariables } from "./mantine_variables.ts";
import { packedFiles } from "./packed_files.ts";

const OUT = fileURLToPath(new URL("../static", import.meta.url));
/** Where `npm run dev` finds a running daemon. */
const daemon = process.env.CORDBOARD_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), mantineVariables(), packedFiles(OUT)],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2022",
    // everything is a file of ours: the Content-Security-Policy allows no data: scripts, styles or fonts
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: "manifest.json",
    license: { fileName: "licenses.md" },
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: "uplot", test: /node_modules\/uplot\// },
          ],
        },
      },
    },
  },
  server: { proxy: { "/api": { target: daemon, ws: true } } },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing.ts"],
    pool: "threads",
    maxWorkers: 2,
  },
});
