"""What the documentation says of a single key."""

import re
from typing import Any

from config.models import Settings
from config.shape import inner, section_of


def meaning_of(key: str) -> str:
    """The meaning of a key as people write it (``queues.sales.ring_s``); empty when the models do not know it."""
    annotation: Any = Settings
    meaning = ""
    for part in re.findall(r"\[\d+\]|[^.\[\]]+", key):
        section = section_of(annotation)
        if section is None:
            annotation = inner(annotation)
        elif part in section.model_fields:
            field = section.model_fields[part]
            annotation, meaning = field.annotation, field.description or ""
        else:
            return ""
    return " ".join(meaning.split())
