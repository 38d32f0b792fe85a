"""Users, their lists, and whom the page suggests."""

import pytest
from playwright.sync_api import expect

from tests.live.conftest import OpenWindow, SignIn

SUGGESTION_REQUESTS_MAX = 10
FOLLOWS = "**/following?limit=50"


@pytest.fixture
def circle(sign_in: SignIn, alice: str, bob: str, carol: str) -> list[str]:
    """Bob follows Alice and Carol. Both follow the first of those returned, Alice alone the second."""
    both, one = f"{alice}-both", f"{alice}-one"
    for followee in (alice, carol):
        sign_in(bob).follow(followee)
        sign_in(followee).follow(both)
        sign_in(followee).follow(bob)
    sign_in(alice).follow(one)
    sign_in(alice).follow(carol)
    return [both, one]


def test_a_user_has_counts_lists_and_a_follow_button(
    open_window: OpenWindow, sign_in: SignIn, alice: str, bob: str, circle: list[str]
) -> None:
    sign_in(alice).publish("hers")
    window = open_window().open(bob, at=f"#/users/{alice}")
    tabs = window.section.locator(".tabs a")
    expect(tabs).to_have_text(["1 Tweets", "1 Followers", "4 Following"])
    expect(window.section.locator(".relation")).to_have_text("Follows you")
    expect(window.shown_texts()).to_have_text(["hers"])
    tabs.nth(1).click()
    expect(window.people()).to_have_text([bob])
    tabs.nth(2).click()
    expect(window.people()).to_have_count(4)
    assert set(window.people().all_text_contents()) == {*circle, bob} | {window.people().all_text_contents()[0]}
    window.section.locator(".profile").get_by_role("button", name=f"Unfollow {alice}").click()
    expect(tabs.nth(1)).to_have_text("0 Followers")


def test_people_whom_ones_followees_follow_are_suggested(
    open_window: OpenWindow, alice: str, bob: str, carol: str, circle: list[str]
) -> None:
    window = open_window()
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url))
    window.open(bob, at="#/people")
    suggested = window.section.locator(".panel").filter(has_text="Who to follow")
    expect(suggested.locator(".person .name")).to_have_text(circle)
    expect(suggested.locator(".person .hint").first).to_have_text(f"Followed by {carol} and 1 other")
    expect(suggested.locator(".person .hint").nth(1)).to_have_text(f"Followed by {alice}")
    followers = window.section.locator(".panel").filter(has_text="They follow you")
    expect(followers.locator(".person .name")).to_have_text([carol, alice])

    with window.page.expect_request(FOLLOWS):
        suggested.get_by_role("button", name=f"Follow {circle[0]}").click()

    expect(suggested.locator(".person .name")).to_have_text([circle[1]])


def test_suggestions_take_few_requests_however_many_the_user_follows(
    open_window: OpenWindow, sign_in: SignIn, alice: str
) -> None:
    for number in range(30):
        sign_in(alice).follow(f"{alice}-{number}")
        sign_in(f"{alice}-{number}").follow(f"{alice}-friend")
    window = open_window().open(alice)
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url) if "limit=50" in request.url else None)
    window.go("#/people")
    suggested = window.section.locator(".panel").filter(has_text="Who to follow")
    expect(suggested.locator(".person .name")).to_have_text([f"{alice}-friend"])
    assert 0 < len(asked) <= SUGGESTION_REQUESTS_MAX


def test_who_follows_nobody_gets_those_who_publish(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    sign_in(f"{alice}-author").publish("hello")
    window = open_window().open(alice, at="#/people")
    suggested = window.section.locator(".panel").filter(has_text="Who to follow")
    expect(suggested.locator(".person .name").first).to_have_text(f"{alice}-author")


def test_a_long_list_is_read_page_by_page(open_window: OpenWindow, sign_in: SignIn, alice: str) -> None:
    names = [f"{alice}-{number}" for number in range(45)]
    for name in names:
        sign_in(alice).follow(name)
    window = open_window().open(alice, at=f"#/users/{alice}/following")
    expect(window.people().first).to_have_text(names[-1])
    window.page.wait_for_function(
        "() => { scrollTo(0, document.body.scrollHeight);"
        " return document.querySelectorAll('main > section:not([hidden]) .person').length === 45; }"
    )
    assert window.people().all_text_contents() == names[::-1]
    expect(window.section.get_by_role("button", name="More")).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Enter a user name."),
        ("me", "Use 1 to 64 of these characters: A-Z a-z 0-9 _ . - The names “.”, “..” and “me” are reserved."),
        ("a/b", "Use 1 to 64 of these characters: A-Z a-z 0-9 _ . - The names “.”, “..” and “me” are reserved."),
    ],
)
def test_an_invalid_name_is_an_error_beside_the_field(
    open_window: OpenWindow, alice: str, name: str, said: str
) -> None:
    window = open_window().open(alice, at="#/people")
    field = window.section.get_by_label("Go to a user")
    field.fill(name)
    field.press("Enter")
    expect(window.section.locator(".find .error")).to_have_text(said)
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill("@somebody")
    expect(window.section.locator(".find .error")).to_be_empty()
    field.press("Enter")
    expect(window.title).to_have_text("somebody")


def test_there_is_no_button_to_follow_oneself(open_window: OpenWindow, alice: str) -> None:
    window = open_window().open(alice, at="#/explore")
    window.publish("mine")
    window.page.get_by_role("link", name="Profile").click()
    expect(window.tweet("mine")).to_be_visible()
    expect(window.section.locator(".relation")).to_have_text("This is you.")
    expect(window.section.locator("button.follow:visible")).to_have_count(0)
