"""The people of the demo: who may sign in to its console, and the sample customers who call again and again.

Names are invented, numbers are of the range that is kept for stories (202-555-0100 to 0199).
"""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.models import Settings
from cti_bridge.app.console.demo_users import DemoUser
from facts.ids import AgentId
from facts.time import Instant
from storage.customer_rows import CustomerRecord
from storage.customers import Customers

_CUSTOMERS = """
Amelia Hart | gold | en | Two offices, one contract. Call back before noon. | Invoice 20417 counts a seat twice
Benito Salas | | es | Speaks some English. |
Clara Voss | silver | en | Moved in spring; the old address is still on the contract. | Address change of 12 March
Deng Hui 邓辉 | gold | zh | Writes in Chinese, is glad of a call in Chinese. | Order 8813: delivery date
Elif Kaya | | en | |
Farid Nasser | silver | en | Technical contact of a school: thirty telephones, one line. | No sound on extension 14
Grete Holm | | en | Hard of hearing: speak slowly. |
Hugo Marchetti | gold | en | Renewal is due in the autumn. |
Ines Duarte | | en | |
Jonas Keller | silver | en | Asked twice about a second line. | Offer for a second line
Kira Novikova | | en | |
Liam Doyle | gold | en | Board member; knows Leo Summer. |
Mei Tanaka | silver | en | | Callback promised about router firmware
Nuria Vidal | | es | |
Owen Price | | en | Cancelled once, came back. |
Priya Raman | gold | en | Pays by invoice, thirty days. | Invoice 20388 is not paid yet
Quentin Roche | | en | |
Rana Aziz | silver | en | Night shift: calls late. |
Sofia Lindgren | | en | |
Tomas Varga | silver | en | Has a spare router of ours. | Return of the spare router
Uma Patel | | en | |
Viktor Hahn | gold | en | Wants everything by e-mail as well. |
Wen Jing 文静 | | zh | |
Yara Costa | silver | en | |
"""


def sample_customers() -> Iterator[tuple[str, CustomerRecord]]:
    """Customer ids and records."""
    for place, line in enumerate(_CUSTOMERS.strip().splitlines()):
        name, tier, language, notes, matter = (part.strip() for part in line.split("|"))
        yield (
            f"c-{1001 + place}",
            CustomerRecord(
                name=name,
                numbers=(f"202555{100 + 4 * place:04}",),
                accounts=(f"A-{40_100 + 7 * place}",),
                tier=tier,
                language=language,
                notes=notes,
                open_matters=(matter,) if matter else (),
            ),
        )


def put_on_file(customers: Customers, at: Instant) -> None:
    """Let the console know them."""
    for customer_id, record in sample_customers():
        customers.add(record, customer_id, at=at, by="demo")


def regulars() -> tuple[tuple[str, str], ...]:
    """Their numbers and names, as the switch hears them."""
    return tuple((record.numbers[0], record.name) for _, record in sample_customers())


def humans(settings: Settings) -> frozenset[AgentId]:
    """The agents whose desks are left to people: those of users who are agents."""
    return frozenset(AgentId(user.agent) for user in settings.users.values() if user.agent is not None)


def leaders(settings: Settings) -> frozenset[AgentId]:
    """Those of them who lead: at work from the start, for their phones to listen with, and never ready."""
    users = settings.users.values()
    return frozenset(AgentId(user.agent) for user in users if user.agent is not None and user.role != "agent")


def welcome(url: str, users: list[DemoUser]) -> list[str]:
    """Where the console is, and one log-in of each role."""
    first = {user.role: user for user in reversed(users)}
    shown = [first[role] for role in ("agent", "supervisor", "administrator") if role in first]
    names = max((len(user.name) for user in shown), default=0)
    return [
        f"Console: {url}",
        *(f"{user.role:<13}  {user.name:<{names}}  {user.password}  {_FIRST_STEPS[user.role]}" for user in shown),
    ]


_FIRST_STEPS = {
    "agent": "Begin to work, then Ready: a call comes",
    "supervisor": "watches the floor, listens, whispers, barges in",
    "administrator": "changes settings",
}


def open_browser(url: str, env: Mapping[str, str]) -> None:
    """Show the console, where a person sits before a desktop; elsewhere the terminal's lines have to do."""
    if not sys.stderr.isatty() or not (sys.platform == "darwin" or env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")):
        return
    import webbrowser  # noqa: PLC0415 - looks for browsers when it is imported

    webbrowser.open(url)


def write(path: Path, lines: list[str]) -> None:
    """Keep the log-ins where only the owner reads, for as long as the board covers the terminal."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
