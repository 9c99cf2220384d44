"""What all tests share: chance that is the same in every run."""

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
