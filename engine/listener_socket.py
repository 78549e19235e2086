"""The socket that the API listens on."""

import errno
import ipaddress
import socket

from engine.errors import VisavisError


class ListenError(VisavisError):
    """The address cannot be listened on."""


def open_listener(host: str, port: int) -> socket.socket:
    """Bind and return a TCP socket; port 0 takes a free one. Raises ListenError naming the address, the reason and the remedy."""
    # Named, so that asyncio knows it as TCP and sends small answers at once (TCP_NODELAY).
    listener = socket.socket(_family(host), socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ListenError(_explain(host, port, error)) from error
    listener.setblocking(False)
    return listener


def _family(host: str) -> socket.AddressFamily:
    try:
        return socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    except ValueError:
        return socket.AF_INET


def _explain(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is in use by another program; end it, or choose another port with --port (0: any)"
        )
    if error.errno == errno.EACCES:
        return f"port {port} may not be used by this user; choose one above 1023 with --port"
    return f"cannot listen on {host}:{port}: {error.strerror or error}; choose another address with --host"
