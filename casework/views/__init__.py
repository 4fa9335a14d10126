"""Pages of the office machinery: homes, files, office registers."""
