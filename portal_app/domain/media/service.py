"""The verbs of this package, by what they are about: a file coming in, its sizes, its place in the listing."""

from portal_app.domain.media.arranging import arrange_photos, make_cover, move_photo, remove_photo, restore_photo
from portal_app.domain.media.intake import begin_upload, end_upload, part_path, receive, sweep_uploads, touch_upload
from portal_app.domain.media.queries import UploadCard
from portal_app.domain.media.rendering import fail_asset, render_asset
from portal_app.domain.media.sweeping import sweep_store

__all__ = [
    "UploadCard",
    "arrange_photos",
    "begin_upload",
    "end_upload",
    "fail_asset",
    "make_cover",
    "move_photo",
    "part_path",
    "receive",
    "remove_photo",
    "render_asset",
    "restore_photo",
    "sweep_store",
    "sweep_uploads",
    "touch_upload",
]
