"""The media store that the settings name."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fedisw.config import Settings
from fedisw.media.local import LocalStore
from fedisw.model.errors import Invalid

HAS_S3: Final = find_spec("obstore") is not None  # the extra `s3`
if HAS_S3:
    from fedisw.media import s3

S3_PREFIX: Final = "s3://"


def open_store(settings: Settings) -> LocalStore | s3.S3Store:
    """A folder or a bucket; nothing is asked of the bucket yet.

    Raises:
        Invalid: the extra for S3 is not installed.
    """
    media, secrets = settings.media, settings.secrets
    if not media.store.startswith(S3_PREFIX):
        return LocalStore(Path(media.store), public_url=media.public_url)
    if not HAS_S3:
        raise Invalid("media.store", "S3 needs the extra: pip install 'fedisw[s3]'")
    keys = (secrets.s3_access_key, secrets.s3_secret_key)
    access, secret = ("" if key is None else key.reveal() for key in keys)
    place = s3.Place(url=media.store, endpoint=media.endpoint, region=media.region, access_key=access, secret_key=secret)
    return s3.S3Store(place, temp=settings.data_dir / "media" / "tmp", public_url=media.public_url)
