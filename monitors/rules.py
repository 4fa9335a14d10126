"""Keys of the policy values that this room reads."""

NOTICE = "monitor.notice"
TERM = "monitor.term"
AGE = "monitor.age"
