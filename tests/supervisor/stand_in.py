"""A `kutse` whose programs are tiny: what the supervisor is tested with, so that a start takes a second.

The servers are the real ones. `web` answers `/health/whole`, `worker` and `catcher` wait; `KUTSE_STAND_IN` may say `web:78` for a program
that ends at once with that status; `KUTSE_SLOW` names one that takes a second to stop.
"""

from __future__ import annotations

import http.server
import json
import os
import signal
import sys
import time
from pathlib import Path

from service.errors import UnableToStart
from service.settings import load
from service.supervisor import up
from service.supervisor.part import CANNOT_START
from service.supervisor.terminal import Terminal

SIGN_IN = "http://localhost/sign-in/stand-in"


class _Whole(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        missing = [name for name in ("worker",) if os.environ.get("KUTSE_STAND_IN", "").startswith(name)]
        self.send_response(503 if missing else 200)
        self.end_headers()
        self.wfile.write(json.dumps({"missing": missing}).encode())

    def log_message(self, *_arguments: object) -> None:
        pass


def _take_time(*_signal: object) -> None:
    time.sleep(1)
    sys.exit(0)


def main(command: str) -> None:
    name, _, status = os.environ.get("KUTSE_STAND_IN", "").partition(":")
    if name == command:
        print(f"{command} has bad luck")
        sys.exit(int(status))
    if os.environ.get("KUTSE_SLOW") == command:
        signal.signal(signal.SIGTERM, _take_time)
        print(f"{command} will take its time", flush=True)
    match command:
        case "up":
            up.up(load(), terminal=Terminal(), kutse=(sys.executable, __file__))
        case "prepare":
            Path(sys.argv[3]).write_text(json.dumps({"sign_in": SIGN_IN, "coordinator": "office@example.org"}))
        case "web":
            http.server.HTTPServer(("127.0.0.1", load().site.port), _Whole).serve_forever()
        case _:
            signal.pause()


try:
    main(sys.argv[1])
except UnableToStart as error:
    print(f"kutse: {error}", file=sys.stderr)
    sys.exit(CANNOT_START)
