"""Certificates of the tests' own, for 127.0.0.1."""

import subprocess
from pathlib import Path

from tests.documents.programs import program


def openssl(*arguments: str | Path) -> None:
    """Runs `openssl`."""
    command = [program("openssl", "it is Debian's package of this name"), *arguments]
    subprocess.run(command, check=True, capture_output=True)


def make_certificate(certificate: Path, key: Path) -> None:
    """Makes a certificate that names its own authority, and its key."""
    names = ["-subj", "/CN=perch", "-addext", "subjectAltName=IP:127.0.0.1"]
    openssl("req", "-x509", "-days", "2", *names, "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate)


def make_store(store: Path, certificate: Path, key: Path, password: str) -> None:
    """Puts both into one file, as Java reads it."""
    openssl("pkcs12", "-export", "-in", certificate, "-inkey", key, "-out", store, "-passout", f"pass:{password}")
