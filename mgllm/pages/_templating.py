"""Templates of pages: sandboxed, escaped, strict, hidden characters named."""

from __future__ import annotations

from typing import Any

from mgllm.pages._visible import visible


def page_environment(package: str) -> Any:
    """Jinja over a package's folder `templates`; the filter `ours` marks its own script and style."""
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
