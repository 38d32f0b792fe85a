"""Without an engine its tests are skipped with the reason, or fail where all tests must run."""

import pytest

from tests.engines.missing import go_without


def test_a_missing_engine_skips_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUIRE_ENGINES", raising=False)
    with pytest.raises(pytest.skip.Exception, match="the reason"):
        go_without("the reason")


def test_a_required_engine_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUIRE_ENGINES", "1")
    with pytest.raises(pytest.fail.Exception, match="the reason"):
        go_without("the reason")
