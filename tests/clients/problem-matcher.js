// Applies the problem matcher that is shipped as VS Code would, and prints each finding with the words that it
// points at. A column of VS Code counts UTF-16 units, as strings here do.
const { execFileSync } = require("child_process");
const { readFileSync } = require("fs");
const [matcher] = require("../../editors/vscode/package.json").contributes.problemMatchers;

process.chdir("portfolio");
let said;
try {
  said = execFileSync("plumbrule", ["check", "--quiet", "--output-format", "concise"], { encoding: "utf8" });
} catch (failed) {
  said = failed.stdout;
}
for (const line of said.split("\n")) {
  const found = new RegExp(matcher.pattern.regexp).exec(line);
  if (!found) continue;
  const part = (name) => found[matcher.pattern[name]];
  const words = readFileSync(part("file"), "utf8").split("\n")[part("line") - 1].slice(part("column") - 1);
  const word = /^[\w-]*/.exec(words)[0];
  console.log(`${part("severity")} ${part("file")}:${part("line")} "${word}" [${part("code")}]: ${part("message")}`);
}
