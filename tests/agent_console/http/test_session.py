"""Signing in and out: cookies, CSRF, one-time passwords, what a flood of guesses meets."""

from storage.accounts import FREE_FAILURES, Profile
from tests.agent_console.site import PASSWORD, Site


def test_a_session_begins_with_a_cookie_that_scripts_and_other_sites_cannot_use(site: Site) -> None:
    site.give_password("nora")
    browser = site.visitor()
    answer = browser.sign_in("nora")
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("cordboard_session=")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
    assert "Secure" not in cookie
    me = answer.json()
    assert (me["user"], me["role"], me["teams"], me["agent"]) == ("nora", "supervisor", ["north"], None)
    assert (me["language"], me["time_zone"], me["site"]) == ("zh", "Europe/Berlin", "Test centre")
    assert browser.get("/session").json() == me
    assert answer.headers["cache-control"] == "no-store"


def test_wrong_name_and_wrong_password_are_told_alike(site: Site) -> None:
    site.give_password("nora")
    wrong = site.visitor().sign_in("nora", "something else")
    unknown = site.visitor().sign_in("nobody", "something else")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.json()["error_id"] == "sign_in_failed"
    assert "set-cookie" not in wrong.headers


def test_a_user_without_a_password_cannot_sign_in_with_an_empty_one(site: Site) -> None:
    for password in ("", "x"):
        assert site.visitor().sign_in("sam", password).status_code in {401, 422}


def test_after_signing_out_the_cookie_is_worth_nothing(site: Site) -> None:
    browser = site.signed_in("nora")
    stolen = browser.cookies.copy() if hasattr(browser.cookies, "copy") else dict(browser.cookies)
    assert browser.delete("/session").status_code == 204
    thief = site.visitor()
    thief.cookies.update(stolen)
    assert thief.get("/session").status_code == 401


def test_a_session_is_new_at_every_sign_in_and_a_planted_one_is_not_taken_over(site: Site) -> None:
    site.give_password("nora")
    victim = site.visitor()
    victim.cookies.set("cordboard_session", "planted", domain="127.0.0.1", path="/")
    victim.sign_in("nora")
    first = dict(victim.cookies)["cordboard_session"]
    assert first != "planted"
    old = site.visitor()
    old.cookies.set("cordboard_session", first)
    assert old.get("/session").status_code == 200
    victim.sign_in("nora")
    assert dict(victim.cookies)["cordboard_session"] != first
    assert old.get("/session").status_code == 401, "the session before goes on"


def test_changes_need_the_sessions_csrf_token(site: Site) -> None:
    browser = site.signed_in("root")
    assert browser.post("/users/sam/lock", headers={"X-CSRF-Token": "guess"}).json()["error_id"] == "csrf"
    other = site.signed_in("nora")
    assert browser.post("/users/sam/lock", headers={"X-CSRF-Token": other.csrf}).status_code == 403
    browser.csrf, token = "", browser.csrf
    assert browser.post("/users/sam/lock").status_code == 403
    browser.csrf = token
    assert browser.post("/users/sam/lock").json()["locked"] is True


def test_a_page_of_another_origin_changes_nothing_and_signs_nobody_in(site: Site) -> None:
    browser = site.signed_in("root")
    foreign = {"Origin": "https://evil.example"}
    assert browser.post("/users/sam/lock", headers=foreign).json()["error_id"] == "csrf"
    wish = {"name": "root", "password": PASSWORD}
    assert site.visitor().post("/session", wish, headers=foreign).status_code == 403
    own = {"Origin": site.base}
    assert site.visitor().post("/session", wish, headers=own).status_code == 200
    assert browser.post("/users/sam/lock", headers={"Origin": "null"}).status_code == 403


def test_a_form_cannot_sign_in(site: Site) -> None:
    site.give_password("root")
    text = f'{{"name": "root", "password": "{PASSWORD}"}}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = site.visitor().ask("POST", "/session", content=text, headers={"Content-Type": kind})
        assert answer.status_code == 422, kind


def test_with_a_one_time_password_nothing_but_its_change_is_possible(site: Site) -> None:
    site.give_password("nora", "one-time-password", one_time=True)
    browser = site.visitor()
    assert browser.sign_in("nora", "one-time-password").json()["must_change_password"] is True
    refused = browser.get("/agents")
    assert (refused.status_code, refused.json()["error_id"]) == (403, "password_change_needed")
    first = dict(browser.cookies)
    change = {"old": "one-time-password", "new": "entirely my own words"}
    answer = browser.put("/session/password", change)
    assert answer.status_code == 200
    assert answer.json()["must_change_password"] is False
    assert dict(browser.cookies) != first
    assert browser.get("/agents").status_code == 200
    old = site.visitor()
    old.cookies.update(first)
    assert old.get("/session").status_code == 401
    assert site.visitor().sign_in("nora", "one-time-password").status_code == 401
    assert site.visitor().sign_in("nora", "entirely my own words").status_code == 200


def test_a_refused_password_names_the_field_the_rule_and_the_way_out(site: Site) -> None:
    browser = site.signed_in("nora")
    for new, rule in (("short", "at least 12"), ("my name is nora", "name"), (PASSWORD, "present password")):
        answer = browser.put("/session/password", {"old": PASSWORD, "new": new})
        problem = answer.json()
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        [field] = problem["errors"]
        assert field["field"] == "body.new"
        assert rule in field["rule"]
        assert field["way_out"]
    wrong = browser.put("/session/password", {"old": "not this", "new": "entirely my own words"})
    assert wrong.json()["errors"][0]["field"] == "body.old"


def test_guesses_are_slowed_by_name_whoever_has_it(site: Site) -> None:
    site.give_password("nora")
    for name in ("nora", "nobody"):
        answers = [site.visitor().sign_in(name, f"guess {turn}") for turn in range(FREE_FAILURES + 3)]
        codes = [answer.status_code for answer in answers]
        assert codes == [401] * (FREE_FAILURES + 1) + [429] * 2, name
        limited = answers[-1]
        assert limited.json()["error_id"] == "too_many"
        assert int(limited.headers["retry-after"]) > 0
        assert limited.json()["retry_after_s"] > 0
    assert site.visitor().sign_in("nora").status_code == 429, "the right password is refused, too, while locked"
    site.give_password("sam")
    assert site.visitor().sign_in("sam").status_code == 200, "others are not locked out"


def test_guesses_are_slowed_by_address_whatever_the_names(site: Site) -> None:
    codes = [site.visitor().sign_in(f"user{turn}", "guess").status_code for turn in range(32)]
    assert codes[:30] == [401] * 30
    assert codes[30:] == [429] * 2


def test_many_good_sign_ins_from_one_address_are_a_shift_and_no_attack(site: Site) -> None:
    site.give_password("nora")
    for _ in range(35):
        assert site.visitor().sign_in("nora").status_code == 200


def test_a_locked_user_is_out_at_once(site: Site) -> None:
    nora, root = site.signed_in("nora"), site.signed_in("root")
    assert nora.get("/agents").status_code == 200
    assert root.post("/users/nora/lock").status_code == 200
    assert nora.get("/agents").status_code == 401
    refused = site.visitor().sign_in("nora")
    assert (refused.status_code, refused.json()["error_id"]) == (403, "forbidden")
    assert root.post("/users/nora/unlock").status_code == 200
    assert site.visitor().sign_in("nora").status_code == 200
    assert root.post("/users/root/lock").status_code == 403


def test_the_last_who_may_change_everything_cannot_be_locked(site: Site) -> None:
    root = site.signed_in("root")
    site.console.accounts.add("eve", Profile(role="administrator"), by="test", at=site.now)
    program = site.token("eve", "administer")  # eve has a token, and no password
    refused = program.post("/users/root/lock")
    assert (refused.status_code, refused.json()["error_id"]) == (422, "invalid")
    [field] = refused.json()["errors"]
    assert field == {
        "field": "users.root",
        "rule": "is the last who can sign in and may change everything",
        "way_out": "make somebody else administrator and give them a password first",
    }
    gone = root.delete("/settings/users/root", headers={"If-Match": "*"})
    assert (gone.status_code, gone.json()["errors"]) == (
        422,
        [{**field, "rule": "nobody who can sign in could change everything any more"}],
    )
    site.give_password("eve")
    assert program.post("/users/root/lock").status_code == 200


def test_an_administrator_gives_a_one_time_password_and_ends_sessions(site: Site) -> None:
    nora, root = site.signed_in("nora"), site.signed_in("root")
    told = root.post("/users/nora/password").json()
    assert nora.get("/session").status_code == 401
    assert site.visitor().sign_in("nora", told["password"]).json()["must_change_password"] is True
    found = {user["name"]: user for user in root.get("/users").json()["items"]}
    assert found["nora"]["must_change_password"] is True
    assert found["nora"]["sessions"] == 1
    assert found["sam"]["has_password"] is False
    assert root.delete("/users/nora/sessions").status_code == 204
    found = {user["name"]: user for user in root.get("/users").json()["items"]}
    assert found["nora"]["sessions"] == 0
    assert root.post("/users/nobody/password").status_code == 404


def test_a_token_may_what_its_scopes_say_and_never_more_than_its_user(site: Site) -> None:
    nora = site.signed_in("nora")
    made = nora.post("/tokens", {"name": "wallboard", "scopes": ["read", "administer"]})
    assert made.status_code == 201
    assert made.json()["secret"].startswith("cbt_")
    program = site.visitor()
    program.headers["Authorization"] = f"Bearer {made.json()['secret']}"
    me = program.get("/session").json()
    assert me["scopes"] == ["read"]
    assert me["csrf_token"] is None
    assert program.get("/agents").status_code == 200
    assert program.get("/users").status_code == 403
    assert program.post("/tokens", {"name": "more", "scopes": ["read"]}).status_code == 403
    assert "secret" not in nora.get("/tokens").json()["items"][0]
    assert nora.delete(f"/tokens/{made.json()['token_id']}").status_code == 204
    assert program.get("/agents").status_code == 401


def test_a_wrong_token_is_nobody_even_beside_a_good_cookie(site: Site) -> None:
    nora = site.signed_in("nora")
    for header in ("Bearer cbt_wrong", "Bearer", "Basic bm9yYTpub3Jh", "Bearer " + "x" * 5000):
        answer = nora.get("/session", headers={"Authorization": header})
        assert answer.status_code == 401, header
        assert answer.headers["www-authenticate"] == "Bearer"


def test_tokens_of_others_are_for_administrators(site: Site) -> None:
    nora, root = site.signed_in("nora"), site.signed_in("root")
    wish = {"name": "t", "scopes": ["read"], "user": "sam"}
    assert nora.post("/tokens", wish).status_code == 403
    made = root.post("/tokens", wish)
    assert made.json()["user"] == "sam"
    assert nora.get("/tokens?user=sam").status_code == 403
    assert nora.delete(f"/tokens/{made.json()['token_id']}").status_code == 404
    assert root.get("/tokens?user=sam").json()["items"][0]["token_id"] == made.json()["token_id"]
    assert root.post("/tokens", {**wish, "user": "nobody"}).status_code == 404
    past = {**wish, "expires_at": "2020-01-01T00:00:00Z"}
    assert root.post("/tokens", past).json()["errors"][0]["field"] == "body.expires_at"


def test_who_is_named_as_somebody_was_before_begins_with_nothing_of_theirs(site: Site) -> None:
    root, nora = site.signed_in("root"), site.signed_in("nora")
    program = site.token("nora", "read", "administer")
    assert program.get("/agents").status_code == 200
    document = root.get("/settings/users/nora").json()["document"]
    gone = root.delete("/settings/users/nora", headers={"If-Match": "*"})
    assert gone.status_code == 204
    assert [one.get("/agents").status_code for one in (nora, program)] == [401, 401]
    another = {"title": "Nora Newman", "role": "administrator"}
    assert root.put("/settings/users/nora", another, headers={"If-None-Match": "*"}).status_code == 200
    assert [one.get("/agents").status_code for one in (nora, program)] == [401, 401], "that was somebody else"
    assert site.visitor().sign_in("nora").status_code == 401
    assert root.get("/tokens?user=nora").json()["items"] == []
    [told] = [one for one in root.get("/audit?resource=account&key=nora").json()["items"] if one["action"] == "removed"]
    assert told["actor"] == "root"
    site.give_password("nora")
    assert site.visitor().sign_in("nora").json()["title"] == "Nora Newman"
    assert document["title"] == "Nora North"


def test_who_was_removed_by_mistake_is_back_as_before_when_that_is_undone(site: Site) -> None:
    root, nora = site.signed_in("root"), site.signed_in("nora")
    assert root.delete("/settings/users/nora", headers={"If-Match": "*"}).status_code == 204
    assert nora.get("/agents").status_code == 401
    number = root.get("/settings/revisions?limit=1").json()["items"][0]["number"]
    assert root.post(f"/settings/revisions/{number}/undo").status_code == 200
    assert nora.get("/agents").status_code == 200
    assert site.visitor().sign_in("nora").status_code == 200


def test_a_token_for_metrics_looks_at_nothing_else_whoever_has_it(site: Site) -> None:
    root, nora = site.signed_in("root"), site.signed_in("nora")
    wish = {"name": "prometheus", "scopes": ["metrics"], "user": "sam"}
    refused = nora.post("/tokens", {"name": "mine", "scopes": ["read", "metrics"]})
    assert (refused.status_code, refused.json()["error_id"]) == (403, "forbidden")
    assert "administrators" in refused.json()["detail"]
    program = site.visitor()
    program.headers["Authorization"] = f"Bearer {root.post('/tokens', wish).json()['secret']}"
    assert program.get("/session").json()["scopes"] == ["metrics"]
    assert (program.get("/metrics").status_code, program.get("/metrics").text) == (200, "metrics")
    assert [program.get(path).status_code for path in ("/agents", "/queues", "/desk", "/audit")] == [403] * 4
    told = nora.get("/metrics").json()
    assert (told["error_id"], told["detail"]) == (
        "rights_needed",
        "this needs the scope 'metrics'; an administrator makes tokens that have it",
    )
    assert site.token("root", "metrics").get("/users").status_code == 403
