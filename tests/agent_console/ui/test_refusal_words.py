"""What the daemon refuses is told in Chinese to who reads Chinese: each of its sentences is known to the console."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Final

import pytest

from tests.agent_console.ui import told_rules
from tests.architecture.sources import ROOT

SENTENCES: Final = ROOT / "agent_console/ui/src/language/en/refusals.json"
_HOLE: Final = re.compile(r"\{\{\w+\}\}")


def known() -> list[re.Pattern[str]]:
    """The sentences that the console knows, with holes for what is filled in."""
    texts = json.loads(SENTENCES.read_text(encoding="utf-8")).values()
    return [re.compile(".*?".join(map(re.escape, _HOLE.split(text))), re.DOTALL) for text in texts]


_JOINT: Final = re.compile(r"(?:; |: )(?=(?:[^`]*`[^`]*`)*[^`]*$)")


def is_known(sentence: str, patterns: list[re.Pattern[str]]) -> bool:
    """Whether it is one of the sentences, or several of them joined, as `inChinese` of the console takes them."""
    whole = [sentence] if any(pattern.fullmatch(sentence) for pattern in patterns) else _JOINT.split(sentence)
    return all(any(pattern.fullmatch(part) for pattern in patterns) for part in whole)


SOURCES: Final = (
    told_rules.api_sentences,
    told_rules.titles,
    told_rules.details,
    told_rules.settings_sentences,
    told_rules.flow_sentences,
    told_rules.report_sentences,
    told_rules.import_sentences,
    told_rules.yaml_sentences,
)


@pytest.mark.parametrize("told", SOURCES)
def test_every_refusal_has_words_in_chinese(told: Callable[[], Iterable[str]]) -> None:
    # what others said, such as a system's reason, is led into
    sentences = sorted(one for one in {*told()} if not told_rules.ONLY_HOLES.fullmatch(one))
    patterns = known()
    unknown = [one for one in sentences if not is_known(one, patterns)]
    assert len(sentences) > 10
    assert unknown == [], "put them into language/en/refusals.json and language/zh/refusals.json"
