"""Build step: print Amazon's root certificates out of a bundle of Mozilla's (certifi).

https://docs.aws.amazon.com/general/latest/gr/rande.html names these five authorities:
certificates of AWS's endpoints chain up to one of them.
"""

import re
import sys
from pathlib import Path

_LABELS = (
    "Amazon Root CA 1",
    "Amazon Root CA 2",
    "Amazon Root CA 3",
    "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
)
_ENTRY = re.compile(
    r'^# Label: "([^"]+)"\n(?:#.*\n)*'
    r"(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n)",
    re.MULTILINE,
)


def main(bundle: str) -> int:
    """Print the certificates; 1 if one is missing from the bundle."""
    found = dict(_ENTRY.findall(Path(bundle).read_text(encoding="utf-8")))
    missing = [label for label in _LABELS if label not in found]
    if missing:
        sys.stderr.write(f"{bundle} lacks {', '.join(missing)}\n")
        return 1
    sys.stdout.write("".join(found[label] for label in _LABELS))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
