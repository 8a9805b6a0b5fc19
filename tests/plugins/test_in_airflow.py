"""Who a person is to the pages in Airflow: their login, whoever keeps the accounts."""

from __future__ import annotations

import pytest

import tests.airflow_home  # noqa: F401


@pytest.mark.parametrize("keeper", ["simple", "fab"])
def test_a_person_is_known_by_the_name_that_they_log_in_with(keeper):
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from airflow.providers.fab.auth_manager.models import User
    from in_airflow import login

    user = SimpleAuthManagerUser(username="rita", role="viewer") if keeper == "simple" else User(id=7, username="rita")
    assert login(user) == "rita"
