"""The region and the table, as `TIMELINES_URL` has them."""

import re

TABLE = "perch-timelines"

_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}")


def parse(url: str) -> tuple[str, str]:
    """Returns region and table; raises `ValueError` with what the address must be."""
    region, _, table = url.partition("://")[2].partition("/")
    table = table or TABLE
    if not (_REGION.fullmatch(region) and _TABLE.fullmatch(table)):
        raise ValueError(
            "must be dynamodb://, a region of AWS, and a table's name of 3 to 255 letters, digits and any of _ . -, "
            f"for example dynamodb://eu-west-1/{TABLE}"
        )
    return region, table
