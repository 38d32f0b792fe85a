"""What a cluster is made of: one line for each setting that names an engine."""

from collections.abc import Mapping

from cluster.available import CASSANDRA, DYNAMODB, KAFKA, POSTGRES, REDIS, SQS, Engine

Profile = Mapping[str, Engine]
"""The settings of Perch that are an engine's URL, each with its engine, in the order in which these start."""

PROFILES: dict[str, Profile] = {
    "postgres": {
        "DATABASE_URL": POSTGRES,
    },
    "redis": {
        "DATABASE_URL": POSTGRES,
        "TIMELINES_URL": REDIS,
        "REDIS_URL": REDIS,
    },
    "aws": {
        "DATABASE_URL": POSTGRES,
        "REDIS_URL": REDIS,
        "TIMELINES_URL": DYNAMODB,
        "EVENTS_URL": SQS,
    },
    "large": {
        "DATABASE_URL": POSTGRES,
        "REDIS_URL": REDIS,
        "TIMELINES_URL": CASSANDRA,
        "EVENTS_URL": KAFKA,
    },
}
"""From the smallest to the largest."""


def engines(profile: Profile) -> list[Engine]:
    """The engines of a profile, each once."""
    return list(dict.fromkeys(profile.values()))


def missing(profile: Profile) -> list[str]:
    """What must be installed before the profile can start."""
    return [reason for engine in engines(profile) if (reason := engine.missing())]


def largest() -> str:
    """The name of the largest profile whose engines are installed; of the smallest, if none has all."""
    return next((name for name in reversed(PROFILES) if not missing(PROFILES[name])), next(iter(PROFILES)))
