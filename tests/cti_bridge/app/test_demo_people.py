"""The demo's people: known to the console by the numbers that the virtual switch shows, with a desk for a newcomer."""

from pathlib import Path

from config.load import load
from cti_bridge.app.console.demo_users import DemoUser
from cti_bridge.app.demo_people import humans, leaders, put_on_file, regulars, sample_customers, welcome, write
from storage.customers import Customers
from storage.journal import open_journal


def test_every_regular_is_found_by_the_number_that_the_switch_shows(tmp_path: Path) -> None:
    settings = load(None, {})
    with open_journal(tmp_path / "journal.sqlite3") as journal:
        customers = Customers(journal, settings.site.country)
        put_on_file(customers, at=1)
        for number, name in regulars():
            assert [found.customer.record.name for found in customers.by_number(number)] == [name]


def test_sample_customers_are_of_the_range_for_stories_and_all_different() -> None:
    records = [record for _, record in sample_customers()]
    numbers = {number for record in records for number in record.numbers}
    assert len(numbers) == len(records) >= 20
    assert all(number.startswith("20255501") and len(number) == 10 for number in numbers)
    assert any(record.open_matters for record in records)


def test_thirty_agents_work_by_themselves_and_one_desk_is_left() -> None:
    settings = load(None, {})
    assert len(settings.agents.keys() - humans(settings)) == 30
    [human] = humans(settings) - leaders(settings)
    best = max(settings.agents, key=lambda name: settings.agents[name].skills.get("sales", 0))
    assert best == human, "calls go to who knows most about sales: to the newcomer, soon"


def test_one_log_in_of_each_role_is_told_and_kept_from_others(tmp_path: Path) -> None:
    users = [
        DemoUser(name=name, role=role, password=f"pw-{name}")
        for name, role in (("ann", "agent"), ("bob", "agent"), ("lea", "supervisor"))
    ]
    lines = welcome("http://here", users)
    assert lines[0] == "Console: http://here"
    assert [line.split()[:3] for line in lines[1:]] == [["agent", "ann", "pw-ann"], ["supervisor", "lea", "pw-lea"]]
    write(tmp_path / "kept", lines)
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0


def test_who_leads_has_a_phone_to_listen_with_that_no_queue_calls() -> None:
    settings = load(None, {})
    leading = {user.agent for user in settings.users.values() if user.role in {"supervisor", "administrator"}}
    assert None not in leading
    assert leading == leaders(settings)
    assert all(settings.agents[name].skills == {} for name in leaders(settings))
    assert all(queue.requires for queue in settings.queues.values()), "so nobody without skills is offered anything"
