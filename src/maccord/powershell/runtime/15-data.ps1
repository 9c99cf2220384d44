
# --- Data: the only part that differs from script to script ----------------------------------------------------------

$Data = @'
@@DATA@@
'@
