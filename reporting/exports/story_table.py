"""A contact's story for the terminal."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from types import MappingProxyType

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from facts.languages import ReaderLanguage
from reporting.exports.phrases import phrases
from reporting.exports.story import Line
from reporting.exports.story_in_chinese import in_chinese
from reporting.exports.words import duration_text


def story_table(
    contact_id: str,
    lines: Iterable[Line],
    zone: tzinfo,
    language: ReaderLanguage = "en",
    flows: Mapping[str, str] = MappingProxyType({}),
) -> RenderableType:
    """The story, each fact with its time. ``flows``: titles of voice menus, for other languages than the lines'."""
    words = phrases(language)
    title = Text(words.story_of.format(contact=contact_id))
    table = Table(words.at, words.after, words.what, title=title, title_justify="left", box=box.SIMPLE)
    for line in lines:
        said = line.text if language == "en" else in_chinese(line, zone, flows)
        table.add_row(line.at, duration_text(line.since_s, words), Text(said))
    return table
