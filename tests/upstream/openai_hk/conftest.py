import pytest

from tests.upstream import start_double


@pytest.fixture(scope="session")
def running_openai_hk():
    with start_double("openai-hk-offset-newest") as double:
        yield double


@pytest.fixture
def double(running_openai_hk):
    running_openai_hk.reset()
    return running_openai_hk
