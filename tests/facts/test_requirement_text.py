"""Requirements are read as written, written as read, and refused with the column."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facts.ids import SkillName
from facts.requirement_text import (
    MAX_TEXT,
    RequirementSyntaxError,
    parse_requirement,
    requirement_text,
    skills_named,
)
from facts.requirements import NOTHING_REQUIRED, AllOf, AnyOf, AtLeast, Not, Requirement, satisfies

EN3 = AtLeast(SkillName("english"), 3)
BILLING = AtLeast(SkillName("billing"), 1)
SALES = AtLeast(SkillName("sales-de"), 10)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", NOTHING_REQUIRED),
        ("  ", NOTHING_REQUIRED),
        ("()", NOTHING_REQUIRED),
        ("billing", BILLING),
        (" english >= 3 ", EN3),
        ("english>=3 & billing", AllOf((EN3, BILLING))),
        ("english>=3 and billing", AllOf((EN3, BILLING))),
        ("english>=3 | billing & sales-de>=10", AnyOf((EN3, AllOf((BILLING, SALES))))),
        ("(english>=3 or billing)&sales-de>=10", AllOf((AnyOf((EN3, BILLING)), SALES))),
        ("not billing", Not(BILLING)),
        ("!!billing", Not(Not(BILLING))),
        ("!billing & english>=3", AllOf((Not(BILLING), EN3))),
        ("中文>=2", AtLeast(SkillName("中文"), 2)),
    ],
)
def test_meaning(text: str, meaning: Requirement) -> None:
    assert parse_requirement(text) == meaning


@pytest.mark.parametrize(
    ("text", "column", "part"),
    [
        ("english>=11", 10, "1 to 10"),
        ("english>=0", 10, "1 to 10"),
        ("english>=", 10, "level"),
        ("english >= x", 12, "level"),
        ("english billing", 9, "join"),
        ("english &", 10, "the end"),
        ("(english", 9, "bracket"),
        ("english)", 8, "not expected"),
        ("english > 3", 9, "'>'"),
        ("3", 1, "skill"),
        ("english>=3 ; x", 12, "';'"),
        ("english>=" + "9" * 500, 10, "1 to 10"),
        ("(" * 200, 51, "nested"),
        ("a" * (MAX_TEXT + 1), MAX_TEXT + 1, "longer"),
    ],
)
def test_mistakes_name_the_column(text: str, column: int, part: str) -> None:
    with pytest.raises(RequirementSyntaxError) as refused:
        parse_requirement(text)
    assert refused.value.column == column
    assert part in str(refused.value)


SKILLS = tuple(SkillName(name) for name in ("english", "billing", "sales-de"))
requirements = st.recursive(
    st.builds(AtLeast, st.sampled_from(SKILLS), st.integers(1, 10)),
    lambda inner: (
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple))
        | st.builds(Not, inner)
    ),
    max_leaves=8,
)


@given(requirements, st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 10)))
@settings(deadline=None)
def test_written_and_read_again_it_means_the_same(requirement: Requirement, skills: dict[SkillName, int]) -> None:
    again = parse_requirement(requirement_text(requirement))
    assert satisfies(skills, again) == satisfies(skills, requirement)
    assert skills_named(again) == skills_named(requirement)


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_text_is_read_or_refused_within_itself(text: str) -> None:
    column = 1
    try:
        parse_requirement(text)
    except RequirementSyntaxError as refused:
        column = refused.column
    assert 1 <= column <= len(text) + 1
