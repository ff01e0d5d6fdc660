// Starts `unpoll lsp` and leaves the rest to it.

"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** Languages whose unsaved text counts. Files of all others count as they are on disk. */
const LANGUAGES = [
  "typescript", "typescriptreact", "javascript", "javascriptreact",
  "go", "python", "ruby", "java", "kotlin", "csharp", "rust", "php", "elixir",
];

/** @type {LanguageClient | undefined} */
let client;

async function start() {
  const settings = vscode.workspace.getConfiguration("unpoll");
  const command = settings.get("path", "unpoll");
  const server = { command, args: ["lsp", ...settings.get("args", [])] };
  client = new LanguageClient("unpoll", "unpoll", server, {
    documentSelector: LANGUAGES.map((language) => ({ scheme: "file", language })),
  });
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const why = error instanceof Error ? error.message : String(error);
    const choice = await vscode.window.showErrorMessage(
      `unpoll: \`${command} lsp\` does not start: ${why}`,
      "Open settings",
    );
    if (choice) {
      await vscode.commands.executeCommand("workbench.action.openSettings", "unpoll.path");
    }
  }
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function restart() {
  await stop();
  await start();
}

/** @param {vscode.ExtensionContext} context */
async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("unpoll.restart", restart),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("unpoll.path") || change.affectsConfiguration("unpoll.args")) {
        await restart();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
