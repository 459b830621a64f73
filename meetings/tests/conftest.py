"""Sentences are compared in the source language, so that no test waits for a translation."""

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation


@pytest.fixture(autouse=True)
def _in_the_source_language():
    translation.activate("en")


@pytest.fixture
def client():
    """A visitor who reads English."""
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client
