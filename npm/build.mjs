// Writes the npm packages around built programs: `unpoll`, and one package for each platform.
//
//     node npm/build.mjs --out dist x86_64-unknown-linux-gnu=target/release/unpoll …
//
// Version, description and licence come from Cargo.toml. `npm publish` each folder of `dist`, `unpoll` last.

import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(HERE);
export const PLATFORMS = JSON.parse(readFileSync(join(HERE, "platforms.json"), "utf8"));

const USAGE = `usage: node npm/build.mjs --out FOLDER [--partial] TARGET=FILE…
  --out FOLDER   where to write the packages; what is there of them is replaced
  --partial      platforms without a file are left out, instead of refused
targets: ${PLATFORMS.map((it) => it.target).join(", ")}`;

/** What a person did wrong. */
class Refused extends Error {}

/** Name of the package of a platform: what the launcher makes of `process.platform` and `process.arch`. */
export function packageOf({ os, cpu, libc }) {
  return `@unpoll/${os}-${cpu}${libc ? (libc === "musl" ? "-musl" : "-gnu") : ""}`;
}

/** System and processor that a program is for, as its first bytes say; null for anything else. */
export function madeFor(bytes) {
  const at = (offset, size) => (offset + size <= bytes.length ? bytes.readUIntLE(offset, size) : null);
  if (at(0, 4) === 0x464c457f) return { os: "linux", cpu: { 62: "x64", 183: "arm64" }[at(18, 2)] };
  if (at(0, 4) === 0xfeedfacf) return { os: "darwin", cpu: { 0x1000007: "x64", 0x100000c: "arm64" }[at(4, 4)] };
  if (at(0, 2) === 0x5a4d) {
    const header = at(60, 4) ?? bytes.length;
    return { os: "win32", cpu: { 0x8664: "x64", 0xaa64: "arm64" }[at(header + 4, 2)] };
  }
  return null;
}

/** The newest glibc that a program asks for, as minor version of 2; null when it asks for none. */
export function glibcOf(bytes) {
  const minors = [...bytes.toString("latin1").matchAll(/GLIBC_2\.(\d+)/g)].map((it) => Number(it[1]));
  return minors.length > 0 ? Math.max(...minors) : null;
}

/** The glibc that the oldest Node of `engines` needs: whoever has that Node has it. */
const GLIBC = 28;

/** Facts of the crate that both kinds of packages repeat. */
function crate() {
  const arguments_ = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
  const metadata = JSON.parse(execFileSync("cargo", arguments_, { cwd: ROOT, encoding: "utf8" }));
  const found = metadata.packages.find((it) => it.name === "unpoll");
  const { version, description, keywords, license, repository } = found;
  // Only once there is a public home.
  const home = repository && { repository: { type: "git", url: `git+${repository}.git` } };
  return { version, description, keywords, license: `(${license})`, home };
}

/** In every package. npm brings only a file by the name of LICENSE on its own. */
const LICENSES = ["LICENSE-APACHE", "LICENSE-MIT"];

function writePackage(folder, contents) {
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(contents, null, 2)}\n`);
  for (const name of LICENSES) copyFileSync(join(ROOT, name), join(folder, name));
}

function writePlatform(out, platform, file, { version, description, license, home }) {
  const name = packageOf(platform);
  const folder = join(out, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, "bin"), { recursive: true });
  const program = join(folder, "bin", platform.os === "win32" ? "unpoll.exe" : "unpoll");
  copyFileSync(file, program);
  chmodSync(program, 0o755);
  const { os, cpu, libc, target } = platform;
  writePackage(folder, {
    name,
    version,
    description: `${description}: the program for ${target}`,
    license,
    ...home,
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
    files: ["bin", ...LICENSES],
    // A program inside of a zip, as Yarn keeps packages, cannot be run.
    preferUnplugged: true,
    publishConfig: { access: "public" },
  });
  const readme = `The program of [unpoll](https://www.npmjs.com/package/unpoll) for \`${target}\`. Install \`unpoll\` and not this.\n`;
  writeFileSync(join(folder, "README.md"), `# ${name}\n\n${readme}`);
  return name;
}

function writeMain(out, names, { version, description, keywords, license, home }) {
  const folder = join(out, "unpoll");
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(HERE, "unpoll"), folder, { recursive: true });
  copyFileSync(join(ROOT, "README.md"), join(folder, "README.md"));
  writePackage(folder, {
    name: "unpoll",
    version,
    description,
    keywords,
    license,
    ...home,
    bin: { unpoll: "bin/unpoll.js" },
    files: ["bin", "lib", ...LICENSES],
    engines: { node: ">=18" },
    // Of the same build, or launcher and program could disagree.
    optionalDependencies: Object.fromEntries(names.map((name) => [name, version])),
  });
}

/** Pairs platforms with the files of the command line. */
function paired(texts, partial) {
  const files = new Map();
  for (const text of texts) {
    const [target, file] = [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)];
    const platform = PLATFORMS.find((it) => it.target === target);
    if (!platform || !file) throw new Refused(`not a known TARGET=FILE: ${text}`);
    const bytes = readFileSync(file);
    const found = madeFor(bytes);
    if (found?.os !== platform.os || found.cpu !== platform.cpu) {
      const what = found ? `a program for ${found.os} ${found.cpu ?? "on another processor"}` : "no program";
      throw new Refused(`${file} is ${what}, and not one for ${target}`);
    }
    if (platform.libc === "glibc" && glibcOf(bytes) > GLIBC) {
      console.error(`warning: ${file} needs glibc 2.${glibcOf(bytes)}, and Node runs with 2.${GLIBC}: not all who install it can run it`);
    }
    if (platform.libc === "musl" && glibcOf(bytes) !== null) throw new Refused(`${file} needs glibc, and ${target} has musl`);
    files.set(platform, file);
  }
  const missing = PLATFORMS.filter((it) => !files.has(it)).map((it) => it.target);
  if (files.size === 0) throw new Refused("no program given");
  if (missing.length > 0 && !partial) throw new Refused(`no program for ${missing.join(", ")}; --partial leaves them out`);
  return files;
}

function main() {
  const options = { out: { type: "string" }, partial: { type: "boolean" }, help: { type: "boolean", short: "h" } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) return console.log(USAGE);
  if (!values.out) throw new Refused("--out is missing");
  const files = paired(positionals, values.partial);
  const facts = crate();
  const names = [...files].map(([platform, file]) => writePlatform(values.out, platform, file, facts));
  writeMain(values.out, names.sort(), facts);
  for (const name of [...names, "unpoll"]) console.log(join(values.out, name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    main();
  } catch (error) {
    const expected = error instanceof Refused || error.code?.startsWith("ERR_PARSE_ARGS") || error.code === "ENOENT";
    if (!expected) throw error;
    console.error(`error: ${error.message}\n${USAGE}`);
    process.exitCode = 2;
  }
}
