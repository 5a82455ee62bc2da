"""Numbers are taken by facts that the journal has taken, and by no others."""

from cti_bridge.shell.recorder import Recorder
from facts.ids import NodeName
from facts.journal import Entry, SwitchConnected


def test_a_fact_that_the_journal_refuses_takes_no_number() -> None:
    kept: list[int] = []
    told: list[int] = []
    full = [False]

    def journal(entry: Entry) -> None:
        if full[0]:
            raise OSError("full")
        kept.append(entry.seq)

    recorder = Recorder(NodeName("n"), last_seq=7, journal=journal)
    recorder.add_reader(lambda entry: told.append(entry.seq))
    for is_full in (False, True, True, False):
        full[0] = is_full
        recorder.record(SwitchConnected(), 1)
    assert kept == told == [8, 9]


def fails(_entry: Entry) -> None:
    raise ValueError("a defect")


def test_a_reader_that_fails_stops_nobody() -> None:
    told: list[int] = []
    recorder = Recorder(NodeName("n"))
    recorder.add_reader(fails)
    recorder.add_reader(lambda entry: told.append(entry.seq))
    recorder.record(SwitchConnected(), 1)
    assert told == [1]
