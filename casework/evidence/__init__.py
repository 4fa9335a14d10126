"""Files received as evidence: checked, hashed, stripped of EXIF, served only through a scoped view."""
