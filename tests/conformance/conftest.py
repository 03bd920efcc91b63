import pytest
@pytest.fixture(autouse=True)
def every_log():
    pass
