"""A whole Perch, with the adapters that a benchmark fills and measures."""

from dataclasses import dataclass

from app.compose import Adapters, Perch, Role, build, open_adapters
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """A whole Perch, and the adapters that it was built with."""

    adapters: Adapters
    perch: Perch


def settings_of(**environment: str) -> Settings:
    """Returns the settings for these environment variables, with a secret key."""
    return Settings.from_environment({"DATABASE_URL": "memory:", "SECRET_KEY": "benchmark", **environment})


def build_parts(settings: Settings | None = None, role: Role = Role.ALL, *, run_worker: bool = False) -> Parts:
    """Builds Perch and starts nothing; without a worker only `fan_out.step` pushes tweets."""
    settings = settings or settings_of()
    adapters = open_adapters(settings, role)
    return Parts(adapters, build(settings, adapters, role, run_worker=run_worker))
