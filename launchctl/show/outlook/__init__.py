"""What is to come as things stand: expected instants, and the end of the show."""
