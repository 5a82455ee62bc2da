"""Virtual time: what is due happens in order, at its own instant, in one step or in many."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from cti_bridge.virtual_pbx.scheduler import Scheduler, Step, Thread, waiting


def test_due_things_happen_in_the_order_of_time_and_of_asking() -> None:
    scheduler = Scheduler(0)
    seen: list[tuple[int, str]] = []

    def see(name: str) -> Callable[[], None]:
        return lambda: seen.append((scheduler.now, name))

    for instant, name in ((30, "c"), (10, "a"), (10, "b")):
        scheduler.at(instant, see(name))
    scheduler.at(20, see("never")).cancel()
    assert scheduler.next_due() == 10
    scheduler.advance(25)
    assert (seen, scheduler.now, scheduler.next_due()) == ([(10, "a"), (10, "b")], 25, 30)
    scheduler.advance(40)
    assert (seen[-1], scheduler.next_due()) == ((30, "c"), None)


def test_a_thread_sleeps_until_it_is_woken_or_its_time_has_come() -> None:
    scheduler = Scheduler(0)
    seen: list[bool] = []
    ready: list[int] = []

    def steps() -> Step[None]:
        seen.append((yield from waiting(scheduler, lambda: bool(ready), 50)))
        seen.append((yield from waiting(scheduler, lambda: len(ready) > 1, 90)))

    thread = Thread(scheduler, steps())
    thread.wake()
    scheduler.advance(20)
    ready.append(1)
    thread.wake()
    scheduler.settle()
    assert seen == [True]
    scheduler.advance(100)
    assert (seen, thread.done) == ([True, False], True)
    thread.wake()
    scheduler.settle()


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12), st.lists(st.integers(0, 120)))
def test_one_step_of_time_or_many_are_the_same(pairs: list[tuple[int, int]], steps: list[int]) -> None:
    def play(stops: list[int]) -> list[tuple[int, int]]:
        scheduler, seen = Scheduler(0), []
        for first, then in pairs:

            def act(then: int = then) -> None:
                seen.append((scheduler.now, then))
                scheduler.after(then, lambda: seen.append((scheduler.now, -1)))

            scheduler.at(first, act)
        for stop in stops:
            scheduler.advance(stop)
        return seen

    assert play([*sorted(steps), 200]) == play([200])
