"""核对“我的钱在总数里”：python verify_claim.py 证明.json

只用 Python 标准库，不联网。证明文件从家长个人页面下载。程序请您输入自己合同的缴费单号，从您的金额出发，逐层加总，
看能不能得到证明里的根和总数；再请您与“缴费前查一查”里这家机构公布的根和总数对照，两者相同才算数。
"""

import hashlib
import json
import sys


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def verify(data, order_no=None):
    """Whether the claim of that order number is part of the total that the proof names."""
    number = data.get("order_no", "") if order_no is None else order_no
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
    if proof.get("order_no"):
        own = sys.argv[2] if len(sys.argv) > 2 else input("请输入您合同上的 12 位缴费单号：").strip()
    if own != "" and verify(proof, own):
        sys.stdout.write(
            f"相符：{proof['fen'] / 100:.2f} 元包含在 {proof['on']} 的总数 {proof['total_fen'] / 100:.2f} 元里。\n"
            f"请对照公布的总数和根：{proof['root']}\n"
        )
    else:
        sys.stdout.write("不相符：证明被改过，缴费单号不是您的，或您的金额没有算进总数。请向教育局反映。\n")
        sys.exit(1)
