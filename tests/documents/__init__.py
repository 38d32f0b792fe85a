"""Tests of the OpenAPI document, the Postman collection, the documentation page and the guides."""
