"""Files in an S3-compatible object store, content-addressed: `aa/bb/<sha256>` in one bucket, written once, never changed.

Every request is signed (SigV4) and says the SHA-256 of what it brings: bytes that changed on their way are refused by
the other side. A put has answered only when the object is kept; of a large one nothing shows until its last part.
"""

from __future__ import annotations

import base64
import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from portal_app.core.errors import Unavailable
from portal_app.domain.media.store import Kept
from portal_app.settings import S3

NAME = re.compile(r"[0-9a-f]{64}")
PART = 16 << 20
LINK_SECONDS = 60
MISSING = {"404", "NoSuchKey", "NotFound"}
BEYOND = {"416", "InvalidRange"}
DOWN = "The file storage of this portal is not answering. Nothing is lost; try again in a minute."

for _talker in ("boto3", "botocore", "s3transfer", "urllib3"):  # at DEBUG they write signatures and links into the log
    logging.getLogger(_talker).setLevel(logging.WARNING)


class S3Store:
    """The `Store` port on a bucket. Raises Unavailable when the storage does not answer or refuses us."""

    def __init__(self, place: S3) -> None:
        self.bucket, self.prefix = place.bucket, place.prefix
        self.client = _client(place, place.endpoint)
        self._links = _client(place, place.links_url) if place.links_url else None
        self._parts = TransferConfig(multipart_threshold=2 * PART, multipart_chunksize=PART, max_concurrency=2)

    def add_file(self, path: Path, sha256: str) -> None:
        """Take over a finished file. Durable when this returns; the same bytes again are simply dropped."""
        if not self.has(sha256):
            with _answering(), path.open("rb") as file:
                self._put(file, path.stat().st_size, sha256)
        path.unlink(missing_ok=True)

    def add_bytes(self, content: bytes, sha256: str) -> None:
        """Keep small content. Durable when this returns."""
        if not self.has(sha256):
            with _answering():
                self._put(io.BytesIO(content), len(content), sha256)

    def has(self, sha256: str) -> bool:
        """Whether these bytes are kept here."""
        try:
            self._head(sha256)
        except KeyError:
            return False
        return True

    def size(self, sha256: str) -> int:
        """Bytes. Raises KeyError when it is not here."""
        return self._head(sha256)["ContentLength"]

    def read(self, sha256: str, start: int = 0, length: int | None = None, chunk: int = 1 << 20) -> Iterator[bytes]:
        """The bytes from `start`, at most `chunk` at a time. Raises KeyError when it is not here."""
        if length == 0:
            self._head(sha256)
            return iter(())
        last = "" if length is None else start + length - 1
        try:
            with _answering():
                found = self.client.get_object(Bucket=self.bucket, Key=self._key(sha256), **_range(start, last))
        except _Refused as refused:
            if refused.code in BEYOND:
                return iter(())
            raise refused.as_problem(sha256) from None
        return _pieces(found["Body"], chunk)

    def local_path(self, sha256: str) -> Path | None:
        """It lies on no disk of ours."""
        self._key(sha256)
        return None

    def everything(self) -> Iterator[Kept]:
        """Every file there is, a thousand to a question."""
        with _answering():
            for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix):
                for found in page.get("Contents", ()):
                    name = found["Key"].rpartition("/")[2]
                    if NAME.fullmatch(name) and found["Key"] == self._key(name):
                        yield Kept(name, found["Size"], found["LastModified"])

    def kept_at(self, sha256: str) -> datetime | None:
        """When it was put there; None when it is not here."""
        try:
            return self._head(sha256)["LastModified"]
        except KeyError:
            return None

    def remove(self, sha256: str) -> None:
        """Delete it; nothing when it is not here."""
        with _answering():
            self.client.delete_object(Bucket=self.bucket, Key=self._key(sha256))

    def drop_unfinished(self, before: datetime) -> None:
        """End large files whose last part never came: their parts cost room and show nowhere."""
        with _answering():
            for page in self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket, Prefix=self.prefix):
                for begun in page.get("Uploads", ()):
                    if begun["Initiated"] < before:
                        self.client.abort_multipart_upload(
                            Bucket=self.bucket, Key=begun["Key"], UploadId=begun["UploadId"]
                        )  # fmt: skip

    def link(self, sha256: str, media_type: str, disposition: str) -> str | None:
        """An address that gives this file for a minute, by its name; None when browsers cannot reach the bucket."""
        if self._links is None:
            return None
        asked = {"ResponseContentType": media_type, "ResponseContentDisposition": disposition}
        params = {"Bucket": self.bucket, "Key": self._key(sha256), **asked, "ResponseCacheControl": "private, no-store"}
        return self._links.generate_presigned_url("get_object", Params=params, ExpiresIn=LINK_SECONDS)

    def require(self) -> None:
        """Ask once whether the bucket is there and ours to list. Raises Unavailable with what the other side said."""
        try:
            with _answering():
                self.client.list_objects_v2(Bucket=self.bucket, Prefix=self.prefix, MaxKeys=1)
        except Unavailable as problem:
            raise Unavailable(str(problem.__cause__)) from None

    def _put(self, file: Any, size: int, sha256: str) -> None:
        """In one request, or in parts when it is large; a part holds 16 MB of memory."""
        if size <= 2 * PART:
            proof = base64.b64encode(bytes.fromhex(sha256)).decode()
            self.client.put_object(
                Bucket=self.bucket, Key=self._key(sha256), Body=file, ContentLength=size, ChecksumSHA256=proof
            )  # fmt: skip
        else:
            self.client.upload_fileobj(file, self.bucket, self._key(sha256), Config=self._parts)

    def _head(self, sha256: str) -> dict[str, Any]:
        try:
            with _answering():
                return self.client.head_object(Bucket=self.bucket, Key=self._key(sha256))
        except _Refused as refused:
            raise refused.as_problem(sha256) from None

    def _key(self, sha256: str) -> str:
        if not NAME.fullmatch(sha256):
            raise ValueError("a stored file is named by 64 hexadecimal digits")
        return f"{self.prefix}{sha256[:2]}/{sha256[2:4]}/{sha256}"


class _Refused(Unavailable):
    """The storage answered, and it was a no."""

    sentence = DOWN

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code

    def as_problem(self, sha256: str) -> Exception:
        return KeyError(sha256) if self.code in MISSING else self


@contextmanager
def _answering() -> Iterator[None]:
    """What the client library raises, in our words."""
    try:
        yield
    except ClientError as error:
        raise _Refused(str(error.response.get("Error", {}).get("Code", ""))) from error
    except (BotoCoreError, boto3.exceptions.Boto3Error, HTTPClientError) as error:
        raise Unavailable(DOWN) from error


def _client(place: S3, address: str) -> Any:
    session = boto3.session.Session(
        aws_access_key_id=place.key_id, aws_secret_access_key=place.secret, region_name=place.region
    )  # fmt: skip
    config = Config(
        signature_version="s3v4",
        connect_timeout=5,
        read_timeout=30,
        max_pool_connections=32,
        retries={"mode": "standard", "max_attempts": 2},
        # A CRC-32 of the library's own after the content is unknown to many compatible servers; the hash we name is enough.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"payload_signing_enabled": True, "addressing_style": "path" if place.endpoint else "virtual"},
    )
    return session.client("s3", endpoint_url=address or None, config=config)


def _range(start: int, last: int | str) -> dict[str, str]:
    return {} if start == 0 and last == "" else {"Range": f"bytes={start}-{last}"}


def _pieces(body: Any, chunk: int) -> Iterator[bytes]:
    try:
        while True:
            with _answering():
                piece = body.read(chunk)
            if not piece:
                return
            yield piece
    finally:
        body.close()
