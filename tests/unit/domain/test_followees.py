from domain.user import NOBODY, Followees

BOB_CAROL_DAN = Followees({"bob": 3, "carol": 5, "dan": 9}, version=3)


def test_authors_is_the_set_of_all_followees() -> None:
    assert BOB_CAROL_DAN.authors == {"bob", "carol", "dan"}


def test_the_newest_follow_id_is_the_largest() -> None:
    assert BOB_CAROL_DAN.newest_follow_id == 9


def test_a_user_without_followees_has_no_newest_follow_and_empty_pages() -> None:
    assert NOBODY.newest_follow_id == 0
    assert NOBODY.authors == set()
    assert NOBODY.followed_after(0) == []
    assert NOBODY.page_before(100, 10) == []


def test_followed_after_returns_newer_follows_only() -> None:
    assert BOB_CAROL_DAN.followed_after(0) == ["dan", "carol", "bob"]
    assert BOB_CAROL_DAN.followed_after(3) == ["dan", "carol"]
    assert BOB_CAROL_DAN.followed_after(4) == ["dan", "carol"]
    assert BOB_CAROL_DAN.followed_after(9) == []


def test_pages_are_ordered_by_descending_follow_id() -> None:
    assert BOB_CAROL_DAN.page_before(100, 2) == [(9, "dan"), (5, "carol")]
    assert BOB_CAROL_DAN.page_before(5, 2) == [(3, "bob")]
    assert BOB_CAROL_DAN.page_before(4, 2) == [(3, "bob")]
    assert BOB_CAROL_DAN.page_before(3, 2) == []


def test_the_follow_id_of_an_author_who_is_not_followed_is_0() -> None:
    assert [BOB_CAROL_DAN.follow_id(author) for author in ("carol", "erin")] == [5, 0]


def test_changed_returns_new_followees_and_leaves_the_old_ones_as_they_were() -> None:
    changed = BOB_CAROL_DAN.changed({"carol": 0, "erin": 0, "fay": 10, "bob": 12}, version=8)
    assert changed.page_before(100, 10) == [(12, "bob"), (10, "fay"), (9, "dan")]
    assert changed.version == 8
    assert BOB_CAROL_DAN.page_before(100, 10) == [(9, "dan"), (5, "carol"), (3, "bob")]
    assert BOB_CAROL_DAN.version == 3
