"""The split of a library: by content, whole, disjoint, of the share asked for."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.library import in_split

HASHES = [sha256(str(number).encode()).hexdigest() for number in range(4000)]


@given(st.binary(), st.floats(0, 1))
def test_every_file_is_on_exactly_one_side(data, share):
    digest = sha256(data).hexdigest()
    assert in_split(digest, "all", share)
    assert in_split(digest, "train", share) != in_split(digest, "held_out", share)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_the_share_held_out_is_the_one_asked_for(share):
    held = sum(in_split(digest, "held_out", share) for digest in HASHES) / len(HASHES)
    assert held == pytest.approx(share, abs=0.03)


def test_a_larger_share_holds_out_the_same_files_and_more():
    fewer = {digest for digest in HASHES if in_split(digest, "held_out", 0.1)}
    more = {digest for digest in HASHES if in_split(digest, "held_out", 0.3)}
    assert fewer < more
