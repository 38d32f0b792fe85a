"""What Perch says of itself: its OpenAPI document, its Postman collection, its documentation page."""
