"""The allocator's domain: pools, free space, the life of a lease, refusals. Pure: no database, no clock, no chance."""
