"""Centres whose figures theory gives exactly: one pool by formulas, several pools by Markov chains."""

from simulation.scenarios.scenario_file import parse_scenario
from tests.simulation.scenarios.agreement import Case
from tests.simulation.scenarios.closed_forms import (
    cobham,
    constant,
    constant_handling,
    erlang2,
    erlang_b,
    exponential,
    growing_with_the_wait,
    lognormal,
    pollaczek_khinchine,
    with_patience,
)
from tests.simulation.scenarios.markov import Chain

LAWS = {
    "exponential": "{{distribution: exponential, mean_s: {0}}}",
    "erlang2": "{{distribution: erlang2, mean_s: {0}}}",
    "lognormal": "{{distribution: lognormal, mean_s: {0}, scv: 1.7}}",
    "constant": "{{distribution: constant, mean_s: {0}}}",
}
SCV = {"exponential": 1.0, "erlang2": 0.5, "lognormal": 1.7, "constant": 0.0}
STAYS = {
    "exponential": exponential,
    "erlang2": erlang2,
    "lognormal": lambda mean_s: lognormal(mean_s, 1.7),
    "constant": constant,
}


def one_pool(agents: int, handling: str, *, types: str = "{name: A, per_hour: 210}", more: str = "") -> str:
    return (
        f"{more}\ncall_types: [{types}]\npools: [{{name: P, agents: {agents}, skills: {{}}, handling: {handling}}}]\n"
    )


def nobody_may_wait(law: str) -> Case:
    """Erlang B: the same for every law of handling."""
    load, blocked = 210 / 3600 * 140, erlang_b(210 / 3600 * 140, 10)
    text = one_pool(10, LAWS[law].format(140), more="max_in_system: 10")
    busy = load * (1 - blocked) / 10
    return Case(f"loss, {law}", text, {"A.p_block": blocked, "P.utilisation": busy, "A.sl_of_offered": 1 - blocked})


def impatient(law: str, agents: int) -> Case:
    """M/M/n+G."""
    patience = LAWS[law].format(120)
    types = f"{{name: A, per_hour: 210, patience: {patience}}}"
    theory = with_patience(arrivals=210 / 3600, mean_s=180, servers=agents, stays=STAYS[law](120.0), within_s=30)
    answered = 1 - theory.p_abandon
    return Case(
        f"patience, {law}, {agents} agents",
        one_pool(agents, LAWS["exponential"].format(180), types=types, more="service_level_s: 30"),
        {
            "A.p_wait": theory.p_wait,
            "A.p_abandon": theory.p_abandon,
            "A.mean_wait_all_s": theory.mean_wait_s,
            "A.sl_of_offered": theory.answered_in_time,
            "A.sl_of_answered": theory.answered_in_time / answered,
            "P.utilisation": 210 / 3600 * 180 * answered / agents,
        },
    )


def one_agent(law: str) -> Case:
    """M/G/1."""
    wait = pollaczek_khinchine(arrivals=21 / 3600, mean_s=120, scv=SCV[law])
    text = one_pool(1, LAWS[law].format(120), types="{name: A, per_hour: 21}")
    expected = {"A.p_wait": 0.7, "A.mean_wait_all_s": wait, "A.mean_wait_answered_s": wait, "P.utilisation": 0.7}
    return Case(f"one agent, {law}", text, expected)


def wrap_up() -> Case:
    """M/G/1 again: an agent is as busy after the talk as in it."""
    wait = pollaczek_khinchine(arrivals=21 / 3600, mean_s=120, scv=(90 / 120) ** 2)
    handling = LAWS["exponential"].format(90) + ", wrap_up_s: 30"
    text = one_pool(1, handling, types="{name: A, per_hour: 21}")
    return Case("wrap-up", text, {"A.mean_wait_all_s": wait, "P.utilisation": 0.7})


def constant_times(agents: int, per_hour: float) -> Case:
    """M/D/c."""
    wait = constant_handling(arrivals=per_hour / 3600, handling_s=100, servers=agents)
    text = one_pool(agents, LAWS["constant"].format(100), types=f"{{name: A, per_hour: {per_hour}}}")
    return Case(f"constant handling, {agents} agents", text, {"A.mean_wait_all_s": wait})


def priorities(agents: int) -> Case:
    """Cobham."""
    loads = [0.3 * agents, 0.35 * agents, 0.15 * agents]
    types = ", ".join(
        f"{{name: {name}, per_hour: {load * 3600 / 150}, priority: {priority}}}"
        for name, load, priority in zip("ABC", loads, (5, 2, -1), strict=True)
    )
    waits = cobham(loads, servers=agents, mean_s=150)
    expected = {f"{name}.mean_wait_all_s": wait for name, wait in zip("ABC", waits, strict=True)}
    return Case(
        f"priorities, {agents} agents", one_pool(agents, LAWS["exponential"].format(150), types=types), expected
    )


def waits_that_weigh(order: str, law: str) -> Case:
    """Kleinrock's delay-dependent priorities: by weight, or by one over the target."""
    loads, weights = [0.25, 0.3, 0.25], [1.0, 2.0, 5.0]
    rule = {"queue_weight": "weight: {}", "target_ratio": "target_s: {}"}[order]
    values = weights if order == "queue_weight" else [100 / weight for weight in weights]
    types = ", ".join(
        f"{{name: {name}, per_hour: {load * 30}, {rule.format(value)}}}"
        for name, load, value in zip("ABC", loads, values, strict=True)
    )
    waits = growing_with_the_wait(loads, weights, mean_s=120, scv=SCV[law])
    expected = {f"{name}.mean_wait_all_s": wait for name, wait in zip("ABC", waits, strict=True)}
    return Case(
        f"{order}, {law}",
        one_pool(1, LAWS[law].format(120), types=types, more=f"policy: {{contact: {order}}}"),
        expected,
    )


ONE_POOL = [
    *(nobody_may_wait(law) for law in LAWS),
    *(impatient(law, agents) for law in LAWS for agents in (9, 12)),
    *(one_agent(law) for law in LAWS),
    wrap_up(),
    constant_times(3, 86.4),
    priorities(1),
    priorities(4),
    waits_that_weigh("queue_weight", "exponential"),
    waits_that_weigh("target_ratio", "lognormal"),
]

# -- several pools --------------------------------------------------------------------------------------------------


def by_chain(name: str, text: str) -> Case:
    """Whatever the chain tells of every type and pool."""
    scenario = parse_scenario(f"calls: 1000\n{text}", name)
    theory = Chain(scenario).solve()
    expected = {f"{pool}.utilisation": value for pool, value in theory.utilisation.items()}
    for call_type in scenario.call_types:
        kind = call_type.name
        expected[f"{kind}.p_wait"] = theory.p_wait[kind]
        expected[f"{kind}.p_block"] = theory.p_block
        expected[f"{kind}.mean_wait_all_s"] = theory.mean_wait_all_s[kind]
        if call_type.patience is not None:
            expected[f"{kind}.p_abandon"] = theory.p_abandon[kind]
    for (pool, kind), share in theory.share_of_type_answered.items():
        if share:
            expected[f"{pool}.share.{kind}"] = share
    return Case(name, text, expected)


V_DESIGN = """
max_in_system: 9
call_types:
  - {name: A, per_hour: 60, requires: {A: 1}, priority: 1, patience: {distribution: exponential, mean_s: 100}}
  - {name: B, per_hour: 40, requires: {B: 1}, patience: {distribution: exponential, mean_s: 300}}
pools:
  - {name: P, agents: 4, skills: {A: 1, B: 1}, handling:
      {A: {distribution: exponential, mean_s: 120}, B: {distribution: exponential, mean_s: 200}}}
"""
N_DESIGN = """
max_in_system: 10
policy: {agent: AGENT}
call_types:
  - {name: A, per_hour: 70, requires: {A: 1}}
  - {name: B, per_hour: 50, requires: {B: 1}, patience: {distribution: exponential, mean_s: 240}}
pools:
  - {name: P1, agents: 3, skills: {A: 2}, weight: 1, handling: {distribution: exponential, mean_s: 150}}
  - {name: P2, agents: 3, skills: {A: 5, B: 1}, weight: 4, handling: {distribution: exponential, mean_s: 180}}
"""
W_DESIGN = """
max_in_system: 8
call_types:
  - {name: A, per_hour: 35, requires: {A: 1}}
  - {name: B, per_hour: 40, requires: {B: 1}}
  - {name: C, per_hour: 25, requires: {C: 1}}
pools:
  - {name: P1, agents: 2, skills: [A, B], handling: {distribution: exponential, mean_s: 150}}
  - {name: P2, agents: 2, skills: [B, C], handling: {distribution: exponential, mean_s: 150}}
"""
M_DESIGN = """
max_in_system: 9
policy: {agent: ordered}
call_types:
  - {name: A, per_hour: 60, requires: {A: 1}, priority: 1}
  - {name: B, per_hour: 70, requires: {B: 1}}
pools:
  - {name: P1, agents: 2, skills: [A], handling: {distribution: exponential, mean_s: 120}}
  - {name: P2, agents: 2, skills: [B], handling: {distribution: exponential, mean_s: 140}}
  - {name: P3, agents: 1, skills: [A, B], handling: {distribution: exponential, mean_s: 160}}
"""
THREE_ALONE = """
max_in_system: 3
policy: {agent: AGENT}
call_types: [{name: A, per_hour: 40, requires: {A: 1}}]
pools:
  - {name: P1, agents: 1, skills: [A], handling: {distribution: exponential, mean_s: 60}}
  - {name: P2, agents: 1, skills: [A], handling: {distribution: exponential, mean_s: 120}}
  - {name: P3, agents: 1, skills: [A], handling: {distribution: exponential, mean_s: 240}}
"""
SEVERAL_POOLS = [
    by_chain("V", V_DESIGN),
    *(
        by_chain(f"N, {order}", N_DESIGN.replace("AGENT", order))
        for order in ("longest_idle", "ring_several", "ordered", "most_skilled", "least_skilled", "weighted_random")
    ),
    by_chain("W", W_DESIGN),
    by_chain("M", M_DESIGN),
    by_chain("three alone, round_robin", THREE_ALONE.replace("AGENT", "round_robin")),
    by_chain("three alone, longest_idle", THREE_ALONE.replace("AGENT", "longest_idle")),
]
