"""Where this machine keeps files that can be made or downloaded again."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder(name: str) -> Path:
    """The folder for one kind of file: in `$MGLLM_CACHE`, else in the user's cache folder."""
    from platformdirs import user_cache_path

    root = os.environ.get("MGLLM_CACHE")
    return (Path(root).expanduser() if root else user_cache_path("mgllm")) / name
