"""The figures of whole clusters that `make bench-cluster` measures."""
