"""The content security policy of a page in one file."""

from __future__ import annotations

import base64
import hashlib


def policy(style: str, script: str, *, live: bool) -> str:
    """The content security policy: this script and this style, and nothing from anywhere."""
    own = "'self'" if live else "'none'"
    parts = [
        "default-src 'none'",
        f"script-src '{_hash(script)}'",
        f"style-src '{_hash(style)}'",
        f"connect-src {own}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(parts)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
