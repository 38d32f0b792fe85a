"""`make cluster`: Perch with its engines on this machine, as it runs on many, from programs that are installed.

Benchmarks and tests start these processes, too.
"""
