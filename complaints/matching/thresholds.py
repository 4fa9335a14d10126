"""Weights and thresholds of clue matching, in points. Whole numbers: sums do not depend on their order.

Set with the development seeds of `bench.cluster_quality` only, then frozen; the held-out seeds are run once after
each change (figures in docs/performance.md). Whoever changes a value sets a new date, raises
`matching.signals.SCHEME` when normal forms change, and measures again.
"""

from __future__ import annotations

from typing import Final

FROZEN_ON: Final = "2026-11-29"

LINK: Final = 50  # from here two clues are linked
WEAK: Final = 18  # from here a clue that stands alone may follow a single site
MARGIN: Final = 6  # by which that site must come before the next one
SHOW: Final = 25  # from here a pair is shown to people as a possible link
AGAINST: Final = 1  # a contradicting pair weighs as much as so many links
TURN_LEAST: Final = 2  # pairs before and after a day that name different operators, for a change of operator
TURN_SAME: Final = 4  # a pair that names the same operator weighs as much as so many of those

# 地址
SAME_ROOM: Final = 80
SAME_UNIT: Final = 60
SAME_BUILDING: Final = 50
SAME_COMPOUND: Final = 18
ALIKE_COMPOUND: Final = 10
SAME_DOOR: Final = 50
SAME_FLOOR: Final = 15
SAME_LANDMARK: Final = 20
SAME_RELATION: Final = 8
OTHER_BUILDING: Final = -80
OTHER_UNIT: Final = -60
OTHER_FLOOR: Final = -35
OTHER_ROOM: Final = -35
OTHER_DOOR: Final = -60
OTHER_COMPOUND: Final = -20

# 距离（米，上限，分）
DISTANCES: Final = ((30.0, 22), (60.0, 16), (100.0, 8), (200.0, 0), (400.0, -5), (1000.0, -10))
FAR: Final = -25
APART_METRES: Final = 400.0
ACCURACY_FREE: Final = 50.0  # 定位精度超出此值的部分从距离中扣除
ACCURACY_CAP: Final = 300.0

# 联系方式、名称、时间
SAME_CONTACT: Final = 60
SAME_MASKED: Final = 50  # 首三位、末四位相同，中间被隐去
OTHER_CONTACT: Final = -10
SAME_NAME: Final = 35
SAME_SOUND: Final = 32
ALIKE_NAME: Final = 20
SAME_PERSON: Final = 50
SAME_SURNAME: Final = 12
OTHER_NAME: Final = -15
OTHER_SURNAME: Final = -20
SAME_INSTITUTION: Final = 60
OTHER_INSTITUTION: Final = -80
SAME_EVENING: Final = 6
OTHER_TIMES: Final = -4
GAPS: Final = ((60, 0), (180, -3))  # 收到日期相隔天数，上限，分
LONG_GAP: Final = -8
SAME_SUBJECT: Final = 5
OTHER_SUBJECT: Final = -5
