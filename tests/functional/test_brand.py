"""A brand changes pages and nothing else; its editions are the same report with fewer chapters."""

import json

from functional.command import rapport, tree_of

LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 3"><path d="M0 0h9v3z"/></svg>'
BRAND = """\
name: {en: Shops & Sons <ltd>, zh: 示例集团}
logo: {file: shop.logo.svg, alt: {en: Shops and Sons, zh: 集团标志}}
accent: "#7A0019"
confidentiality: {en: "#read('/etc/passwd') \\\\input{x}", zh: 内部资料}
paper: letter
variants: [executive]
"""


def add_brand(project, text=BRAND, logo=LOGO):
    (project / "params" / "shop.brand.yml").write_text(text, encoding="utf-8")
    (project / "params" / "shop.logo.svg").write_text(logo, encoding="utf-8")


def test_a_brand_prints_anew_and_executes_nothing(copied):
    report = copied / "reports" / "shop" / "2026-05"
    plain = report.resolve().name
    values = _values(report)
    add_brand(copied)

    done = rapport(copied, "run", "shop", "--language", "en", "--json")

    assert done.code == 0, done.said
    assert set(done.actions.values()) == {"reused"}
    assert report.resolve().name != plain
    assert _values(report) == values
    _look_at(report)


def _values(report):
    recorded = json.loads((report / "values.json").read_bytes())
    return {one["id"]: (one["value"], one["shown"]["en"]) for one in recorded}


def _look_at(report):
    page = (report / "report.en.html").read_text(encoding="utf-8")
    assert "Shops &amp; Sons &lt;ltd&gt;" in page
    assert 'alt="Shops and Sons"' in page
    assert "--accent: #7A0019" in page
    assert "root:x:0" not in page
    cut = (report / "report.executive.en.html").read_text(encoding="utf-8")
    assert "executive edition" in cut
    assert 'id="churn"' in page
    assert 'id="churn"' not in cut
    assert (report / "report.executive.en.pdf").read_bytes().startswith(b"%PDF-")


def test_a_logo_that_acts_stops_a_run_before_it_starts(copied):
    add_brand(copied, logo=LOGO.replace("<path", "<script>alert(1)</script><path"))
    before = tree_of(copied / "reports") | tree_of(copied / "data")

    done = rapport(copied, "run", "shop")

    assert done.code == 2
    assert "shop.brand.yml line 2: logo: params/shop.logo.svg: holds <script>" in done.said
    assert tree_of(copied / "reports") | tree_of(copied / "data") == before


def test_a_selftest_is_told_in_the_appendix_once_it_was_recorded(copied):
    assert "No self-test is recorded" in _page(copied)

    assert rapport(copied, "selftest").code == 0
    done = rapport(copied, "run", "shop", "--language", "en", "--format", "html", "--json")

    assert set(done.actions.values()) == {"reused"}
    page = _page(copied)
    assert "recorded with the methods and the lock file of this report" in page
    assert "Newcombe (1998), Statistics in Medicine" in page
    manifest = json.loads((copied / "reports/shop/2026-05/manifest.json").read_bytes())
    assert all(s["figures"] == s["holding"] for s in manifest["predicate"]["published"]["studies"])


def _page(project):
    return (project / "reports/shop/2026-05/report.en.html").read_text(encoding="utf-8")
