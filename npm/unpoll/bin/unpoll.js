#!/usr/bin/env node
// Runs the program of this platform as if it had been started itself: same arguments, streams and exit code.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { find } = require("../lib/platform.js");

/** What a job control, a supervisor or a terminal sends to end a program. Windows knows fewer, Node maps them. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK"].filter((name) => name in constants.signals);

/** The code of a run that could not do its job, as of `unpoll` itself. */
const FAILED = 2;

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = FAILED;
}

function run(file) {
  // Ctrl-C in a terminal reaches both; a signal to this process alone has to be handed on. Either way the
  // program decides how it ends, and this process waits for it.
  const forward = (signal) => child.kill(signal);
  SIGNALS.forEach((signal) => process.on(signal, forward));
  const child = spawn(file, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
  child.on("error", (error) => {
    fail(`error: ${file} could not be started: ${error.message}\nhelp: install unpoll again, or set UNPOLL_BINARY to a program that runs here`);
  });
  child.on("exit", (code, signal) => {
    SIGNALS.forEach((name) => process.off(name, forward));
    if (signal === null) {
      process.exitCode = code;
      return;
    }
    // Whoever waits for this process sees the signal too. Should it be one that does not end Node, the code says it.
    process.exitCode = 128 + constants.signals[signal];
    process.kill(process.pid, signal);
  });
}

try {
  run(find());
} catch (error) {
  if (error.name !== "PlatformError") throw error;
  fail(error.message);
}
