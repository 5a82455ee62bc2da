"""nginx for tests: Debian's, on a port of its own, with the project's own recipe."""

import socket
import subprocess
import time
from pathlib import Path

from tests.servers.debian import provide

RECIPE = Path(__file__).resolve().parents[2] / "deploy/nginx/cordboard.conf"
START_S = 20

MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/cordboard.conf;
}}
"""


class Nginx:
    """In front of a console on ``to``; its certificate is in ``folder``. Only name, ports and files are others."""

    def __init__(self, folder: Path, *, name: str, port: int, to: int) -> None:
        self._program = provide("nginx", ("nginx-light",), may_install=False)
        self._folder, self._port = folder, port
        recipe = RECIPE.read_text()
        for theirs, ours in (
            ("127.0.0.1:8080", f"127.0.0.1:{to}"),
            ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
            ("desk.example.com", name),
            ("/etc/ssl/cordboard/", f"{folder}/"),
        ):
            assert theirs in recipe, f"the recipe has no {theirs!r} any more"
            recipe = recipe.replace(theirs, ours)
        (folder / "cordboard.conf").write_text(recipe)
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it listens."""
        command = [*self._program.command, "-p", str(self._folder), "-c", str(self._folder / "nginx.conf")]
        log = self._folder / "nginx.log"
        with log.open("wb") as out:
            self._process = subprocess.Popen(command, env=self._program.environment, stdout=out, stderr=out)
        deadline = time.monotonic() + START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(log.read_text()) from None
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
