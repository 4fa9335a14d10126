"""The demonstration: two made-up counties with real borders, and the city above them.

Everything in the books goes through the rooms' services, at the time when it happened, in the name
of the person who did it. Names of people, places and institutions are invented; the borders, the law
and the published figures of 2023 are real.
"""
