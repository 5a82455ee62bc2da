"""The URL that the dialplan called, taken apart."""

from urllib.parse import parse_qsl, unquote, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from cti_bridge.wire.agi import AgiRequest


@given(st.text("agi:/?=&%+#[]*.-_aé1", max_size=40) | st.from_regex(r"\Aagi://h:1/[a-z/]{0,9}\?[a-z=&*.-]{0,20}\Z"))
def test_the_short_way_through_a_url_leads_where_the_long_one_does(url: str) -> None:
    request = AgiRequest(variables={"agi_request": url})
    try:
        path, query = urlsplit(url).path, urlsplit(url).query
    except ValueError:
        path, _, query = url.partition("?")
    assert request.path == unquote(path).strip("/")
    assert request.query == dict(parse_qsl(query, keep_blank_values=True))
