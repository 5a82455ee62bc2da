"""YAML to structs: every mistake at once, each with its line and key."""

from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.errors import FlowError
from ivr.flow import FlowFile
from ivr.located import MAX_CHARACTERS, key_of, line_of, read, read_or_raise


class Inner(msgspec.Struct, frozen=True):
    size: Annotated[int, msgspec.Meta(ge=1, description="one or more")]
    word: str = "none"


class Cat(msgspec.Struct, frozen=True, tag="cat", tag_field="is"):
    lives: int = 9


class Dog(msgspec.Struct, frozen=True, tag="dog", tag_field="is"):
    barks: bool


class Outer(msgspec.Struct, frozen=True):
    name: str
    colour: Literal["red", "green"] = "red"
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    by_name: dict[str, Cat | Dog] = {}
    share: float = 1.0
    word_or_inner: str | Inner = ""
    words: dict[str, str] = {}


def said(text: str) -> list[str]:
    return [f"{p.line} {p.key}: {p.message}" for p in read(text, Outer, "f.yaml").problems]


def test_digits_that_begin_with_zero_stay_a_text_and_marks_of_programs_are_no_numbers() -> None:
    class Held(msgspec.Struct):
        held: int | float | str

    for written in ("0755", "1_000", "+86"):
        assert read(f"held: {written}", Held, "f").value.held == written
    assert read("held: 0", Held, "f").value.held == 0
    assert read("held: 0.5", Held, "f").value.held == 0.5


def test_a_right_file_becomes_the_value_it_says() -> None:
    text = (
        "name: no\ncolour: green\ninner: {size: 3}\nmany: [{size: 1, word: yes}]\nby_name: {a: {is: dog, barks: yes}}\n"
    )
    value, lines = read_or_raise(text, Outer, "f.yaml")
    assert value == Outer(
        "no", "green", Inner(3), (Inner(1, "yes"),), {"a": Dog(barks=True)}
    )  # what looks like a boolean stays a text where a text is wanted
    assert lines["many", 0, "word"] == 4
    assert line_of(lines, ("many", 0, "nothing", 7)) == 4
    assert key_of(("many", 0, "word")) == "many[0].word"


def test_all_mistakes_are_told_at_once_with_line_and_key() -> None:
    text = """
colour: blue
inner:
  size: 0
  wrod: x
many:
- {size: two}
- 5
by_name:
  a: {is: cta}
  b: {lives: 7}
  c: {is: dog}
share: lots
"""
    assert said(text) == [
        "2 colour: should be one of red, green, is 'blue'",
        "4 inner.size: should be one or more, is '0'",
        "5 inner.wrod: is not known here; did you mean 'word'?",
        "7 many[0].size: should be a whole number, is 'two'",
        "8 many[1]: should be a mapping, is '5'",
        "10 by_name.a.is: 'cta' is not known; did you mean 'cat'?",
        "11 by_name.b: has no 'is': one of cat, dog",
        "12 by_name.c.barks: is missing",
        "13 share: should be a number, is 'lots'",
        "2 name: is missing",
    ]


def test_a_key_given_twice_is_told_with_the_first_line() -> None:
    assert said("name: a\nshare: 1\nname: b\n") == ["3 name: key used twice: 'name' is already at line 1"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("name: *", "needs quotes"),
        ("name: [a", "not YAML"),
        ("", "the file is empty"),
        ("name: {a: b: c}", "needs quotes"),
        ("- a\n- b\n", "should be a mapping, is a list"),
        ("name:\n", "should be a text, is nothing"),
        ("? [a]\n: b\nname: x", "a key should be a text"),
        ("name: x\nword_or_inner: [1]", "should be a text or a mapping, is a list"),
        ("name: \x00", "not YAML"),
        ("name: x\nshare: .nan", "should be a number"),
        ("name: x\nby_name: {a: {is: cat, Hello, my friend}}", "is not known here"),
        ("name: x\nwords: {en: Well, hello there.}", "One with a comma in it needs quotes"),
        ("a" * (MAX_CHARACTERS + 1), "no flow is that long"),
        ("name: " + "[" * 5000, "more than 40 levels"),
        ("name: " + "[" * 200_000, "more than 40 levels"),
        ("name: " + "{a: " * 200_000, "more than 40 levels"),
    ],
)
def test_what_cannot_be_used_is_a_problem_never_a_crash(text: str, part: str) -> None:
    assert any(part in line for line in said(text)), said(text)


def test_aliases_cannot_blow_up() -> None:
    bomb = "name: x\nby_name:\n a: &a [1,1,1,1,1,1,1,1,1]\n"
    for level in range(9):
        bomb += f" {'b' * (level + 1)}: &{'b' * (level + 1)} [{', '.join(['*' + ('b' * level or 'a')] * 9)}]\n"
    assert read(bomb, Outer, "f").problems


def test_read_or_raise_raises_with_every_problem_sorted() -> None:
    with pytest.raises(FlowError) as caught:
        read_or_raise("share: x\ncolour: y", Outer, "f.yaml")
    assert [p.line for p in caught.value.problems] == [1, 1, 2]
    assert "f.yaml:2: colour:" in str(caught.value)


@given(st.text(alphabet=st.sampled_from("flownde:{}[]-,&*!|>'\"#\n a1"), max_size=120))
@settings(deadline=None, max_examples=150)
def test_any_text_is_read_or_has_problems(text: str) -> None:
    located = read(text, FlowFile, "f")
    assert located.value is not None or located.problems


def test_anchors_and_merge_keys_save_writing() -> None:
    text = "name: x\ninner: &i {size: 3, word: a}\nmany: [*i, {<<: *i, word: b}, {<<: [{word: c}, *i]}]\n"
    value, lines = read_or_raise(text, Outer, "f.yaml")
    assert value.many == (Inner(3, "a"), Inner(3, "b"), Inner(3, "c"))
    assert lines["many", 1, "size"] == 2
    assert said("name: x\nmany: [{<<: 3, size: 1}]\n") == [
        "2 many[0].<<: << takes a mapping, or a list of mappings, not '3'"
    ]


@pytest.mark.parametrize("tag", ["!include", "!!python/object/apply:os.system", "!!binary", "!<tag:x,2000:y>"])
def test_tags_are_told_and_not_obeyed(tag: str) -> None:
    (problem,) = said(f"name: x\ninner: {{size: 1, word: {tag} abc}}\n")
    assert problem.startswith("2 inner.word: the tag ")
    assert "not obeyed" in problem


def test_mappings_merged_into_themselves_and_into_far_too_many() -> None:
    assert "merged into one another" in said("name: x\ninner: &i {<<: *i, size: 1}\n")[0]
    bomb = "".join(f"l{n}: &l{n} {{<<: [{', '.join([f'*l{n - 1}'] * 9)}]}}\n" for n in range(1, 12))
    assert "merged into one another" in "".join(said(f"name: x\nl0: &l0 {{a: 1}}\n{bomb}inner: {{<<: *l11}}\n"))


def test_tabs_are_named() -> None:
    assert "indent with spaces" in said("name: x\ninner:\n\tsize: 1\n")[0]
