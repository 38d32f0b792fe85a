"""Timelines in DynamoDB, on an emulator that can be killed, paused, cut off and made to refuse."""
