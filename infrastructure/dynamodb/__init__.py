"""Timelines in a table of DynamoDB."""
