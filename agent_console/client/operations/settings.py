"""Operations of the API: settings.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from typing import Any

from agent_console.client.requests import Requests, path_part
from agent_console.documents.administration import (
    HolidayCountries,
    HolidaysDoc,
    ImportedDoc,
    RevisionDoc,
    RevisionLine,
    SectionName,
    SettingDoc,
    SettingsChange,
)
from agent_console.documents.supervision import PreviewDoc, PreviewWish
from agent_console.documents.values import Page


class SettingsOperations(Requests):
    """Operations on settings."""

    async def export_settings(self) -> str:
        """Everything that can be changed here, as a settings file has it; rows of stars stand for secrets."""
        return await self._text("GET", "/api/v1/settings/export")

    async def import_settings(self, content: str | bytes) -> ImportedDoc:
        """Put the sections that a YAML text has in place of those that are there."""
        return await self._get(ImportedDoc, "POST", "/api/v1/settings/import", content=("application/yaml", content))

    async def change_settings(self, wish: SettingsChange) -> RevisionLine:
        """Change several entries at once, all or none: a skills matrix, two people who swap their phones."""
        return await self._get(RevisionLine, "POST", "/api/v1/settings/changes", wish=wish)

    async def list_revisions(self, *, cursor: str | None = None, limit: int = 50) -> Page[RevisionLine]:
        """Changes of the settings, the latest first. Without any, the settings file leads."""
        return await self._get(
            Page[RevisionLine], "GET", "/api/v1/settings/revisions", query={"cursor": cursor, "limit": limit}
        )

    async def get_revision(self, number: int) -> RevisionDoc:
        """A change, with what was before and after."""
        return await self._get(RevisionDoc, "GET", f"/api/v1/settings/revisions/{path_part(number)}")

    async def undo_revision(self, number: int) -> RevisionLine:
        """Take a change back, by a new one; refused when later changes of the same entries stand on it."""
        return await self._get(RevisionLine, "POST", f"/api/v1/settings/revisions/{path_part(number)}/undo")

    async def list_settings(
        self, section: SectionName, *, cursor: str | None = None, limit: int | None = None
    ) -> Page[SettingDoc]:
        """The entries of a section, in their order; a section that is one entry (routing, alarms) is named like itself."""  # noqa: E501 - as the API says it
        return await self._get(
            Page[SettingDoc], "GET", f"/api/v1/settings/{path_part(section)}", query={"cursor": cursor, "limit": limit}
        )

    async def get_setting(self, section: SectionName, name: str) -> SettingDoc:
        """One entry."""
        return await self._get(SettingDoc, "GET", f"/api/v1/settings/{path_part(section)}/{path_part(name)}")

    async def put_setting(self, section: SectionName, name: str, wish: Any, *, match: str | None = None) -> SettingDoc:
        """Make or change an entry; in force when this answers, with every caller's place kept."""
        return await self._get(
            SettingDoc,
            "PUT",
            f"/api/v1/settings/{path_part(section)}/{path_part(name)}",
            wish=wish,
            match=match,
            is_new=match is None,
        )

    async def delete_setting(self, section: SectionName, name: str, *, match: str) -> None:
        """Remove an entry; refused while others refer to it."""
        await self._do("DELETE", f"/api/v1/settings/{path_part(section)}/{path_part(name)}", match=match)

    async def preview_change(self, wish: PreviewWish) -> PreviewDoc:
        """What a change of the settings would do to who waits and works now, other teams' unnamed. Nothing is changed."""  # noqa: E501 - as the API says it
        return await self._get(PreviewDoc, "POST", "/api/v1/preview", wish=wish)

    async def get_holiday_countries(self) -> HolidayCountries:
        """The countries whose public holidays are known."""
        return await self._get(HolidayCountries, "GET", "/api/v1/holidays/countries")

    async def get_holidays(self, *, country: str, subdivision: str | None = None, language: str = "en") -> HolidaysDoc:
        """The public holidays of this year and the next, and the parts of the country with some of their own."""
        return await self._get(
            HolidaysDoc,
            "GET",
            "/api/v1/holidays",
            query={"country": country, "subdivision": subdivision, "language": language},
        )
