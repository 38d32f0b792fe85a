"""Hints through SNS and SQS, with a dead-letter queue."""
