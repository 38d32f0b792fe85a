"""The HTTP interface: Flask blueprints that call use cases."""
