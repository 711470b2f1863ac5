"""Signing keys: made, read, refused. Real files, real keys."""

import base64
import os
import shutil
import stat
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rapport.errors import ParameterError
from rapport.press.proof.ed25519 import verify
from rapport.press.proof.signing import check_name, read_signer, write_keys
from rapport.press.proof.trust import find_key, parse_trust, public_bytes

posix = pytest.mark.skipif(os.name != "posix", reason="modes of files are of POSIX")


def open_key(path, passphrase=""):
    return read_signer({"RAPPORT_SIGNING_KEY": str(path), "RAPPORT_SIGNING_PASSPHRASE": passphrase})


@pytest.fixture
def key(tmp_path):
    path = tmp_path / "key"
    write_keys(path, "Group analytics")
    return path


def save(path, private, passphrase=b""):
    encryption = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    path.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, encryption
        )
    )
    path.chmod(0o600)


def test_no_key_named_is_no_signer():
    assert read_signer({}) is None


def test_a_new_key_signs_for_whoever_trusts_the_line_beside_it(key):
    signer = open_key(key)
    trust = parse_trust((key.parent / "key.allowed").read_text(encoding="utf-8"))

    assert signer.name == "Group analytics"
    assert verify(public_bytes(signer.key), signer.sign(b"text"), b"text")
    assert find_key(trust, signer.key, claimed="", at=None).signer == "Group analytics"


@posix
def test_a_new_key_is_its_owners_alone(key):
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


@pytest.mark.parametrize("there", ["key", "key.allowed"])
def test_nothing_is_written_over(tmp_path, there):
    (tmp_path / there).write_text("mine", encoding="ascii")

    with pytest.raises(ParameterError, match="exists already"):
        write_keys(tmp_path / "key", "Ann")

    assert [(p.name, p.read_text(encoding="ascii")) for p in tmp_path.iterdir()] == [
        (there, "mine")
    ]


@pytest.mark.parametrize("name", ["Ann Lee", "集团分析部", "a@b.example", "O’Neill & Söhne"])
def test_names_of_people_and_departments_may_sign(name):
    check_name(name)


@pytest.mark.parametrize(
    "name",
    ["", " ", " Ann", "Ann ", "a,b", 'a"b', "a*", "a?", "!a", "#a", "a\nb", "a\tb", "a\x1b[31m",
     "a\u202eb", "a\u200bb", "\ufeffa", "<b>", "a" * 61],
)  # fmt: skip
def test_a_name_that_means_something_in_a_trust_file_or_cannot_be_seen_is_refused(tmp_path, name):
    with pytest.raises(ParameterError, match="--signer"):
        write_keys(tmp_path / "key", name)

    assert list(tmp_path.iterdir()) == []


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_key_that_others_may_read_is_refused(key, mode):
    key.chmod(mode)

    with pytest.raises(ParameterError, match="others may read this key"):
        open_key(key)


def test_a_key_under_a_passphrase_is_opened_with_it_and_refused_without(key):
    private = open_key(key).private
    save(key, private, b"correct horse")

    assert open_key(key, "correct horse").key == open_key_line(private)
    with pytest.raises(ParameterError, match=r"is encrypted\. Let RAPPORT_SIGNING_PASSPHRASE"):
        open_key(key)
    with pytest.raises(ParameterError, match="cannot be opened with the passphrase"):
        open_key(key, "battery staple")


def open_key_line(private):
    line = private.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    return line.split()[1].decode("ascii")


def test_a_passphrase_for_a_key_that_has_none_is_a_mistake(key):
    with pytest.raises(ParameterError, match="is not encrypted"):
        open_key(key, "secret")


def test_what_is_said_of_a_key_never_holds_its_passphrase(key):
    for passphrase in ("hunter2", ""):
        with pytest.raises(ParameterError) as error:
            open_key(key.with_name("none"), passphrase)
        assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    "content", [b"", b"no key", b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n", b"\0" * 100_000]
)
def test_what_is_no_key_is_refused(key, content):
    key.write_bytes(content)

    with pytest.raises(ParameterError, match="holds no private key"):
        open_key(key)


def test_a_key_of_another_kind_is_refused(key):
    save(key, generate_private_key(SECP256R1()))

    with pytest.raises(ParameterError, match="another kind"):
        open_key(key)


def test_a_key_that_is_absent_or_a_folder_is_refused(tmp_path):
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(ParameterError, match=r"cannot be read|others may read"):
            open_key(path)


@posix
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)

    with pytest.raises(ParameterError, match="holds no private key"):
        open_key(tmp_path / "pipe")


def test_a_key_that_nothing_names_is_refused(key):
    (key.parent / "key.allowed").unlink()

    with pytest.raises(ParameterError, match=r"names who signs with this key\. Write the line"):
        open_key(key)


def test_the_line_beside_must_be_that_of_the_key(key, tmp_path):
    write_keys(tmp_path / "other", "Mallory")
    shutil.copy(tmp_path / "other.allowed", key.parent / "key.allowed")

    with pytest.raises(ParameterError, match="names who signs"):
        open_key(key)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no OpenSSH on this machine")
def test_a_key_that_openssh_made_signs_under_its_comment(tmp_path):
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "pass phrase", "-C", "Ann Lee"]
    subprocess.run([*command, "-f", str(tmp_path / "key")], check=True)

    signer = open_key(tmp_path / "key", "pass phrase")

    assert signer.name == "Ann Lee"


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no OpenSSH on this machine")
def test_openssh_reads_what_we_write(key, tmp_path):
    text = tmp_path / "text"
    text.write_bytes(b"text")
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-n", "rapport", "-f", str(key), str(text)],
        check=True, capture_output=True,
    )  # fmt: skip

    done = subprocess.run(
        ["ssh-keygen", "-Y", "verify", "-n", "rapport", "-I", "Group analytics",
         "-f", str(key.parent / "key.allowed"), "-s", str(tmp_path / "text.sig")],
        input=b"text", capture_output=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr


def test_the_private_key_is_nowhere_in_what_is_handed_on(key):
    raw = open_key(key).private.private_bytes_raw()
    handed = (key.parent / "key.allowed").read_bytes()

    assert raw not in handed
    assert base64.b64encode(raw) not in handed
    assert isinstance(open_key(key).private, Ed25519PrivateKey)
