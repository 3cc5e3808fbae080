"""Photographs drawn from shapes and light, so that the demo looks like a studio's work and nothing is fetched."""

from portal_app.demo.photos.camera import SCENES, camera_exif, camera_jpeg, draw, framed, plate, stamped

__all__ = ["SCENES", "camera_exif", "camera_jpeg", "draw", "framed", "plate", "stamped"]
