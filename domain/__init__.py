"""What is true of users, tweets and timelines, whatever they are stored in or served by."""
