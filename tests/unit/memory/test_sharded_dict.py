import pytest

from infrastructure.memory.sharded_dict import ShardedDict


@pytest.fixture
def ages() -> ShardedDict[str, int]:
    ages: ShardedDict[str, int] = ShardedDict()
    for at in range(5000):
        ages[f"user{at}"] = at
    return ages


def test_every_key_has_its_value(ages: ShardedDict[str, int]) -> None:
    assert [ages.get(f"user{at}") for at in range(5000)] == list(range(5000))
    assert ages.get_many(["user7", "nobody", "user7"]) == [7, None, 7]


def test_setting_a_key_again_replaces_its_value(ages: ShardedDict[str, int]) -> None:
    ages["user7"] = 70
    assert ages.get("user7") == 70


def test_a_popped_key_is_gone(ages: ShardedDict[str, int]) -> None:
    assert ages.pop("user7") == 7
    assert ages.pop("user7") is None
    assert ages.get("user7") is None


def test_every_value_is_in_exactly_one_shard(ages: ShardedDict[str, int]) -> None:
    assert sorted(value for shard in ages._shards for value in shard.values()) == list(range(5000))


def test_keys_that_differ_only_in_high_bits_spread_over_the_shards() -> None:
    tweets: ShardedDict[int, None] = ShardedDict()
    for millisecond in range(20_000):
        tweets[millisecond << 22] = None
    assert max(map(len, tweets._shards)) < 100
