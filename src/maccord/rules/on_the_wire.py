"""The query that the rules on unrest on the wire share: the places of a fault, and who wears its addresses."""


def wire_query(kind: str) -> str:
    """Return the query for faults of one kind, with the adapters of the inventory that wear their addresses."""
    return f"""
SELECT u.domain, u.mac, u.fault, 'unrest' AS subject_table, u.id AS subject_id
FROM unrest u WHERE u.kind = '{kind}'
UNION ALL
SELECT DISTINCT u.domain, u.mac, u.fault, 'adapter' AS subject_table, a.id AS subject_id
FROM unrest u JOIN adapter a ON a.domain = u.domain AND a.mac = u.wears
WHERE u.kind = '{kind}' AND a.kind <> 'virtual'
"""
