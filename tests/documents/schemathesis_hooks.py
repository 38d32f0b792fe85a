"""Rules of Perch that Schemathesis cannot know."""

from typing import Any

import schemathesis
from schemathesis import Case, HookContext
from schemathesis.generation.meta import TestPhase


@schemathesis.hook
def before_call(_: HookContext, case: Case[Any], **__: object) -> None:
    """Sends no idempotency key in sequences of requests.

    With a key, a repeated request correctly gets the 201 of a tweet that an earlier sequence has deleted.
    Schemathesis would take it for a lost tweet.
    """
    if case.meta is not None and case.meta.phase.name is TestPhase.STATEFUL:
        case.headers.pop("Idempotency-Key", None)
