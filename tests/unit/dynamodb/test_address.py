"""A bad address stops the start without what may be a secret in it."""

import pytest

from app.compose.outside import outside_opener
from app.settings import BadSetting, Settings
from infrastructure.clock import SystemClock


def test_keys_in_an_address_are_not_shown() -> None:
    url = "dynamodb://AKIA:s3cret@eu-west-1/perch-timelines"
    settings = Settings.from_environment({"DATABASE_URL": "postgresql://there", "TIMELINES_URL": url})
    with pytest.raises(BadSetting, match="TIMELINES_URL must be dynamodb://, a region of AWS") as refused:
        outside_opener(settings, SystemClock())
    assert "s3cret" not in str(refused.value)
