-- The schema of a store on SQLite 3.35 or newer. Times are microseconds since 1970 in UTC.
-- Addresses are signed 64-bit numbers (alloc/kinds.py, `stored`); `lo` and `hi` of an interval are both inside.

-- Small facts of the store itself: when its clock was last seen, which store it is.
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- One row per run of a service process or command; its number is that of its audit chain.
CREATE TABLE process (
  id INTEGER PRIMARY KEY,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  beat_at INTEGER NOT NULL,
  ended_at INTEGER
);

-- Within a space an address is unique: one kind of address in one scope.
CREATE TABLE space (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('mac', 'wwn')),
  scope TEXT NOT NULL,
  UNIQUE (kind, scope)
);

-- seed: what addresses by identity are derived with. A pool that stands on a lease of a range has it, as it was signed,
-- in `origin`, and issues nothing after `valid_until`.
CREATE TABLE pool (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  space INTEGER NOT NULL REFERENCES space (id),
  policy TEXT NOT NULL CHECK (policy IN ('sequential', 'lowest', 'random')),
  rest_s INTEGER NOT NULL CHECK (rest_s >= 0),
  confirm_s INTEGER CHECK (confirm_s > 0),
  low_percent INTEGER NOT NULL,
  note TEXT NOT NULL,
  last_given INTEGER, -- where `sequential` goes on
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  seed TEXT NOT NULL DEFAULT '',
  valid_until INTEGER,
  origin TEXT NOT NULL DEFAULT ''
);

-- Ranges of a lower `place` are issued from first; among those of one place each has a part as its `weight`. Where they
-- differ, each has its own `last_given`, and `passed` is how much was cut from it for its weight, times 2^20.
CREATE TABLE pool_range (
  space INTEGER NOT NULL REFERENCES space (id),
  lo INTEGER NOT NULL,
  hi INTEGER NOT NULL,
  pool INTEGER NOT NULL REFERENCES pool (id),
  draining INTEGER NOT NULL DEFAULT 0,
  place INTEGER NOT NULL DEFAULT 0,
  weight INTEGER NOT NULL DEFAULT 1 CHECK (weight > 0),
  last_given INTEGER,
  passed INTEGER NOT NULL DEFAULT 0,
  CHECK (lo <= hi),
  PRIMARY KEY (space, lo)
) WITHOUT ROWID;
CREATE INDEX pool_range_pool ON pool_range (pool, lo);

CREATE TRIGGER pool_range_new BEFORE INSERT ON pool_range BEGIN
  SELECT RAISE(ABORT, 'range overlaps') WHERE EXISTS (
    SELECT 1 FROM (SELECT hi FROM pool_range WHERE space = NEW.space AND lo <= NEW.hi ORDER BY lo DESC LIMIT 1)
    WHERE hi >= NEW.lo);
END;
CREATE TRIGGER pool_range_moved BEFORE UPDATE OF space, lo, hi ON pool_range BEGIN
  SELECT RAISE(ABORT, 'range overlaps') WHERE EXISTS (
    SELECT 1 FROM pool_range WHERE space = NEW.space AND lo <= NEW.hi AND hi >= NEW.lo
    AND NOT (space = OLD.space AND lo = OLD.lo));
END;

-- The right of one process to issue from chunks of one pool. Without its row, nothing is issued from them.
CREATE TABLE hand (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  pool INTEGER NOT NULL REFERENCES pool (id),
  process INTEGER NOT NULL REFERENCES process (id),
  taken_at INTEGER NOT NULL
);
CREATE INDEX hand_pool ON hand (pool);
CREATE INDEX hand_process ON hand (process);

-- Runs of addresses without leases of their own: free, drained (free, not issued), chunk (of a hand), block (of a
-- host), excluded, resting (a block that was returned). No two overlap.
CREATE TABLE extent (
  space INTEGER NOT NULL REFERENCES space (id),
  lo INTEGER NOT NULL,
  hi INTEGER NOT NULL,
  pool INTEGER NOT NULL REFERENCES pool (id),
  kind TEXT NOT NULL CHECK (kind = 'free' OR kind = 'chunk' OR kind = 'drained' OR kind = 'block' OR kind = 'excluded' OR kind = 'resting'),
  hand INTEGER REFERENCES hand (id),
  block INTEGER REFERENCES block (id),
  note TEXT NOT NULL DEFAULT '',
  since INTEGER NOT NULL DEFAULT 0,
  due INTEGER,
  CHECK (lo <= hi),
  CHECK ((kind = 'chunk') = (hand IS NOT NULL)),
  PRIMARY KEY (space, lo)
) WITHOUT ROWID;
CREATE INDEX extent_kind ON extent (pool, kind, lo);
CREATE INDEX extent_hand ON extent (hand) WHERE hand IS NOT NULL;
CREATE INDEX extent_due ON extent (due) WHERE due IS NOT NULL;

CREATE TRIGGER extent_new BEFORE INSERT ON extent BEGIN
  SELECT RAISE(ABORT, 'extent overlaps') WHERE EXISTS (
    SELECT 1 FROM (SELECT hi FROM extent WHERE space = NEW.space AND lo <= NEW.hi ORDER BY lo DESC LIMIT 1)
    WHERE hi >= NEW.lo);
END;
CREATE TRIGGER extent_moved BEFORE UPDATE OF space, lo, hi ON extent BEGIN
  SELECT RAISE(ABORT, 'extents are deleted and made, never moved');
END;

-- (SQLite makes a table of an IN list for every row that it checks; that shows where there are a million.)
-- One row per address that is held, rests or is on probation: its primary key is what makes an address unique.
-- holders: [[kind, id, host, note, since], ...], with owner, until and whom it takes over from behind it; none while it rests.
-- holder_due: when the first of them lets go by itself. identity: what the address was derived from, if it was.
CREATE TABLE lease (
  space INTEGER NOT NULL,
  address INTEGER NOT NULL,
  pool INTEGER,
  state TEXT NOT NULL CHECK (state = 'held' OR state = 'in-use' OR state = 'resting' OR state = 'probation'),
  since INTEGER NOT NULL,
  confirmed_at INTEGER,
  due INTEGER,
  suspect_s INTEGER, -- on probation when released, for so many seconds; -1: until cleared
  holders TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  version INTEGER NOT NULL DEFAULT 1,
  holder_due INTEGER,
  identity TEXT,
  PRIMARY KEY (space, address)
) WITHOUT ROWID;
CREATE INDEX lease_due ON lease (due) WHERE due IS NOT NULL;
CREATE INDEX lease_holder_due ON lease (holder_due) WHERE holder_due IS NOT NULL;
CREATE INDEX lease_identity ON lease (pool, identity) WHERE identity IS NOT NULL;
-- For counting: an address that was only just given is in neither. With its state in it, SQLite reads the index alone.
CREATE INDEX lease_in_use ON lease (pool, state) WHERE state = 'in-use';
CREATE INDEX lease_quiet ON lease (pool, state) WHERE state = 'resting' OR state = 'probation';

-- Where to look for what a holder has: a lease that somebody holds now lies in one of the runs of that holder's id, or is
-- told of in the journal behind `held_up_to` (store/holders.py). What is here may be held no longer: leases decide.
CREATE TABLE holding (
  holder TEXT NOT NULL,
  space INTEGER NOT NULL,
  lo INTEGER NOT NULL,
  hi INTEGER NOT NULL,
  PRIMARY KEY (holder, space, lo, hi)
) WITHOUT ROWID;
CREATE VIEW holder_of AS
  SELECT l.space, l.address, json_extract(h.value, '$[1]') AS holder FROM lease l, json_each(l.holders) h;
INSERT INTO meta (name, value) VALUES ('held_up_to', '0');

-- Ranges that somebody else issues from, as evidence showed them. What is free of them in a pool is excluded from it.
CREATE TABLE foreign_range (
  space INTEGER NOT NULL REFERENCES space (id),
  lo INTEGER NOT NULL,
  hi INTEGER NOT NULL,
  owner TEXT NOT NULL,
  since INTEGER NOT NULL,
  CHECK (lo <= hi),
  PRIMARY KEY (space, lo, hi)
) WITHOUT ROWID;

-- What is past: a holder's time, a rest, a probation.
CREATE TABLE tenure (
  id INTEGER PRIMARY KEY,
  space INTEGER NOT NULL,
  address INTEGER NOT NULL,
  pool TEXT,
  state TEXT NOT NULL,
  holder TEXT, -- [kind, id, host, note]
  since INTEGER NOT NULL,
  until INTEGER NOT NULL,
  confirmed_at INTEGER
);
CREATE INDEX tenure_address ON tenure (space, address, since);

-- Hosts' own ranges, past ones too. One that is leased for `lease_s` seconds ends at `expires_at`; `serial` counts how
-- often it was leased.
CREATE TABLE block (
  id INTEGER PRIMARY KEY,
  space INTEGER NOT NULL REFERENCES space (id),
  pool TEXT NOT NULL,
  host TEXT NOT NULL,
  lo INTEGER NOT NULL,
  hi INTEGER NOT NULL,
  note TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER,
  expires_at INTEGER,
  serial INTEGER NOT NULL DEFAULT 0,
  revoked_at INTEGER,
  version INTEGER NOT NULL DEFAULT 1,
  lease_s INTEGER
);
CREATE INDEX block_lo ON block (space, lo);
CREATE INDEX block_expires ON block (expires_at) WHERE expires_at IS NOT NULL AND until IS NULL;

-- The audit, and with it the kept answers of idempotency keys. Rows are never changed.
CREATE TABLE journal (
  id INTEGER PRIMARY KEY,
  chain INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  origin TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  details TEXT NOT NULL,
  key TEXT,
  hash BLOB NOT NULL
);
CREATE UNIQUE INDEX journal_key ON journal (key) WHERE key IS NOT NULL;
CREATE TRIGGER journal_kept BEFORE UPDATE ON journal BEGIN
  SELECT RAISE(ABORT, 'the audit is never changed');
END;
CREATE TRIGGER journal_whole BEFORE DELETE ON journal BEGIN
  SELECT RAISE(ABORT, 'the audit is never shortened');
END;

-- Heads of chains that grew since the anchor before, [[chain, seq, hash], ...], hashed with that anchor's hash.
CREATE TABLE anchor (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  heads TEXT NOT NULL,
  hash BLOB NOT NULL
);

CREATE TABLE token (
  name TEXT PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('reader', 'allocator', 'admin')),
  pools TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
) WITHOUT ROWID;

-- Groups by their path (site/cluster/host) in small letters, `name` as it was given, and the pools that are bound to
-- them, in the order of `place`. When those of one that inherits are exhausted, those of the group above it are asked.
CREATE TABLE pool_group (
  path TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  inherit INTEGER NOT NULL DEFAULT 1,
  note TEXT NOT NULL DEFAULT '',
  version INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;
CREATE TABLE binding (
  path TEXT NOT NULL REFERENCES pool_group (path),
  pool INTEGER NOT NULL REFERENCES pool (id),
  place INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (path, pool)
) WITHOUT ROWID;
CREATE INDEX binding_pool ON binding (pool);

-- How full a pool was, now and then: what a forecast is made from. Taken is what is held, in use, resting, on probation
-- or in a host's own range.
CREATE TABLE fill (
  pool INTEGER NOT NULL REFERENCES pool (id),
  at INTEGER NOT NULL,
  size INTEGER NOT NULL,
  taken INTEGER NOT NULL,
  PRIMARY KEY (pool, at)
) WITHOUT ROWID;

-- What is done in a layer-2 domain with an adapter whose address somebody else holds: scopes without a row deny.
CREATE TABLE domain (
  scope TEXT PRIMARY KEY,
  admission TEXT NOT NULL CHECK (admission = 'allow' OR admission = 'warn' OR admission = 'deny'),
  when_down TEXT NOT NULL DEFAULT 'deny' CHECK (when_down = 'allow' OR when_down = 'deny'),
  note TEXT NOT NULL DEFAULT '',
  changed_at INTEGER NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
) WITHOUT ROWID;

-- Leases that evidence, which looked where they should be, did not show: since when, and how often. `held_since` is
-- the version of the lease that was compared (since + version): whatever is changed of it, and the count begins anew.
CREATE TABLE absence (
  space INTEGER NOT NULL REFERENCES space (id),
  address INTEGER NOT NULL,
  held_since INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  times INTEGER NOT NULL,
  PRIMARY KEY (space, address)
) WITHOUT ROWID;

-- Leases of ranges that this store has accepted of another, as pools: the newest serial, and since when it is known that
-- it was taken back. They outlive their pools, so that an old lease does not come back.
CREATE TABLE delegation (
  store TEXT NOT NULL,
  block INTEGER NOT NULL,
  serial INTEGER NOT NULL,
  pool TEXT NOT NULL,
  ends_at INTEGER NOT NULL,
  revoked_at INTEGER,
  PRIMARY KEY (store, block)
) WITHOUT ROWID;

-- Public keys with which leases of ranges are signed; the private ones are in no database.
CREATE TABLE signing_key (
  id TEXT PRIMARY KEY,
  public TEXT NOT NULL,
  since INTEGER NOT NULL,
  until INTEGER
) WITHOUT ROWID;
