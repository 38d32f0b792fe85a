"""The options of `make cluster`."""

import pytest

from app.settings import Settings
from cluster.profiles import PROFILES
from tests.cluster.started import started_cluster


@pytest.mark.parametrize(
    ("variables", "said"),
    [({"PROFILE": "huge"}, "PROFILE must be one of postgres, redis"), ({"PORT": "http"}, "PORT must")],
)
def test_an_option_that_makes_no_sense_is_named(variables: dict[str, str], said: str) -> None:
    with started_cluster(**variables) as cluster:
        assert cluster.wait() == 2
        assert cluster.errors().startswith(said)


def test_profiles_name_settings_of_perch() -> None:
    assert {setting for profile in PROFILES.values() for setting in profile} <= set(Settings.names())
