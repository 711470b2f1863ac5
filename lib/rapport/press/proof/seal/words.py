"""The verdict on a seal in a reader's words, and as one JSON object."""

from __future__ import annotations

from typing import Any

from rapport.press.proof.seal.check import EXITS, Seal
from rapport.press.proof.seal.folder import Checked

LIMITS = (
    "This is the seal's verdict alone: whose report it is, and that it is whole. It does not say "
    "that the numbers are right; for that they have to be computed again."
)


def describe(checked: Checked, what: str) -> dict[str, Any]:
    """Give the verdict as plain values.

    Parameters
    ----------
    checked : what was found
    what : the name under which the reader gave it
    """
    seal, predicate = checked.seal, checked.seal.statement["predicate"]
    logged = checked.logged
    return {
        "what": what,
        "verdict": seal.verdict,
        "exit_code": seal.exit_code,
        "draft": seal.is_draft,
        "signer": seal.signer,
        "claimed": seal.claimed or None,
        "key": seal.key,
        "unit": predicate.get("unit"),
        "period": predicate.get("period"),
        "run": predicate.get("run"),
        "made": predicate.get("made"),
        "file": None if checked.is_folder else seal.name,
        "files": checked.n_files,
        "log": None if logged is None else {
            "lines": logged.n_lines, "line": logged.line,
            "newest": logged.newest, "head": logged.head,
            "others": dict(logged.others),
        },
        "erasures": [
            {"erasure": name, "line": line, "signer": signer or None}
            for name, line, signer in (logged.erasures if logged else ())
        ],
        "shortened": list(checked.shortened),
        "record_version": seal.version,
        "reason": seal.reason or None,
        "scope": "seal",
    }  # fmt: skip


def describe_tampered(message: str, what: str) -> dict[str, Any]:
    """Give the verdict on a report that is not what was sealed."""
    return {
        "what": what,
        "verdict": "tampered",
        "exit_code": EXITS["tampered"],
        "reason": message,
        "scope": "seal",
    }


def tell(checked: Checked, what: str) -> str:
    """Say in a few sentences what holds, who signed, and what that does not mean."""
    seal = checked.seal
    said = [_tell_whole(checked, what), _tell_signer(seal)]
    if seal.is_draft:
        said.append("It is a draft: nobody has approved it yet.")
    said += [_tell_record(seal), *_tell_log(checked), LIMITS]
    return _clean("\n".join(part for part in said if part) + "\n")


def tell_tampered(message: str, what: str) -> str:
    """Say that a report is not what was sealed, and what to do."""
    return _clean(
        f"{what}: do not rely on it.\n"
        f"What was found: {message}\n"
        "Either it was changed after it was made, by somebody or by a program that saved it "
        "again, or it is not a report of this kind. Nothing in it was run. Ask its sender for the "
        "original file.\n"
    )


def _clean(text: str) -> str:
    # Names come from a stranger's file: nothing in them may move a terminal's cursor.
    return "".join(sign if sign.isprintable() or sign == "\n" else "?" for sign in text)


def _tell_whole(checked: Checked, what: str) -> str:
    if checked.seal.verdict == "newer":
        return (
            f"{what}: its record is of version {checked.seal.version}, which this program does not "
            "know. Whether the file is whole cannot be told: take a newer version of the program."
        )
    if checked.is_folder:
        return f"{what}: all {checked.n_files} files are those that the record names."
    said = f"{what}: every byte is as it was sealed."
    # A shorter edition under the whole one's name is whole, too.
    is_other = checked.seal.name != what
    return f"{said} The record calls this file {checked.seal.name}." if is_other else said


def _tell_signer(seal: Seal) -> str:
    if seal.verdict == "untrusted":
        return (
            f"But do not rely on it: it was signed with the key {seal.key}, and {seal.reason}. The "
            f"pages name {seal.claimed} as the signer; anybody can write a name there."
        )
    if seal.key is None:
        return (
            "Nobody signed it, so it cannot be told who made it: whoever changes such a file can "
            "also seal it again."
        )
    if seal.signer is None:
        return (
            f"It was signed with the key {seal.key}, but no trust file was given, so it cannot be "
            f"told whose key that is. The pages name {seal.claimed}; anybody can write a name "
            "there. Ask the signer for the trust line on another way than the report came, put it "
            "into a file and name that by --trust."
        )
    said = f"It was signed by {seal.signer}, by your trust file, with the key {seal.key}."
    if seal.signer != seal.claimed:
        said += f" The pages call the signer {seal.claimed}."
    return said


def _tell_record(seal: Seal) -> str:
    predicate = seal.statement["predicate"]
    if seal.verdict == "newer":
        return ""
    run = str(predicate["run"])
    groups = " ".join(run[start : start + 4] for start in range(0, len(run), 4))
    made = f", made {predicate['made']} by its own word" if predicate.get("made") else ""
    return f"Unit {predicate['unit']}, period {predicate['period']}, record {groups}{made}."


def _tell_log(checked: Checked) -> list[str]:
    logged = checked.logged
    if logged is None:
        no_log = "The log of runs is not beside it and was not looked at."
        return [no_log] if checked.is_folder else []
    lines = "1 line" if logged.n_lines == 1 else f"{logged.n_lines:,} lines"
    whole = f"The log of {lines} is whole, as far as the reports beside it tell;"
    said = [f"{whole} this run is line {logged.line}."]
    if logged.n_lines > logged.newest:
        said.append(
            f"What stands after line {logged.newest:,} no report at hand holds fast: note "
            f"{logged.n_lines:,} lines, the last {logged.head[:16]}, to see later whether any were "
            "cut off."
        )
    told = [f"{n} {word}" for word, n in sorted(logged.others.items())]
    if told:
        said.append(f"Of this unit and period the log also names: {', '.join(told)}.")
    for name, line, signer in logged.erasures:
        by = f"signed by {signer}" if signer else "not signed by anybody you trust"
        said.append(
            f"Some of its data were erased since (erasure {name}, line {line} of the log, {by})."
        )
    if checked.shortened:
        said.append(f"That took rows out of: {', '.join(checked.shortened)}.")
    return said
