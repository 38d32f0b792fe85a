"""The rules for users, tweets and timelines. They do not depend on storage or transport."""
