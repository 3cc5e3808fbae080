"""`python -m portal_app.demo.photos FOLDER SCENE …`: draw the seed's originals in a process of their own."""

import sys
from pathlib import Path

from portal_app.demo.photos.camera import SCENES, plate

MEGAPIXELS = 3


def main(folder: Path, scenes: list[str]) -> None:
    """Each scene once; one that is already there is kept, and a file appears only when it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for scene in scenes:
        path = folder / f"{scene}.jpg"
        if not path.exists():
            fresh = path.with_suffix(f".{scene}.new")
            plate(scene, fresh, megapixels=MEGAPIXELS, seed=list(SCENES).index(scene))
            fresh.replace(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
