"""What the daemon refuses is told in Chinese to who reads Chinese: each of its sentences is known to the console."""

import json
import re
from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest

from cti_bridge.app.console.ways_out import WAYS
from cti_bridge.app.customer_tables import drafts_of
from reporting.importers.customers import customer_rows
from reporting.importers.whole_tables import WholeTable
from storage.customer_import import take_in
from storage.customers import Customers
from storage.journal import open_journal
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


TABLE: Final = b"""customer_id,account,number,name,tier,language,notes
x1,A-1,13800138000,One,gold,zh,
12025557805,,12025557805,Two,,,
../x,,,Three,,,
x4,A-1,,Four,,,
,,1.38E+10,Five,,,
,,,Six,,,
x7,,,,,,
x8,,n/a;13900139000,Eight,"gold
plated",Chinese please,
x9,,13900139000,"Nine
Nine",,,
,,13900139000,Shared,,,
x10,,13900139000,Ten,,,
,,13900139000,Shared,,,
x11,short
x12,,,\xff,,,
"x13""x,"x
x14,,1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21,Fourteen,TIER,,NOTES
""".replace(b"TIER", b"t" * 201).replace(b"NOTES", b"n" * 10_001)


def test_all_that_an_import_tells_of_rows_has_words_in_chinese(tmp_path: Path) -> None:
    with open_journal(tmp_path / "journal.sqlite3") as journal:
        rows = customer_rows(WholeTable(lambda: BytesIO(TABLE), "the table").rows())
        outcome = take_in(Customers(journal, "US"), drafts_of(rows), at=1, by="dana", clear=True)
    found = {text for one in outcome.problems for text in (one.rule, one.way_out)}
    patterns = known()
    assert len(outcome.problems) >= 14
    assert {line.line for line in outcome.problems} >= {3, 4, 5, 6, 7, 8, 9, 11, 15}
    assert [text for text in sorted(found) if not is_known(text, patterns)] == []
    assert "'12025557805' is the customer's number" in found
    assert "'../x' is no key" in found


def test_each_way_out_belongs_to_a_rule_that_is_said() -> None:
    """A rule that is worded anew would else lose its way out, and nobody would see it."""
    said = {*told_rules.settings_sentences()}
    rules = {part for one in said for part in (one, *_JOINT.split(one))}
    assert [rule.pattern for rule, _ in WAYS if not any(map(rule.fullmatch, rules))] == []
