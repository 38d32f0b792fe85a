"""Programs that use Perch as its clients do, with generated clients and libraries that Perch itself does not need.

They run in an environment of their own, which `make client-tools` makes.
"""
