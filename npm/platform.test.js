"use strict";

const assert = require("node:assert/strict");
const { mkdtempSync, mkdirSync, rmSync, writeFileSync, cpSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { after, before, test } = require("node:test");

// The launcher reads its own package.json, which only the build writes.
let platform;
let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "unpoll-npm-"));
  cpSync(join(__dirname, "unpoll"), folder, { recursive: true });
  const optionalDependencies = { "@unpoll/linux-x64-gnu": "1.2.3", "@unpoll/linux-x64-musl": "1.2.3" };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ version: "1.2.3", optionalDependencies }));
  platform = require(join(folder, "lib", "platform.js"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A `require.resolve` of a machine on which these packages are installed. */
const installed = (...names) => (path) => {
  if (!names.some((name) => path.startsWith(`${name}/`))) throw new Error(`Cannot find module '${path}'`);
  return `/node_modules/${path}`;
};

const find = (options) => platform.find({ environment: {}, ...options });

test("each system and processor has its package", () => {
  const { candidates } = platform;
  assert.deepEqual(candidates({ platform: "darwin", arch: "arm64", libc: null }), ["@unpoll/darwin-arm64"]);
  assert.deepEqual(candidates({ platform: "win32", arch: "x64", libc: null }), ["@unpoll/win32-x64"]);
  const linux = (libc) => candidates({ platform: "linux", arch: "x64", libc });
  assert.deepEqual(linux("glibc"), ["@unpoll/linux-x64-gnu", "@unpoll/linux-x64-musl"]);
  assert.deepEqual(linux("musl"), ["@unpoll/linux-x64-musl"]);
  // Nobody knows what is there: the one that needs nothing.
  assert.deepEqual(linux(null), ["@unpoll/linux-x64-musl"]);
});

test("the names are those that the build writes", async () => {
  const { PLATFORMS, packageOf } = await import("./build.mjs");
  for (const { os, cpu, libc = null, ...rest } of PLATFORMS) {
    const [first] = platform.candidates({ platform: os, arch: cpu, libc });
    assert.equal(packageOf({ os, cpu, libc, ...rest }), first);
  }
});

test("the C library is told by ldd, then by the report of the process", () => {
  const { libcOf } = platform;
  const none = () => {
    throw new Error("ENOENT");
  };
  const never = () => assert.fail("asked without need");
  assert.equal(libcOf({ read: () => "#!/bin/sh\n# musl libc's ldd", report: never }), "musl");
  assert.equal(libcOf({ read: () => "# This file is part of the GNU C Library.", report: never }), "glibc");
  assert.equal(libcOf({ read: none, report: () => ({ header: { glibcVersionRuntime: "2.36" } }) }), "glibc");
  assert.equal(libcOf({ read: none, report: () => ({ header: {}, sharedObjects: ["/lib/ld-musl-x86_64.so.1"] }) }), "musl");
  assert.equal(libcOf({ read: none, report: () => undefined }), null);
  if (process.platform === "linux") assert.ok(["glibc", "musl"].includes(libcOf()));
});

test("the best of the installed packages is taken", () => {
  const on = (libc, ...names) => find({ platform: "linux", arch: "x64", libc, resolve: installed(...names) });
  const [gnu, musl] = ["@unpoll/linux-x64-gnu", "@unpoll/linux-x64-musl"];
  // An older npm does not know `libc` and installs both.
  assert.equal(on("glibc", musl, gnu), `/node_modules/${gnu}/bin/unpoll`);
  assert.equal(on("musl", gnu, musl), `/node_modules/${musl}/bin/unpoll`);
  assert.equal(on("glibc", musl), `/node_modules/${musl}/bin/unpoll`);
  const windows = find({ platform: "win32", arch: "arm64", resolve: installed("@unpoll/win32-arm64") });
  assert.equal(windows, "/node_modules/@unpoll/win32-arm64/bin/unpoll.exe");
});

test("a missing package is named, with the way to get it", () => {
  const options = { platform: "linux", arch: "x64", libc: "glibc", resolve: installed() };
  assert.throws(() => find(options), (error) => {
    assert.equal(error.name, "PlatformError");
    assert.match(error.message, /^error: the package @unpoll\/linux-x64-gnu is missing/);
    assert.match(error.message, /--omit=optional/);
    assert.match(error.message, /npm install --save-dev @unpoll\/linux-x64-gnu@1\.2\.3/);
    return true;
  });
});

test("a machine that nobody builds for is told which there are", () => {
  const options = { platform: "freebsd", arch: "x64", resolve: installed() };
  assert.throws(() => find(options), (error) => {
    assert.match(error.message, /^error: there is no built unpoll for this machine \(freebsd x64\)/);
    assert.match(error.message, /linux-x64-gnu, linux-x64-musl/);
    assert.match(error.message, /cargo install/);
    return true;
  });
});

test("UNPOLL_BINARY wins, and has to be there", () => {
  const program = join(folder, "unpoll-of-mine");
  assert.throws(() => find({ environment: { UNPOLL_BINARY: program } }), /UNPOLL_BINARY names .*which is not there/);
  mkdirSync(program);
  assert.equal(find({ environment: { UNPOLL_BINARY: program } }), program);
});

test("the build knows which glibc a program needs", async () => {
  const { glibcOf } = await import("./build.mjs");
  assert.equal(glibcOf(Buffer.from("\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.9\0")), 34);
  assert.equal(glibcOf(Buffer.from("static")), null);
});

test("the build tells programs apart by their first bytes", async () => {
  const { madeFor } = await import("./build.mjs");
  const elf = (machine) => Buffer.from([0x7f, 0x45, 0x4c, 0x46, ...Array(14).fill(0), machine, 0]);
  assert.deepEqual(madeFor(elf(62)), { os: "linux", cpu: "x64" });
  assert.deepEqual(madeFor(elf(183)), { os: "linux", cpu: "arm64" });
  assert.equal(madeFor(elf(3)).cpu, undefined);
  assert.deepEqual(madeFor(Buffer.from([0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1])), { os: "darwin", cpu: "arm64" });
  const pe = Buffer.alloc(80);
  pe.write("MZ");
  pe.writeUInt32LE(64, 60);
  pe.writeUInt16LE(0x8664, 68);
  assert.deepEqual(madeFor(pe), { os: "win32", cpu: "x64" });
  assert.equal(madeFor(Buffer.from("#!/bin/sh")), null);
  assert.equal(madeFor(Buffer.alloc(0)), null);
});
