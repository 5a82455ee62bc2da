"""The words of a drawing in each language, as data. What people wrote in a flow file is drawn as they wrote it."""

from collections.abc import Mapping

import msgspec

from facts.languages import ReaderLanguage
from ivr.edges import Edge

NAMED_BY_PEOPLE = ("choices", "results")
"""Edges under these keys of a node have the names that people gave them."""


class DrawingWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a drawing says of its own. A word that a mapping lacks is drawn as the flow file spells it."""

    tag: str
    """The language as browsers know it."""
    kinds: Mapping[str, str] = {}
    """Kinds of nodes, by their ``type``."""
    edges: Mapping[str, str] = {}
    """Edges by their names, but cases and those that people named."""
    case: str = "case_{number}"
    titles: Mapping[str, str] = {}
    """Of the flows that come with the product."""
    version: str = "version {version}"
    calls: str = "{count} times"
    left: str = "left {share}"
    served: str = "served {share}"
    others: str = "{edges} others · {count}"
    join: str = ", "
    anywhere: str = "from anywhere"
    from_anywhere: str = "escape, too many errors"

    def kind(self, kind: str) -> str:
        """What a kind of node is called."""
        return self.kinds.get(kind, kind.replace("_", " "))

    def edge(self, edge: Edge) -> str:
        """What an edge is called."""
        part, *inside = edge.path
        if part in NAMED_BY_PEOPLE:
            return edge.name
        if part == "cases":
            return self.case.format(number=int(inside[0]) + 1)
        return self.edges.get(edge.name, edge.name)

    def title(self, title: str) -> str:
        """What a flow is called."""
        return self.titles.get(title, title)


ENGLISH = DrawingWords(tag="en")

CHINESE = DrawingWords(
    tag="zh-Hans",
    kinds={
        "say": "播报",
        "menu": "菜单",
        "collect": "收集输入",
        "confirm": "确认",
        "survey": "满意度调查",
        "branch": "分支",
        "set": "设置变量",
        "lookup": "查询",
        "subflow": "子导航",
        "return": "返回",
        "queue": "队列",
        "callback": "回呼",
        "transfer": "转接",
        "voicemail": "语音留言",
        "hang_up": "挂断",
    },
    edges={
        "next": "下一步",
        "no_input": "没有回应",
        "no_match": "未能识别",
        "leave": "按键离开",
        "callback": "请求回呼",
        "ask": "询问号码",
        "yes": "是",
        "no": "否",
        "otherwise": "其他情况",
        "not_found": "未找到",
        "fallback": "查询失败",
        "failed": "未成功",
        "after_talk": "通话结束后",
        "closed": "队列关闭",
        "full": "队列已满",
        "no_agents": "无坐席",
        "timed_out": "等待超时",
        "escape": "转人工",
        "max_errors": "错误过多",
    },
    case="条件 {number}",
    titles={
        "Cordboard demo": "Cordboard 演示",
        "Identify the customer": "识别客户",
        "A message instead of an agent": "语音留言",
        "Customer service": "客户服务",
        "Nobody can take the call": "暂时无人接听",
    },
    version="版本 {version}",
    calls="{count} 次",
    left="放弃 {share}",
    served="自助 {share}",
    others="其他 {edges} 项 · {count}",
    join="、",
    anywhere="任意节点",
    from_anywhere="转人工、错误过多",
)

WORDS: Mapping[ReaderLanguage, DrawingWords] = {"en": ENGLISH, "zh": CHINESE}
