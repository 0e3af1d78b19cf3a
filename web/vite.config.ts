import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `fairlead serve` answers: `npm run dev` shows its catalog. */
const served = "http://127.0.0.1:8400";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/fairlead/api/page",
    emptyOutDir: true,
    target: "es2022",
    license: { fileName: "licenses.md" },
  },
  server: { proxy: { "/api": served, "/v1": served } },
});
