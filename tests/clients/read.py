"""Reads reports as their readers do, and fails where one sees other than what was written.

Called by tests/clients/run with the folder of fresh reports; knows nothing of how reports come to be.
"""

import json
import pathlib
import sys
from html.parser import HTMLParser

import cmarkgfm
import jsonschema
from cmarkgfm.cmark import Options
from junitparser import JUnitXml

fresh = pathlib.Path(sys.argv[1])
expected = pathlib.Path("tests/report")
failures = []


def reports(extension):
    return sorted(expected.glob(f"*.{extension}")) + [fresh / f"examples.{extension}"]


def findings(report):
    return json.loads(report.with_suffix(".json").read_text())["findings"]


def check(report, holds, what):
    if not holds:
        failures.append(f"{report}: {what}")


def validated(report):
    """Levels and rules of what the SARIF validator found."""
    log = json.loads((fresh / f"{report.name}.validated").read_text(encoding="utf-8-sig"))
    return [(found.get("level", "warning"), found["ruleId"]) for found in log["runs"][0]["results"]]


for report in reports("sarif"):
    levels = validated(report)
    errors = [rule for level, rule in levels if level == "error"]
    check(report, levels and not errors, f"{len(levels)} found, errors {errors}")
broken = [rule for level, rule in validated(fresh / "broken.sarif") if level == "error"]
check("broken.sarif", broken, "the validator lets everything pass")

shape = json.loads(pathlib.Path("docs/schema/plumbrule-1.json").read_text())
one = jsonschema.Draft202012Validator({"$ref": "#/$defs/finding", "$defs": shape["$defs"]})
for report in reports("jsonl"):
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    check(report, lines == findings(report), "other findings than in json")
    for line in lines:
        one.validate(line)

for report in reports("gitlab"):
    prints = [issue["fingerprint"] for issue in json.loads(report.read_text())]
    check(report, prints == [finding["fingerprint"] for finding in findings(report)], "other findings than in json")
    check(report, len(set(prints)) == len(prints), "GitLab would drop an issue")

for report in reports("junit"):
    xml = JUnitXml.fromfile(str(report))
    suites = list(xml)
    cases = [case for suite in suites for case in suite]
    failed = [result for case in cases for result in case.result if result.type]
    told = [case for case in cases if case.name != "no findings"]
    check(report, len(told) == len(findings(report)), "other findings than in json")
    check(report, (xml.tests, xml.failures + xml.errors) == (len(cases), len(failed)), "wrong counts")
    check(report, len({(case.classname, case.name) for case in cases}) == len(cases), "two tests of one name")


class Page(HTMLParser):
    """Counts elements, and notes what acts."""

    def __init__(self, page):
        super().__init__()
        self.elements = {}
        self.acting = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements[tag] = self.elements.get(tag, 0) + 1
        if attributes and tag != "pre" and (tag, attributes) != ("code", [("class", "language-text")]):
            self.acting.append((tag, attributes))


for report in reports("markdown"):
    page = Page(cmarkgfm.github_flavored_markdown_to_html(report.read_text(), Options.CMARK_OPT_UNSAFE))
    allowed = {"h2", "p", "ul", "li", "code", "pre", "details", "summary", "b"}
    check(report, set(page.elements) <= allowed, f"elements {set(page.elements) - allowed}")
    check(report, not page.acting, f"acts: {page.acting}")
    check(report, page.elements.get("details") == page.elements.get("summary"), "a fold without its title")
    shown = page.elements.get("b", 0)
    left_out = "lists all" in report.read_text().splitlines()[-1]
    check(report, (shown < len(findings(report))) == left_out, f"{shown} findings shown")

for failure in failures:
    print(failure, file=sys.stderr)
print(f"clients: {len(reports('sarif'))} runs read in 7 formats" if not failures else "clients: failed")
sys.exit(bool(failures))
