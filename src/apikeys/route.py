"""One route of the role map: ``METHOD path``, or ``$connect`` of a WebSocket API."""

from __future__ import annotations

from apikeys.pattern import PARAMETER, RUN
from apikeys.text import ALPHANUMERIC, consists_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from apikeys.pattern import Pattern

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
READING = ("GET", "HEAD", "OPTIONS")
CONNECT = "$connect"
MAX_PATH = 256

# RFC 3986 pchar without the wildcards of IAM (* ? ${) and without braces.
_NAME = f"{ALPHANUMERIC}._-"
_LITERAL = f"{_NAME}~!$&'()+,;=:@%"


class Route:
    """A pattern of requests; ``shape`` is its path with the names dropped."""

    __slots__ = ("methods", "reads", "shape", "text")

    def __init__(self, text: str, *, reads: bool = False) -> None:
        """Read a route.

        Raises:
            ValueError: not the grammar; the message says what is allowed.
        """
        self.text = text
        self.reads = reads
        if text == CONNECT:
            self.methods: tuple[str, ...] = ()
            self.shape: Pattern = ()
            return
        method, separator, path = text.partition(" ")
        if not separator or (method != "*" and method not in METHODS):
            raise ValueError(
                f"a route is '*' or one of {' '.join(METHODS)}, a space, a path"
            )
        self.methods = METHODS if method == "*" else (method,)
        self.shape = _shape(path)

    @property
    def is_everything(self) -> bool:
        """Whether this is ``* /*``, the whole stage."""
        return self.text == "* /*"

    def methods_of(self, *, read_only: bool) -> tuple[str, ...]:
        """Return the methods by which a record that holds the route may use it."""
        if read_only and not self.reads:
            return tuple(method for method in self.methods if method in READING)
        return self.methods


def _shape(path: str) -> Pattern:
    if not path.startswith("/") or len(path) > MAX_PATH:
        raise ValueError(f"a path begins with / and has at most {MAX_PATH} characters")
    segments = path[1:].split("/")
    last = len(segments) - 1
    return tuple(_token(s, is_last=i == last) for i, s in enumerate(segments))


def _token(segment: str, *, is_last: bool) -> str:
    if is_last and segment in (RUN, ""):
        return segment
    if len(segment) > len("{}") and segment[0] + segment[-1] == "{}":
        if consists_of(segment[1:-1], _NAME):
            return PARAMETER
    elif segment not in ("", ".", "..") and consists_of(segment, _LITERAL):
        return segment
    raise ValueError(
        "a segment of a path is plain URL characters, a {name} for one segment, "
        "or * as the whole last segment"
    )
