"""What a page carries for its script, as letters that can end no script."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any


def pack(payload: Mapping[str, Any]) -> str:
    """JSON, deflated (zlib), as base64: letters that can end no script."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode("utf-8", "backslashreplace"), 9)).decode()
