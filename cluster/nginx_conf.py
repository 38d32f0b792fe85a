"""docs/nginx.conf on this machine: with other ports, folders and limits, and nothing else changed."""

import getpass
from collections.abc import Mapping, Sequence
from pathlib import Path

from cluster.perch_process import REPOSITORY

CONFIGURATION = REPOSITORY / "docs" / "nginx.conf"

TRUSTING = {'auth_basic "Perch";': "auth_basic off;", "X-User-Id $remote_user;": "X-User-Id $http_x_user_id;"}
"""The changes that make nginx trust the identity that clients send."""


def changed(text: str, changes: Mapping[str, str]) -> str:
    """The configuration with these parts replaced; raises `AssertionError` if one is not there."""
    for documented, here in changes.items():
        assert documented in text
        text = text.replace(documented, here)
    return text


def local(
    folder: Path, perch_ports: Sequence[int], *, port: int, tls_port: int = 0, connections: int = 100
) -> dict[str, str]:
    """The changes for nginx with its files in the folder, on this port, in front of Perch on those.

    `connections` is the limit for each address; all connections from this machine come from one address.
    """
    return {
        "user www-data;": f"user {getpass.getuser()};",
        "limit_conn addresses 100;": f"limit_conn addresses {connections};",
        "listen 80;": f"listen 127.0.0.1:{port};",
        "listen 443 ": f"listen 127.0.0.1:{tls_port} ",
        "/etc/nginx/perch.crt": f"{folder}/perch.crt",
        "/etc/nginx/perch.key": f"{folder}/perch.key",
        "server 127.0.0.1:8080;": " ".join(f"server 127.0.0.1:{each};" for each in perch_ports),
        "/etc/nginx/perch.htpasswd": f"{folder}/perch.htpasswd",
        "/run/nginx.pid": f"{folder}/nginx.pid",
        "/var/log/nginx/": f"{folder}/",
        "/var/lib/nginx/": f"{folder}/",
    }
