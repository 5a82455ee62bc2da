"""When something happened, however late the daemon hears of it."""

from cti_bridge.shell.switch_clock import SwitchClock
from facts.time import HOUR, MILLISECOND, SECOND

START = 1_800_000_000 * SECOND


def test_an_event_that_comes_late_happened_when_it_did() -> None:
    clock = SwitchClock()
    clock.instant(START, START + 3 * MILLISECOND)
    assert clock.instant(START + SECOND, START + SECOND + 700 * MILLISECOND) - START == SECOND + 3 * MILLISECOND + 33


def test_the_clocks_need_not_agree() -> None:
    clock = SwitchClock()
    ahead = 5 * HOUR
    clock.instant(START + ahead, START)
    assert clock.instant(START + ahead + SECOND, START + SECOND + 400 * MILLISECOND) == START + SECOND + 28


def test_a_shorter_way_is_believed_at_once() -> None:
    clock = SwitchClock()
    clock.instant(START, START + 50 * MILLISECOND)
    clock.instant(START + SECOND, START + SECOND + MILLISECOND)
    late = clock.instant(START + 2 * SECOND, START + 2 * SECOND + 40 * MILLISECOND)
    assert late - START - 2 * SECOND < 2 * MILLISECOND


def test_a_clock_that_is_set_is_followed() -> None:
    clock = SwitchClock()
    clock.instant(START, START)
    now = START + SECOND
    assert clock.instant(START - HOUR, now) == now
    assert clock.instant(START - HOUR + SECOND, now + SECOND) == now + SECOND


def test_nothing_happens_in_the_future() -> None:
    clock = SwitchClock()
    clock.instant(START, START)
    assert clock.instant(START + SECOND, START + SECOND // 2) <= START + SECOND // 2
