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


@pytest.mark.parametrize("told", [told_rules.api_sentences, told_rules.titles, told_rules.settings_sentences])
def test_every_refusal_has_words_in_chinese(told: Callable[[], Iterable[str]]) -> None:
    sentences = sorted({*told()} - {told_rules.HOLE})  # what others said, such as a system's reason, is led into
    patterns = known()
    unknown = [one for one in sentences if not any(pattern.fullmatch(one) for pattern in patterns)]
    assert len(sentences) > 10
    assert unknown == [], "put them into language/en/refusals.json and language/zh/refusals.json"
