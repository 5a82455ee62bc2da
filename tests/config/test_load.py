"""Settings: what is right is read, what is wrong is told all at once with file, line, column and key."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config.document import read_document
from config.errors import ConfigError
from config.load import examine, load
from config.models import Settings

ASTERISK = """
asterisk:
  ami: {user: acd, secret_file: ami.secret}
  agi: {token_file: agi.token}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ami.secret").write_text("s3cret-of-ami\n")
    (tmp_path / "agi.token").write_text("t0ken-of-agi")
    return tmp_path


def read(folder: Path, text: str, **env: str) -> Settings:
    return load(written(folder, text), env)


def written(folder: Path, text: str) -> Path:
    file = folder / "cordboard.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def mistakes(folder: Path, text: str, **env: str) -> list[str]:
    """Each mistake as ``line:column key: message``, or ``file key: message`` when it is not of the file."""
    found = examine(written(folder, text), env).problems
    return [
        f"{problem.line}:{problem.column} {problem.key}: {problem.message}"
        if problem.line
        else f"{problem.file} {problem.key}: {problem.message}"
        for problem in found
    ]


# -- what is right ---------------------------------------------------------------------------------------------------


def test_the_embedded_default_is_right_and_has_something_to_work_on() -> None:
    settings = load(None, {})
    assert len(settings.agents) == 33
    assert settings.asterisk is None
    assert set(settings.queues) == {"sales", "billing", "support"}
    assert settings.entry_points


def test_an_empty_file_is_an_empty_contact_centre(folder: Path) -> None:
    settings = read(folder, "")
    assert settings.queues == {}
    assert settings.web.port == 8080


def test_scalars_are_read_by_what_is_wanted(folder: Path) -> None:
    settings = read(
        folder,
        """
        site: {language: no, name: 18:30}
        agents:
          yes: {phone: 0049, name: true}
          null: {phone: 1e3}
        metrics: {enabled: off}
        queues: {sales: {ring_s: 15}}
        """,
    )
    assert (settings.site.language, settings.site.name) == ("no", "18:30")
    assert settings.agents["yes"].phone == "0049"
    assert settings.agents["yes"].name == "true"
    assert settings.agents["null"].phone == "1e3"
    assert settings.metrics.enabled is False
    assert settings.queues["sales"].ring_s == 15.0


def test_secrets_come_from_files_beside_the_settings_and_are_never_shown(folder: Path) -> None:
    settings = read(folder, ASTERISK)
    assert settings.asterisk is not None
    assert settings.asterisk.ami.secret is not None
    assert settings.asterisk.ami.secret.get_secret_value() == "s3cret-of-ami"
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "s3cret" not in shown
        assert "t0ken" not in shown


def test_paths_are_relative_to_the_settings_file(folder: Path) -> None:
    settings = read(folder, "flows: [flows, /srv/flows/main.yaml]\nprompts: {folder: ~/voices}")
    assert settings.flows == (folder / "flows", Path("/srv/flows/main.yaml"))
    assert settings.prompts.folder == Path("~/voices").expanduser()


def test_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert read(folder, "").home == Path("/home/somebody/.local/share/cordboard")
    assert read(folder, "", CORDBOARD_HOME="/srv/data").home == Path("/srv/data")
    assert read(folder, "home: data").home == folder / "data"
    assert read(folder, "home: data", CORDBOARD_HOME="/srv/data").database_url == "sqlite:////srv/data/journal.sqlite3"


# -- environment -----------------------------------------------------------------------------------------------------


def test_variables_override_the_file(folder: Path) -> None:
    settings = read(
        folder,
        ASTERISK + "queues: {Sales: {ring_s: 15}}",
        CORDBOARD_QUEUES__SALES__RING_S="25.5",
        CORDBOARD_QUEUES__SALES__TITLE="0815",
        CORDBOARD_ASTERISK__AGI__ALLOWED_PEERS="[10.0.0.0/8, 192.168.1.7]",
        CORDBOARD_ASTERISK__AMI__SECRET="12345",
        CORDBOARD_DATABASE__URL="postgresql+psycopg://db/cordboard",
        CORDBOARD_SKILLS="{english: English}",
        CORDBOARD_TRACEBACK="1",
        OTHER__THING="x",
    )
    assert (settings.queues["Sales"].ring_s, settings.queues["Sales"].title) == (25.5, "0815")
    assert settings.asterisk is not None
    assert settings.asterisk.agi.allowed_peers == ("10.0.0.0/8", "192.168.1.7/32")
    assert settings.asterisk.ami.secret is not None
    assert settings.asterisk.ami.secret.get_secret_value() == "12345"
    assert settings.database_url == "postgresql+psycopg://db/cordboard"
    assert settings.skills == {"english": "English"}


def test_variables_alone_make_a_section(folder: Path) -> None:
    settings = read(
        folder,
        "",
        CORDBOARD_ASTERISK__AMI__USER="acd",
        CORDBOARD_ASTERISK__AMI__SECRET_FILE=str(folder / "ami.secret"),
        CORDBOARD_ASTERISK__AGI__TOKEN="t",
    )
    assert settings.asterisk is not None
    assert settings.asterisk.ami.user == "acd"


def test_mistakes_in_variables_name_the_variable(folder: Path) -> None:
    found = mistakes(
        folder,
        "queues: {sales: {}}",
        CORDBOARD_QUEUES__SALES__RING_S="soon",
        CORDBOARD_WEB__PROT="1",
        CORDBOARD_NODE__NAME__FIRST="x",
        CORDBOARD_ASTERISK__AGI__ALLOWED_PEERS="[",
    )
    assert [line.split(": ")[0] for line in found if line.startswith("environment")] == [
        "environment CORDBOARD_ASTERISK__AGI__ALLOWED_PEERS",
        "environment CORDBOARD_NODE__NAME__FIRST",
        "environment CORDBOARD_QUEUES__SALES__RING_S",
        "environment CORDBOARD_WEB__PROT",
    ]
    assert "environment CORDBOARD_WEB__PROT: there is no setting 'prot' here; did you mean PORT?" in found
    assert "environment CORDBOARD_QUEUES__SALES__RING_S: has to be a number" in found


# -- what is wrong ---------------------------------------------------------------------------------------------------

NO_OFFICE = "there is no calendar 'office' among the opening_hours; add it there"
NO_SPAN = "'9-12' is no time span: write it as 08:00-17:30 (24:00 is the end of the day)"
NO_KLINGON = "there is no skill 'klingon'; add it to skills, or use one of: billing, english"
MANY = """\
site: {time_zone: Europe/Berlim}
skills: {english: "", billing: ""}
queues:
  sales:
    requires: english>=11
    ring_s: -1
    rign_s: 5
  billing:
    requires: biling>=2 & english
    opening_hours: office
    wrap_up_s: soon
agents:
  alice: {phone: "1001", skills: {english: 11, klingon: 3}, team: north}
  bob: {phone: "1001", skills: {english: 3}}
  carol: {}
  9lives: {phone: "1003"}
reasons:
  login: {}
  break: {digits: "1"}
  meal: {digits: "1"}
asterisk:
  ami: {user: acd}
  agi: {token_file: nowhere, allowed_peers: [10.0.0.0/8, "evil;drop"]}
flows: soup
entry_points: {"8000": {title: Nowhere}, "8001": {flow: main, queue: sails}}
"""


def test_all_mistakes_at_once(folder: Path) -> None:
    assert mistakes(folder, MANY) == [
        "1:8 site.time_zone: 'Europe/Berlim' is no time zone: write it as Europe/Berlin or UTC",
        "5:5 queues.sales.requires: a level from 1 to 10 is expected (column 10 of the requirement)",
        "6:5 queues.sales.ring_s: has to be above 0",
        "7:5 queues.sales.rign_s: is not known; did you mean ring_s?",
        "9:5 queues.billing.requires: there is no skill 'biling'; did you mean billing?",
        "10:5 queues.billing.opening_hours: there is no calendar 'office' among the opening_hours; add it there",
        "11:5 queues.billing.wrap_up_s: has to be a number",
        "13:35 agents.alice.skills.english: has to be 10 or less",
        f"13:48 agents.alice.skills.klingon: {NO_KLINGON}",
        "13:61 agents.alice.team: there is no team 'north'; add it to teams",
        "14:9 agents.bob.phone: is the phone of alice too; a phone has one agent",
        "15:3 agents.carol.phone: is missing",
        "16:3 agents.9lives: a name is letters, digits, _ and -, begins with a letter and has 64 at most",
        "18:3 reasons.login: belongs to the system (just signed in); choose another code",
        "20:10 reasons.meal.digits: is already dialled for break",
        "22:3 asterisk.ami: secret is missing: give secret_file, or CORDBOARD_ASTERISK__AMI__SECRET",
        f"23:9 asterisk.agi.token_file: {folder}/nowhere cannot be read: No such file or directory",
        "23:58 asterisk.agi.allowed_peers[1]: is no IP address or network: write it as 10.1.2.3 or 10.0.0.0/8",
        "24:1 flows: has to be a list",
        "25:16 entry_points.8000.flow: is missing",
        "25:63 entry_points.8001.queue: there is no queue 'sails'; did you mean sales?",
    ]


def test_agents_are_taken_out_of_and_put_into_queues_that_there_are(folder: Path) -> None:
    text = """
queues: {sales: {}, billing: {}}
agents:
  ann: {phone: "1", without_queues: [sails], extra_queues: [billing, klingon]}
  bob: {phone: "2", without_queues: sales, extra_queues: [a b]}
"""
    assert mistakes(folder, text) == [
        "4:38 agents.ann.without_queues[0]: there is no queue 'sails'; did you mean sales?",
        "4:70 agents.ann.extra_queues[1]: there is no queue 'klingon'; add it to queues, or use one of: billing, sales",
        "5:21 agents.bob.without_queues: has to be a list",
        "5:59 agents.bob.extra_queues[0]: a name is letters, digits, _ and -, begins with a letter and has 64 at most",
    ]


def test_a_way_out_to_no_queue_is_told_beside_other_mistakes_of_its_limit(folder: Path) -> None:
    text = """
queues:
  q:
    limits:
      - {what: wait, after_s: -10, then: {to_kind: queue, to: nosuch}}
      - {what: waiting, count: 3, then: {to_kind: queue, to: nosuch}}
"""
    assert [told for told in mistakes(folder, text) if "nosuch" in told] == [
        "5:59 queues.q.limits[0].then.to: there is no queue 'nosuch'; add it to queues, or use one of: q",
        "6:58 queues.q.limits[1].then.to: there is no queue 'nosuch'; add it to queues, or use one of: q",
    ]


def test_holidays_that_nobody_knows(folder: Path) -> None:
    text = """
opening_hours:
  here: {holidays: {country: DE, subdivision: BY}}
  there: {holidays: {country: XX}}
  elsewhere: {holidays: {country: DE, subdivision: ZZ}, special: {2025-12-24: ["9-12"], tomorrow: []}}
"""
    told = mistakes(folder, text)
    assert told[0].startswith("4:22 opening_hours.there.holidays.country: the holidays of 'XX' are not known; write")
    assert told[1].startswith("5:39 opening_hours.elsewhere.holidays.subdivision: 'ZZ' is not known of DE; known are ")
    assert told[2:] == [
        f"5:80 opening_hours.elsewhere.special.2025-12-24[0]: {NO_SPAN}",
        "5:89 opening_hours.elsewhere.special.tomorrow: is no date: write it as 2025-12-24",
    ]


def test_entry_points_refer_to_what_there_is(folder: Path) -> None:
    text = """
entry_points:
  "8000": {flow: main, routes: [{flow: night, closed: office, share: 120}], most_calls: 5}
  "80*": {flow: main, routes: [{flow: night, prefixes: [abc], closed: office}, {flow: day, open: office}]}
opening_hours: {ofice: {}}
"""
    assert mistakes(folder, text) == [
        "3:3 entry_points.8000: most_calls and overflow go together: so many calls, then that flow",
        f"3:47 entry_points.8000.routes[0].closed: {NO_OFFICE}",
        "3:63 entry_points.8000.routes[0].share: has to be 100 or less",
        "4:57 entry_points.80*.routes[0].prefixes[0]: has to be digits, with a + before them for the country",
        f"4:63 entry_points.80*.routes[0].closed: {NO_OFFICE}",
        f"4:92 entry_points.80*.routes[1].open: {NO_OFFICE}",
    ]


def test_load_raises_with_all_of_them(folder: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        read(folder, MANY)
    assert len(refused.value.problems) == 21
    assert f"{folder}/cordboard.yaml:6:5: queues.sales.ring_s: has to be above 0" in str(refused.value)


def test_what_is_right_beside_mistakes_is_still_there(folder: Path) -> None:
    settings = examine(written(folder, MANY), {}).settings
    assert set(settings.queues) == {"sales", "billing"}
    assert settings.queues["billing"].requires == "biling>=2 & english"
    assert set(settings.agents) == {"alice", "bob"}
    assert settings.agents["alice"].skills == {"klingon": 3}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("queues: {sales: {}\nweb: 1", "2:1 : this is not YAML: "),
        ("web: {port: 1}\nweb: {port: 2}", "2:1 web: stands twice: already in line 1"),
        ("skills: {english: !good yes}", "1:19 skills.english: write it in quotes: YAML reads !good as a tag"),
        ("- 1", "1:1 : has to be a mapping"),
        ("? [a]\n: b", "1:3 : a key has to be a text"),
        ("site: {name: a\x07b}", "1:15 : this is not YAML: "),
        ('site: {name: "a\\nb"}', "1:8 site.name: control characters"),
        ("a: &a [*a]", "1:1 : too big"),
        ("[" * 2000, "too big"),
        ("[" * 200_000, "too big: more than 30 levels"),
        ("{a: " * 200_000, "too big: more than 30 levels"),
        ("- " * 200_000, "too big: more than 30 levels"),
    ],
)
def test_texts_that_are_no_settings(folder: Path, text: str, found: str) -> None:
    told = mistakes(folder, text)
    assert any(part in told[0] for part in found.split("|")), told


def test_an_alias_bomb_is_refused_quickly(folder: Path) -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 12))
    assert "too big" in mistakes(folder, f"l0: &l0 x\n{levels}")[0]


def test_a_file_that_cannot_be_read(folder: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load(folder / "nowhere.yaml", {})
    (folder / "latin.yaml").write_bytes(b"site: {name: M\xfcnchen}")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(folder / "latin.yaml", {})


def test_certificates_are_files_and_no_secrets(folder: Path) -> None:
    for name in ("cert.pem", "key.pem"):
        (folder / name).write_text("whatever")
    settings = read(folder, "web: {tls: {cert_file: cert.pem, key_file: key.pem}}")
    assert settings.web.tls is not None
    assert (settings.web.tls.cert_file, settings.web.tls.key_file) == (folder / "cert.pem", folder / "key.pem")
    (folder / "key.pem").unlink()
    told = mistakes(folder, "web: {tls: {cert_file: cert.pem, key_file: key.pem}}")
    assert told == [f"1:34 web.tls.key_file: {folder}/key.pem cannot be read: No such file or directory"]


def test_secret_and_file_together_are_refused(folder: Path) -> None:
    told = mistakes(folder, "asterisk: {ami: {user: a, secret: x, secret_file: ami.secret}, agi: {token: y}}")
    assert told == ["1:38 asterisk.ami.secret_file: give secret or secret_file, not both"]


def test_no_secret_is_repeated_in_a_mistake(folder: Path) -> None:
    told = mistakes(folder, 'asterisk: {ami: {user: a, secret: "top\\nsecret"}, agi: {token: [hidden]}}')
    assert len(told) == 2
    assert "secret\n" not in "".join(told)
    assert "top" not in "".join(told)
    assert "hidden" not in "".join(told)


keys = st.sampled_from(["queues", "agents", "skills", "sales", "ring_s", "phone", "asterisk", "ami", "flows", "x"])
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab0 {}[]:!&*", max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(keys, inside, max_size=4),
    max_leaves=12,
)


@given(trees)
@hypothesis_settings(deadline=None, max_examples=150)
def test_any_tree_is_read_or_told_to_be_wrong(tree: object) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        json.dump(tree, file)
        file.flush()
        examination = examine(Path(file.name), {})
    assert isinstance(examination.settings, Settings)
    lines = [problem.line for problem in examination.problems]
    assert lines == sorted(lines)


def test_a_missing_secret_is_told_beside_other_mistakes_and_once(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("asterisk:\n  ami: {port: abc, user: u}\n  agi: {tokn: x}\n")
    with pytest.raises(ConfigError) as told:
        load(path, {})
    messages = [problem.message for problem in told.value.problems]
    assert sum(message.startswith("secret is missing") for message in messages) == 1
    assert sum(message.startswith("token is missing") for message in messages) == 1
    assert len(messages) == 4


# -- users -----------------------------------------------------------------------------------------------------------


def test_users_lead_teams_and_are_agents_that_there_are(folder: Path) -> None:
    assert mistakes(
        folder,
        """
        teams: {north: {}}
        agents: {alice: {phone: "1001"}}
        users:
          dana@example.com: {role: supervisor, teams: [north, south]}
          alice: {agent: alice}
          bob: {agent: alice, role: boss}
          carl: {agent: karl}
        queues: {sales: {teams: [east], script: "Hello\\nagain", recording: sometimes}}
        """,
    ) == [
        "5:48 users.dana@example.com.teams: there is no team 'south'; did you mean north?",
        "7:17 users.bob.agent: is the agent of alice too; an agent is one person",
        "7:31 users.bob.role: has to be one of 'agent', 'supervisor' or 'administrator'",
        "8:18 users.carl.agent: there is no agent 'karl'; add it to agents, or use one of: alice",
        "9:26 queues.sales.teams: there is no team 'east'; add it to teams, or use one of: north",
        "9:65 queues.sales.recording: has to be one of 'never', 'on_demand' or 'always'",
    ]


@pytest.mark.parametrize(
    ("text", "place", "way_out"),
    [
        ("queues:\n\tsales: {}\n", (2, 1), "indent with spaces and not with a tab"),
        ("site:\n  name: Desk: north\n", (2, 13), "put a text with a colon in it in quotes"),
        ("queues: {sales: {}\nweb: 1", (2, 1), "close the bracket or brace that is open"),
        ("queues:\n  sales: {}\n support: {}\n", (3, 2), "begin keys of one level in the same column"),
        ("skills:\n  english\n  german: x\n", (3, 9), "put a text with a colon in it in quotes"),
        ('site: {name: "Desk}\n', (2, 1), "close the quotes that are open"),
        ('site: {name: "C:\\desk"}\n', (1, 17), "write two backslashes for one"),
        ("site: {name: *desk}\n", (1, 14), "put a text that begins with * or & in quotes"),
        ("site: {name: a\x07b}", (1, 15), "take the control character out of the line"),
    ],
)
def test_a_mistake_of_syntax_is_told_with_its_place_and_the_way_out(
    text: str, place: tuple[int, int], way_out: str
) -> None:
    (problem,) = read_document(text, "site.yaml").problems
    said, _, way = problem.message.removeprefix("this is not YAML: ").partition("; ")
    assert ((problem.line, problem.column), bool(said)) == (place, True)
    assert way_out in way
