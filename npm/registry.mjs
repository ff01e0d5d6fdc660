// A registry of the tarballs in a folder, for the test: what npm asks of a real one, and nothing more. Prints its address.
//
//     node npm/registry.mjs FOLDER

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { execFileSync } from "node:child_process";

const [folder] = process.argv.slice(2);
const packages = new Map();
for (const file of readdirSync(folder).filter((it) => it.endsWith(".tgz"))) {
  const bytes = readFileSync(join(folder, file));
  const manifest = execFileSync("tar", ["-xzOf", join(folder, file), "package/package.json"], { encoding: "utf8" });
  packages.set(JSON.parse(manifest).name, { file, bytes, manifest: JSON.parse(manifest) });
}

const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://registry").pathname).slice(1);
  const tarball = [...packages.values()].find((it) => path === `-/${it.file}`);
  if (tarball) return response.end(tarball.bytes);
  const found = packages.get(path);
  if (!found) return response.writeHead(404).end("{}");
  const { bytes, file, manifest } = found;
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  const dist = { tarball: `http://${request.headers.host}/-/${file}`, integrity };
  const versions = { [manifest.version]: { ...manifest, dist } };
  const document = { name: manifest.name, "dist-tags": { latest: manifest.version }, versions };
  response.setHeader("content-type", "application/json").end(JSON.stringify(document));
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
