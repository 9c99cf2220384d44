;; Walks the records of a capture and notes where those begin that are wanted.
;;
;; Each record tells its length, so that the next one is known only when this one was looked at: a chain of millions of
;; steps that no library takes in one call. This is that loop, as WebAssembly: text that any machine runs at full speed,
;; no compiler needed. scan.py has the same in Python, which is tried against it, and says what the numbers mean.

(module
  (memory (export "memory") 1)

  (func $swapped (param $word i32) (result i32)
    (i32.or
      (i32.rotl (i32.and (local.get $word) (i32.const 0x00ff00ff)) (i32.const 24))
      (i32.rotl (i32.and (local.get $word) (i32.const 0xff00ff00)) (i32.const 8))))

  ;; An unsigned number of four octets: least octet first, or most.
  (func $word (param $at i32) (param $big i32) (result i32)
    (local $word i32)
    (local.set $word (i32.load align=1 (local.get $at)))
    (if (result i32) (local.get $big)
      (then (call $swapped (local.get $word)))
      (else (local.get $word))))

  ;; An unsigned number of two octets in network order.
  (func $short (param $at i32) (result i32)
    (i32.or
      (i32.shl (i32.load8_u (local.get $at)) (i32.const 8))
      (i32.load8_u offset=1 (local.get $at))))

  ;; Whether a UDP port is one of DHCP, HSRP, GLBP, VXLAN or Geneve.
  (func $port (param $port i32) (result i32)
    (i32.or
      (i32.or
        (i32.or (i32.eq (local.get $port) (i32.const 67)) (i32.eq (local.get $port) (i32.const 68)))
        (i32.or (i32.eq (local.get $port) (i32.const 546)) (i32.eq (local.get $port) (i32.const 547))))
      (i32.or
        (i32.or
          (i32.or (i32.eq (local.get $port) (i32.const 4789)) (i32.eq (local.get $port) (i32.const 8472)))
          (i32.or (i32.eq (local.get $port) (i32.const 6081)) (i32.eq (local.get $port) (i32.const 4790))))
        (i32.or
          (i32.or (i32.eq (local.get $port) (i32.const 1985)) (i32.eq (local.get $port) (i32.const 2029)))
          (i32.eq (local.get $port) (i32.const 3222))))))

  (func $ports (param $at i32) (result i32)
    (i32.or
      (call $port (call $short (local.get $at)))
      (call $port (call $short (i32.add (local.get $at) (i32.const 2))))))

  ;; Whether what follows an IP header can tell of addresses: UDP with one of the ports, GRE, VRRP, EtherIP.
  (func $carries (param $protocol i32) (param $at i32) (result i32)
    (if (i32.eq (local.get $protocol) (i32.const 17)) (then (return (call $ports (local.get $at)))))
    (i32.or
      (i32.or (i32.eq (local.get $protocol) (i32.const 47)) (i32.eq (local.get $protocol) (i32.const 112)))
      (i32.eq (local.get $protocol) (i32.const 97))))

  (func $ip4 (param $at i32) (result i32)
    (if (i32.and (call $short (i32.add (local.get $at) (i32.const 6))) (i32.const 0x1fff)) (then (return (i32.const 0))))
    (call $carries
      (i32.load8_u offset=9 (local.get $at))
      (i32.add
        (local.get $at)
        (i32.shl (i32.and (i32.load8_u (local.get $at)) (i32.const 15)) (i32.const 2)))))

  (func $ip6 (param $at i32) (result i32)
    (local $next i32)
    (local.set $next (i32.load8_u offset=6 (local.get $at)))
    ;; Neighbour discovery; and headers in between are left to whoever looks closer.
    (if (i32.eq (local.get $next) (i32.const 58))
      (then
        (return
          (i32.lt_u (i32.sub (i32.load8_u offset=40 (local.get $at)) (i32.const 133)) (i32.const 5)))))
    (if (i32.or
          (i32.or (i32.eqz (local.get $next)) (i32.eq (local.get $next) (i32.const 43)))
          (i32.or (i32.eq (local.get $next) (i32.const 44)) (i32.eq (local.get $next) (i32.const 60))))
      (then (return (i32.const 1))))
    (call $carries (local.get $next) (i32.add (local.get $at) (i32.const 40))))

  ;; Whether an Ethernet frame, past any tags, is more than traffic that tells its source alone.
  (func $wanted (param $at i32) (result i32)
    (local $type i32)
    (local $tags i32)
    (local.set $at (i32.add (local.get $at) (i32.const 12)))
    (loop $tag
      (local.set $type (call $short (local.get $at)))
      (if (i32.eq (local.get $type) (i32.const 0x0800))
        (then (return (call $ip4 (i32.add (local.get $at) (i32.const 2))))))
      (if (i32.eq (local.get $type) (i32.const 0x86dd))
        (then (return (call $ip6 (i32.add (local.get $at) (i32.const 2))))))
      (if (i32.lt_u (local.get $tags) (i32.const 4))
        (then
          (if (i32.or
                (i32.or
                  (i32.eq (local.get $type) (i32.const 0x8100))
                  (i32.eq (local.get $type) (i32.const 0x88a8)))
                (i32.or
                  (i32.eq (local.get $type) (i32.const 0x9100))
                  (i32.eq (local.get $type) (i32.const 0x9200))))
            (then
              (local.set $tags (i32.add (local.get $tags) (i32.const 1)))
              (local.set $at (i32.add (local.get $at) (i32.const 4)))
              (br $tag))))))
    (i32.or
      (i32.or
        (i32.or (i32.lt_u (local.get $type) (i32.const 0x0600)) (i32.eq (local.get $type) (i32.const 0x0806)))
        (i32.or (i32.eq (local.get $type) (i32.const 0x8035)) (i32.eq (local.get $type) (i32.const 0x88cc))))
      (i32.or (i32.eq (local.get $type) (i32.const 0x8809)) (i32.eq (local.get $type) (i32.const 0x88e7)))))

  ;; The VLAN tags of a frame, 12 bits each behind a leading 1, of no more than two tags that are all there; else 0.
  (func $tags (param $at i32) (param $size i32) (result i32)
    (local $tags i32)
    (local $type i32)
    (local $vlan i32)
    (local $count i32)
    (local.set $tags (i32.const 1))
    (local.set $size (i32.sub (local.get $size) (i32.const 14)))
    (local.set $at (i32.add (local.get $at) (i32.const 12)))
    (if (i32.lt_s (local.get $size) (i32.const 0)) (then (return (i32.const 0))))
    (block $plain
      (loop $tag
        (local.set $type (call $short (local.get $at)))
        (br_if $plain
          (i32.eqz
            (i32.or
              (i32.or
                (i32.eq (local.get $type) (i32.const 0x8100))
                (i32.eq (local.get $type) (i32.const 0x88a8)))
              (i32.or
                (i32.eq (local.get $type) (i32.const 0x9100))
                (i32.eq (local.get $type) (i32.const 0x9200))))))
        (local.set $size (i32.sub (local.get $size) (i32.const 4)))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (if (i32.or (i32.lt_s (local.get $size) (i32.const 0)) (i32.gt_u (local.get $count) (i32.const 2)))
          (then (return (i32.const 0))))
        (local.set $vlan (i32.and (call $short (i32.add (local.get $at) (i32.const 2))) (i32.const 0xfff)))
        (if (local.get $vlan)
          (then (local.set $tags (i32.or (i32.shl (local.get $tags) (i32.const 12)) (local.get $vlan)))))
        (local.set $at (i32.add (local.get $at) (i32.const 4)))
        (br $tag)))
    (local.get $tags))

  ;; Walks from $at to $last, beyond which there is room for what a header may read. What becomes of a record depends
  ;; on $mode: 0, its offset and number go to $pairs, whatever it is; 1, that of wanted ones alone, and they are copied
  ;; to $store, where the offset then is; 2, and of all others the time and source go to $rows, 32 octets each.
  ;; What to do is read from the words at 32 and on, in the order of the locals below: a call without parameters takes
  ;; a tenth of the time. Returned in the words at 0 and on are where it stopped, how many records there were, where
  ;; $pairs, $rows and $store end, and why it stopped.
  (func (export "scan")
    (local $at i32) (local $last i32) (local $mode i32)
    (local $ng i32) (local $big i32) (local $header i32) (local $most i32)
    (local $pairs i32) (local $rows i32) (local $store i32) (local $pairs_end i32) (local $store_end i32)
    (local $begun i32)
    (local $type i32)
    (local $count i32)
    (local $length i32)
    (local $size i32)
    (local $data i32)
    (local $kind i32)
    (local $tags i32)
    (local $why i32)
    (local.set $at (i32.load offset=32 (i32.const 0)))
    (local.set $last (i32.load offset=36 (i32.const 0)))
    (local.set $mode (i32.load offset=40 (i32.const 0)))
    (local.set $ng (i32.load offset=44 (i32.const 0)))
    (local.set $big (i32.load offset=48 (i32.const 0)))
    (local.set $header (i32.load offset=52 (i32.const 0)))
    (local.set $most (i32.load offset=56 (i32.const 0)))
    (local.set $pairs (i32.load offset=60 (i32.const 0)))
    (local.set $rows (i32.load offset=64 (i32.const 0)))
    (local.set $store (i32.load offset=68 (i32.const 0)))
    (local.set $pairs_end (i32.load offset=72 (i32.const 0)))
    (local.set $store_end (i32.load offset=76 (i32.const 0)))
    (local.set $begun (select (i32.const 28) (local.get $header) (local.get $ng)))
    (block $end
      (loop $next
        (br_if $end (i32.gt_u (local.get $header) (i32.sub (local.get $last) (local.get $at))))
        (local.set $length
          (i32.load align=1 (i32.add (local.get $at) (select (i32.const 4) (i32.const 8) (local.get $ng)))))
        (if (local.get $big) (then (local.set $length (call $swapped (local.get $length)))))
        (if (local.get $ng)
          (then
            (local.set $kind (call $word (local.get $at) (local.get $big)))
            (if (i32.eq (local.get $kind) (i32.const 0x0a0d0d0a)) ;; in an order of its own
              (then (local.set $why (i32.const 2)) (br $end)))))
        (if (i32.gt_u (local.get $length) (local.get $most))
          (then (local.set $why (i32.const 1)) (br $end)))
        (if (local.get $ng)
          (then
            (if (i32.or (i32.lt_u (local.get $length) (i32.const 12)) (i32.and (local.get $length) (i32.const 3)))
              (then (local.set $why (i32.const 1)) (br $end))))
          (else
            (local.set $size (local.get $length))
            (local.set $length (i32.add (local.get $length) (local.get $header)))))
        (br_if $end (i32.gt_u (local.get $length) (i32.sub (local.get $last) (local.get $at))))
        (if (i32.or
              (i32.ge_u (local.get $pairs) (local.get $pairs_end))
              (i32.gt_u (i32.add (local.get $store) (local.get $length)) (local.get $store_end)))
          (then (local.set $why (i32.const 3)) (br $end)))
        (local.set $data (i32.add (local.get $at) (local.get $begun)))
        (block $done
          (block $take
            (br_if $take (i32.eqz (local.get $mode)))
            (br_if $take (i32.and (local.get $ng) (i32.ne (local.get $kind) (i32.const 6))))
            ;; TCP in untagged IP, which most traffic is, is told from the rest without a call.
            (local.set $type (i32.load16_u offset=12 align=1 (local.get $data)))
            (block $known
              (br_if $known
                (i32.and
                  (i32.eq (local.get $type) (i32.const 0x0008))
                  (i32.eq (i32.load8_u offset=23 (local.get $data)) (i32.const 6))))
              (br_if $known
                (i32.and
                  (i32.eq (local.get $type) (i32.const 0xdd86))
                  (i32.eq (i32.load8_u offset=20 (local.get $data)) (i32.const 6))))
              (br_if $take (call $wanted (local.get $data))))
            (br_if $done (i32.eq (local.get $mode) (i32.const 1)))
            (if (local.get $ng)
              (then
                (local.set $size (call $word (i32.add (local.get $at) (i32.const 20)) (local.get $big)))
                ;; Options say more of a packet, such as its direction: that is left to whoever looks closer.
                (br_if $take
                  (i32.ne
                    (i32.add (i32.and (i32.add (local.get $size) (i32.const 3)) (i32.const -4)) (i32.const 32))
                    (local.get $length)))))
            (local.set $tags (call $tags (local.get $data) (local.get $size)))
            (br_if $take (i32.eqz (local.get $tags)))
            (i32.store (local.get $rows) (local.get $at))
            (i32.store offset=4 (local.get $rows) (local.get $count))
            (local.set $kind (select (i32.const 12) (i32.const 0) (local.get $ng)))
            (i32.store offset=8 (local.get $rows)
              (call $word (i32.add (local.get $at) (local.get $kind)) (local.get $big)))
            (i32.store offset=12 (local.get $rows)
              (call $word (i32.add (i32.add (local.get $at) (local.get $kind)) (i32.const 4)) (local.get $big)))
            (i32.store offset=16 (local.get $rows) (local.get $tags))
            (i32.store offset=20 (local.get $rows)
              (call $word (i32.add (local.get $data) (i32.const 8)) (i32.const 1)))
            (i32.store offset=24 (local.get $rows) (call $short (i32.add (local.get $data) (i32.const 6))))
            (i32.store offset=28 (local.get $rows)
              (call $word (i32.add (local.get $at) (i32.const 8)) (local.get $big)))
            (local.set $rows (i32.add (local.get $rows) (i32.const 32)))
            (br $done))
          (i32.store offset=4 (local.get $pairs) (local.get $count))
          (if (local.get $mode)
            (then
              (i32.store (local.get $pairs) (local.get $store))
              (memory.copy (local.get $store) (local.get $at) (local.get $length))
              (local.set $store (i32.add (local.get $store) (local.get $length))))
            (else (i32.store (local.get $pairs) (local.get $at))))
          (local.set $pairs (i32.add (local.get $pairs) (i32.const 8))))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (local.get $length)))
        (br $next)))
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $count))
    (i32.store (i32.const 8) (local.get $pairs))
    (i32.store (i32.const 12) (local.get $rows))
    (i32.store (i32.const 16) (local.get $store))
    (i32.store (i32.const 20) (local.get $why))))
