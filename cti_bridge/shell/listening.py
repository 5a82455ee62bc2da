"""Whether a flow listens to speech at all. Pure."""

from collections.abc import Collection, Mapping

from ivr import grammar
from ivr.flow import Collect, Confirm, Flow, Menu, Subflow, Survey


def listens(flows: Mapping[str, Flow], name: str, languages: Collection[str]) -> bool:
    """Whether a flow, or one that it goes into, takes speech in one of these languages anywhere."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        flow = flows.get(waiting.pop())
        if flow is None or flow.name in seen:
            continue
        seen.add(flow.name)
        if any(_listens_itself(flow, language) for language in flow.file.languages if _known(language, languages)):
            return True
        waiting += [node.flow for node in flow.file.nodes.values() if isinstance(node, Subflow)]
    return False


def _known(language: str, languages: Collection[str]) -> bool:
    return language in languages or language[:2] in languages


def _listens_itself(flow: Flow, language: str) -> bool:
    asking = (node for node in flow.file.nodes.values() if isinstance(node, Menu | Collect | Confirm | Survey))
    return any(
        node.input != "keys" and grammar.of_node(node, language, flow.file.escape) is not None for node in asking
    )
