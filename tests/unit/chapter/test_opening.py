import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from rapport.chapter.opening import describe_opening, hold_threads
from rapport.chapter.world import find_world

UNIT = "sample-retail"


def open_task(make_task, **task):
    make_task(**task)
    return find_world(task.get("chapter", "churn"), unit=UNIT, period=task.get("period", "2026-06"))


def test_a_chapter_says_unit_period_and_last_day_in_both_languages(make_task):
    about = describe_opening(open_task(make_task))

    assert (about["chapter"], about["unit"], about["currency"]) == ("churn", UNIT, "GBP")
    assert about["period_label"] == {"en": "June 2026", "zh": "2026年6月"}
    assert about["as_of"] == "2026-06-30"
    assert set(about["topic"]) == set(about["title"]) == set(about["as_of_label"]) == {"en", "zh"}


@pytest.mark.parametrize(
    ("period", "as_of", "is_whole"),
    [
        ("2026-06", "2026-06-30", True),
        ("2026-06", "2026-06-12", False),
        ("all", "2026-06-12", True),
    ],
)
def test_a_period_is_whole_if_it_was_observed_to_its_last_day(make_task, period, as_of, is_whole):
    about = describe_opening(open_task(make_task, period=period, as_of=as_of))

    assert about["is_whole"] is is_whole


def test_ingestion_speaks_of_no_period(make_task):
    about = describe_opening(open_task(make_task, chapter="ingestion", period=None, as_of=None))

    assert (about["period"], about["period_label"], about["as_of_label"]) == (None, None, None)


def threads_of_algebra():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_linear_algebra_has_one_thread_in_a_draft(make_project, snapshot):
    make_project({"snapshot": snapshot("2026-06-30")})
    with threadpool_limits(limits=2):
        hold_threads(find_world("churn", unit=UNIT, period="2026-06"))

        assert threads_of_algebra() == {1}


def test_a_kernel_of_the_press_keeps_the_threads_it_was_started_with(make_task):
    with threadpool_limits(limits=2):
        hold_threads(open_task(make_task))

        assert threads_of_algebra() == {2}
