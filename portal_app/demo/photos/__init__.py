"""Photographs drawn from shapes and light, so that the demo looks like a studio's work and nothing is fetched."""

from portal_app.demo.photos.camera import SCENES, camera_exif, camera_jpeg, draw, framed, plate, stamped
from portal_app.demo.photos.papers import feature_sheet, film, floor_plan

__all__ = [
    "SCENES", "camera_exif", "camera_jpeg", "draw", "feature_sheet", "film", "floor_plan", "framed", "plate", "stamped",
]  # fmt: skip
