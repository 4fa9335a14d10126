"""Reading what other channels send: mail files and hotline sheets."""
