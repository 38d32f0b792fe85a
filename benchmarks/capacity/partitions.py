"""In which partition of a topic an author's tweets are: by murmur2, the hash of Kafka's clients."""

_SEED = 0x9747B28C
_FACTOR = 0x5BD1E995
_MASK = 0xFFFFFFFF
_POSITIVE = 0x7FFFFFFF


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key, as Kafka's clients choose it by default."""
    return (murmur2(key.encode()) & _POSITIVE) % partitions


def murmur2(data: bytes) -> int:
    """The 32-bit hash that Kafka uses, as an unsigned number."""
    whole = len(data) - len(data) % 4
    result = _SEED ^ len(data)
    for start in range(0, whole, 4):
        word = int.from_bytes(data[start : start + 4], "little") * _FACTOR & _MASK
        word = (word ^ word >> 24) * _FACTOR & _MASK
        result = (result * _FACTOR & _MASK) ^ word
    if rest := data[whole:]:
        result = (result ^ int.from_bytes(rest, "little")) * _FACTOR & _MASK
    result = (result ^ result >> 13) * _FACTOR & _MASK
    return result ^ result >> 15
