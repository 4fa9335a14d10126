"""White, black and red lists with due process, and the public portal with open data."""
