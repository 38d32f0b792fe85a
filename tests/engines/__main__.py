"""`python -m tests.engines` fetches the engines that are no packages of the system; `make engines` runs it."""

from tests.engines.jars import KAFKA

for jars in (KAFKA,):
    jars.fetch()
