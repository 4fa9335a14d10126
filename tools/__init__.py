"""Set-up and running aids of the project: embedded servers, fonts, the demo. Never imported by the product."""
