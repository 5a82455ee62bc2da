"""What ``flow check`` finds in a flow that could be read: graph, names, values. Pure."""

from collections.abc import Iterator

from ivr.checks import graph, loops, names, privacy, remarks, types, values
from ivr.checks.material import Known, Material
from ivr.errors import Problem

__all__ = ["Known", "Material", "check", "remark"]


def check(material: Material) -> Iterator[Problem]:
    """Every mistake, in no particular order."""
    yield from graph.check(material)
    yield from loops.check(material)
    yield from names.check(material)
    yield from privacy.check(material)
    yield from values.check(material)
    yield from types.check(material)


def remark(material: Material) -> Iterator[Problem]:
    """What is no mistake, and yet perhaps not meant."""
    yield from remarks.remark(material)
