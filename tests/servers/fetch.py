"""Fetch everything that the slow tests start, ahead of them: `python -m tests.servers.fetch`."""

import sys
import time

from tests.asterisk import install
from tests.servers import chromium, oidc_provider, postgresql, redis_server
from tests.servers.debian import PackagesError, provide


def main() -> int:
    """Fetch all; print one line each."""
    begin = time.monotonic()
    try:
        unpacked = install.asterisk()
        sys.stdout.write(f"{install.version(unpacked)}: {unpacked.root}\n")
        sipp = provide("sipp", ["sip-tester"])
        sys.stdout.write(f"sipp: {sipp.command[0]}\n")
        sys.stdout.write(f"PostgreSQL: {postgresql.provide()[0]}\n")
        sys.stdout.write(f"Redis: {redis_server.program().command[0]}\n")
        sys.stdout.write(f"OpenID provider: {oidc_provider.installed()}\n")
        sys.stdout.write(f"Chromium: {chromium.provide().command[0]}\n")
    except PackagesError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"servers are ready after {time.monotonic() - begin:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
