"""Simulated figures agree with queueing theory and with published values, at four standard errors."""

import pytest

from simulation.scenarios.estimates import Estimate
from simulation.scenarios.run import Result, simulate
from simulation.scenarios.scenario_file import parse_scenario
from tests.simulation.scenarios.theory import chain, erlang_c_service_level

NORMAL_975 = 1.96


def agrees(estimate: Estimate, expected: float) -> bool:
    """Within four standard errors, as the half width tells them."""
    assert estimate.value is not None
    assert estimate.half_width_95 is not None
    return abs(estimate.value - expected) <= 4 * estimate.half_width_95 / NORMAL_975 + 1e-9


def one_pool(
    *, per_hour: float, agents: int, mean_s: float, patience: str = "none", calls: int, most: int | None = None
) -> Result:
    return simulate(
        parse_scenario(
            f"""
            seed: 11
            calls: {calls}
            warm_up_calls: {calls // 20}
            service_level_s: 20
            max_in_system: {"null" if most is None else most}
            call_types: [{{name: A, per_hour: {per_hour}, requires: {{A: 1}}, patience: {patience}}}]
            pools:
              - name: P
                agents: {agents}
                skills: {{A: 1}}
                handling: {{distribution: exponential, mean_s: {mean_s}}}
            """
        )
    )


def test_the_chain_is_right() -> None:
    # pyworkforce's test suite: 100 calls in half an hour, 3 minutes each, 14 agents
    small = chain(per_hour=200, mean_s=180, agents=14)
    assert (round(small.p_wait, 3), round(small.utilisation, 3)) == (0.174, 0.714)
    assert round(erlang_c_service_level(per_hour=200, mean_s=180, agents=14, within_s=20), 3) == 0.888
    # W. Whitt, Engineering solution of a basic call-center model (2005), table 1, exact column
    large = chain(per_hour=1836, mean_s=200, agents=100, patience_s=200)
    assert (round(1 - large.p_wait, 4), round(large.p_abandon, 4)) == (0.4083, 0.0499)


@pytest.mark.parametrize(("per_hour", "agents", "mean_s"), [(200, 14, 180), (60, 4, 200), (300, 22, 240)])
def test_nobody_gives_up(per_hour: float, agents: int, mean_s: float) -> None:
    result = one_pool(per_hour=per_hour, agents=agents, mean_s=mean_s, calls=25_000)
    expected = chain(per_hour=per_hour, mean_s=mean_s, agents=agents)
    figures = result.call_types["A"]
    level = erlang_c_service_level(per_hour=per_hour, mean_s=mean_s, agents=agents, within_s=20)
    assert agrees(figures.p_wait, expected.p_wait)
    assert agrees(figures.mean_wait_all_s, expected.mean_wait_s)
    assert agrees(figures.sl_of_offered, level)
    assert agrees(result.pools["P"].utilisation, expected.utilisation)
    assert (figures.abandoned, figures.blocked, figures.answered) == (0, 0, figures.offered)


@pytest.mark.parametrize(("agents", "patience_s"), [(13, 300), (9, 300), (11, 60)])
def test_exponential_patience(agents: int, patience_s: float) -> None:
    patience = f"{{distribution: exponential, mean_s: {patience_s}}}"
    result = one_pool(per_hour=210, agents=agents, mean_s=180, patience=patience, calls=25_000)
    expected = chain(per_hour=210, mean_s=180, agents=agents, patience_s=patience_s)
    figures = result.call_types["A"]
    assert agrees(figures.p_wait, expected.p_wait)
    assert agrees(figures.p_abandon, expected.p_abandon)
    assert agrees(figures.mean_wait_all_s, expected.mean_wait_s)
    assert agrees(result.pools["P"].utilisation, expected.utilisation)
    assert figures.offered == figures.answered + figures.abandoned


@pytest.mark.parametrize("most", [8, 12, 20])
def test_blocking_beyond_so_many_in_the_system(most: int) -> None:
    result = one_pool(per_hour=210, agents=8, mean_s=150, calls=25_000, most=most)
    expected = chain(per_hour=210, mean_s=150, agents=8, most=most)
    figures = result.call_types["A"]
    assert agrees(figures.p_block, expected.p_block)
    assert agrees(figures.p_wait, expected.p_wait)
    assert agrees(figures.mean_wait_all_s, expected.mean_wait_s)
    assert agrees(result.pools["P"].utilisation, expected.utilisation)
    assert figures.offered == figures.answered + figures.blocked


def test_callers_without_any_patience_are_a_loss_system() -> None:
    result = one_pool(per_hour=210, agents=8, mean_s=150, patience="{distribution: constant, mean_s: 0}", calls=20_000)
    expected = chain(per_hour=210, mean_s=150, agents=8, most=8)
    assert agrees(result.call_types["A"].p_abandon, expected.p_block)
    assert agrees(result.call_types["A"].p_wait, expected.p_block)


def test_wrap_up_keeps_an_agent_as_handling_does() -> None:
    """Handling without spread and wrap-up together take as long as handling of both lengths: M/D/n."""
    text = """
        seed: 3
        calls: 15000
        call_types: [{{name: A, per_hour: 210}}]
        pools: [{{name: P, agents: 9, skills: {{}}, wrap_up_s: {}, handling: {{distribution: constant, mean_s: {}}}}}]
        """
    split = simulate(parse_scenario(text.format(50, 90)))
    whole = simulate(parse_scenario(text.format(0, 140)))
    assert split.call_types == whole.call_types
    assert split.pools == whole.pools


def test_two_types_in_one_pool_are_one_stream() -> None:
    result = simulate(
        parse_scenario(
            """
            seed: 2
            calls: 15000
            call_types:
              - {name: A, per_hour: 80, requires: {A: 1}}
              - {name: B, per_hour: 120, requires: {B: 1}}
            pools:
              - {name: P1, agents: 14, skills: {A: 1, B: 1}, handling: {distribution: exponential, mean_s: 180}}
            """
        )
    )
    expected = chain(per_hour=200, mean_s=180, agents=14)
    for name in ("A", "B"):
        assert agrees(result.call_types[name].p_wait, expected.p_wait)
        assert agrees(result.call_types[name].mean_wait_all_s, expected.mean_wait_s)
        assert result.pools["P1"].share_of_type_answered[name] == Estimate(1.0, 0.0)


def test_pooling_six_skills_is_one_large_pool() -> None:
    letters = "ABCDEF"
    skills = "{" + ", ".join(f"{letter}: 1" for letter in letters) + "}"
    text = "seed: 4\ncalls: 40000\ncall_types:\n"
    text += "".join(f"  - {{name: {c}, per_hour: 84, requires: {{{c}: 1}}}}\n" for c in letters)
    text += "pools:\n"
    text += "".join(
        f"  - {{name: P{c}, agents: 6, skills: {skills}, handling: {{distribution: exponential, mean_s: 240}}}}\n"
        for c in letters
    )
    result = simulate(parse_scenario(text))
    expected = chain(per_hour=504, mean_s=240, agents=36)
    for letter in letters:
        assert agrees(result.call_types[letter].p_wait, expected.p_wait)
    assert agrees(result.pools["PA"].utilisation, expected.utilisation)
