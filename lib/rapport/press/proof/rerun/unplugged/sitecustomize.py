"""No network for this interpreter and every one that it starts: loaded as each of them begins.

Sockets of the machine itself stay: kernels speak through them. What cannot be taken back is the
hook; what it does not see are libraries that open sockets without Python. Where the system allows
it a rerun also gets a network of its own in which there is nothing.
"""

import socket
import sys

# Looking up a name asks a server, too.
ASKING = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
GOING_OUT = ("socket.connect", "socket.sendto", "socket.sendmsg")
HERE = ("127.0.0.1", "::1", "localhost", "", None)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    # Each import and each file opened is an event, too.
    if not event.startswith("socket."):
        return
    if event in ASKING and arguments[0] not in HERE:
        raise PermissionError("network: is off while a report is rerun")
    if event in GOING_OUT:
        opened, address = arguments[0], arguments[1]
        is_local = getattr(opened, "family", None) == getattr(socket, "AF_UNIX", object())
        host = address[0] if isinstance(address, tuple) else None
        if not is_local and host not in HERE:
            raise PermissionError("network: is off while a report is rerun")


sys.addaudithook(_refuse)
