"""The name and version of the installed package."""

from importlib.metadata import version

NAME = "perch-timelines"
"""The name of the distribution; `perch` on PyPI is another project."""

VERSION = version(NAME)
