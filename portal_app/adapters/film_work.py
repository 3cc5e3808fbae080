"""A film's length, and the frame that stands for it. Runs inside a worker process, in one thread, within its limits."""

from __future__ import annotations

from pathlib import Path

import av
from av.error import FFmpegError
from PIL import Image

from portal_app.adapters import film_check
from portal_app.domain.media.renderer import BadPhoto, PhotoFacts

MOST_PIXELS = 7680 * 4320
MOST_PACKETS = 2000
SIDE = 2560
TOO_LARGE = "This video is larger than 8K. Export it smaller, then upload it again."
TURNS = {90: Image.Transpose.ROTATE_90, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_270}


def poster(source: Path) -> tuple[Image.Image, PhotoFacts]:
    """A key frame a tenth into the film, upright, and what the film is. Raises BadPhoto."""
    checked = film_check.check_film(source)
    try:
        # Only files: a film that names another file or an address does not make us open it.
        with av.open(str(source), format="mov", options={"enable_drefs": "0", "protocol_whitelist": "file"}) as film:
            if not film.streams.video:
                raise BadPhoto(film_check.NO_FILM)
            seconds = max(0, round((film.duration or 0) / av.time_base))
            frame = _frame(film)
    except (FFmpegError, ValueError, OverflowError) as error:
        raise BadPhoto(film_check.NO_FILM) from error
    return frame, PhotoFacts(*frame.size, kind=checked.kind, media_type=checked.media_type, seconds=min(seconds, 86_400))


def _frame(film: av.container.InputContainer) -> Image.Image:
    stream = film.streams.video[0]
    if stream.width * stream.height > MOST_PIXELS:
        raise BadPhoto(TOO_LARGE)
    stream.codec_context.thread_count = 1
    stream.codec_context.skip_frame = "NONKEY"
    film.seek((film.duration or 0) // 10)
    for count, packet in enumerate(film.demux(stream)):
        for frame in packet.decode():
            picture = frame.to_image()
            picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
            turn = TURNS.get(round(frame.rotation) % 360)
            return picture if turn is None else picture.transpose(turn)
        if count > MOST_PACKETS:
            break
    raise BadPhoto(film_check.NO_FILM)
