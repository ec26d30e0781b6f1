"""What was found about a new number, in one sentence of Chinese and one of English."""

from collections.abc import Mapping
from typing import Any

PLACES = {
    "handset": ("同一终端", "on one handset"),
    "cell": ("同一小区", "in one cell"),
    "agent": ("同一代理商", "with one agent"),
}
RELATIONS = {
    "silent": ("已静默{silent_days}天", "has been silent for {silent_days} days"),
    "suspended": ("已停机", "is suspended"),
    "falling": ("使用明显下降", "is used far less than before"),
    "alive": ("仍在使用", "is still in use"),
}


def explain(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Say what the number is taken for, and by what."""
    return _dealer(evidence) if "place" in evidence else _pair(evidence)


def _dealer(evidence: Mapping[str, Any]) -> tuple[str, str]:
    zh, en = PLACES[evidence["place"]]
    count, days = evidence["began_together"], evidence["window_days"]
    return (
        f"疑似代理商养卡：{zh}在{days}天左右的窗口内新入网{count}个号码",
        f"Looks like a dealer's growth: {count} new numbers began {en} within windows of {days} days",
    )


def _pair(evidence: Mapping[str, Any]) -> tuple[str, str]:
    zh, en = (told.format(**evidence) for told in RELATIONS[evidence["old_relation"]])
    alive = evidence["old_relation"] == "alive"
    kind_zh, kind_en = ("疑似第二号码", "A second number") if alive else ("疑似重入网", "An old customer's new number")
    shared, score, floor = evidence["peers_shared"], evidence["score"], evidence["score_min"]
    also_zh, also_en = _also(evidence)
    return (
        f"{kind_zh}：与原号码有{shared}个共同联系人{also_zh}，相似度{score:.2f}（门限{floor:.2f}），原号码{zh}",
        f"{kind_en}: {shared} peers in common with the old one{also_en}, score {score:.2f} of {floor:.2f} asked for;"
        f" the old one {en}",
    )


def _also(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """Return what else is the same."""
    same = [
        words
        for name, words in {"same_handset": ("同一终端", "handset"), "same_identity": ("同一证件", "identity")}.items()
        if evidence[name]
    ]
    return "".join(f"、{zh}" for zh, _ in same), "".join(f", the same {en}" for _, en in same)
