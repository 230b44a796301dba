// Makes the bundles of the explorer and of the map, and LICENSES.txt, in server/wangge_server/web: no other file and no other host is needed
// at run time.
import { build } from "esbuild";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(here, "../wangge_server/web");

function licences(inputs) {
  const packages = new Set(inputs.map((path) => path.match(/^node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean));
  return [...packages].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(here, path, "package.json"), "utf8"));
    const file = readdirSync(join(here, path)).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(here, path, file), "utf8").trim() : "(no licence text in the package)"}\n`;
  });
}

rmSync(target, { recursive: true, force: true });
const made = await build({
  absWorkingDir: here,
  entryPoints: {
    explorer: "explorer.js",
    map: "map.js",
    map_worker: "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs", // reads the tiles; a file, so that no script comes from memory
  },
  outdir: target,
  nodePaths: [join(here, "node_modules")], // the pages lie outside this folder
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".woff": "dataurl", ".woff2": "dataurl", ".ttf": "dataurl", ".svg": "dataurl" },
  legalComments: "none", // they stand in LICENSES.txt
  metafile: true,
  logLevel: "warning",
});
writeFileSync(join(target, "LICENSES.txt"), licences(Object.keys(made.metafile.inputs)).join(`\n${"-".repeat(80)}\n\n`));
