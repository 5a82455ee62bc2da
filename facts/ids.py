"""Identifiers: strings that must not be mixed up, so each has a type of its own."""

from typing import NewType

ContactId = NewType("ContactId", str)
"""One customer interaction. For a call: the ``ACD_CALL`` that the dialplan set on the caller's channel."""

OfferId = NewType("OfferId", str)
"""One contact presented to agents once; several phones that ring together share it."""

AgentId = NewType("AgentId", str)
"""A person who takes contacts; never reused for somebody else, so histories do not mix."""

QueueName = NewType("QueueName", str)
SkillName = NewType("SkillName", str)
CustomerId = NewType("CustomerId", str)
ReasonCode = NewType("ReasonCode", str)
"""Why an agent is not ready: a word (``break``, ``no_answer``), never a number that means something else elsewhere."""

NodeName = NewType("NodeName", str)
"""A running daemon; part of every fact's order ``(node, seq)``."""
