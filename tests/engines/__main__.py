"""`python -m tests.engines` fetches the engines that are no packages of the system; `make engines` runs it."""

from tests.engines.jars import KAFKA

if __name__ == "__main__":
    KAFKA.fetch()
    print(f"The engines are in {KAFKA.folder.parent}.")
