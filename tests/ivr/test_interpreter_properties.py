"""Whatever callers, recognisers and other systems do: the run goes on or ends, and no secret gets out."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facts.ids import ContactId
from facts.journal import MenuEnded
from facts.time import MILLISECOND, SECOND
from ivr import effects, inputs, interpreter
from ivr.flow import Flow
from ivr.loader import load_shipped
from ivr.run import Phase, Run

FLOWS = load_shipped()
WORDS = ["yes", "no", "balance", "billing", "agent", "one two three four five six seven four", "", "余额", "gibberish"]

ACTS = st.one_of(
    st.builds(inputs.Digits, st.text("0123456789*#", min_size=1, max_size=9), st.booleans()),
    st.just(inputs.SpeechStarted()),
    st.builds(inputs.Spoken, st.sampled_from(WORDS), st.floats(0, 1)),
    st.just(inputs.SpeechFailed("test")),
    st.sampled_from(["prompt", "deadline", "tick", "told", "looked_up"]),
    st.builds(inputs.LookupDone, lookup_id=st.integers(0, 9), outcome=st.sampled_from(["found", "failed"])),
    st.just(inputs.PositionTold(position=1, expected_wait_s=10.0)),
    st.builds(inputs.QueueLeft, st.sampled_from(["closed", "full", "other"])),
    st.sampled_from([inputs.Connected(), inputs.TalkOver(), inputs.MessageTaken(), inputs.TransferEnded("busy")]),
)
STEPS = st.lists(st.tuples(ACTS, st.integers(0, 20 * SECOND)), max_size=40)


def begin(name: str) -> tuple[Run, tuple[effects.Effect, ...]]:
    call = inputs.Call(contact_id=ContactId("c"), number="+8613800138000")
    return interpreter.begin(FLOWS, name, call, 0)


def meant(act: Any, run: Run, told: list[effects.Effect]) -> inputs.Input:
    """Acts that answer what the run waits for."""
    lookups = [effect for effect in told if isinstance(effect, effects.Lookup)]
    asks = [effect for effect in told if isinstance(effect, effects.Ask)]
    if act == "prompt":
        return inputs.PromptDone(run.playing or 0)
    if act == "told" and asks:
        return inputs.Told(asks[-1].ask_id, {"hours.office": True})
    if act == "looked_up" and lookups:
        answer = {"balance": {"amount": 3}, "tier": "gold", "language": "zh"}
        return inputs.LookupDone(lookup_id=lookups[-1].lookup_id, outcome="found", answer=answer)
    return inputs.Tick() if isinstance(act, str) else act


@pytest.mark.parametrize("name", sorted(FLOWS))
@given(steps=STEPS)
@settings(deadline=None, max_examples=60)
def test_any_history_keeps_the_run_in_order(name: str, steps: list[tuple[Any, int]]) -> None:
    run, wanted = begin(name)
    told = list(wanted)
    now = 0
    for act, pause in steps:
        now = run.deadline if act == "deadline" and run.deadline is not None else now + pause
        run, wanted = interpreter.step(run, meant(act, run, told), now)
        told += wanted
        assert run.deadline is None or run.deadline > now
        assert run.node in FLOWS[run.flow].file.nodes
        if run.phase is Phase.LISTENING:
            assert run.playing is not None or run.deadline is not None, "somebody has to wake a silent menu"
        if run.ended:
            assert run.playing is None
            assert interpreter.step(run, inputs.Digits("1"), now)[1] == ()
    run, wanted = interpreter.step(run, inputs.HungUp(), now)
    assert run.ended
    ends = [effect for effect in (*told, *wanted) if isinstance(effect, effects.Record)]
    assert any(isinstance(effect.fact, MenuEnded) for effect in ends)
    pauses = [type(e) for e in (*told, *wanted) if isinstance(e, effects.PauseRecording | effects.ResumeRecording)]
    assert pauses == [effects.PauseRecording, effects.ResumeRecording] * (len(pauses) // 2)


@given(steps=STEPS, pieces=st.integers(1, 7))
@settings(deadline=None, max_examples=60)
def test_one_step_of_the_clock_or_many_give_the_same_run(steps: list[tuple[Any, int]], pieces: int) -> None:
    one, wanted = begin("service")
    many, told = one, list(wanted)
    now = 0
    for act, pause in steps:
        apart: list[effects.Effect] = []
        for piece in range(1, pieces):
            many, some = interpreter.step(many, inputs.Tick(), now + pause * piece // pieces)
            apart += some
        now += pause
        acted = meant(act, one, told)
        one, wanted = interpreter.step(one, acted, now)
        told += wanted
        many, some = interpreter.step(many, acted, now)
        assert many == one
        assert [*apart, *some] == list(wanted)


@given(st.text("0123456789", min_size=4, max_size=4), st.sampled_from(["found", "not_found", "failed", "timed_out"]))
@settings(deadline=None, max_examples=40)
def test_a_secret_number_is_seen_by_nobody_but_the_system_that_checks_it(pin: str, outcome: Any) -> None:
    run, told = begin("identify")
    seen: list[str] = []
    for keys in ("12345674", "1", pin):
        run, wanted = interpreter.step(run, inputs.Digits(keys), 10 * MILLISECOND)
        told = (*told, *wanted)
    (lookup,) = (effect for effect in told if isinstance(effect, effects.Lookup))
    assert lookup.send["pin"] == pin
    run, wanted = interpreter.step(run, inputs.LookupDone(lookup_id=lookup.lookup_id, outcome=outcome), SECOND)
    for effect in (*told, *wanted):
        seen.append(repr(effect))
        assert not isinstance(effect, effects.SetVariable) or effect.value != pin
    seen += [repr(run), repr(run.variables), repr(run.keys), repr(run.typed), repr(run.attributes())]
    account_apart = " ".join(seen).replace("12345674", "").replace(FLOWS["identify"].version, "")
    assert f"'{pin}'" not in account_apart
    assert "pin" not in run.attributes()


def test_calls_in_progress_finish_on_the_version_that_they_began_with() -> None:
    flows: dict[str, Flow] = dict(FLOWS)
    call = inputs.Call(contact_id=ContactId("c"))
    run, _ = interpreter.begin(flows, "demo", call, 0)
    newer = {**flows, "demo": FLOWS["service"]}
    run, _ = interpreter.step(run, inputs.Digits("1"), 1)
    assert run.node == "to_sales"
    assert run.flows is not newer
    assert interpreter.begin(newer, "demo", call, 0)[0].now_in() is FLOWS["service"]
