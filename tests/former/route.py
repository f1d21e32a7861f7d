"""One route of the role map: ``METHOD path``, or ``$connect`` of a WebSocket API."""

from __future__ import annotations

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
READING = ("GET", "HEAD", "OPTIONS")
CONNECT = "$connect"
MAX_PATH = 256

# RFC 3986 pchar without the wildcards of IAM (* ? ${) and without braces.
_NAME = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
_LITERAL = f"{_NAME}~!$&'()+,;=:@%"


class Route:
    """A pattern of requests; ``glob`` is its path as an IAM resource spells it."""

    __slots__ = ("glob", "has_parameter", "methods", "reads", "text")

    def __init__(self, text: str, *, reads: bool = False) -> None:
        """Read a route.

        Raises:
            ValueError: not the grammar; the message says what is allowed.
        """
        self.text = text
        self.reads = reads
        self.has_parameter = False
        if text == CONNECT:
            self.methods: tuple[str, ...] = ()
            self.glob = CONNECT
            return
        method, separator, path = text.partition(" ")
        if not separator or (method != "*" and method not in METHODS):
            raise ValueError(
                f"a route is '*' or one of {' '.join(METHODS)}, a space, a path"
            )
        self.methods = METHODS if method == "*" else (method,)
        self.has_parameter = "{" in path
        self.glob = _glob(path)

    @property
    def is_everything(self) -> bool:
        """Whether this is ``* /*``, the whole stage."""
        return self.text == "* /*"

    def resources(self, *, read_only: bool = False) -> tuple[str, ...]:
        """Return what follows the stage in the ARNs that this route stands for."""
        everything = not read_only or self.reads
        if not self.methods:
            return (self.glob,) if everything else ()
        return tuple(m + self.glob for m in self.methods if everything or m in READING)


def _glob(path: str) -> str:
    if not path.startswith("/") or len(path) > MAX_PATH:
        raise ValueError(f"a path begins with / and has at most {MAX_PATH} characters")
    segments = path[1:].split("/")
    last = len(segments) - 1
    return "".join(f"/{_segment(s, is_last=i == last)}" for i, s in enumerate(segments))


def _segment(segment: str, *, is_last: bool) -> str:
    if is_last and segment in ("*", ""):
        return segment
    # strip leaves nothing of a text that is made of these characters alone.
    if len(segment) > len("{}") and segment[0] + segment[-1] == "{}":
        if not segment[1:-1].strip(_NAME):
            return "*"
    elif segment not in ("", ".", "..") and not segment.strip(_LITERAL):
        return segment
    raise ValueError(
        "a segment of a path is plain URL characters, a {name} for one segment, "
        "or * as the whole last segment"
    )
