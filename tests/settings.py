"""The product's settings for tests: on engines of their own, which must run before the settings are read."""

from caredesk.catalogs import compile_catalogs
from tests.engines import lend_engines

lend_engines()
compile_catalogs()

from caredesk.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
