"""What Perch does, one file a use case: its request, the protocols it needs, and a class with one public method."""
