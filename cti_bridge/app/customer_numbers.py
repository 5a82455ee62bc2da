"""How customers are dialled for callbacks, as the settings have it."""

from config.models import Settings
from cti_bridge.shell.callback_calls import CustomerCall
from facts.ids import QueueName
from ivr.dialling import diallable


class SettingsNumbers:
    """By the rules of each queue; changed settings hold for the next number."""

    def __init__(self, settings: Settings) -> None:
        self.follow(settings)

    def follow(self, settings: Settings) -> None:
        """Go by these settings from now on."""
        self._rules = {name: queue.callbacks for name, queue in settings.queues.items()}
        self._country = settings.site.country
        self._form = settings.asterisk.trunk_numbers if settings.asterisk is not None else "as_given"

    def dialled(self, number: str, queue: QueueName, entry_point: str) -> CustomerCall | None:
        """How to dial a number for a queue; None: not at all."""
        rules = self._rules.get(queue)
        if rules is None:
            return None
        digits = diallable(number, self._country, rules.countries, self._form)
        if digits is None:
            return None
        return CustomerCall(number=digits, ring_s=rules.ring_s, shown=rules.shown_number or entry_point)
