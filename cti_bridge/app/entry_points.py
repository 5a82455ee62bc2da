"""Dialled numbers from the settings, as the menus know them."""

from config.models import Settings
from config.telephony import Route as RouteSettings
from ivr.entry_points import EntryPoint, Route


def entry_points_from(settings: Settings) -> tuple[EntryPoint, ...]:
    """Each dialled number with what answers it; its name is the number itself."""
    return tuple(
        EntryPoint(
            name=number,
            numbers=(number,),
            flow=entry.flow,
            routes=tuple(map(_route, entry.routes)),
            language=entry.language,
            emergency=entry.emergency,
            most_calls=entry.most_calls,
            overflow=entry.overflow,
        )
        for number, entry in settings.entry_points.items()
    )


def _route(route: RouteSettings) -> Route:
    return Route(
        flow=route.flow,
        open=route.open,
        closed=route.closed,
        prefixes=route.prefixes,
        share=route.share,
        language=route.language,
    )
