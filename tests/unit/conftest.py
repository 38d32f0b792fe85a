"""Settings of all unit tests."""

import hypothesis

# A busy machine makes single examples slow, which says nothing about the code.
hypothesis.settings.register_profile("unit", deadline=None)
hypothesis.settings.load_profile("unit")
