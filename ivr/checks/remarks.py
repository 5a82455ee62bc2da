"""What is no mistake, but perhaps not meant: prompts that nothing plays, variables that nothing uses, voice alone."""

from collections.abc import Iterator

from ivr.checks.material import Material
from ivr.checks.names import prompts_of, standard_prompts_of, texts_of
from ivr.errors import ExpressionError, Problem
from ivr.expressions import condition, names_in
from ivr.flow import Branch, Collect, Lookup, Menu, Node, Set, SpokenValue, Subflow, Survey


def remark(material: Material) -> Iterator[Problem]:
    """All of them, where the whole file could be read."""
    if not material.whole:
        return
    yield from _voice_alone(material)
    played = {name for _, node in material.nodes() for name in _played(node)}
    played |= {"an_agent"} if material.file.escape is not None else set()
    for name in material.file.prompts:
        if name not in played:
            yield material.problem(("prompts", name), "unused_prompt", "nothing plays this prompt")
    used = {name for _, node in material.nodes() for name in _used(node)}
    for name, variable in material.file.variables.items():
        if name not in used and variable.default is None:
            yield material.problem(("variables", name), "unused_variable", "nothing sets or uses this variable")


def _voice_alone(material: Material) -> Iterator[Problem]:
    """Choices that a caller has only as long as the recogniser understands."""
    for path, node in material.nodes():
        for index, choice in enumerate(node.choices if isinstance(node, Menu) and node.input == "both" else ()):
            if choice.key is None and choice.say:
                said = "has no `key`: nobody can choose it when speech is not understood"
                yield material.problem((*path, "choices", index), "no_key", said)


def _played(node: Node) -> Iterator[str]:
    yield from standard_prompts_of(node)
    for _, prompts in prompts_of(node):
        yield from (item for item in prompts if isinstance(item, str))


def _used(node: Node) -> Iterator[str]:
    for _, prompts in prompts_of(node):
        yield from (item.value for item in prompts if isinstance(item, SpokenValue))
    for _, text, _ in texts_of(node):
        yield from names_in(text)
    match node:
        case Branch():
            yield from (name for case in node.cases for name in _names(case.when))
        case Collect() | Survey(variable=str()):
            yield str(node.variable)
        case Set():
            yield from node.variables
        case Lookup():
            yield from node.results
        case Subflow():
            yield from node.take


def _names(text: str) -> frozenset[str]:
    try:
        return condition(text).names
    except ExpressionError:
        return frozenset()
