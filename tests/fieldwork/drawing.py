"""Pools for the tests of the sampler."""

from __future__ import annotations

import random
from typing import Any

SKILLS = ("FIRE", "FINANCE", "ONLINE")


def target(number: int, stratum: str = "ALL", needs: tuple[str, ...] = ()) -> dict[str, Any]:
    """One place of a pool."""
    return {"id": f"T{number:05d}", "name": f"示例机构{number}", "stratum": stratum, "needs": list(needs)}


def officer(
    number: int,
    organ: str = "A",
    *,
    until: str = "",
    skills: tuple[str, ...] = (),
    recused: tuple[str, ...] = (),
) -> dict[str, Any]:
    """One officer of a pool, certified for good unless told otherwise."""
    return {
        "id": f"P{number:03d}",
        "name": f"人员{number}",
        "organ": organ,
        "certificate": {"number": f"{number:06d}", "from": "2025-01-01", "until": until},
        "skills": list(skills),
        "recused": list(recused),
    }


def pool(
    targets: list[dict[str, Any]],
    officers: list[dict[str, Any]] | None = None,
    *,
    strata: list[dict[str, Any]] | None = None,
    size: int = 2,
    places: int = 1,
) -> dict[str, Any]:
    """A whole pool file; without officers only places are drawn."""
    return {
        "format": "draw-pool/1",
        "sampler": "sampler/1",
        "number": "示例随机〔2026〕1号",
        "title": "示例抽查",
        "planned_on": "2026-12-01",
        "strata": strata or [{"code": "ALL", "label": "全部", "per_10000": 2000}],
        "targets": targets,
        "officers": officers or [],
        "team": {"size": size if officers else 0, "places": places},
    }


def random_pool(dice: random.Random) -> dict[str, Any]:
    """Any lawful pool: several layers, organs, recusals, skills, expired certificates."""
    codes = ["HIGH", "MEDIUM", "LOW"][: dice.randint(1, 3)]
    strata: list[dict[str, Any]] = []
    for code in codes:
        share = dice.choice([0, 1, 333, 1000, 2500, 10000])
        is_share = dice.random() < 0.7
        strata.append(
            {
                "code": code,
                "label": "层级“一”\t\u2028",
                **({"per_10000": share} if is_share else {"number": dice.randint(0, 9)}),
            }
        )
    targets = [
        target(number, dice.choice(codes), tuple(dice.sample(SKILLS, dice.choice([0, 0, 1, 2]))))
        for number in range(dice.randint(0, 40))
    ]
    dice.shuffle(targets)
    ids = [row["id"] for row in targets]
    officers = [
        officer(
            number,
            dice.choice("ABC"),
            until=dice.choice(["", "", "", "2026-12-01", "2026-12-02"]),
            skills=tuple(dice.sample(SKILLS, dice.randint(0, 2))),
            recused=tuple(dice.sample(ids, min(len(ids), dice.choice([0, 0, 1, 5])))),
        )
        for number in range(dice.randint(0, 16))
    ]
    return pool(targets, officers, strata=strata, size=dice.randint(2, 4), places=dice.randint(1, 4))


def layered(data: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """The same pool in format 2: laid in layers by two declared attributes of its targets."""
    targets = [
        {**row, "attributes": {"RISK": row["stratum"], "KIND": dice.choice(["SUBJECT", "NON_SUBJECT"])}}
        for row in data["targets"]
    ]
    for row in targets:
        row["stratum"] = f"{row['attributes']['RISK']}.{row['attributes']['KIND']}"
    by = [{"code": "RISK", "label": "风险等级"}, {"code": "KIND", "label": "学科属性"}]
    strata = [
        {**row, "code": f"{row['code']}.{kind}"}
        for row in data["strata"]
        for kind in ("NON_SUBJECT", "SUBJECT")
    ]
    return {**data, "format": "draw-pool/2", "strata_by": by, "strata": strata, "targets": targets}
