"""The languages in which people read what the product shows them."""

from typing import Literal, TypeAlias

ReaderLanguage: TypeAlias = Literal["en", "zh"]
"""English, 简体中文."""
