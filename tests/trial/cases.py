"""How histories of hand are told to be wrong, and by which rules."""

from collections.abc import Callable

from tests.trial.written import Written

Case = Callable[[Written], None]


class Cases:
    """What is added to `begun()`, and the rules that it breaks; functions by their names."""

    def __init__(self) -> None:
        self.rules: dict[str, list[str]] = {}
        self._cases: dict[str, Case] = {}

    def wrong(self, *rules: str) -> Callable[[Case], Case]:
        """These rules refuse what the function adds."""

        def keep(case: Case) -> Case:
            self.rules[case.__name__], self._cases[case.__name__] = list(rules), case
            return case

        return keep

    def right(self, case: Case) -> Case:
        """No rule refuses what the function adds."""
        return self.wrong()(case)

    def found(self, name: str) -> list[str]:
        """The rules that the checker finds broken."""
        history = begun()
        self._cases[name](history)
        return history.rules()


def begun() -> Written:
    """Rae follows ann and ben; ann published 1 and 3, ben 2."""
    history = Written()
    history.follow("rae", "ann")
    history.follow("rae", "ben")
    history.publish("ann", 1)
    history.publish("ben", 2)
    history.publish("ann", 3)
    return history
