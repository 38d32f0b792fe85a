"""What Schemathesis cannot know of Perch."""

from typing import Any

import schemathesis
from schemathesis import Case, HookContext
from schemathesis.generation.meta import TestPhase


@schemathesis.hook
def before_call(_: HookContext, case: Case[Any], **__: object) -> None:
    """Sends no idempotency key in sequences of requests.

    With one, repeating a request gives the 201 of a tweet that an earlier sequence has deleted, as it should, but that
    looks like a tweet that was lost.
    """
    if case.meta is not None and case.meta.phase.name is TestPhase.STATEFUL:
        case.headers.pop("Idempotency-Key", None)
