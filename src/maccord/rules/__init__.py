"""What can be wrong: one rule per fault, each a portable query with the page that explains it."""

from maccord.rules import (
    address_from_another_host,
    borrowed_nic_address,
    borrowed_team_address,
    container_pool_over_pool,
    copied_machine_id,
    cursor_outside_range,
    documented_otherwise,
    doubly_documented_address,
    duplicate_address,
    exhausted_wwn_range,
    full_pool,
    inherited_team_address,
    invalid_address,
    overlapping_pools,
    parent_vnic_in_pool,
    pinned_port,
    range_of_another_address,
    refused_cluster_address,
    reissued_address,
    scarce_pool,
    shared_default_block,
    shared_vcenter_block,
    shared_wwn,
    shared_wwn_range,
    static_in_dynamic_range,
    vmm_pool_over_host_range,
)
from maccord.rules.rule import Rule

__all__ = ["RULES", "Rule"]

RULES: dict[str, Rule] = {
    rule.RULE.id: rule.RULE
    for rule in (
        address_from_another_host,
        borrowed_nic_address,
        borrowed_team_address,
        container_pool_over_pool,
        copied_machine_id,
        cursor_outside_range,
        documented_otherwise,
        doubly_documented_address,
        duplicate_address,
        exhausted_wwn_range,
        full_pool,
        inherited_team_address,
        invalid_address,
        overlapping_pools,
        parent_vnic_in_pool,
        pinned_port,
        range_of_another_address,
        refused_cluster_address,
        reissued_address,
        scarce_pool,
        shared_default_block,
        shared_vcenter_block,
        shared_wwn,
        shared_wwn_range,
        static_in_dynamic_range,
        vmm_pool_over_host_range,
    )
}
"""Every rule by its id."""
