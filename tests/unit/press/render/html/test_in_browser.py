"""What only a browser can say: do the fonts load, does page one fit a phone, does text stay text.

Skipped where no Chromium is installed; it is no dependency of the package.
"""

import base64
import json
import re
import shutil
import subprocess
from html import unescape

import pytest

from document import example
from rapport.press.render.html import render_html

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium to lay a page out")

MEASURE = """
<body>FRAMES<script>onload = async () => {
  const pages = [...document.querySelectorAll("iframe")].map(frame => frame.contentDocument);
  await Promise.all(pages.flatMap(page => [...page.fonts].map(font => font.load())));
  const bottom = (page, name) => page.querySelector(name).getBoundingClientRect().bottom;
  const found = [...document.querySelectorAll("iframe")].map(frame => {
    const page = frame.contentDocument;
    return {
      cards: bottom(page, ".cards"), front: bottom(page, ".front"), title: page.title,
      width: page.documentElement.scrollWidth, broken: [...page.images].filter(i =>
        !i.complete || !i.naturalWidth).length,
      fonts: [...page.fonts].map(font => font.status),
    };
  });
  const told = document.createElement("pre");
  told.id = "told";
  told.textContent = JSON.stringify(found);
  document.body.replaceChildren(told);
}</script></body>
"""


def measure(folder, *documents):
    """Lay pages out 390 pixels wide and say how large they came out."""
    frames = ""
    for place, document in enumerate(documents):
        (folder / f"{place}.html").write_bytes(render_html(document, slot=None))
        frames += f'<iframe src="{place}.html" scrolling="no" width="390" height="844"></iframe>'
    (folder / "all.html").write_text(MEASURE.replace("FRAMES", frames), encoding="utf-8")
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--virtual-time-budget=5000",
    ]
    command += ["--allow-file-access-from-files", f"--user-data-dir={folder / 'profile'}"]
    command += ["--dump-dom", (folder / "all.html").as_uri()]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120, encoding="utf-8")
    return json.loads(unescape(re.search(r'<pre id="told">(.*?)</pre>', done.stdout)[1]))


SIGN = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"/>'


def fullest():
    """Page one with all that can stand on it: a logo, a draft's band, a note of eighty words."""
    document = example("en")
    logo = {
        "form": "svg", "data": base64.b64encode(SIGN).decode(), "width": 120.0, "height": 40.0,
        "alt": "",
    }  # fmt: skip
    note = {"text": "known words " * 40, "source": {"kind": "prose", "id": "note"}, "strong": False}
    document["brand"] = {**document["brand"], "logo": logo, "name": "A group of shops"}
    document["draft"] = "Draft: not approved"
    document["front"]["note"] = {"title": "Analyst’s note.", "text": [note]}
    return document


def test_page_one_fits_a_phone_and_hostile_text_does_nothing(tmp_path):
    hostile = example("en")
    attack = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
    hostile["unit"]["title"] = hostile["front"]["cards"][0]["name"] = attack

    english, chinese, full, attacked = measure(
        tmp_path, example("en"), example("zh"), fullest(), hostile
    )

    for page in (english, chinese, full):
        assert page["cards"] <= 900
        assert page["front"] <= 1800
        assert page["width"] == 390
        assert page["broken"] == 0
        assert page["fonts"] == ["loaded"] * 4
    assert attacked["title"].startswith("<script>")
    assert attacked["broken"] == 0
