// Which package holds the program for this machine, and where it is.
"use strict";

const { existsSync, readFileSync } = require("node:fs");
const { optionalDependencies = {}, version } = require("../package.json");

/** Said to a person: what is missing, and what to do about it. */
class PlatformError extends Error {
  name = "PlatformError";
}

/**
 * Which C library a Linux has: "glibc", "musl", or null when nothing tells.
 *
 * The text of `ldd` is asked first: it is there nearly always, and cheaper than a report of the process.
 */
function libcOf({ read = (file) => readFileSync(file, "utf8"), report = reportOf } = {}) {
  try {
    const ldd = read("/usr/bin/ldd");
    if (ldd.includes("musl")) return "musl";
    if (ldd.includes("GNU C Library") || ldd.includes("GLIBC")) return "glibc";
  } catch {
    // Not there or not readable: a slim image.
  }
  const { header = {}, sharedObjects = [] } = report() ?? {};
  if (header.glibcVersionRuntime) return "glibc";
  return sharedObjects.some((file) => /\b(ld-|libc\.)musl-/.test(file)) ? "musl" : null;
}

function reportOf() {
  // Without this, Node asks the name service for every open connection.
  if (process.report) process.report.excludeNetwork = true;
  return process.report?.getReport();
}

/** Names of the packages whose program runs on a machine, the best one first. */
function candidates({ platform, arch, libc }) {
  const name = `@unpoll/${platform}-${arch}`;
  if (platform !== "linux") return [name];
  // The musl program is linked statically, so it runs beside every C library; the other one is faster.
  return libc === "glibc" ? [`${name}-gnu`, `${name}-musl`] : [`${name}-musl`];
}

/** What to tell somebody for whom no package is installed. `known`: those that there are. */
function missing({ platform, arch, libc }, known) {
  const wanted = candidates({ platform, arch, libc }).filter((name) => known.includes(name));
  const machine = [platform, arch, libc].filter(Boolean).join(" ");
  const otherwise =
    "Or build it from its source (`cargo install --locked --path .`), and set UNPOLL_BINARY to the program.";
  if (wanted.length === 0) {
    const all = known.map((name) => name.replace("@unpoll/", "")).join(", ");
    return [
      `error: there is no built unpoll for this machine (${machine})`,
      `help: there is one for ${all || "no platform"}.`,
      `      ${otherwise}`,
    ].join("\n");
  }
  return [
    `error: the package ${wanted[0]} is missing, which holds the program for this machine (${machine})`,
    "help: it is an optional dependency of unpoll. Package managers leave those out when they are told to",
    "      (--omit=optional, --no-optional), and when node_modules or the lockfile came from another system.",
    "      Remove node_modules and install again without such a flag, or add it by name:",
    "",
    `        npm install --save-dev ${wanted[0]}@${version}`,
    "",
    `      ${otherwise}`,
  ].join("\n");
}

/** The path of the program for this machine. Throws a `PlatformError` that says what to do. */
function find({
  environment = process.env,
  platform = process.platform,
  arch = process.arch,
  libc = platform === "linux" ? libcOf() : null,
  known = Object.keys(optionalDependencies),
  resolve = require.resolve,
} = {}) {
  const own = environment.UNPOLL_BINARY;
  if (own) {
    if (existsSync(own)) return own;
    throw new PlatformError(
      `error: UNPOLL_BINARY names ${own}, which is not there\nhelp: correct it, or unset it to take the program that npm installed`,
    );
  }
  const machine = { platform, arch, libc };
  const program = platform === "win32" ? "unpoll.exe" : "unpoll";
  for (const name of candidates(machine)) {
    try {
      return resolve(`${name}/bin/${program}`);
    } catch {
      // Not installed: perhaps the next one is.
    }
  }
  throw new PlatformError(missing(machine, known));
}

module.exports = { PlatformError, candidates, find, libcOf, missing };
