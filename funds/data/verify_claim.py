"""核对“我的钱在总数里”：python verify_claim.py 证明.json

只用 Python 标准库，不联网。证明文件从家长个人页面下载。程序从您的金额出发，逐层加总，看能不能得到公布的根。
"""

import hashlib
import json
import sys


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def verify(data):
    """Whether the claim is part of the published total."""
    node = (sha(f"leaf|{data['salt']}|{data['fen']}"), data["fen"])
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
    if verify(proof):
        sys.stdout.write(
            f"相符：{proof['fen'] / 100:.2f} 元包含在 {proof['on']} 公布的总数 {proof['total_fen'] / 100:.2f} 元里。"
        )
    else:
        sys.stdout.write("不相符：证明被改过，或您的金额没有算进总数。请向教育局反映。")
        sys.exit(1)
