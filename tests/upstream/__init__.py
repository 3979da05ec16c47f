"""A made-up gateway of the New API family or openai-hk, for tests, benchmarks and demonstration.

Standard library only. `start_double` runs one in its own process, `python -m tests.upstream`
one by hand.
"""

from .handle import Double, start_double
from .rows import Row
from .world import Account, Key, Settings, World

__all__ = ["Account", "Double", "Key", "Row", "Settings", "World", "start_double"]
