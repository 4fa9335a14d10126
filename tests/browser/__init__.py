"""The product in a real browser, with a real web server and a real worker."""
