"""The door of the Python face: what goes wrong behind it is said in the words of Python."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from mgllm.commands.api._words import in_python
from mgllm.errors import MgllmError, guess

P = ParamSpec("P")
R = TypeVar("R")


def python_door(function: Callable[P, R]) -> Callable[P, R]:
    """A function of the face, whose errors name keywords instead of flags of the command line.

    Its signature stays what it is. An unknown keyword is Python's own TypeError, with the nearest
    known one, which Python itself offers from 3.13 on.
    """
    parameters = inspect.signature(function).parameters

    @wraps(function)
    def entered(*args: P.args, **kwargs: P.kwargs) -> R:
        for name in kwargs:
            if name not in parameters:
                what = f"{function.__name__}() got an unexpected keyword argument '{name}'"
                raise TypeError(f"{what}.{guess(name, parameters)}")
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "IProgress not found")  # by tqdm
                return function(*args, **kwargs)
        except MgllmError as error:
            error.args = (in_python(str(error), parameters),)  # the same error, with its trace
            raise

    return entered
