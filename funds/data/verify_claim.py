"""核对“我的钱在总数里”：python verify_claim.py 证明.json

只用 Python 标准库，不联网。证明文件从家长个人页面下载。程序请您输入自己合同的缴费单号，从您的金额出发，逐层加总，
看能不能得到证明里的根和总数；再请您与“缴费前查一查”里这家机构公布的根和总数对照，两者相同才算数。
2026-11-30 起的证明必须含有缴费单号；更早的证明没有，只能证明总数里有一笔同样金额的钱。
"""

import datetime
import hashlib
import json
import sys

NUMBERED_FROM = "2026-11-30"


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def must_be_numbered(data):
    """Whether a proof of that day has to hold an order number; one whose day cannot be read has to."""
    if "on" not in data:
        return False
    try:
        return datetime.date.fromisoformat(data["on"]) >= datetime.date.fromisoformat(NUMBERED_FROM)
    except (TypeError, ValueError):
        return True


def verify(data, order_no=None):
    """Whether the claim of that order number is part of the total that the proof names."""
    number = data.get("order_no", "") if order_no is None else order_no
    if not number and must_be_numbered(data):
        return False
    parts = (
        ["leaf", data["salt"], number, str(data["fen"])]
        if number
        else ["leaf", data["salt"], str(data["fen"])]
    )
    node = (sha("|".join(parts)), data["fen"])
    if data["fen"] < 0:
        return False
    for step in data["path"]:
        if step["fen"] < 0:
            return False
        other = (step["hash"], step["fen"])
        left, right = (other, node) if step["is_left"] else (node, other)
        node = (sha(f"node|{left[0]}|{left[1]}|{right[0]}|{right[1]}"), left[1] + right[1])
    return node == (data["root"], data["total_fen"])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        proof = json.load(file)
    own = None
    if proof.get("order_no") or must_be_numbered(proof):
        own = sys.argv[2] if len(sys.argv) > 2 else input("请输入您合同上的 12 位缴费单号：").strip()
    if proof.get("on") and (own is None or own == proof.get("order_no")) and verify(proof, own):
        sys.stdout.write(
            f"相符：{proof['fen'] / 100:.2f} 元包含在 {proof['on']} 的总数 {proof['total_fen'] / 100:.2f} 元里。\n"
            f"请对照公布的总数和根：{proof['root']}\n"
        )
        if own is None:
            sys.stdout.write(
                f"注意：{NUMBERED_FROM} 以前的证明里没有缴费单号，只能说明总数里有一笔同样金额的钱，"
                "不能说明这一笔是您的。请下载新的证明再核对一次。\n"
            )
    else:
        sys.stdout.write("不相符：证明被改过，缴费单号不是您的，或您的金额没有算进总数。请向教育局反映。\n")
        sys.exit(1)
