"""Official documents: issue (number, freeze, sign), render, withdraw, supersede, verify."""
