"""The register of activities that every room shares."""
