"""What travels on the wire and what devices log of it: bytes and lines to small records, without a fleet around them.

`records.py` says what one frame, log line or table row tells. `capture.py` reads pcap and pcapng from a file that is
mapped or from bytes as they come, `live.py` an interface, `fdb_log.py` what `bridge monitor fdb` prints, `move_logs.py`
the logs of switches. Nothing here knows hosts, files of evidence or reports.
"""
