"""Which tests show that a hostile peer is refused, row by row of the security reference, sections 8 to 10.

A test is named by its file below tests/ and its function; `*` stands for any rest of a name. test_hostile.py sees to it
that every row has a test and that every test named here exists.
"""

from __future__ import annotations

FORM, KEYS, ORDER = "security/test_sig_form.py::", "security/test_sig_keys.py::", "security/test_sig_order.py::"
AUTHORITY, IDENTITY = "security/test_ing_authority.py::", "security/test_ing_identity.py::"
SHAPE, ONCE, SUSPENDED = "security/test_ing_shape.py::", "security/test_ing_once.py::", "security/test_ing_suspended.py::"
PEOPLE, POSTS, QUOTES = "security/test_ing_people.py::", "security/test_ing_posts.py::", "security/test_ing_quotes.py::"
LIM, PROVEN, VOCAB = "security/test_lim.py::", "conformance/test_signatures.py::", "vocab/"

TESTS: dict[str, tuple[str, ...]] = {
    "SIG-1": (f"{FORM}test_sig_1_*", f"{ORDER}test_sig_1_*", f"{PROVEN}test_036_*", f"{PROVEN}test_037_*"),
    "SIG-2": (f"{FORM}test_sig_2_*", f"{ORDER}test_sig_2_*", f"{PROVEN}test_041_*"),
    "SIG-3": (f"{FORM}test_sig_3_*", f"{PROVEN}test_044_*", f"{PROVEN}test_045_*"),
    "SIG-4": (f"{FORM}test_sig_4_*", f"{ORDER}test_sig_4_*", f"{PROVEN}test_046_*"),
    "SIG-5": (f"{ORDER}test_sig_5_*", f"{PROVEN}test_037_*"),
    "SIG-6": (f"{FORM}test_sig_6_*", f"{PROVEN}test_042_*"),
    "SIG-7": (f"{FORM}test_sig_7_*", f"{ORDER}test_sig_7_*", f"{PROVEN}test_038_*", f"{PROVEN}test_039_*"),
    "SIG-8": (f"{KEYS}test_sig_8_*",),
    "SIG-9": (f"{KEYS}test_sig_9_*", "conformance/test_keys.py::test_051_*", "conformance/test_keys.py::test_053_*"),
    "SIG-10": ("security/test_sig_delivered.py::test_sig_10_*", "conformance/test_delivered_by_others.py::test_061_*"),
    "SIG-11": (f"{KEYS}test_sig_11_*", "conformance/test_keys.py::test_049_*", "conformance/test_keys.py::test_056_*"),
    "SIG-12": (f"{KEYS}test_sig_12_*", "conformance/test_keys.py::test_054_*", "conformance/test_keys.py::test_055_*"),
    "SIG-13": (f"{KEYS}test_sig_13_*", "conformance/test_secure_mode.py::test_057_*"),
    "ING-1": (f"{AUTHORITY}test_ing_1_*", f"{SUSPENDED}test_ing_1_*"),
    "ING-2": (f"{AUTHORITY}test_ing_2_*",),
    "ING-3": (f"{AUTHORITY}test_ing_3_*",),
    "ING-4": (f"{AUTHORITY}test_ing_4_*", "conformance/test_fetching.py::test_119_*", "conformance/test_own_ids.py::test_126_*"),
    "ING-5": (f"{AUTHORITY}test_ing_5_*", "conformance/test_own_ids.py::test_124_*"),
    "ING-6": (f"{ONCE}test_ing_6_*",),
    "ING-7": (f"{ONCE}test_ing_7_*",),
    "ING-8": (f"{SHAPE}test_ing_8_*", "conformance/test_fetching.py::test_120_*"),
    "ING-9": (f"{SHAPE}test_ing_9_*",),
    "ING-10": (f"{ONCE}test_ing_10_*",),
    "ING-11": (f"{SHAPE}test_ing_11_*",),
    "ING-12": (f"{SHAPE}test_ing_12_*",),
    "ING-13": (f"{SHAPE}test_ing_13_*",),
    "ING-14": (f"{IDENTITY}test_ing_14_*",),
    "ING-15": (f"{IDENTITY}test_ing_15_*",),
    "ING-16": ("federation/test_featured.py::test_ing_16_*",),
    "ING-17": (f"{IDENTITY}test_ing_17_*", f"{SUSPENDED}test_ing_17_*"),
    "ING Follow": (f"{PEOPLE}test_ing_follow_*",),
    "ING Accept, Reject": (f"{PEOPLE}test_ing_accept_*",),
    "ING Undo": (f"{PEOPLE}test_ing_undo_*",),
    "ING Create": (f"{AUTHORITY}test_ing_2_*", f"{SHAPE}test_ing_12_who_is_named_and_not_addressed_*"),
    "ING vote": (f"{PEOPLE}test_ing_vote_*",),
    "ING Update": (f"{PEOPLE}test_ing_update_*", f"{ONCE}test_ing_6_*"),
    "ING Delete": (f"{AUTHORITY}test_ing_3_*", f"{ONCE}test_ing_7_*"),
    "ING Announce": (f"{POSTS}test_ing_announce_*",),
    "ING Like, EmojiReact": (f"{POSTS}test_ing_like_*",),
    "ING Block": (f"{POSTS}test_ing_block_*",),
    "ING Flag": (f"{POSTS}test_ing_flag_*",),
    "ING Move": (f"{PEOPLE}test_ing_move_*",),
    "ING Add, Remove": (f"{POSTS}test_ing_add_*",),
    "ING QuoteRequest": (f"{QUOTES}test_ing_quote_requests_*",),
    "ING quote stamp": (f"{QUOTES}test_ing_a_stamp_*", f"{QUOTES}test_ing_a_quote_of_third_parties_*"),
    "ING Join, Leave, Invite, group Announce": (
        "conformance/test_follows.py::test_076_*",
        "federation/handlers/test_group_announce.py::*",
        f"{SHAPE}test_ing_9_*",
    ),
    "LIM body": (f"{FORM}test_sig_1_a_body_over_*", "net/test_client_limits.py::test_net6_sizes_*", "net/test_body.py::*limit*"),
    "LIM headers": ("cli/test_serving.py::test_what_is_no_http_*", "net/test_client_limits.py::test_net6_too_many_or_too_long_*"),
    "LIM id or URL": (f"{VOCAB}test_read.py::test_an_id_is_read_in_every_form_*",),
    "LIM to, cc": (f"{VOCAB}test_read.py::test_500_recipients_*",),
    "LIM tags, mentions, hashtags": (f"{VOCAB}test_tags.py::test_each_kind_*", f"{VOCAB}test_tags.py::test_200_tags_*"),
    "LIM attachments, polls": (
        f"{VOCAB}test_media.py::test_32_attachments_*",
        f"{VOCAB}test_objects.py::test_an_option_is_cut_*",
        "conformance/test_polls.py::test_082_*",
    ),
    "LIM content, summary": (f"{VOCAB}test_objects.py::test_long_texts_*", "text/test_sanitise.py::test_lim_*"),
    "LIM profile": (f"{VOCAB}test_actors.py::test_texts_are_cut_*", "conformance/test_actors_read.py::test_027_*"),
    "LIM emoji": (f"{VOCAB}test_tags.py::test_each_kind_*",),
    "LIM fetches": (f"{LIM}test_lim_*", "conformance/test_threads_and_lists.py::test_125_*"),
    "LIM climb, collection": ("federation/test_threads.py::test_a_climb_*", "conformance/test_threads_and_lists.py::test_122_*"),
    "LIM redirects": ("net/test_client.py::test_net5_*",),
    "LIM client": ("security/test_lim_clients.py::*",),
    "LIM streams": (
        "web/streaming/test_websocket.py::test_a_binary_frame_and_a_long_message_*",
        "web/streaming/test_websocket.py::test_a_person_has_ten_streams_*",
    ),
    "LIM patterns": ("security/test_lim_patterns.py::*",),
    "LIM-1": ("security/test_hostile.py::test_every_row_*",),
    "LIM-2": (f"{LIM}test_lim_2_*",),
    "LIM-3": (
        "net/test_breaker.py::test_lim3_*",
        "federation/test_keycache.py::test_the_one_longest_unused_*",
        "federation/test_newcomers.py::test_domains_do_not_fill_*",
        "live/test_buckets.py::test_when_full_*",
    ),
}
