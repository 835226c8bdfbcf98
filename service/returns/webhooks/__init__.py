"""What providers report by HTTP ★, each proven in the provider's own way and read into one form. Nothing here knows the web or the database."""
