"""Requirements made easier while a contact waits: never harder, and never but by a stated step."""

from collections.abc import Iterable

from acd.policy import RelaxationStep
from facts.requirements import NOTHING_REQUIRED, AllOf, AnyOf, AtLeast, Not, Requirement

_NOBODY = AnyOf(())


def relaxed(requirement: Requirement, step: RelaxationStep) -> Requirement:
    """The requirement after the step: levels lowered, dropped skills not asked for, neither wanted nor unwanted."""
    return _relaxed(requirement, step, wanted=True)


def eased(requirement: Requirement, steps: Iterable[RelaxationStep]) -> Requirement:
    """The requirement after these steps."""
    for step in steps:
        requirement = relaxed(requirement, step)
    return requirement


def _relaxed(requirement: Requirement, step: RelaxationStep, *, wanted: bool) -> Requirement:
    match requirement:
        case AtLeast(skill, level):
            if skill in step.drop:
                return NOTHING_REQUIRED if wanted else _NOBODY
            return AtLeast(skill, min(level, step.lower.get(skill, level))) if wanted else requirement
        case Not(term):
            inner = _relaxed(term, step, wanted=not wanted)
            return NOTHING_REQUIRED if inner == _NOBODY else Not(inner)
        case AllOf(terms):
            return _all(tuple(_relaxed(term, step, wanted=wanted) for term in terms))
        case AnyOf(terms):
            return AnyOf(tuple(_relaxed(term, step, wanted=wanted) for term in terms))


def _all(terms: tuple[Requirement, ...]) -> Requirement:
    left = tuple(term for term in terms if term != NOTHING_REQUIRED)
    return left[0] if len(left) == 1 else AllOf(left)
