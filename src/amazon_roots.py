"""Build step: extract Amazon's root certificates from Mozilla's bundle (certifi).

https://docs.aws.amazon.com/general/latest/gr/rande.html names these five authorities;
the certificates of AWS's endpoints chain up to one of them. Each gets a file named
after the hash of its subject, by which OpenSSL looks it up, so that only the one needed
is read.
"""

import re
import sys
from pathlib import Path

# As `openssl x509 -subject_hash` prints them; a subject never changes.
_FILES = {
    "Amazon Root CA 1": "ce5e74ef.0",
    "Amazon Root CA 2": "6d41d539.0",
    "Amazon Root CA 3": "8cb5ee0f.0",
    "Amazon Root CA 4": "de6d66f3.0",
    "Starfield Services Root Certificate Authority - G2": "09789157.0",
}
_ENTRY = re.compile(
    r'^# Label: "([^"]+)"\n(?:#.*\n)*'
    r"(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n)",
    re.MULTILINE,
)


def main(bundle: str, folder: str) -> int:
    """Write the certificates into a new folder; 1 if the bundle lacks one."""
    found = dict(_ENTRY.findall(Path(bundle).read_text(encoding="utf-8")))
    missing = [label for label in _FILES if label not in found]
    if missing:
        sys.stderr.write(f"{bundle} lacks {', '.join(missing)}\n")
        return 1
    Path(folder).mkdir()
    for label, name in _FILES.items():
        Path(folder, name).write_text(found[label], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
