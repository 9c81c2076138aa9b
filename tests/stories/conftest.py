"""One running installation for the stories, with the overview's day on its clock."""

import pytest

from tests.installation import take_on, temporary_installation


@pytest.fixture(scope="module")
def installation():
    """A whole installation, serving an empty book."""
    with temporary_installation() as installation:
        installation.start()
        installation.wait_until(installation.is_whole)
        yield installation


@pytest.fixture(scope="module")
def partner(installation):
    """A correspondent on it."""
    return take_on(installation)
