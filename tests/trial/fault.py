"""What is wrong with a history."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """Two faults are the same when all of these are; so a smaller history can be seen to have the same one."""

    rule: str
    about: str
    why: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.about}: {self.why}"
