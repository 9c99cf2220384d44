"""What a rule is: a fault's name and the portable query that sees it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A fault that a query over the tables and views can see.

    The query returns one row per (fault, row concerned). Its columns are the `identity`, which tells one fault from
    another, then `subject_table` and `subject_id`; and the columns it `tells`, equal in all rows
    of one fault: `domain`, `mac` (the address concerned), `first` and `last` (the stretch of addresses concerned), and
    whatever else the causes need.

    With `link`, rows of one identity are one fault only where a chain of equal values in that column joins them.
    `hosted` says that the query returns the host of each row as `host_id`: of a finding on a hundred thousand rows the
    hosts are then known without fetching those.

    `needs` names tables or views; where all of them are empty the query need not be asked.

    Queries keep to the SQL that DuckDB and Spark share.
    """

    id: str
    severity: str
    identity: tuple[str, ...]
    query: str
    tells: tuple[str, ...] = ()
    link: str | None = None
    hosted: bool = False
    needs: tuple[str, ...] = ()
    page: str = ""
