"""Questions of a page and how they are answered: never with a traceback."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aldesim.errors import InputError

AT_ONCE = 2
LOG = logging.getLogger("aldesim.app")
SORRY = "Something went wrong here; the server's log says what. The rest of the page still works."

_workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="answer")

Answer = dict[str, Any]


def answering(method: Callable[..., Any], most: int) -> Callable[..., Awaitable[Answer]]:
    """A handler for Shiny that runs a method beside the event loop.

    Parameters
    ----------
    method : callable
        Takes the arguments of the question as they came, and checks them.
    most : int
        Arguments at most.

    Returns
    -------
    callable
        Answers ``{"value": ...}``, or ``{"error": ...}`` with one line for the person.
    """

    async def answer(*args: Any) -> Answer:
        if len(args) != most:
            return {"error": f"This question takes {most} values, not {len(args)}."}
        loop = asyncio.get_running_loop()
        try:
            value = await loop.run_in_executor(_workers, method, *args)
            json.dumps(value, allow_nan=False)  # a browser reads no NaN, and the session would end
            return {"value": value}
        except InputError as error:
            return {"error": str(error)}
        except Exception:
            LOG.exception("answering %s", getattr(method, "__qualname__", method))
            return {"error": SORRY}

    return answer
