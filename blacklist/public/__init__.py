"""The public portal: reads without login, the same for everyone, with no personal data."""
