"""Writes docs/trials.md from the figures that trials have added to a file: `python -m tests.trial.report`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.table import markdown
from tests.trial.figures import KINDS, Figures, load, merged

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "trials.md"
FIGURES = DOCS / "trials" / "figures.jsonl"

HEAD = """# Trials

What `make trial` found on each profile; [testing.md](testing.md#trials) says what a trial is. `make trial
FIGURES=docs/trials/figures.jsonl` adds a line for each trial to [that file](trials/figures.jsonl), from which
`python -m tests.trial.report` writes this page.

What is wrong is counted by rule. **lost**: an answered tweet is gone; **doubled**: something is there twice; **ghost**:
something is there that must not be; **missing**: a list lacks what it must have, for longer than a tweet may be held
back; **other**: order, torn pages, polls that go backwards, refusals, an outbox that is not empty, lists that do not
agree in the end.

Beside each harm is the longest time, in seconds, without any success of that kind, from the beginning of the harm on at
most, until the first success after it: `publish`; `change` (follow, unfollow, delete); `read`; `poll` (by two clients).
So it includes the harm itself. Engines, processes and clients share one machine; if it is busy, both last longer.
"""
RULES = ("lost", "doubled", "ghost", "missing")


def page(figures: Sequence[Figures]) -> str:
    """The whole page, with a section for each profile."""
    profiles = dict.fromkeys(each.profile for each in figures)
    sections = [_section(name, [each for each in figures if each.profile == name]) for name in profiles]
    return "\n".join([HEAD, *sections])


def _section(profile: str, trials: Sequence[Figures]) -> str:
    return "\n".join([f"## {profile}\n", *_totals(trials), "", *_harms(trials), ""])


def _totals(trials: Sequence[Figures]) -> Iterator[str]:
    found = [sum(each.faults.get(rule, 0) for each in trials) for rule in RULES]
    other = sum(sum(each.faults.values()) for each in trials) - sum(found)
    rows = {
        "trials": f"{len(trials)}",
        "commits": ", ".join(dict.fromkeys(each.commit or "not noted" for each in trials)),
        "seeds": _spans([each.seed for each in trials]),
        "seconds of load": f"{sum(each.seconds for each in trials):,.0f}",
        "operations": f"{sum(each.operations for each in trials):,}",
        "answered 503, or not at all": f"{sum(each.unknown for each in trials):,}",
        "answered 500 or another 5xx": f"{sum(each.server_errors for each in trials):,}",
        "harms": f"{sum(harmed.times for each in trials for harmed in each.harms.values()):,}",
        **{rule: str(count) for rule, count in zip(RULES, found, strict=True)},
        "other": str(other),
        "longest time without any answer": f"{max(each.longest_silence for each in trials):.1f} s",
    }
    return markdown(["", ""], [[name, value] for name, value in rows.items()])


def _harms(trials: Sequence[Figures]) -> Iterator[str]:
    kinds = list(dict.fromkeys(KINDS.values()))
    harms = merged([each.harms for each in trials])
    rows = [
        [f"`{name}`", f"{each.times:,}", *(f"{each.unavailable[kind]:.1f}" for kind in kinds)]
        for name, each in harms.items()
    ]
    return markdown(["harm", "times", *kinds], rows)


def _spans(numbers: Sequence[int]) -> str:
    """Numbers in order, those that follow each other as one span."""
    spans: list[list[int]] = []
    for number in sorted(set(numbers)):
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]} to {span[-1]}" for span in spans)


if __name__ == "__main__":
    PAGE.write_text(page(load(FIGURES)))
