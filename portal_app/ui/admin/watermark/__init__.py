"""The watermark of the studio's previews."""
