import pytest

from tests.upstream import start_double


@pytest.fixture(scope="session")
def running_double():
    with start_double() as running:
        yield running


@pytest.fixture
def double(running_double):
    """An empty New API v0.13.2 site."""
    running_double.reset()
    return running_double
