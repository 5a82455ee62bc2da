"""A client of the API, in asyncio's flavour.

`Client` has one method for each operation of the API, by its operation id, which takes and gives the documents of
`agent_console.documents`. `Client.live` reads the live channel: snapshots, deltas, gaps and lost connections are its
business; the program sees how things stand now.
"""

from agent_console.client.client import Client
from agent_console.client.errors import ApiError, ClientError, NoAnswerError, SignedOutError
from agent_console.client.live import LiveView
from agent_console.client.streams import Change

__all__ = ["ApiError", "Change", "Client", "ClientError", "LiveView", "NoAnswerError", "SignedOutError"]
