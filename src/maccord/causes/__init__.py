"""Why addresses collide: one file per cause, which turns findings into incidents."""

from maccord.causes import (
    appliance_default_address,
    cloned_host_image,
    container_address_from_ip,
    container_pool_overlap,
    cursor_outside_range,
    default_prefix_shared,
    documentation_differs,
    documented_twice,
    duplicate_on_the_wire,
    host_kept_foreign_nic_address,
    invalid_static_address,
    ip_conflict,
    lag_mismatch,
    layer2_loop,
    machine_id_copied,
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
    unexplained_move,
    unknown_address_on_the_wire,
    vcenter_instance_id_shared,
    vmm_default_pool_shared,
    vmm_pool_overlaps_host_range,
    wwn_exhausted,
    wwn_range_shared,
)
from maccord.causes.cause import Cause, Explains
from maccord.causes.diagnose import Diagnosis, explain_findings
from maccord.causes.twin_pages import PAGES as TWINS
from maccord.fleet.diagnosis import Finding
from maccord.fleet.facts import Source

__all__ = ["CAUSES", "TWINS", "Cause", "Diagnosis", "Explains", "explain_all"]

_IN_ORDER: tuple[Explains, ...] = (
    cloned_host_image,
    vmm_default_pool_shared,
    vcenter_instance_id_shared,
    default_prefix_shared,
    same_low_octets,
    reused_lease_range,
    manual_range_overlap,
    vmm_pool_overlaps_host_range,
    container_pool_overlap,
    team_keeps_removed_primary,
    host_kept_foreign_nic_address,
    management_vnic_inherits_team,
    reissued_while_stopped,
    migrated_vm_kept_address,
    appliance_default_address,
    machine_id_copied,
    container_address_from_ip,
    machine_runs_twice,
    static_in_dynamic_range,
    static_address_copied,
    parent_vnic_uses_pool_address,
    invalid_static_address,
    pool_exhausted,
    pool_nearly_exhausted,
    cursor_outside_range,
    range_does_not_match_host,
    spoofing_guard_blocks_address,
    wwn_range_shared,
    wwn_exhausted,
    unexplained_duplicate,
    pinned_port_conflict,
    documented_twice,
    documentation_differs,
    lag_mismatch,
    layer2_loop,
    duplicate_on_the_wire,
    ip_conflict,
    unexplained_move,
    unknown_address_on_the_wire,
)
"""Every cause, in the order in which they are asked: each takes what it explains, the next gets the rest."""

CAUSES: dict[str, Explains] = {module.CAUSE.id: module for module in _IN_ORDER}
"""Every cause by its id."""


def explain_all(findings: dict[str, list[Finding]], source: Source) -> Diagnosis:
    """Return the incidents and expected twins that account for the findings, each finding once."""
    return explain_findings(findings, source, _IN_ORDER)
