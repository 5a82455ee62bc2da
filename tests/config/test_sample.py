"""Sample, reference page and JSON schema say what the models say."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from config import sample
from config.fields import Section
from config.load import load
from config.models import Settings
from config.shape import inner, section_of


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (sample.SAMPLE, sample.sample_text()),
        (sample.SCHEMA, sample.schema_text()),
        (sample.PAGE, sample.page_text()),
    ],
    ids=["sample", "schema", "page"],
)
def test_the_file_is_fresh(path: Any, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "write it anew: python -m config.sample"


def test_the_sample_is_right_and_says_what_the_example_says() -> None:
    env = {"CORDBOARD_ASTERISK__AMI__SECRET": "a", "CORDBOARD_ASTERISK__AGI__TOKEN": "b"}
    settings = load(sample.SAMPLE, env)
    assert settings == load(sample.FOLDER / "example.yaml", env)
    assert settings.queues["billing"].requires == "english>=3 & billing>=2"


def sections(section: type[Section], path: str = "") -> Iterator[tuple[str, type[Section]]]:
    yield path, section
    for name, field in section.model_fields.items():
        kind = section_of(field.annotation) or section_of(inner(field.annotation) or str)
        if kind is not None:
            yield from sections(kind, f"{path}.{name}" if path else name)


@pytest.mark.parametrize(("path", "section"), list(sections(Settings)), ids=str)
def test_every_key_has_a_meaning_and_is_in_the_sample(path: str, section: type[Section]) -> None:
    assert section.__doc__, path
    for name, field in section.model_fields.items():
        assert field.description, f"{path}.{name}"
        assert field.description.endswith("."), f"{path}.{name}"
        assert re.search(rf"^[ #]*{name}:", sample.SAMPLE.read_text(encoding="utf-8"), re.MULTILINE), f"{path}.{name}"


def test_the_schema_knows_every_section_and_refuses_unknown_keys() -> None:
    schema = json.loads(sample.SCHEMA.read_text(encoding="utf-8"))
    assert set(schema["properties"]) == set(Settings.model_fields)
    assert schema["additionalProperties"] is False
    assert all(part.get("additionalProperties") is False for part in schema["$defs"].values())
