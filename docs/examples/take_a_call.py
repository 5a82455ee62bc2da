"""Take one call: sign in, become ready, answer what rings, and wrap up when the caller has hung up.

While `make demo` runs, with the password that it printed for robin:

CORDBOARD_PASSWORD=… .venv/bin/python docs/examples/take_a_call.py http://127.0.0.1:8080 robin solved
"""

import asyncio
import os
import sys

from agent_console.client import Client
from agent_console.documents.desk import SetOutcome


async def take_a_call(url: str, name: str, password: str, disposition: str) -> None:
    """One call, from the sign-in to the end of its wrap-up."""
    async with Client(url) as client:
        await client.log_in(name, password)
        await client.desk_sign_in()
        async with client.live("desk") as live:
            await client.desk_ready()
            print("ready")
            call = await live.until(lambda desk: desk.desk_contact("ringing"))
            print(f"{call.caller_number} calls for {call.queue_title}")
            await client.answer_contact(call.contact_id)
            print("talking")
            await live.until(lambda desk: desk.desk_contact("wrap_up"))
            await client.set_outcome(call.contact_id, SetOutcome(disposition=disposition, resolved=True))
            await client.end_wrap_up_contact(call.contact_id)
            print("done")
        await client.desk_sign_out()


if __name__ == "__main__":
    asyncio.run(take_a_call(*sys.argv[1:3], os.environ["CORDBOARD_PASSWORD"], sys.argv[3]))
