"""Settings for tests: an embedded PostgreSQL of their own that does not wait for the disk, unless `DATABASE_URL` names one."""

import os
import tempfile
from pathlib import Path

HOME = Path(tempfile.gettempdir()) / f"regulars-tests-{os.getuid()}"
HOME.mkdir(mode=0o755, exist_ok=True)
os.environ["REGULARS_HOME"] = str(HOME)
os.environ["REGULARS_SECRET_KEY"] = "only-for-tests"
os.environ["REGULARS_PUBLIC_ADDRESS"] = "http://testserver"
# Nothing crosses to the sister unless a test says how; what a test needs of a broker is at this address.
os.environ["REGULARS_EXCHANGE_FOLDER"] = ""
os.environ.setdefault(
    "REGULARS_TEST_RABBITMQ_URL", os.environ.pop("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672/")
)

from regulars.kit import embedded_postgres  # noqa: E402

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
if not os.environ.get("DATABASE_URL"):
    SERVER = embedded_postgres.serve(HOME, settings=FAST, linger_s=30)
    os.environ["REGULARS_TEST_SERVER"] = "embedded"
    os.environ["DATABASE_URL"] = SERVER

from regulars.settings import *  # noqa: E402, F403

SECOND_FACTOR_REQUIRED = False  # tests of the second factor say True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
