"""The profiles that trials run on: settings of Perch that are an engine's address, each with its engine."""

from collections.abc import Mapping

from tests.trial.engines import HARMS, POSTGRES, REDIS, Entry, Harm
from tests.trial.more_engines import CASSANDRA, DYNAMODB, KAFKA

Profile = Mapping[str, Entry]

PROFILES: dict[str, Profile] = {
    "postgres": {"DATABASE_URL": POSTGRES},
    "redis": {"DATABASE_URL": POSTGRES, "TIMELINES_URL": REDIS, "REDIS_URL": REDIS},
    "dynamodb": {"DATABASE_URL": POSTGRES, "REDIS_URL": REDIS, "TIMELINES_URL": DYNAMODB},
    "large": {"DATABASE_URL": POSTGRES, "REDIS_URL": REDIS, "TIMELINES_URL": CASSANDRA, "EVENTS_URL": KAFKA},
}


def entries(profile: Profile) -> list[Entry]:
    """The engines of a profile, each once."""
    return list(dict.fromkeys(profile.values()))


def missing(profile: Profile) -> list[str]:
    """What must be installed before the profile can start."""
    return [entry.missing for entry in entries(profile) if entry.find() is None]


def engine_harms(profile: Profile) -> dict[str, tuple[Entry, Harm]]:
    """What can happen to the engines, by name."""
    return {
        f"{name}-{entry.name}": (entry, harm)
        for entry in entries(profile)
        for name, harm in {**HARMS, **entry.harms}.items()
    }
