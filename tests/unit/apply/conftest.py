"""Certificates for servers on the loopback, made once."""

import pytest

from tests.kit.certificates import made_in


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return made_in(tmp_path_factory.mktemp("certificates"))
