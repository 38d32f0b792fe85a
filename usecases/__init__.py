"""The use cases, one file each: the request, the protocols it needs, and a class with one public method."""
