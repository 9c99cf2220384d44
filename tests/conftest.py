"""What all tests share: chance that is the same in every run, and Control-C that reaches what they start."""

import signal

from hypothesis import HealthCheck, settings

settings.register_profile(
    "same-every-time",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
settings.register_profile("roaming", settings.get_profile("same-every-time"), derandomize=False, max_examples=1000)
settings.load_profile("same-every-time")

# Started in the background by a shell, tests inherit that SIGINT is ignored, and so would the programs they interrupt.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
