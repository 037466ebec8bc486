// Starts the language server of plumbrule for proposals. All that it knows is in the server.
const { workspace, window } = require("vscode");
const { LanguageClient, TransportKind } = require("vscode-languageclient/node");

let client;

exports.activate = async () => {
  const settings = workspace.getConfiguration("plumbrule");
  const rules = settings.get("rules").flatMap((folder) => ["--rules", folder]);
  const cwd = workspace.workspaceFolders?.[0]?.uri.fsPath;
  const server = {
    command: settings.get("path"),
    args: ["lsp", ...rules],
    transport: TransportKind.stdio,
    options: { cwd },
  };
  const proposals = { scheme: "file", language: "plumb" };
  const set = { scheme: "file", pattern: "**/plumbrule.toml" };
  client = new LanguageClient("plumbrule", server, { documentSelector: [proposals, set] });
  try {
    await client.start();
  } catch (error) {
    window.showErrorMessage(`plumbrule does not start: ${error.message}; say with \`plumbrule.path\` where it is`);
  }
};

exports.deactivate = () => client?.stop();
