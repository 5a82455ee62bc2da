"""Voice menus: what callers did at each node."""

from facts.ids import ContactId
from facts.journal import MenuEnded, MenuInputGiven, MenuNodeEntered
from reporting.kpi.flows import nodes
from reporting.kpi.report import Query, answer
from tests.reporting.scenes import Scene, clock


def walk() -> Scene:
    """Two callers: one tries twice and queues, one is told the balance, one hangs up."""
    scene = Scene()
    for number, contact in enumerate("abc"):
        scene.arrives(number, contact)
        scene.tell(number, MenuNodeEntered(contact_id=ContactId(contact), flow="main", node="menu"))
    scene.tell(5, MenuInputGiven(contact_id=ContactId("a"), flow="main", node="menu", choice="", outcome="no_input"))
    scene.tell(6, MenuNodeEntered(contact_id=ContactId("a"), flow="main", node="menu"))
    scene.tell(8, MenuInputGiven(contact_id=ContactId("a"), flow="main", node="menu", choice="sales"))
    scene.tell(8, MenuEnded(contact_id=ContactId("a"), flow="main", node="to_sales", outcome="queued"))
    scene.queued(8, "a")
    scene.tell(9, MenuInputGiven(contact_id=ContactId("b"), flow="main", node="menu", choice="balance"))
    scene.tell(20, MenuEnded(contact_id=ContactId("b"), flow="main", outcome="hung_up", contained=True))
    scene.abandons(12, "c", 0, stage="menu")
    return scene


def test_nodes_count_entries_customers_inputs_and_ends() -> None:
    menu, to_sales = nodes(walk().entries(), None, None)
    assert (menu.node, menu.entered, menu.customers) == ("menu", 4, 3)
    assert (menu.no_input, menu.no_match, menu.gave_up) == (1, 0, 1)
    assert menu.choices == {"sales": 1, "balance": 1}
    assert (menu.ends, menu.contained) == ({"hung_up": 1}, 1)
    assert to_sales.ends == {"queued": 1}


def test_a_range_cuts_what_is_outside() -> None:
    (menu,) = nodes(walk().entries(), clock(5), clock(8))
    assert (menu.entered, menu.no_input, menu.choices) == (1, 1, {})


def test_containment_is_reckoned_from_menus_that_are_over() -> None:
    report = answer(walk(), Query(by=("entry_point",), figures=("contacts", "menu_contacts", "containment")))
    (row,) = report.rows
    assert row.slice == {"entry_point": "8000"}
    assert [figure.value for figure in row.figures.values()] == [3, 3, 0.5]
