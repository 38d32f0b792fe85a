"""One step a file, each beside its SQL for both directions."""
