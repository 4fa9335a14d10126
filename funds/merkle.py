"""A Merkle-sum tree over families' claims: the total cannot be made smaller without some family noticing.

Leaf: SHA-256 over salt, order number, amount; node: SHA-256 over both children's hash and sum. A proof shows the sums of the
sibling subtrees on the way up, so it tells subtotals of strangers (shuffled daily, salted: no names, no order). The
order number, which only its family knows, keeps the office from giving two families of equal claims one leaf.
No Django here: `funds/data/verify_claim.py` repeats these few lines for families who trust nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

NUMBERED_FROM = date(2026, 11, 30)  # as in `funds/data/verify_claim.py`: from that day proofs name the order
EMPTY = ("0" * 64, 0)
Node = tuple[str, int]


@dataclass(frozen=True)
class Sibling:
    """One step of a proof: the neighbour's hash and sum, and whether it stands on the left."""

    hash: str
    fen: int
    is_left: bool


def leaf(salt: str, fen: int, order_no: str = "") -> Node:
    """A contract's leaf; the first certificates were made without order numbers. Negative claims do not exist."""
    if fen < 0:
        raise ValueError("a claim is not negative")
    text = f"leaf|{salt}|{order_no}|{fen}" if order_no else f"leaf|{salt}|{fen}"
    return hashlib.sha256(text.encode()).hexdigest(), fen


def join(left: Node, right: Node) -> Node:
    """The parent of two nodes; its sum is theirs."""
    text = f"node|{left[0]}|{left[1]}|{right[0]}|{right[1]}"
    return hashlib.sha256(text.encode()).hexdigest(), left[1] + right[1]


def levels(leaves: Sequence[Node]) -> list[list[Node]]:
    """All levels from the leaves to the root; an odd end is joined with an empty node."""
    rows = [list(leaves) or [EMPTY]]
    while len(rows[-1]) > 1:
        row = rows[-1] + ([EMPTY] if len(rows[-1]) % 2 else [])
        rows.append([join(row[index], row[index + 1]) for index in range(0, len(row), 2)])
    return rows


def root(leaves: Sequence[Node]) -> Node:
    """Hash and sum of everything."""
    return levels(leaves)[-1][0]


def proof(leaves: Sequence[Node], position: int) -> list[Sibling]:
    """The way from one leaf to the root."""
    found = []
    for row in levels(leaves)[:-1]:
        other = position ^ 1
        node = row[other] if other < len(row) else EMPTY
        found.append(Sibling(node[0], node[1], is_left=bool(position & 1)))
        position //= 2
    return found


def check(own: Node, path: Sequence[Sibling], top: Node) -> bool:
    """Whether a leaf is in the tree with that root; every sum on the way is not negative."""
    node = own
    for step in path:
        if step.fen < 0:
            return False
        other = (step.hash, step.fen)
        node = join(other, node) if step.is_left else join(node, other)
    return node == top
