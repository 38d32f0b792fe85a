"""Hints through SNS and SQS, on emulators: moto for both, ElasticMQ for redrive policies."""
