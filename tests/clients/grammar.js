// Colours proposals with the grammar that is shipped, in the engine of VS Code. Prints the scopes of one file, and
// fails if a block of any `.plumb` file of the project is no keyword, or a line leaves a string open.
const { readFileSync, readdirSync } = require("fs");
const { join } = require("path");
const { INITIAL, Registry, parseRawGrammar } = require("vscode-textmate");
const oniguruma = require("vscode-oniguruma");

const root = join(__dirname, "../..");
const grammar = join(root, "editors/vscode/syntaxes/plumb.tmLanguage.json");

const files = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : path.endsWith(".plumb") ? [path] : [];
  });

const colour = (engine, path, see) => {
  let state = INITIAL;
  for (const [number, line] of readFileSync(join(root, path), "utf8").split("\n").entries()) {
    const { tokens, ruleStack } = engine.tokenizeLine(line, state);
    for (const { startIndex, endIndex, scopes } of tokens) see(number + 1, line.slice(startIndex, endIndex), scopes);
    // Only quoted prose goes on from line to line.
    state = ruleStack;
  }
  if (state.depth !== 1) throw new Error(`${path}: something stays open`);
};

(async () => {
  await oniguruma.loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));
  const registry = new Registry({
    onigLib: Promise.resolve(oniguruma),
    loadGrammar: async () => parseRawGrammar(readFileSync(grammar, "utf8"), grammar),
  });
  const engine = await registry.loadGrammar("source.plumb");
  colour(engine, "tests/clients/portfolio/red river.plumb", (line, words, scopes) => {
    if (scopes.length > 1 && words.trim()) console.log(`${line} ${scopes.at(-1)} ${words.trim()}`);
  });
  const all = [...files("examples"), ...files("rules")];
  let heads = 0;
  for (const path of all) {
    let before = "";
    colour(engine, path, (line, words, scopes) => {
      // What stands before a brace is a kind with a name, a declaration, or a title.
      if (scopes.length === 1 && /^[a-z-]+(\s+[\w-]+)?\s*\{/.test(words.trim()) && !before.trim()) {
        throw new Error(`${path}:${line}: \`${words.trim()}\` has no colour`);
      }
      heads += scopes.includes("keyword.other.kind.plumb") ? 1 : 0;
      before = words.includes("{") || words.includes("}") ? "" : words;
    });
  }
  if (all.length < 100 || heads < 500) throw new Error(`${all.length} files, ${heads} blocks`);
})();
