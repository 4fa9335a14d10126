"""Report regimes, periods, frozen editions, exports and the exchange with the superior office."""
