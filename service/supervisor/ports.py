"""Ports: whether the site's is free, and a listening socket for the mail catcher."""

from __future__ import annotations

import errno
import socket

import psutil

from service.errors import UnableToStart


def require_free(host: str, port: int) -> None:
    """Raises UnableToStart when the web server could not listen there, with who does if that can be seen."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError as error:
        raise UnableToStart(f"Only root may listen on port {port}: choose one from 1024 on with KUTSE_PORT.") from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise UnableToStart(f"KUTSE_HOST={host} is not an address of this machine: {error.strerror}.") from error
        raise UnableToStart(f"Port {port} is in use{_by_whom(port)}: choose another, for example with KUTSE_PORT={port + 1}.") from error


def loopback() -> socket.socket:
    """A listening socket on this machine only, on a free port, that a child may inherit."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    listening.set_inheritable(True)
    return listening


def _by_whom(port: int) -> str:
    try:
        for one in psutil.net_connections("tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port and one.pid:
                return f" by {psutil.Process(one.pid).name()} (process {one.pid})"
    except psutil.Error:
        pass
    return ""
