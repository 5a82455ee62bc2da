"""What a flow file may say: nodes, edges, variables, prompts, as frozen data.

These structs are at once the grammar of the file (:mod:`ivr.located` reads YAML by their types), the JSON schema for
editors and what the interpreter walks over. Times in the file are seconds. A *node* is one step of the flow; an
*edge* is a way out of a node, with a name that scripts, journal and drawing use.
"""

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

import msgspec

Value: TypeAlias = str | int | float | bool | Decimal | None
"""What a variable may hold. Digits and dates (ISO 8601) are texts, amounts are Decimals."""

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}\Z", description="letters, digits and _")]
NodeRef = Annotated[str, msgspec.Meta(min_length=1, description="the name of a node of this flow")]
Key = Annotated[str, msgspec.Meta(pattern=r"^[0-9*#]{1,4}\Z", description='what is pressed: 0-9, "*", "#"')]
Seconds = Annotated[float, msgspec.Meta(ge=0.1, le=3600, description="seconds from 0.1 to 3600")]
Confidence = Annotated[float, msgspec.Meta(ge=0, le=1, description="a confidence from 0 to 1")]
Count = Annotated[int, msgspec.Meta(ge=0, le=20, description="a whole number from 0 to 20")]
Length = Annotated[int, msgspec.Meta(ge=1, le=64, description="a length from 1 to 64")]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}(-[A-Z]{2})?\Z", description="a language such as en or zh")]
Scalar: TypeAlias = bool | int | float | str


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of all parts of a flow file."""


class SpokenValue(_Part, frozen=True, kw_only=True):
    """A variable's value, spoken by the rules of the caller's language.

    ``digits`` one by one, letters too; ``number``; ``ordinal``; ``date``; ``time`` of day; ``money`` with its ISO 4217
    ``currency``; ``duration`` of so many seconds.
    """

    value: str
    as_: Literal["digits", "number", "ordinal", "date", "time", "money", "duration"] = msgspec.field(name="as")
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z", description="an ISO 4217 code")] = "CNY"


PromptItem: TypeAlias = str | SpokenValue
Prompts: TypeAlias = tuple[PromptItem, ...]


class Recording(_Part, frozen=True, kw_only=True):
    """A prompt in one language: its ``text`` and, where somebody spoke it, the ``recording`` (a path beside the file).

    ``sound`` names a sound that the switch has already, such as ``vm-goodbye``.
    """

    text: str = ""
    recording: str = ""
    sound: str = ""


class Variable(_Part, frozen=True, kw_only=True):
    """A variable of the flow. ``private``: never in journal, log, metrics, recording or on a screen."""

    type: Literal["text", "digits", "number", "amount", "date", "yes_no"] = "text"
    default: Scalar | None = None
    private: bool = False
    label: str = ""


class Retry(_Part, frozen=True, kw_only=True):
    """What happens when nothing, or nothing that fits, came: so many ``retries`` with these prompts, then ``next``."""

    next: NodeRef
    retries: Count = 2
    prompts: Prompts | None = None


class Escape(_Part, frozen=True, kw_only=True):
    """The way to a person from anywhere: a key, in number entry another one, or words."""

    next: NodeRef
    key: Key = "0"
    entry_key: Key = "**"
    say: dict[str, tuple[str, ...]] = {}


class MaxErrors(_Part, frozen=True, kw_only=True):
    """How many errors (no input, no match) a caller may make in the whole call, and where they go then."""

    count: Annotated[int, msgspec.Meta(ge=1, le=50, description="a whole number from 1 to 50")]
    next: NodeRef


class Choice(_Part, frozen=True, kw_only=True):
    """One way out of a menu: by a key, by words in each language, or both."""

    name: Name
    next: NodeRef
    key: Key | None = None
    say: dict[str, tuple[str, ...]] = {}
    prompts: Prompts = ()


class Case(_Part, frozen=True, kw_only=True):
    """One way out of a branch: the first whose condition holds is taken."""

    when: str
    next: NodeRef


# -- nodes ----------------------------------------------------------------------------------------------------------


class _Node(_Part, frozen=True, kw_only=True, tag_field="type"):
    """Base of all nodes."""


class _Asking(_Node, frozen=True, kw_only=True):
    """Base of the nodes that wait for the caller.

    ``first_digit_s`` counts from the end of the prompt, ``inter_digit_s`` from the last digit. ``interruptible``
    prompts stop when the caller speaks or presses a key. ``input``: by which means the caller may answer.
    Speech below the confidence ``confirm_below`` is asked back, below ``reject_below`` it is no match.
    """

    prompts: Prompts
    no_input: Retry | None = None
    no_match: Retry | None = None
    input: Literal["keys", "speech", "both"] = "both"
    interruptible: bool = True
    first_digit_s: Seconds = 5.0
    inter_digit_s: Seconds = 2.5
    confirm_below: Confidence = 0.7
    reject_below: Confidence = 0.3
    private: bool = False


class Say(_Node, frozen=True, kw_only=True, tag="say"):
    """Plays prompts."""

    prompts: Prompts
    next: NodeRef
    interruptible: bool = True


class Menu(_Asking, frozen=True, kw_only=True, tag="menu"):
    """Asks the caller to choose."""

    choices: tuple[Choice, ...]


class Collect(_Asking, frozen=True, kw_only=True, tag="collect"):
    """Takes a value from the caller into a variable.

    ``digits`` and ``account`` are kept as they are typed; ``number`` is a whole number; ``amount`` takes ``*`` for the
    decimal point; ``date`` is typed as ``date_format`` says. ``check`` is the rule that an account number obeys.
    ``least`` and ``most`` bound numbers, amounts and dates (ISO 8601, or ``today``).
    """

    variable: str
    next: NodeRef
    kind: Literal["digits", "number", "date", "amount", "account"] = "digits"
    min_length: Length = 1
    max_length: Length = 20
    terminator: Key = "#"
    check: Literal["none", "luhn", "mod97", "mod11_2", "verhoeff", "damm"] = "none"
    date_format: Literal["yyyymmdd", "ddmmyyyy", "mmddyyyy", "mmdd", "ddmm"] = "yyyymmdd"
    least: str | None = None
    most: str | None = None


class Confirm(_Asking, frozen=True, kw_only=True, tag="confirm"):
    """Asks yes or no: key 1 or 2 unless said otherwise."""

    yes: NodeRef
    no: NodeRef
    yes_key: Key = "1"
    no_key: Key = "2"


class Survey(_Asking, frozen=True, kw_only=True, tag="survey"):
    """Asks for a score; the answer becomes a fact of the contact, and the value of ``variable`` if one is named."""

    question: Name
    variable: str | None = None
    next: NodeRef
    lowest: Annotated[int, msgspec.Meta(ge=0, le=9, description="a digit from 0 to 9")] = 1
    highest: Annotated[int, msgspec.Meta(ge=0, le=9, description="a digit from 0 to 9")] = 5


class Branch(_Node, frozen=True, kw_only=True, tag="branch"):
    """Goes where the first true condition says, ``otherwise`` when none is true."""

    cases: tuple[Case, ...]
    otherwise: NodeRef


class Lookup(_Node, frozen=True, kw_only=True, tag="lookup"):
    """Asks another system: the ``customer`` record of the caller, or a ``url`` over HTTP.

    ``results`` puts parts of the answer (``address.city``) into variables. ``not_found`` is for an answer that says
    so; ``fallback`` for everything that goes wrong, the time-out included.
    """

    next: NodeRef
    fallback: NodeRef
    not_found: NodeRef | None = None
    source: Literal["http", "customer"] = "http"
    url: str = ""
    method: Literal["GET", "POST"] = "GET"
    send: dict[str, str] = {}
    results: dict[str, str] = {}
    timeout_s: Annotated[float, msgspec.Meta(ge=0.1, le=30, description="seconds from 0.1 to 30")] = 3.0
    prompts: Prompts = ()


class Set(_Node, frozen=True, kw_only=True, tag="set"):
    """Sets variables, the language, and what the distributor and the agent will know of the contact.

    Texts may hold ``{variable}``. ``skills`` adds to what is required of the agent (levels 1 to 10).
    """

    next: NodeRef
    variables: dict[str, Scalar] = {}
    language: str | None = None
    priority: int | str | None = None
    skills: dict[str, int | str] = {}
    data: dict[str, str] = {}


class Subflow(_Node, frozen=True, kw_only=True, tag="subflow"):
    """Walks another flow, then goes on: where ``results`` says for the result that it returned, else ``next``.

    ``give`` sets variables of the other flow, ``take`` brings its variables back (ours: theirs).
    """

    flow: str
    next: NodeRef
    results: dict[str, NodeRef] = {}
    give: dict[str, Scalar] = {}
    take: dict[str, str] = {}


class Return(_Node, frozen=True, kw_only=True, tag="return"):
    """Ends a subflow with a result; at the top it hangs up."""

    result: str = "done"


class Announcements(_Part, frozen=True, kw_only=True):
    """What a waiting caller hears over the music, ``every_s``."""

    every_s: Annotated[float, msgspec.Meta(ge=10, le=3600, description="seconds from 10 to 3600")] = 60.0
    position: bool = False
    expected_wait: bool = False
    prompts: Prompts = ()


class QueueKey(_Part, frozen=True, kw_only=True):
    """A key that takes the waiting caller out of the queue."""

    key: Key
    next: NodeRef


class Callback(_Part, frozen=True, kw_only=True):
    """A key by which the caller hangs up and keeps the place in the queue; ``number``: where to call back.

    ``ask``: where the caller goes when that is no number that can be dialled (withheld, say); a ``callback`` node later
    gives back the place.
    """

    key: Key
    number: str = "{caller.number}"
    next: NodeRef
    ask: NodeRef | None = None


QueueExit: TypeAlias = Literal["closed", "full", "no_agents", "timed_out"]


class Queue(_Node, frozen=True, kw_only=True, tag="queue"):
    """Puts the caller into a queue of the distributor.

    ``exits``: where a caller goes whom the queue does not take or keep. ``leave`` and ``callback`` are keys that work
    while waiting; ``after_talk`` is where the caller goes when the agent has hung up first (a survey).
    """

    queue: str
    prompts: Prompts = ()
    priority: int | str | None = None
    skills: dict[str, int | str] = {}
    prefer_agent: str = ""
    announce: Announcements | None = None
    leave: QueueKey | None = None
    callback: Callback | None = None
    exits: dict[str, NodeRef] = {}
    after_talk: NodeRef | None = None


class CallBack(_Node, frozen=True, kw_only=True, tag="callback"):
    """Gives the caller a place in a queue to be called back at ``number``, without waiting on the line.

    Who comes from a queue by ``ask`` gets the place back that they had there. ``failed``: the number cannot be dialled,
    or not within the hours.
    """

    queue: str
    next: NodeRef
    failed: NodeRef
    number: str = "{caller.number}"
    priority: int | str | None = None
    skills: dict[str, int | str] = {}
    prefer_agent: str = ""


class Transfer(_Node, frozen=True, kw_only=True, tag="transfer"):
    """Passes the call to a number outside; ``failed``: busy, not answered or not reachable."""

    to: str
    failed: NodeRef
    prompts: Prompts = ()
    ring_s: Seconds = 30.0


class Voicemail(_Node, frozen=True, kw_only=True, tag="voicemail"):
    """Takes a message for a mailbox (``{variable}`` may be in its name); ``next`` when the caller ended it by a key."""

    mailbox: str
    next: NodeRef
    prompts: Prompts = ()
    longest_s: Seconds = 120.0


class HangUp(_Node, frozen=True, kw_only=True, tag="hang_up"):
    """Says goodbye and ends the call. ``served``: the menu alone gave the caller what they wanted."""

    prompts: Prompts = ()
    served: bool = False


Node: TypeAlias = (
    Say
    | Menu
    | Collect
    | Confirm
    | Survey
    | Branch
    | Lookup
    | Set
    | Subflow
    | Return
    | Queue
    | CallBack
    | Transfer
    | Voicemail
    | HangUp
)
Asking: TypeAlias = Menu | Collect | Confirm | Survey


class FlowFile(_Part, frozen=True, kw_only=True):
    """A whole flow file.

    ``prompts`` holds texts by name and language (``welcome: {en: Welcome.}``), ``prompt_files`` more of them in other
    files. Times of day are told in ``time_zone``.
    """

    flow: Name
    start: NodeRef
    nodes: dict[str, Node]
    title: str = ""
    languages: tuple[Language, ...] = ("en",)
    time_zone: str = "UTC"
    variables: dict[str, Variable] = {}
    prompts: dict[str, dict[str, str | Recording]] = {}
    prompt_files: tuple[str, ...] = ()
    escape: Escape | None = None
    max_errors: MaxErrors | None = None


class PromptFile(_Part, frozen=True, kw_only=True):
    """A file of prompts that several flows share."""

    prompts: dict[str, dict[str, str | Recording]]


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A flow that was checked and can be walked. ``version`` is a digest of all that it was made from.

    ``catalogue`` holds the flow's prompts, those of its prompt files and the standard ones, by name and language.
    """

    name: str
    version: str
    file: FlowFile
    catalogue: dict[str, dict[str, Recording]]

    def node(self, name: str) -> Node:
        """The node of this name; KeyError when there is none (a checked flow never asks)."""
        return self.file.nodes[name]
