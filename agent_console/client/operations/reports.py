"""Operations of the API: reports.

Made by tools/write_client_operations.py from the API's description: change that, and run it again.
"""

from agent_console.client.requests import Requests
from agent_console.documents.reports import Catalogue, DrillDown, FlowNodes, MissedDoc, ReportDoc


class ReportsOperations(Requests):
    """Operations on reports."""

    async def get_report(
        self,
        *,
        kind: str = "summary",
        by: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        time_zone: str | None = None,
        figures: str | None = None,
        service_level: float | None = None,
        formula: str | None = None,
        short_abandon: float | None = None,
        hours: str | None = None,
        counted_at: str = "offered",
        queue: list[str] | None = None,
        agent: list[str] | None = None,
        fcr_days: float | None = None,
        fcr_scope: str | None = None,
    ) -> ReportDoc:
        """Figures of slices, each with numerator, denominator and formula; the same as `cordboard report`."""
        return await self._get(
            ReportDoc,
            "GET",
            "/api/v1/reports",
            query={
                "kind": kind,
                "by": by,
                "from": from_,
                "to": to,
                "time_zone": time_zone,
                "figures": figures,
                "service_level": service_level,
                "formula": formula,
                "short_abandon": short_abandon,
                "hours": hours,
                "counted_at": counted_at,
                "queue": queue,
                "agent": agent,
                "fcr_days": fcr_days,
                "fcr_scope": fcr_scope,
            },
        )

    async def export_report(
        self,
        *,
        format_: str,
        language: str = "en",
        kind: str = "summary",
        by: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        time_zone: str | None = None,
        figures: str | None = None,
        service_level: float | None = None,
        formula: str | None = None,
        short_abandon: float | None = None,
        hours: str | None = None,
        counted_at: str = "offered",
        queue: list[str] | None = None,
        agent: list[str] | None = None,
        fcr_days: float | None = None,
        fcr_scope: str | None = None,
    ) -> str:
        """The same as a file: CSV, Excel, HTML, JSON."""
        return await self._text(
            "GET",
            "/api/v1/reports/export",
            query={
                "format": format_,
                "language": language,
                "kind": kind,
                "by": by,
                "from": from_,
                "to": to,
                "time_zone": time_zone,
                "figures": figures,
                "service_level": service_level,
                "formula": formula,
                "short_abandon": short_abandon,
                "hours": hours,
                "counted_at": counted_at,
                "queue": queue,
                "agent": agent,
                "fcr_days": fcr_days,
                "fcr_scope": fcr_scope,
            },
        )

    async def get_catalogue(self) -> Catalogue:
        """What each figure means, what one can slice by, and the formulas of service levels."""
        return await self._get(Catalogue, "GET", "/api/v1/reports/catalogue")

    async def get_contacts_behind(
        self,
        *,
        figure: str,
        slice_: str = "{}",
        cursor: str | None = None,
        limit: int = 50,
        kind: str = "summary",
        by: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        time_zone: str | None = None,
        figures: str | None = None,
        service_level: float | None = None,
        formula: str | None = None,
        short_abandon: float | None = None,
        hours: str | None = None,
        counted_at: str = "offered",
        queue: list[str] | None = None,
        agent: list[str] | None = None,
        fcr_days: float | None = None,
        fcr_scope: str | None = None,
    ) -> DrillDown:
        """What a figure of a row was made of; over all pages these add up to its numerator and denominator."""
        return await self._get(
            DrillDown,
            "GET",
            "/api/v1/reports/contacts",
            query={
                "figure": figure,
                "slice": slice_,
                "cursor": cursor,
                "limit": limit,
                "kind": kind,
                "by": by,
                "from": from_,
                "to": to,
                "time_zone": time_zone,
                "figures": figures,
                "service_level": service_level,
                "formula": formula,
                "short_abandon": short_abandon,
                "hours": hours,
                "counted_at": counted_at,
                "queue": queue,
                "agent": agent,
                "fcr_days": fcr_days,
                "fcr_scope": fcr_scope,
            },
        )

    async def get_missed(
        self,
        *,
        kind: str = "summary",
        by: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        time_zone: str | None = None,
        figures: str | None = None,
        service_level: float | None = None,
        formula: str | None = None,
        short_abandon: float | None = None,
        hours: str | None = None,
        counted_at: str = "offered",
        queue: list[str] | None = None,
        agent: list[str] | None = None,
        fcr_days: float | None = None,
        fcr_scope: str | None = None,
    ) -> MissedDoc:
        """Every interval of the range in which a queue (name one) missed its target, and the shares of the causes."""
        return await self._get(
            MissedDoc,
            "GET",
            "/api/v1/reports/missed",
            query={
                "kind": kind,
                "by": by,
                "from": from_,
                "to": to,
                "time_zone": time_zone,
                "figures": figures,
                "service_level": service_level,
                "formula": formula,
                "short_abandon": short_abandon,
                "hours": hours,
                "counted_at": counted_at,
                "queue": queue,
                "agent": agent,
                "fcr_days": fcr_days,
                "fcr_scope": fcr_scope,
            },
        )

    async def get_flow_figures(
        self, *, from_: str | None = None, to: str | None = None, time_zone: str | None = None
    ) -> FlowNodes:
        """What callers did at each node of the voice menus: how often it was entered, left, not understood."""
        return await self._get(
            FlowNodes, "GET", "/api/v1/reports/flows", query={"from": from_, "to": to, "time_zone": time_zone}
        )
