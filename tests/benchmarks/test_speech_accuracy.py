"""What recognition has to reach with the packaged voice: accuracy per phrase set, and the wait of the caller."""

import pytest

from ivr.speech.moonshine_recogniser import MoonshineRecogniser
from tests.benchmarks.speech_accuracy import (
    accuracy_table,
    attempt,
    latency_table,
    percentile,
    run,
    spoken,
    tasks,
    vosk_menu,
)

AT_LEAST = {"yes or no": 2, "menu of 5": 5, "one digit": 10, "account, 4-8 digits": 11, "day": 4, "not in the menu": 7}
LONGEST_MENU_WAIT_S = 0.7


@pytest.mark.benchmark
def test_vosk_decides_in_time() -> None:
    ones = vosk_menu()
    assert all(one.right for one in ones)
    waits = sorted(one.waited_s for one in ones)
    assert percentile(waits, 95) <= LONGEST_MENU_WAIT_S, waits


@pytest.mark.benchmark
def test_the_packaged_voice_is_understood_in_time() -> None:
    recogniser = MoonshineRecogniser()
    try:
        recogniser.warm_up()
        attempt(recogniser, next(tasks()), spoken("hibari", "yes"), 10.0)
        trials = run(recogniser, ["hibari"], 10.0)
    finally:
        recogniser.close()
    ones = trials["hibari"]
    right = {kind: sum(one.right for one in ones if one.task.kind == kind) for kind in AT_LEAST}
    assert all(right[kind] >= least for kind, least in AT_LEAST.items()), accuracy_table(trials)
    waits = sorted(one.waited_s for one in ones if one.task.kind in ("yes or no", "menu of 5"))
    assert percentile(waits, 95) <= LONGEST_MENU_WAIT_S, latency_table(trials)
