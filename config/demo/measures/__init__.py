"""Measures of the demonstration county: trainings of 2023, and something in every register today."""

from config.demo.measures.duty import EDUCATION, ENDS_SOON, MARKET
from config.demo.measures.timeline import TRAININGS, build_measures

__all__ = ["EDUCATION", "ENDS_SOON", "MARKET", "TRAININGS", "build_measures"]
