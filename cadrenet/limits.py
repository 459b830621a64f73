"""How often something may be asked for, counted in the cache that all workers share."""

from django.core.cache import cache


def within(name: str, key: str, *, at_most: int, seconds: int) -> bool:
    """Count one more, and return whether that is still no more than ``at_most`` since the first, ``seconds`` ago."""
    return counted(name, key, seconds=seconds) <= at_most


def counted(name: str, key: str, *, seconds: int) -> int:
    """Count one more, and return how many that makes; it is forgotten so long after the first."""
    address = f"limit:{name}:{key}"
    if cache.add(address, 1, seconds):
        return 1
    try:
        return int(cache.incr(address))
    except ValueError:
        # It was forgotten just now.
        cache.set(address, 1, seconds)
        return 1


def reached(name: str, key: str, *, at_most: int) -> bool:
    """Return whether that many were counted, without counting."""
    return int(cache.get(f"limit:{name}:{key}", 0)) >= at_most
