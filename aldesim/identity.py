"""One name for all that a result depends on: what has the same identity need not be made again."""

import hashlib
import json


def identity_of(content: object) -> str:
    """SHA-256 of plain data (as JSON, keys sorted), 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
