"""Histories in which a cause happens, one file per cause."""

from maccord.worlds.synth.stories import (
    appliance_default_address,
    cloned_host_image,
    container_pool_overlap,
    cursor_outside_range,
    host_kept_foreign_nic_address,
    invalid_static_address,
    machine_runs_twice,
    management_vnic_inherits_team,
    manual_range_overlap,
    migrated_vm_kept_address,
    parent_vnic_uses_pool_address,
    pinned_port_conflict,
    pool_exhausted,
    pool_nearly_exhausted,
    range_does_not_match_host,
    reissued_while_stopped,
    reused_lease_range,
    same_low_octets,
    spoofing_guard_blocks_address,
    static_address_copied,
    static_in_dynamic_range,
    team_keeps_removed_primary,
    unexplained_duplicate,
    vmm_default_pool_shared,
    vmm_pool_overlaps_host_range,
    wwn_exhausted,
    wwn_range_shared,
)
from maccord.worlds.synth.stories.story import Story

__all__ = ["STORIES", "Story"]

_MODULES = (
    appliance_default_address,
    cloned_host_image,
    container_pool_overlap,
    cursor_outside_range,
    host_kept_foreign_nic_address,
    invalid_static_address,
    machine_runs_twice,
    management_vnic_inherits_team,
    manual_range_overlap,
    migrated_vm_kept_address,
    parent_vnic_uses_pool_address,
    pinned_port_conflict,
    pool_exhausted,
    pool_nearly_exhausted,
    range_does_not_match_host,
    reissued_while_stopped,
    reused_lease_range,
    same_low_octets,
    spoofing_guard_blocks_address,
    static_address_copied,
    static_in_dynamic_range,
    team_keeps_removed_primary,
    unexplained_duplicate,
    vmm_default_pool_shared,
    vmm_pool_overlaps_host_range,
    wwn_exhausted,
    wwn_range_shared,
)

STORIES: dict[str, Story] = {module.STORY.cause: module.STORY for module in _MODULES}
"""Every story by the name of its cause."""
