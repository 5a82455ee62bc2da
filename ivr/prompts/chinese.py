"""Chinese (Mandarin): how values are spoken, by rules of its own.

Numbers group by ten thousand; a gap between groups is one 零; ten to nineteen begin with 十; two is 两 before 百, 千,
万, 亿 and before things that are counted, and 二 elsewhere. In a row of digits one is 幺.
"""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from babel.numbers import get_currency_name

_DIGITS = "零一二三四五六七八九"
_GROUPS = ("", "万", "亿", "万亿")
_UNITS = ((86400, "天"), (3600, "小时"), (60, "分钟"), (1, "秒"))
_MINOR = {"USD": "美分", "EUR": "欧分", "GBP": "便士", "HKD": "港分", "SGD": "分", "AUD": "分", "CAD": "分"}
_SIGNS = {str(value): sign for value, sign in enumerate(_DIGITS)} | {"1": "幺", "+": "加", "*": "星号", "#": "井号"}
_SIGNS |= {letter: letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_PARTS_OF_DAY = ((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
"""Until which hour each lasts."""
LARGEST = 10**15
"""From here on a number is read digit by digit."""


def digits(text: str) -> list[str]:
    """One by one; one is 幺, as on the telephone."""
    return [_SIGNS[sign] for sign in text if sign in _SIGNS]


def number(value: int | Decimal) -> list[str]:
    """A cardinal: 一百零二, 两千零五十, 十二点五."""
    if value < 0:
        return ["负", *number(-value)]
    whole = int(value)
    if whole >= LARGEST:
        return digits(str(whole))
    words = _whole(whole)
    fraction = f"{Decimal(value) % 1:f}".partition(".")[2].rstrip("0") if isinstance(value, Decimal) else ""
    return [*words, "点", *(_DIGITS[int(sign)] for sign in fraction)] if fraction else words


def _whole(value: int) -> list[str]:
    if value < 100:
        return [below_hundred(value)]
    words: list[str] = []
    gap = False
    groups = list(_groups(value))
    for power, group in groups:
        if group == 0:
            gap = True
            continue
        if words and (gap or group < 1000):
            words.append("零")
        words += [*_group(group, leading=not words, last=power == 0), *([_GROUPS[power]] if power else [])]
        gap = False
    return words


def _groups(value: int) -> Iterator[tuple[int, int]]:
    highest = (len(str(value)) - 1) // 4
    for power in range(highest, -1, -1):
        yield power, value // 10 ** (4 * power) % 10000


def _group(group: int, *, leading: bool, last: bool) -> list[str]:
    """Up to 9999. Two thousand is 两千, two hundred 两百; two alone before 万 or 亿 is 两."""
    thousands, hundreds, rest = group // 1000, group // 100 % 10, group % 100
    words = [_counted(thousands) + "千"] if thousands else []
    if hundreds:
        words.append(_counted(hundreds) + "百")
    elif thousands and rest:
        words.append("零")
    if not rest:
        return words
    if not words:
        return ["两"] if rest == 2 and not last else [below_hundred(rest) if leading else _within(rest)]
    return [*words, *(["零"] if hundreds and rest < 10 else []), _within(rest)]


def _within(rest: int) -> str:
    """Ten to nineteen inside a greater number keep their 一: 一百一十二."""
    return f"一{below_hundred(rest)}" if 10 <= rest < 20 else below_hundred(rest)


def below_hundred(value: int) -> str:
    """零 to 九十九."""
    tens, ones = divmod(value, 10)
    if tens == 0:
        return _DIGITS[ones]
    return f"{'' if tens == 1 else _DIGITS[tens]}十{_DIGITS[ones] if ones else ''}"


def _counted(digit: int) -> str:
    return "两" if digit == 2 else _DIGITS[digit]


def counted(value: int | Decimal) -> list[str]:
    """A number before what it counts: two is 两."""
    return ["两"] if value == 2 else number(value)


def ordinal(value: int) -> list[str]:
    """第二十二."""
    return ["第", *number(value)]


def date(day: dt.date) -> list[str]:
    """二零二六年十一月二十二日: the year digit by digit."""
    year = [_DIGITS[int(sign)] for sign in str(day.year)]
    return [*year, "年", below_hundred(day.month), "月", below_hundred(day.day), "日"]


def time_of_day(time: dt.time) -> list[str]:
    """下午两点三十分, 上午十点零五分, 凌晨零点."""
    part = next(name for until, name in _PARTS_OF_DAY if time.hour < until)
    hour = time.hour - 12 if time.hour > 12 else time.hour
    minutes = [*(["零"] if time.minute < 10 else []), below_hundred(time.minute), "分"] if time.minute else []
    return [part, *counted(hour), "点", *minutes]


def money(amount: Decimal, currency: str) -> list[str]:
    """十二元五角, 十二元零五分; foreign money with its own hundredths: 十二美元五十美分."""
    whole, cents = divmod(int(abs(amount) * 100), 100)
    sign = ["负"] if amount < 0 else []
    name = _currency(currency)
    if amount % 1 and currency not in (*_MINOR, "CNY"):
        return [*sign, *number(abs(amount).normalize()), name]
    words = [*counted(whole), name] if whole or not cents else []
    if cents and currency == "CNY":
        words += _jiao_and_fen(cents, after_yuan=bool(words))
    elif cents:
        words += [*counted(cents), _MINOR[currency]]
    return sign + words


def _currency(currency: str) -> str:
    return "元" if currency == "CNY" else get_currency_name(currency, locale="zh")


def _jiao_and_fen(cents: int, *, after_yuan: bool) -> list[str]:
    jiao, fen = divmod(cents, 10)
    words = [_DIGITS[jiao] if after_yuan else _counted(jiao), "角"] if jiao else (["零"] if after_yuan else [])
    said = _DIGITS[fen] if words else _counted(fen)
    return [*words, *([said, "分"] if fen else [])]


def duration(seconds: int) -> list[str]:
    """一小时五分钟: the two greatest units that are not zero."""
    words: list[str] = []
    parts = list(_parts(max(0, seconds)))[:2]
    for count, unit in parts or [(0, "秒")]:
        words += [*counted(count), unit]
    return words


def _parts(seconds: int) -> Iterator[tuple[int, str]]:
    for length, unit in _UNITS:
        count, seconds = divmod(seconds, length)
        if count:
            yield count, unit


_BESIDE_NUMBERS = {
    "ordinal": {"第"},
    "date": {"年", "月", "日"},
    "time": {"分", *(name for _, name in _PARTS_OF_DAY)},
    "duration": {unit for _, unit in _UNITS},
}
"""What each kind of value needs besides the words of numbers."""


def vocabulary(spoken_as: str, currency: str = "") -> set[str]:
    """Every sound that values of a kind may need."""
    if spoken_as == "digits":
        return set(_SIGNS.values())
    numbers = {below_hundred(value) for value in range(100)} | {_within(value) for value in range(10, 20)}
    numbers |= {_counted(digit) + unit for digit in range(1, 10) for unit in "百千"}
    numbers |= {"两", "万", "亿", "万亿", "零", "点", "负", "幺"}
    if spoken_as != "money":
        return numbers | _BESIDE_NUMBERS.get(spoken_as, set())
    minor = {"角", "分"} if currency == "CNY" else {_MINOR.get(currency, "点")}
    return numbers | {_currency(currency)} | minor
