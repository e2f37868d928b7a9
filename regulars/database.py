"""Where the data live: the home folder, the secret, and which PostgreSQL is used; nothing is started on import."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from regulars import variables
from regulars.kit import embedded_postgres, schema


def home() -> Path:
    """The folder of everything this installation keeps on disk."""
    return embedded_postgres.default_home()


def secret() -> str:
    """The key that signs links, cookies and codes: from the environment, else made once and kept in the home folder."""
    if given := variables.text("REGULARS_SECRET_KEY"):
        return given
    path = home() / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a") as file:
            if file.tell() == 0:
                file.write(secrets.token_urlsafe(48))
    return path.read_text()


def is_embedded() -> bool:
    """Whether the data live in the PostgreSQL that comes along."""
    return not variables.text("DATABASE_URL")


def settings() -> dict[str, Any]:
    """Django's description of the database; the embedded one gets its address when it is started."""
    url = variables.text("DATABASE_URL")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 12, "timeout": 10}, **options(url)},
        **address(url),
    }


def options(url: str) -> dict[str, str]:
    """All other parameters of the address, such as `sslmode`, and the role that the application takes."""
    query = dict(parse_qsl(urlsplit(url).query))
    more = {name: value for name, value in query.items() if name not in {"host", "port"}}
    return {**more, "options": f"{more.get('options', '')} -c role={schema.ROLE}".strip()}


def address(url: str) -> dict[str, Any]:
    """Read a `postgresql://user:password@host:port/name?host=/socket` address into Django's names."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "NAME": parts.path.lstrip("/") or "regulars",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", parts.hostname or ""),
        "PORT": str(parts.port or query.get("port", "")),
    }


def start(name: str = "") -> str:
    """Start or join the embedded PostgreSQL and point Django at it; answers the address of the database.

    With `DATABASE_URL` nothing is started. `name` chooses another database on the same server.
    """
    from django.conf import settings as django_settings

    url = variables.text("DATABASE_URL") or embedded_postgres.serve(home())
    if name:
        parts = urlsplit(url)
        url = parts._replace(path=f"/{name}").geturl()
    django_settings.DATABASES["default"].update(address(url))
    return url


def kind() -> str:
    """`embedded` for the PostgreSQL that comes along, else `server`."""
    return variables.text("REGULARS_DATABASE_KIND") or ("embedded" if is_embedded() else "server")
