import shutil
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.tweet import NFC_SHRINKS_BY, SHOWS_NOTHING, normalise_text

MAX_LENGTH = 280
E_ACUTE = "\u00e9"
E_AND_ACUTE = "e\u0301"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
ALPHA_WITH_ALL = "\u1f82"  # a letter with two accents and an iota below
MUSICAL_NOTE = "\U0001d160"  # one code point, three in NFC
NODE = shutil.which("node") or "node"
UNSTORABLE = [*map(chr, (0, 0xD800, 0xDBFF, 0xDC00, 0xDFFF)), "\ud83d\ude00"]

INVISIBLE = ["\u00ad", "\u200b", "\u200d\ufe0f", "\u3164", "\uffa0", "\u2800", "\U0001d159", "\U000e0041", "\x7f"]


def refusal(text: str, max_length: int = MAX_LENGTH) -> str:
    with pytest.raises(InvalidInput) as refused:
        normalise_text(text, max_length)
    assert refused.value.field == "text"
    return str(refused.value)


def test_text_is_normalised_to_nfc() -> None:
    assert normalise_text(f"caf{E_AND_ACUTE}", MAX_LENGTH) == f"caf{E_ACUTE}"


def test_nfc_keeps_compatibility_characters() -> None:
    assert normalise_text("ﬁ ² ½", MAX_LENGTH) == "ﬁ ² ½"


@pytest.mark.parametrize("blank", ["", " ", "\n\t\r", "\u00a0", "\u2003\u3000", "\u2028", "\u2000", "\x1f", *INVISIBLE])
def test_blank_text_is_refused(blank: str) -> None:
    refusal(blank)
    refusal(f" {blank}\u200b{blank}\u2003")
    assert normalise_text(f"a{blank}b", MAX_LENGTH) == unicodedata.normalize("NFC", f"a{blank}b")


def test_every_character_that_unicode_lets_programs_ignore_is_blank() -> None:
    """Asks Node, whose regular expressions know the property; Python's do not."""
    script = r"for (let c = 0; c < 0x110000; c++) if (/\p{DI}/u.test(String.fromCodePoint(c))) console.log(c)"
    printed = subprocess.run([NODE, "-e", script], capture_output=True, text=True, check=True)
    ignorable = list(map(int, printed.stdout.split()))
    assert len(ignorable) > 4000
    assert [hex(code) for code in ignorable if SHOWS_NOTHING.fullmatch(chr(code)) is None] == []


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\u00a0", "\u3000", "\u2028", "\u2001"])
def test_white_space_is_stripped_at_both_ends_only(space: str) -> None:
    inner = f"two{unicodedata.normalize('NFC', space)}words"
    assert normalise_text(f"{space}{inner}{space * 2}", MAX_LENGTH) == inner


@pytest.mark.parametrize("unstorable", UNSTORABLE)
@pytest.mark.parametrize("text", ["{}", "{}after", "before{}", "before{}after"])
def test_nul_and_surrogates_are_refused_at_any_position(text: str, unstorable: str) -> None:
    refusal(text.format(unstorable))


@pytest.mark.parametrize("character", ["a", "é", "😀", "字", "\u0301"])
def test_the_limit_counts_code_points(character: str) -> None:
    assert normalise_text(character * MAX_LENGTH, MAX_LENGTH) == character * MAX_LENGTH
    assert str(MAX_LENGTH + 1) in refusal(character * (MAX_LENGTH + 1))


def test_a_text_that_nfc_shortens_to_the_limit_is_accepted() -> None:
    apart = unicodedata.normalize("NFD", ALPHA_WITH_ALL)
    assert len(apart) == NFC_SHRINKS_BY
    assert normalise_text(f" {apart * MAX_LENGTH} ", MAX_LENGTH) == ALPHA_WITH_ALL * MAX_LENGTH
    refusal(apart * MAX_LENGTH + "a")


def test_nfc_shortens_no_text_by_a_larger_factor() -> None:
    longest = max(len(unicodedata.normalize("NFD", chr(code))) for code in range(sys.maxunicode + 1))
    assert longest == NFC_SHRINKS_BY


def test_the_limit_counts_every_code_point_of_an_emoji_sequence() -> None:
    refusal(FAMILY, max_length=len(FAMILY) - 1)
    assert normalise_text(FAMILY, len(FAMILY)) == FAMILY


def test_the_limit_applies_after_normalisation() -> None:
    assert normalise_text(E_AND_ACUTE * MAX_LENGTH, MAX_LENGTH) == E_ACUTE * MAX_LENGTH


def test_the_limit_applies_when_normalisation_lengthens_the_text() -> None:
    refusal(MUSICAL_NOTE * MAX_LENGTH)
    assert len(normalise_text(MUSICAL_NOTE * (MAX_LENGTH // 3), MAX_LENGTH)) == MAX_LENGTH // 3 * 3


def test_white_space_at_the_ends_does_not_count_towards_the_limit() -> None:
    assert normalise_text(" " * 50 + "a" * MAX_LENGTH + "\n" * 50, MAX_LENGTH) == "a" * MAX_LENGTH


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    try:
        stored = normalise_text(text, MAX_LENGTH)
    except InvalidInput:
        assume(False)
    assert unicodedata.is_normalized("NFC", stored)
    assert normalise_text(stored, len(stored)) == stored
