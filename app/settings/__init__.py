"""All settings. They are read from the environment only here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from app.settings.groups import ApiSettings, LogSettings, ServerSettings, StoreSettings, TimelineSettings
from app.settings.identity import IdentitySettings
from app.settings.reading import BadSetting, names_of, naming, near_misses, read

__all__ = ["BadSetting", "Settings", "naming"]


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, in groups."""

    server: ServerSettings = field(default_factory=ServerSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    timelines: TimelineSettings = field(default_factory=TimelineSettings)
    api: ApiSettings = field(default_factory=ApiSettings)
    identity: IdentitySettings = field(default_factory=IdentitySettings)
    log: LogSettings = field(default_factory=LogSettings)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Returns the settings; raises `BadSetting` for the first invalid variable."""
        return cls(**{name: read(group, environment) for name, group in _groups().items()})

    @staticmethod
    def names() -> list[str]:
        """Returns the names of all variables that are read."""
        return [name for group in _groups().values() for name in names_of(group)]

    @staticmethod
    def slips(environment: Mapping[str, str]) -> dict[str, str]:
        """Returns the variables that look like misspelt settings, each with the setting that was probably meant."""
        return near_misses(Settings.names(), environment)


def _groups() -> dict[str, type]:
    return {each.name: each.default_factory for each in fields(Settings)}  # type: ignore[misc]
