"""What an accessibility checker says of a page: axe-core in headless Chromium.

Skipped where no Chromium is installed; it is no dependency of the package.
"""

import json
import os
import re
import shutil
import subprocess
from html import unescape
from importlib.resources import files

import pytest

import sample_reports
from document import example, runs
from rapport.press.render.html import render_html

IS_THOROUGH = os.environ.get("RAPPORT_TEST_SHARE") == "1"
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium to run the checker in")

POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
DARK = "@media screen and (prefers-color-scheme: dark)"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
CHECK = """<script>AXE</script><script>
axe.run(document, {runOnly: RULES, rules: {"color-contrast": {enabled: CONTRAST}}}).then(found => {
  const told = document.createElement("pre");
  told.id = "told";
  const name = one => [one.id, one.nodes.map(node => node.html.slice(0, 120))];
  told.textContent = JSON.stringify({
    violations: found.violations.map(name), passes: found.passes.map(one => one.id),
  });
  document.body.replaceChildren(told);
});</script></body>"""


def check(folder, document, *, is_dark=False):
    """Give the rules that the page of a document breaks, and those that it keeps."""
    return check_page(folder, render_html(document, slot=None), is_dark=is_dark)


def check_page(folder, content, *, is_dark=False, has_contrast=True):
    """Give the rules that a page breaks, and those that it keeps; contrast takes half the time."""
    page = POLICY.sub("", content.decode())
    if is_dark:
        assert DARK in page
        page = page.replace(DARK, "@media screen")
    axe = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    script = (
        CHECK.replace("RULES", json.dumps(RULES))
        .replace("CONTRAST", json.dumps(has_contrast))
        .replace("AXE", axe.replace("</script", "<\\/script"))
    )
    path = folder / "page.html"
    path.write_text(page.replace("</body>", script), encoding="utf-8")
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000",
        f"--user-data-dir={folder / 'profile'}", "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=True, timeout=120, encoding="utf-8")
    return json.loads(unescape(re.search(r'<pre id="told">(.*?)</pre>', done.stdout)[1]))


def test_a_light_page_breaks_no_rule_of_accessibility(tmp_path):
    found = check(tmp_path, example("en"))

    assert found["violations"] == []
    assert {"color-contrast", "heading-order", "image-alt", "html-has-lang", "skip-link"} <= set(
        found["passes"]
    )


def test_a_dark_page_of_a_branded_draft_breaks_none(tmp_path):
    document = example("zh")
    logo = {"form": "svg", "data": "PHN2Zy8+", "width": 3.0, "height": 1.0, "alt": "示例集团"}
    document["brand"] |= {
        "accent": "#7A1F5C", "accent_dark": "#D37FB6", "logo": logo, "name": "示例集团",
        "footer": "示例集团公司", "confidentiality": "仅供董事会",
    }  # fmt: skip
    document["draft"] = "草稿"
    document["bands"] = ["草稿", "示例数据"]
    document["front"]["note"] = {"title": "分析员附注", "text": runs("库存偏低。")}

    found = check(tmp_path, document, is_dark=True)

    assert found["violations"] == []
    assert "color-contrast" in found["passes"]


def test_a_whole_report_breaks_no_rule_of_accessibility(tmp_path):
    found = check_page(tmp_path, sample_reports.html("en"), has_contrast=False)

    assert found["violations"] == []
    assert {"heading-order", "image-alt", "list", "region", "scrollable-region-focusable"} <= set(
        found["passes"]
    )


@pytest.mark.skipif(not IS_THOROUGH, reason="contrast of a whole report: the thorough session")
@pytest.mark.parametrize(("language", "is_dark"), [("en", False), ("zh", True)])
def test_all_of_a_report_has_contrast_by_day_and_night(tmp_path, language, is_dark):
    found = check_page(tmp_path, sample_reports.html(language), is_dark=is_dark)

    assert found["violations"] == []
    assert "color-contrast" in found["passes"]


def test_the_checker_finds_what_is_wrong(tmp_path):
    document = example("en")
    document["brand"]["accent"] = "#FFEE88"

    found = check(tmp_path, document)

    assert [rule for rule, _ in found["violations"]] == ["color-contrast"]
