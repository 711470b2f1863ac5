"""The kit gives the verdict that `rapport verify` gives, in a browser and in bare Python."""

import json
import os
import subprocess
import sys
import zipfile

import pytest

from attacks import ATTACKS, STRANGER, with_envelope
from browser import browser, needs_chromium
from rapport.errors import ParameterError, TamperedError
from rapport.press.proof.envelope import make_envelope
from rapport.press.proof.seal.check import EXITS, check
from rapport.press.proof.seal.kit import MODULES, PAGE, PROGRAM, make_page, make_program, write_kit
from rapport.press.proof.trust import parse_trust, spell_line
from sealing import NAME, sealed, signer, statement, unsigned

OURS = spell_line(NAME, signer().key)
THEIRS = spell_line(STRANGER.name, STRANGER.key)
KEY = signer().key
NEWER = {**statement(), "predicateType": "urn:rapport-reports:run:v2"}
FILES = {
    "signed": sealed(),
    "unsigned": unsigned(),
    "draft": sealed(approval={"state": "draft"}),
    "newer": with_envelope(make_envelope(NEWER, signer())),
    "undated": sealed(made="yesterday"),
    "of another shape": sealed(
        deep=json.loads("[" * 60 + "]" * 60), text="示例 \u2028 </script> \\ \"", n=[-0.5, 1e-9, 7]
    ),
    **{name: attack() for name, attack in ATTACKS.items()},
}  # fmt: skip
TRUSTS = {
    "nobody": "",
    "the signer": OURS,
    "a stranger": THEIRS,
    "both, and keys of another kind": f"# ours\r\nann ssh-rsa AAAA\n{THEIRS}{OURS}",
    "under another name": f"our-auditor ssh-ed25519 {KEY}\n",
    "by a pattern": f"!Mallory,Group* ssh-ed25519 {KEY}\n",
    "for git": f'x namespaces="git,!rapport" ssh-ed25519 {KEY}\n',
    "for everything": f'x namespaces="*" ssh-ed25519 {KEY}\n',
    "for later": f'x valid-after="20260602" ssh-ed25519 {KEY}\n',
    "for earlier": f'x valid-before="202606010800Z" ssh-ed25519 {KEY}\n',
    "for then": f'x valid-after="20260601080000Z",valid-before="20260602" ssh-ed25519 {KEY}\n',
    "faulty": f"{OURS}x ssh-ed25519 {KEY[:-4]}\n",
    "of an impossible day": f'x valid-after="20260231" ssh-ed25519 {KEY}\n',
    "of an unknown option": f"x cert-authority ssh-ed25519 {KEY}\n",
}


def expect(file, text):
    """Give verdict, exit code and signer as `rapport verify` does."""
    try:
        trusted = parse_trust(text) if text else None
    except ParameterError:
        return "error", "2", None
    try:
        seal = check(file, trusted)
    except TamperedError:
        return "tampered", "7", None
    return seal.verdict, str(seal.exit_code), seal.signer


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kit")
    write_kit(folder)
    for number, file in enumerate(FILES.values()):
        (folder / f"{number}.html").write_bytes(file)
    return folder


@pytest.fixture(scope="module")
def page(kit):
    with browser() as opened:
        opened.open((kit / PAGE).as_uri())
        yield opened


def ask(page, kit, name, text):
    """Give what the page says of a file: verdict, exit code, and its sentences."""
    page.run(
        "globalThis.asked = 0; document.getElementById('report').value = '';"
        f"document.getElementById('trust').value = {json.dumps(text)};"
        "document.getElementById('trust').dispatchEvent(new Event('input'))"
    )
    page.wait("document.getElementById('verdict').dataset.verdict === ''")
    page.choose("#report", kit / f"{list(FILES).index(name)}.html")
    page.wait("!['', 'working'].includes(document.getElementById('verdict').dataset.verdict)")
    return page.run(
        "(({ dataset, innerText }) => [dataset.verdict, dataset.exit, innerText])"
        "(document.getElementById('verdict'))"
    )


@needs_chromium
def test_the_page_gives_every_file_the_verdict_of_the_command(kit, page):
    differing = {}
    for name, file in FILES.items():
        verdict, code, _ = ask(page, kit, name, OURS)
        if (verdict, code) != expect(file, OURS)[:2]:
            differing[name] = verdict

    assert differing == {}
    assert page.errors == []


@needs_chromium
@pytest.mark.parametrize("trusted", TRUSTS)
def test_the_page_reads_a_trust_file_as_the_command_does(kit, page, trusted):
    for name in ("signed", "unsigned", "undated"):
        verdict, code, said = ask(page, kit, name, TRUSTS[trusted])

        expected = expect(FILES[name], TRUSTS[trusted])
        assert (verdict, code) == expected[:2]
        assert expected[2] is None or expected[2] in said


@needs_chromium
def test_the_page_speaks_both_languages_and_asks_for_nothing(kit, page):
    english = ask(page, kit, "draft", OURS)[2]
    page.run("document.querySelector('[data-language=zh]').click()")
    chinese = page.run("document.body.innerText")
    page.run("document.querySelector('[data-language=en]').click()")

    assert "Whole, and signed by Group analytics" in english
    assert "It is a draft" in english
    assert "文件完整，由 Group analytics 签名" in chinese
    assert "这是草稿" in chinese
    assert {address.split(":")[0] for address in page.requests} <= {"file", "data"}
    assert [address for address in page.requests if address.startswith("file")] == [
        (kit / PAGE).as_uri()
    ]


@needs_chromium
def test_the_page_decides_alone_where_the_browser_does_not_know_the_curve(kit, page):
    page.run("globalThis.known = crypto.subtle.importKey; crypto.subtle.importKey = undefined")

    said = [ask(page, kit, name, OURS)[0] for name in ("signed", "the signature of another report")]

    page.run("crypto.subtle.importKey = known")
    assert said == ["sealed", "tampered"]


def verify(kit, *words, env=None):
    """Run the program with nothing but Python: no package, no folder of the project."""
    return subprocess.run(
        [sys.executable, "-I", "-S", str(kit / PROGRAM), *words],
        cwd=kit, env={"PATH": os.environ["PATH"], **(env or {})},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "name", ["signed", "unsigned", "draft", "newer", "a script behind", "two signatures"]
)
def test_the_program_gives_the_verdict_and_exit_code_of_the_command(kit, name, tmp_path):
    (tmp_path / "trust").write_text(OURS, encoding="utf-8")

    done = verify(
        kit, f"{list(FILES).index(name)}.html", "--trust", str(tmp_path / "trust"), "--json"
    )

    verdict, code, signer = expect(FILES[name], OURS)
    told = json.loads(done.stdout)
    assert (told["verdict"], str(done.returncode)) == (verdict, code)
    assert told.get("signer") == signer
    assert EXITS[verdict] == done.returncode
    assert done.stderr == ""


def test_the_program_takes_the_trust_file_of_the_environment(kit, tmp_path):
    (tmp_path / "trust").write_text(OURS, encoding="utf-8")

    assert verify(kit, "0.html").returncode == 6
    assert verify(kit, "0.html", env={"RAPPORT_TRUST": str(tmp_path / "trust")}).returncode == 0


def test_the_program_holds_no_more_than_what_gives_the_verdict(kit):
    names = zipfile.ZipFile(kit / PROGRAM).namelist()

    assert names == ["__main__.py", *(f"rapport/{name}.py" for name in MODULES)]


def test_both_say_that_they_give_the_seals_verdict_only(kit):
    said = verify(kit, "0.html").stdout

    for text in (said, (kit / PAGE).read_text(encoding="utf-8")):
        assert "seal’s verdict alone" in text.replace("'", "’")


def test_equal_versions_write_equal_kits():
    assert make_page() == make_page()
    assert make_program() == make_program()


def test_a_kit_is_not_written_over(kit):
    with pytest.raises(ParameterError, match="holds a kit already"):
        write_kit(kit)
