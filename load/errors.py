"""The error that ends a load early."""


class LoadError(Exception):
    """A load that cannot go on; its text is one sentence for whoever started it."""
