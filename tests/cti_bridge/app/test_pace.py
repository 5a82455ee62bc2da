"""A demo's time waits for the work, but not for ever."""

import pytest
from twisted.internet.task import Clock

from cti_bridge.app.pace import MOST_SLOWED, Pace


class Wall(Clock):
    """A reactor's clock on which work takes time."""

    def work(self, seconds: float) -> None:
        """Time passes without the reactor getting its turn."""
        self.rightNow += seconds

    def turn(self, seconds: float, step: float = 0.001) -> None:
        """The reactor has all the time."""
        for _ in range(round(seconds / step)):
            self.advance(step)


@pytest.fixture
def wall() -> Wall:
    return Wall()


def running(wall: Wall, speed: float = 60) -> Pace:
    pace = Pace(wall, speed=speed, monotonic=wall.seconds)
    pace.start()
    return pace


@pytest.mark.parametrize("speed", [0.5, 1, 60, 600])
def test_a_machine_that_keeps_up_has_the_wall_clock(wall: Wall, speed: float) -> None:
    pace = running(wall, speed)
    wall.turn(3)
    assert pace() == pytest.approx(3)
    assert pace.slowed == pytest.approx(1)


def test_work_takes_at_most_a_second_of_the_demo(wall: Wall) -> None:
    pace = running(wall)
    wall.turn(3)
    wall.work(0.5)
    assert pace() == pytest.approx(3 + 1 / 60, abs=0.01)
    wall.turn(2)
    assert pace() == pytest.approx(5 + 1 / 60, abs=0.02)
    assert pace.slowed == pytest.approx(5.5 / 5, rel=0.01)


def test_time_never_runs_backwards(wall: Wall) -> None:
    pace = running(wall)
    seen = []
    for work in (0.0, 0.3, 0.001, 2.0, 0.0, 0.01, 5.0, 0.0):
        wall.work(work)
        seen.append(pace())
        wall.turn(0.05)
        seen.append(pace())
    assert seen == sorted(seen)


def test_it_passes_at_least_at_half_its_speed(wall: Wall) -> None:
    pace = running(wall)
    for _ in range(100):
        wall.work(0.2)
        wall.advance(0)
    assert pace() == pytest.approx(20 / MOST_SLOWED, rel=0.01)
    pace.stop()
    assert wall.getDelayedCalls() == []
    wall.work(20)
    assert pace() == pytest.approx(40 / MOST_SLOWED, rel=0.01)
