"""What each entity must look like: keys, kinds of values, which may be null and which may be missing (mastodon-entities.md).

A line is `name kind`; `?` behind the name: the key may be missing; `|null` behind the kind: the value may be null. Kinds in
brackets are lists. Kinds with a capital are entities of this file.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
SECOND: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
IDS: Final = re.compile(r"-?[0-9]+")

TABLES: Final = {
    "Account": """
        id id; username text; acct text; display_name text; note text; url url; uri url; avatar url; avatar_static url;
        avatar_description text; header url; header_static url; header_description text; locked bool; fields [Field];
        emojis [CustomEmoji]; bot bool; group bool; discoverable bool|null; indexable bool; noindex? bool; created_at midnight;
        last_status_at day|null; statuses_count int; followers_count int; following_count int; hide_collections bool|null;
        show_media bool; show_media_replies bool; show_featured bool; moved? Account|null; suspended? true; limited? true;
        memorial? true; roles? [AccountRole]; feature_approval Approval""",
    "CredentialAccount": "+Account; source Source; role Role",
    "MutedAccount": "+Account; mute_expires_at moment|null",
    "Source": """
        note text; fields [Field]; privacy public,unlisted,private; sensitive bool; language text|null;
        follow_requests_count int; hide_collections bool|null; discoverable bool|null; indexable bool;
        attribution_domains [text]; quote_policy public,followers,nobody""",
    "Profile": """
        id id; display_name text; note text; fields [Field]; formatted_note text; formatted_fields [Field]; avatar url|null;
        avatar_static url|null; avatar_description text; header url|null; header_static url|null; header_description text;
        locked bool; bot bool; hide_collections bool|null; discoverable bool|null; indexable bool; show_media bool;
        show_media_replies bool; show_featured bool; attribution_domains [text]; featured_tags [FeaturedTag]""",
    "Role": "id id; name text; color text; permissions id; highlighted bool; collection_limit int",
    "AccountRole": "id id; name text; color text",
    "Field": "name text; value text; verified_at moment|null",
    "CustomEmoji": "shortcode text; url url; static_url url; visible_in_picker bool; category? text|null; featured? bool",
    "Approval": "automatic [text]; manual [text]; current_user automatic,manual,denied,unknown,missing",
    "Relationship": """
        id id; following bool; showing_reblogs bool; notifying bool; languages [text]|null; followed_by bool; blocking bool;
        blocked_by bool; muting bool; muting_notifications bool; muting_expires_at second|null; requested bool;
        requested_by bool; domain_blocking bool; endorsed bool; note text""",
    "Preferences": """
        posting:default:visibility public,unlisted,private; posting:default:sensitive bool; posting:default:language text|null;
        posting:default:quote_policy public,followers,nobody; reading:expand:media default,show_all,hide_all;
        reading:expand:spoilers bool; reading:autoplay:gifs bool""",
    "AnonymousStatus": """
        id id; uri url; created_at moment; account Account; content text; visibility public,unlisted,private,direct;
        sensitive bool; spoiler_text text; media_attachments [MediaAttachment]; application? Program; mentions [Mention];
        tags [ShallowTag]; emojis [CustomEmoji]; reblogs_count int; favourites_count int; replies_count int; quotes_count int;
        url url; in_reply_to_id id|null; in_reply_to_account_id id|null; reblog AnonymousStatus|null; poll AnonymousPoll|null;
        card nothing|null; language text|null; edited_at moment|null; quote nothing|null; quote_approval Approval;
        tagged_collections [text]""",
    "Status": """
        +AnonymousStatus; reblog Status|null; poll Poll|null; favourited bool; reblogged bool; muted bool; bookmarked bool;
        pinned? bool; filtered [FilterResult]""",
    "FilterResult": "filter MatchedFilter; keyword_matches [text]|null; status_matches [id]|null",
    "MatchedFilter": """
        id id; title text; context [home,notifications,public,thread,account]; expires_at moment|null;
        filter_action warn,hide,blur""",
    "Filter": "+MatchedFilter; keywords [FilterKeyword]; statuses [FilterStatus]",
    "FilterKeyword": "id id; keyword text; whole_word bool",
    "FilterStatus": "id id; status_id id",
    "OldFilter": """
        id id; phrase text; context [home,notifications,public,thread,account]; whole_word bool; expires_at moment|null;
        irreversible bool""",
    "Conversation": "id id; unread bool; accounts [Account]; last_status Status|null",
    "DeletedStatus": "+Status; -content; text text; reblog DeletedStatus|null",
    "Program": "name text; website url|null",
    "Mention": "id id; username text; url url; acct text",
    "ShallowTag": "name text; url url",
    "MediaAttachment": """
        id id; type image,gifv,video,audio,unknown; url url; preview_url url|null; remote_url url|null;
        preview_remote_url url|null; text_url url|null; meta Meta|null; description text|null; blurhash text|null""",
    "Meta": "original? Size; small? Size; focus? Focus",
    "Size": "width int; height int; size text; aspect number",
    "Focus": "x number; y number",
    "AnonymousPoll": """
        id id; expires_at moment|null; expired bool; multiple bool; votes_count int; voters_count int|null; options [Option];
        emojis [CustomEmoji]""",
    "Poll": "+AnonymousPoll; voted bool; own_votes [int]",
    "Option": "title text; votes_count int|null",
    "ScheduledStatus": """
        id id; scheduled_at moment; params Params; media_attachments [MediaAttachment]; fedisw Held""",
    "Params": """
        text text; poll PlannedPoll|null; media_ids [id]|null; sensitive bool|null; spoiler_text text;
        visibility public,unlisted,private,direct; in_reply_to_id int|null; language text|null; application_id int|null;
        scheduled_at nothing|null; idempotency nothing|null; with_rate_limit bool; quoted_status_id id|null;
        quote_approval_policy public,followers,nobody|null; allowed_mentions nothing|null""",
    "PlannedPoll": "options [text]; expires_in int; multiple bool; hide_totals bool",
    "Held": "problem text|null; local_only bool",
    "StatusEdit": """
        account Account; content text; spoiler_text text; sensitive bool; created_at moment; media_attachments [MediaAttachment];
        emojis [CustomEmoji]; poll? PollForm""",
    "PollForm": "options [OptionForm]",
    "OptionForm": "title text",
    "StatusSource": "id id; text text; spoiler_text text",
    "Context": "ancestors [Status]; descendants [Status]",
    "AnonymousContext": "ancestors [AnonymousStatus]; descendants [AnonymousStatus]",
    "List": "id id; title text; replies_policy followed,list,none; exclusive bool",
    "Marker": "last_read_id id; version int; updated_at moment",
    "AnonymousTag": "id id-or-empty; name text; url url; history [History]",
    "Tag": "+AnonymousTag; following bool; featuring bool",
    "FeaturedTag": "id id; name text; url url; statuses_count id; last_status_at day|null",
    "FamiliarFollowers": "id id; accounts [Account]",
    "Suggestion": "source staff,past_interactions,global; sources [text]; account Account",
    "History": "day id; uses id; accounts id",
    "Search": "accounts [Account]; statuses [Status]; hashtags [Tag]; collections [text]",
    "Notification": """
        id id; type mention,status,reblog,follow,follow_request,favourite,poll,update,admin.sign_up,admin.report;
        created_at moment; account Account; group_key text; filtered? true; status? Status; report? Report""",
    "Group": """
        group_key text; notifications_count int;
        type mention,status,reblog,follow,follow_request,favourite,poll,update,admin.sign_up,admin.report;
        most_recent_notification_id int; page_min_id? id; page_max_id? id; latest_page_notification_at? moment;
        sample_account_ids [id]; status_id? id; report? Report""",
    "Groups": """
        accounts [Account]; partial_accounts? [PartialAccount]; statuses [Status]; notification_groups [Group]""",
    "PartialAccount": """
        id id; acct text; locked bool; bot bool; url url; avatar url; avatar_static url; avatar_description text""",
    "NotificationPolicy": """
        for_not_following accept,filter,drop; for_not_followers accept,filter,drop; for_new_accounts accept,filter,drop;
        for_private_mentions accept,filter,drop; for_limited_accounts accept,filter,drop; for_bots accept,filter,drop;
        summary Summary""",
    "Summary": "pending_requests_count int; pending_notifications_count int",
    "Report": """
        id id; action_taken bool; action_taken_at moment|null; category spam,legal,violation,other; comment text;
        forwarded bool|null; created_at moment; status_ids [id]|null; rule_ids [id]|null; collection_ids [id];
        target_account Account""",
    "Application": """
        id id; name text; website url|null; scopes [text]; redirect_uris [text]; redirect_uri text; vapid_key text""",
    "CredentialApplication": "+Application; client_id text; client_secret text; client_secret_expires_at int",
    "Rule": "id id; text text; hint text; translations any",
    "Instance": """
        domain text; title text; version text; source_url url; description text; usage Usage; thumbnail Thumbnail; icon [Icon];
        languages [text]; configuration Configuration; registrations Registrations; api_versions ApiVersions;
        wrapstodon nothing|null; contact Contact; rules [Rule]""",
    "Usage": "users Users",
    "Users": "active_month int",
    "Thumbnail": "url url; description text",
    "Icon": "src url; size text",
    "Registrations": """
        enabled bool; approval_required bool; reason_required bool; message text|null; min_age int|null; url url|null""",
    "ApiVersions": "mastodon int; fedisw int",
    "Contact": "email text; account Account|null",
    "Configuration": """
        urls Urls; vapid Vapid; accounts AccountLimits; statuses StatusLimits; media_attachments MediaLimits; polls PollLimits;
        translation Enabled; timelines_access Access; limited_federation bool""",
    "Urls": "streaming socket; status url|null; about url; privacy_policy url; terms_of_service url|null",
    "Vapid": "public_key text",
    "AccountLimits": """
        max_display_name_length int; max_note_length int; max_avatar_description_length int; max_header_description_length int;
        max_featured_tags int; max_pinned_statuses int; max_profile_fields int; profile_field_name_limit int;
        profile_field_value_limit int""",
    "StatusLimits": "max_characters int; max_media_attachments int; characters_reserved_per_url int",
    "MediaLimits": """
        supported_mime_types [text]; description_limit int; image_size_limit int; image_matrix_limit int; video_size_limit int;
        video_frame_rate_limit int; video_matrix_limit int""",
    "PollLimits": "max_options int; max_characters_per_option int; min_expiration int; max_expiration int",
    "Enabled": "enabled bool",
    "Access": "live_feeds Feed; hashtag_feeds Feed; trending_link_feeds Feed",
    "Feed": "local public,authenticated,disabled; remote public,authenticated,disabled",
    "OldInstance": """
        uri text; title text; short_description text; description text; email text; version text; urls OldUrls; stats Stats;
        thumbnail url|null; languages [text]; registrations bool; approval_required bool; invites_enabled bool;
        contact_account Account|null; rules [Rule]; configuration OldConfiguration""",
    "OldUrls": "streaming_api socket",
    "Stats": "user_count int; status_count int; domain_count int",
    "OldConfiguration": "accounts AccountLimits; statuses StatusLimits; media_attachments MediaLimits; polls PollLimits",
    "Text": "updated_at second|null; content text",
    "OEmbed": """
        type rich; version text; author_name text; author_url url; provider_name text; provider_url url; cache_age int;
        html text; width int; height int|null""",
}


def faults(value: Any, kind: str, place: str = "$") -> list[str]:
    """What is wrong with a value that should be of this kind; empty when it is right."""
    base, _, null = kind.partition("|")
    if value is None:
        return [] if null else [f"{place} is null"]
    if base.startswith("["):
        if not isinstance(value, list):
            return [f"{place} is no list"]
        return [fault for at, item in enumerate(value) for fault in faults(item, base[1:-1], f"{place}[{at}]")]
    if base in TABLES:
        return _of_object(value, base, place)
    return [] if _is(value, base) else [f"{place} is not {base}: {value!r}"]


def members(name: str) -> dict[str, tuple[bool, str]]:
    """Key, whether it may be missing, kind; `+` takes over another table, `-` leaves a key out."""
    found: dict[str, tuple[bool, str]] = {}
    for line in TABLES[name].split(";"):
        said = line.split()
        if said[0].startswith("+"):
            found |= members(said[0][1:])
        elif said[0].startswith("-"):
            del found[said[0][1:]]
        else:
            found[said[0].removesuffix("?")] = said[0].endswith("?"), said[1]
    return found


def _of_object(value: Any, name: str, place: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{place} is no object"]
    expected = members(name)
    found = [f"{place}.{key} is missing" for key, (optional, _) in expected.items() if key not in value and not optional]
    found += [f"{place}.{key} is not known" for key in value if key not in expected]
    return found + [
        fault for key, item in value.items() if key in expected for fault in faults(item, expected[key][1], f"{place}.{key}")
    ]


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "any":
            return True
        case "bool":
            return isinstance(value, bool)
        case "true":
            return value is True
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    match kind:
        case "text":
            return True
        case "id":
            return IDS.fullmatch(value) is not None
        case "id-or-empty":
            return value == "" or IDS.fullmatch(value) is not None
        case "url":
            return _is_url(value, ("http", "https"))
        case "socket":
            return _is_url(value, ("ws", "wss")) and urlsplit(value).path == ""
        case "moment":
            return MOMENT.fullmatch(value) is not None
        case "midnight":
            return MOMENT.fullmatch(value) is not None and value.endswith("T00:00:00.000Z")
        case "second":
            return SECOND.fullmatch(value) is not None
        case "day":
            return DAY.fullmatch(value) is not None
        case _:
            return value in kind.split(",")


def _is_url(text: str, schemes: tuple[str, ...]) -> bool:
    """Absolute, percent-encoded: Swift decodes nothing else."""
    return text.isascii() and " " not in text and urlsplit(text).scheme in schemes and bool(urlsplit(text).netloc)
