"""Common parts of self-contained pages: policy, assets, packing, templates, untrusted text made
visible."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Control, bidirectional and zero-width characters, and halves of surrogate pairs."""


def policy(style: str, script: str, *, live: bool, paints: bool = False) -> str:
    """The content security policy: only this script and this style, and nothing from elsewhere.

    Args:
        style: the page's only style.
        script: its only script.
        live: the page may ask its own server.
        paints: its script may load pictures that it has made itself (`blob:`), to save them as PNG.
    """
    own = "'self'" if live else "'none'"
    parts = [
        "default-src 'none'",
        f"script-src '{_hash(script)}'",
        f"style-src '{_hash(style)}'",
        f"connect-src {own}",
        *(["img-src blob:"] if paints else []),
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return "; ".join(parts)


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def visible(text: str) -> str:
    """The text with hidden characters named.

    >>> visible("win\\u202e")
    'win⟨202E⟩'
    """
    return HIDDEN.sub(lambda found: f"⟨{ord(found[0]):04X}⟩", text)


def page_environment(package: str) -> Any:
    """Jinja for a package's folder `templates`; the filter `ours` marks its own script and style as
    safe."""
    from jinja2 import PackageLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from markupsafe import Markup

    def shown(value: object) -> object:
        return visible(value) if type(value) is str else value

    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
    )
    environment.filters["ours"] = Markup  # script and style, from the package alone
    return environment


def pack(payload: Mapping[str, Any]) -> str:
    """JSON, compressed (zlib), as base64: letters that cannot end a script."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode("utf-8", "backslashreplace"), 9)).decode()


def asset(package: str, name: str) -> str:
    """The text of a file in a package's folder `assets`."""
    return files(package).joinpath("assets", name).read_text(encoding="utf-8")


def bundle(scripts: Iterable[tuple[str, str]]) -> str:
    """Scripts, by package and name, inside one function, with a line feed at both ends."""
    return "\n(() => {\n'use strict';\n" + "\n".join(asset(p, f"{n}.js") for p, n in scripts) + "})();\n"
