"""Prints every comparison as a row of a table."""

import platform
from itertools import chain

from benchmarks.deliveries import delivery_ratios
from benchmarks.memory import memory_rows
from benchmarks.ratio import HEADER
from benchmarks.reads import read_ratios
from benchmarks.streams import stream_ratios, stream_rows

print(f"Python {platform.python_version()} on {platform.machine()}; ratios are medians (smallest to largest round)\n")
print(HEADER)
for ratio in chain(read_ratios(), delivery_ratios(), stream_ratios()):
    print(ratio.row(), flush=True)
print()
for row in chain(memory_rows(), stream_rows()):
    print(row)
