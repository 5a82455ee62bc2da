"""Every operation of the OpenAPI document, with a body that it takes: what tables of tests are made of."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from agent_console.http.app import create_app
from agent_console.live.hub import Hub
from agent_console.ports import Ports

BODIES: Final[dict[str, Any]] = {
    "sign_in": {"name": "nora", "password": "not this one"},
    "change_password": {"old": "not this one", "new": "entirely other words"},
    "make_token": {"name": "board", "scopes": ["read"]},
    "desk_sign_in": {"phone": "1099"},
    "desk_not_ready": {"reason": "break"},
    "report_phone": {"trouble": "no_sound"},
    "dial": {"number": "+493012345", "queue": "sales", "customer_id": "c1"},
    "set_outcome": {"disposition": "solved", "resolved": True, "notes": "all well"},
    "transfer_contact": {"to_kind": "agent", "to": "arne"},
    "consult_contact": {"to_kind": "agent", "to": "arne"},
    "drop_contact": {"party": "customer"},
    "send_digits_contact": {"digits": "1"},
    "extend_wrap_up_contact": {"by_s": 10},
    "monitor_contact": {"mode": "listen", "agent": "anna"},
    "set_priority": {"priority": 1},
    "move_contact": {"queue": "front"},
    "set_agent_state": {"declared": "NOT_READY", "reason": "break"},
    "set_agent_skills": {"skills": {"english": 3}},
    "set_agent_queues": {"without_queues": [], "extra_queues": ["sales"]},
    "say_to_team": {"text": "hello"},
    "correct_agent_time": {
        "start": "2027-01-15T08:00:00Z", "end": "2027-01-15T08:01:00Z", "declared": "READY", "why": "forgot",
    },
    "correct_contact_outcome": {"disposition": "solved", "why": "a slip"},
    "add_customer": {"name": "Chen Wei", "numbers": ["+8675512345678"], "tier": "gold", "language": "zh"},
    "put_customer": {"name": "Chen Wei", "numbers": ["+8675512345678"], "tier": "gold", "language": "zh"},
    "merge_customers": {"other": "c2"},
    "put_setting": {"title": "Something"},
    "change_settings": {"changes": [{"section": "reasons", "name": "tea", "document": {"title": "Tea"}}]},
    "preview_change": {"section": "reasons", "name": "tea", "document": {"title": "Tea"}},
}  # fmt: skip
"""By operation id; what is not here takes none that is JSON, or none at all."""


QUERIES: Final = {"get_agent_times": "from=2027-01-15T08:00:00Z&to=2027-01-15T09:00:00Z"}
"""What has to be asked with, by operation id."""


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation. ``path`` with its parameters in braces; ``body``: one that it takes; None: it takes no JSON."""

    name: str
    method: str
    path: str
    parameters: frozenset[str]
    query: frozenset[str]
    takes_json: bool
    may_be_left_out: bool
    body: Any = None

    def at(self, names: dict[str, str]) -> str:
        """The path with these in place of its parameters, below the API's own."""
        path = self.path.removeprefix("/api/v1") if self.path.startswith("/api") else f"/{self.path}"
        for name, value in names.items():
            path = path.replace(f"{{{name}}}", value)
        assert "{" not in path, path
        return f"{path}?{QUERIES[self.name]}" if self.name in QUERIES else path


def _read() -> Iterator[Operation]:
    app = create_app(Ports(floor=None), Hub(None, lambda: 0))  # type: ignore[arg-type]  # only described
    for path, methods in app.openapi()["paths"].items():
        for method, about in methods.items():
            parameters = about.get("parameters", [])
            name = about["operationId"]
            yield Operation(
                name=name,
                method=method.upper(),
                path=path,
                parameters=frozenset(one["name"] for one in parameters if one["in"] == "path"),
                query=frozenset(one["name"] for one in parameters if one["in"] == "query"),
                takes_json="application/json" in about.get("requestBody", {}).get("content", {}),
                may_be_left_out=not about.get("requestBody", {}).get("required", False),
                body=BODIES.get(name),
            )


OPERATIONS: Final = tuple(_read())
