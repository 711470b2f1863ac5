"""Grades of values, and of the report that they stand in."""

from rapport.press.proof.compare import Recorded, compare
from rapport.press.proof.rerun.cells import TableMove
from rapport.press.proof.rerun.grading import Verdict, grade_report, grade_values


def value(name, number, *, chapter="churn", kind="count", shown=None):
    text = str(number) if shown is None else shown
    return {"id": name, "chapter": chapter, "kind": kind, "value": number, "unit": "", "n": None,
            "interval": None, "shown": {"en": text, "zh": text}}  # fmt: skip


def grade(old, new, *, not_run=None, is_same=False, is_erased=False):
    predicate = {"languages": ["en", "zh"]}
    found = compare(Recorded(predicate, old), Recorded(predicate, new))
    return grade_values(found, not_run=not_run or {}, is_same=is_same, is_erased=is_erased)


def grades(graded):
    return {each.move.id: each.move.grade for each in graded}


def report(values, tables=(), *, is_same=False, is_current=False):
    return grade_report(values, tables, is_same=is_same, is_current=is_current)


def test_equal_values_are_a_where_every_file_is_the_same_and_b_elsewhere():
    same = [value("a", 1)]

    assert grades(grade(same, same, is_same=True)) == {"a": "A"}
    assert grades(grade(same, same)) == {"a": "B"}
    assert report(grade(same, same, is_same=True), is_same=True) == ("A", "")
    assert report(grade(same, same)) == ("B", "")


def test_the_worst_value_makes_the_report():
    old = [value("a", 1), value("b", 2.0, kind="estimator", shown="2")]
    near = [value("a", 1), value("b", 2.0 + 1e-10, kind="estimator", shown="2")]
    far = [value("a", 2), value("b", 2.0, kind="estimator", shown="2")]

    assert report(grade(old, near))[0] == "C"
    assert report(grade(old, far))[0] == "D"


def test_a_digit_that_flipped_in_print_is_its_own_grade():
    old = [value("b", 2.0, kind="estimator", shown="2.0")]
    new = [value("b", 2.0 - 1e-10, kind="estimator", shown="1.9")]

    assert report(grade(old, new))[0] == "C*"


def test_ingestion_is_graded_apart():
    assert grade([value("rows", 1, chapter="ingestion")], []) == []


def test_a_chapter_that_could_not_be_run_cannot_be_verified():
    (graded,) = grade([value("a", 1)], [], not_run={"churn": "orders is missing"})

    assert (graded.move.grade, graded.cause) == ("U", "orders is missing")


def test_after_an_erasure_what_moved_is_no_difference_and_shows_its_drift():
    found = grade([value("a", 3), value("b", 1)], [value("a", 2), value("b", 1)], is_erased=True)

    assert grades(found) == {"a": "U", "b": "B"}
    assert (found[0].move.old, found[0].move.new, found[0].cause) == (3, 2, "rows erased since")


def test_the_environment_at_hand_gives_c_at_best():
    same = grade([value("a", 1)], [value("a", 1)], is_same=True)

    assert report(same, is_same=True, is_current=True)[0] == "C"
    assert report(grade([value("a", 1)], [value("a", 2)]), is_current=True)[0] == "D"


def test_a_table_that_cannot_be_compared_is_told_and_values_carry_the_grade():
    unknown, other = TableMove("t", "U"), TableMove("u", "D")
    same = grade([value("a", 1)], [value("a", 1)])

    found, why = report(same, [unknown])

    assert found == "B"
    assert why.endswith("; tables that could not be compared: 1")
    assert report(same, [unknown, other])[0] == "D"


def test_exit_codes_are_those_of_the_command():
    codes = {g: Verdict(g, []).exit_code for g in ("A", "B", "C", "C*", "D", "U", "X")}

    assert codes == {"A": 0, "B": 0, "C": 0, "C*": 0, "D": 5, "U": 6, "X": 7}
