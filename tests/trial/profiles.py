"""The profiles that trials run on: those of `make cluster`, with engines behind proxies."""

from collections.abc import Mapping

import cluster.available
import cluster.profiles
from tests.trial.engines import HARMS, LACKING, POSTGRES, REDIS, Entry, Harm
from tests.trial.more_engines import CASSANDRA, DYNAMODB, KAFKA, SQS

Profile = Mapping[str, Entry]
"""The settings of Perch that are an engine's address, each with its engine."""

ENTRIES = {
    cluster.available.POSTGRES: POSTGRES,
    cluster.available.REDIS: REDIS,
    cluster.available.CASSANDRA: CASSANDRA,
    cluster.available.KAFKA: KAFKA,
    cluster.available.DYNAMODB: DYNAMODB,
    cluster.available.SQS: SQS,
}
PROFILES: dict[str, Profile] = {
    name: {setting: ENTRIES[engine] for setting, engine in profile.items()}
    for name, profile in cluster.profiles.PROFILES.items()
}


def entries(profile: Profile) -> list[Entry]:
    """The engines of a profile, each once."""
    return list(dict.fromkeys(profile.values()))


def missing(profile: Profile) -> list[str]:
    """What must be installed before the profile can start."""
    return [entry.missing for entry in entries(profile) if not entry.find()]


def engine_harms(profile: Profile) -> dict[str, tuple[Entry, Harm]]:
    """What can happen to the engines, by name."""
    return {
        f"{name}-{entry.name}": (entry, harm)
        for entry in entries(profile)
        for name, harm in {**HARMS, **entry.harms, **entry.long_harms}.items()
        if name not in left_out()
    }


def left_out() -> dict[str, str]:
    """The harms that cannot be done here, each with the reason."""
    return {name: why for name, lacking in LACKING.items() if (why := lacking())}


def long_harms(profile: Profile) -> set[str]:
    """The names of those that take a minute."""
    return {f"{name}-{entry.name}" for entry in entries(profile) for name in entry.long_harms}
