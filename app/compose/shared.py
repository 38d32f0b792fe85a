"""What all processes share through Redis: announcements and write limits. It needs the extra `redis`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.compose import ports
from app.compose.extras import needed_extra
from app.settings import BadSetting, Settings
from infrastructure.background import BackgroundThread
from infrastructure.outside.circuit import Circuit
from infrastructure.postgres.stores import PostgresStores
from usecases.allowance import WriteAllowance


@dataclass(frozen=True, slots=True)
class Shared:
    """The adapters, and the circuit, threads and end of what is behind them."""

    announcements: ports.Announcements
    allowance: WriteAllowance
    circuits: Sequence[Circuit] = ()
    threads: Sequence[BackgroundThread] = ()
    close: Callable[[], object] = lambda: None


def open_shared(
    settings: Settings, stores: PostgresStores, allowance: WriteAllowance, monotonic: Callable[[], float]
) -> Shared:
    """Opens what `REDIS_URL` names; without it, each process counts and listens for itself.

    Raises `BadSetting` if the extra is missing or the address is bad.
    """
    url = settings.store.redis_url
    if not url:
        return Shared(stores.announcements, allowance)
    with needed_extra():
        from infrastructure.redis.shared import SharedRedis  # noqa: PLC0415 - its extra may not be installed
    try:
        redis = SharedRedis(url, stores.secret_key)
    except ValueError as error:
        raise BadSetting(f"REDIS_URL must be the address of a Redis server: {error}.") from None
    rate = settings.api.rate_limit_writes
    announcements = redis.announcements(stores.announcements, stores.tweets.frontier)
    return Shared(
        announcements,
        allowance if rate is None else redis.allowance(rate, monotonic),
        [redis.circuit],
        [redis.thread, *announcements.threads],
        redis.close,
    )
