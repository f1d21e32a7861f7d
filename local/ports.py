"""Free TCP ports on the loopback interface, and who listens where."""

import socket
from pathlib import Path
from typing import Final

_LISTENING: Final = "0A"


def free_port() -> int:
    """Return a loopback port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_listening(port: int) -> bool:
    """Return whether something accepts connections on a loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def listening_addresses(pid: int) -> set[str]:
    """Return the IP addresses on which a process listens for TCP connections.

    Works only on Linux; elsewhere the set is empty.
    """
    inodes = {
        link.removeprefix("socket:[").removesuffix("]")
        for link in _open_files(pid)
        if link.startswith("socket:[")
    }
    return {
        address
        for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6"))
        for address, inode in _listeners(Path(f"/proc/{pid}/net/{table}"), family)
        if inode in inodes
    }


def _open_files(pid: int) -> list[str]:
    links = []
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            links.append(str(descriptor.readlink()))
        except FileNotFoundError:  # closed since it was listed
            continue
    return links


def _listeners(table: Path, family: socket.AddressFamily) -> list[tuple[str, str]]:
    if not table.exists():
        return []
    rows = [line.split() for line in table.read_text().splitlines()[1:]]
    return [
        (_address(row[1].partition(":")[0], family), row[9])
        for row in rows
        if row[3] == _LISTENING
    ]


def _address(hexadecimal: str, family: socket.AddressFamily) -> str:
    """Read an address as the kernel prints it: 32-bit words in host byte order."""
    words = [hexadecimal[start : start + 8] for start in range(0, len(hexadecimal), 8)]
    packed = b"".join(bytes.fromhex(word)[::-1] for word in words)
    return socket.inet_ntop(family, packed)
