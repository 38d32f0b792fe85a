"""Read, prepare and stream a home timeline."""
