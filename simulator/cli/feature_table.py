"""Which features of the service are simulated, which are only accepted, and which test proves it: one row each.

The 41 rows are those of the study's list of features of pools and nodes (Azure Batch, November 2020). `proof` names
the test under `tests/features/`; a row without one is not proven yet.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature: what a simulation does about it, and what it takes and leaves alone."""

    number: int
    name: str
    simulated: str
    without_effect: str
    """What is accepted and changes nothing, with the reason; empty where there is no such thing."""
    proof: str = ""
    """Name of the test that proves it; empty while nobody has written one."""


F = Feature
FEATURES: Final = (
    F(
        1,
        "Node size",
        "sizes from a catalogue or the scenario give every node cores, memory and a local disk; tasks that ask for "
        "cores or memory never take more than a node has; with cpuSlowdown they may take more cores and run slower",
        "what is on the local disk; but with enforceLocalResources: disk a task that finds no room fails and its node "
        "becomes unusable, with disk_and_memory memory holds nobody back and a warning reports where it was too little",
        "test_row_01_a_size_fixes_cores_memory_and_disk",
    ),
    F(
        2,
        "Operating system and kind of image",
        "Linux, Windows or Cloud Services from the body: start-up times, launch overhead and price follow from it",
        "everything else of an image: what is installed in it does not change time or cost",
        "test_row_02_the_system_follows_from_the_body",
    ),
    F(
        3,
        "Programs and scripts",
        "a task is a run time and an exit code: from the workload, SIM_ variables, the command line (sleep N) or "
        "defaults; the record says which",
        "the command itself: nothing is executed",
        "test_row_03_a_task_is_a_duration_and_an_exit_code",
    ),
    F(
        4,
        "Folders and environment variables",
        "poolsight why DIR --task JOB/TASK --view shows its AZ_BATCH_ variables, its folders and the disk of its node; "
        "files of a task stay until its retention time is over",
        "other environment variables, and where the folders are: they cost no time",
        "test_row_04_directories_stay_and_variables_show_a_task_where_it_is",
    ),
    F(
        5,
        "Firewall and remote access",
        "ports and ranges are checked as the service does; a switch blocks the network, which makes nodes unusable",
        "rules that are valid: no traffic is simulated",
        "test_row_05_ports_are_checked_and_a_blocked_network_leaves_nodes_unusable",
    ),
    F(
        6,
        "Virtual network",
        "a subnet with too few free addresses bounds growth, with the service's error",
        "who may talk to whom: no traffic is simulated",
        "test_row_06_a_subnet_limits_growth_by_its_free_addresses",
    ),
    F(
        7,
        "Public addresses",
        "each address of the user's own carries 100 nodes of a kind",
        "addresses that the service manages, and pools without any: they set no limit",
        "test_row_07_public_addresses_carry_a_hundred_nodes_each",
    ),
    F(
        8,
        "Pools: allocation, data, health",
        "nodes come one after the other behind a first delay; downloads take size by bandwidth; faults come and go",
        "",
        "test_row_08_allocation_packages_and_contact",
    ),
    F(
        9,
        "Names and addresses of nodes",
        "ids and addresses are unique among living nodes and may be used again afterwards; a wish for a node that is "
        "gone is passed over",
        "",
        "test_row_09_names_and_addresses_are_unique_among_the_living_and_used_again",
    ),
    F(
        10,
        "Account and its pools",
        "all pools of an account share its quotas, first asked first served",
        "names, locations and keys of the account",
        "test_row_10_an_account_has_many_pools_and_one_quota",
    ),
    F(
        11,
        "Manual and automatic creation",
        "pools exist from the start, or are made with a job or a schedule and say so in their events",
        "",
        "test_row_11_a_pool_is_made_by_hand_or_by_a_job",
    ),
    F(
        12,
        "Attributes of a pool",
        "the whole body loads and is written back unchanged; unknown keys are reported; contradictions are refused",
        "display names, metadata, user accounts, tags and licences without a price (noted in the answer): they change "
        "neither time nor cost; mounts are not simulated yet",
        "test_row_12_all_attributes_of_a_pool_are_read_and_written",
    ),
    F(
        13,
        "Core quota",
        "growth ends where the quota does: partial allocation, steady, and an error that stays until the next resize",
        "",
        "test_row_13_a_target_beyond_the_quota_is_not_reached",
    ),
    F(
        14,
        "Virtual machine configuration",
        "image and node agent must be there and fit each other and the size; data disks cost money",
        "caching and formatting of disks",
        "test_row_14_a_virtual_machine_configuration_is_whole_and_fits_the_size",
    ),
    F(
        15,
        "Cloud Services configuration",
        "Windows nodes that come up faster than Windows machines; a new version of the system goes through the nodes "
        "in batches and gives their tasks back",
        "the number of the system's version",
        "test_row_15_cloud_services_deploy_faster_and_are_upgraded_node_by_node",
    ),
    F(
        16,
        "Node agents and images",
        "a table of node agents names the system; unknown ones are warned of",
        "the version of the agent",
        "test_row_16_node_agents_name_the_system",
    ),
    F(
        17,
        "Custom images",
        "a managed image bounds the pool at 2,000 dedicated or 1,000 low-priority nodes; own images come more slowly",
        "the content of the image",
        "test_row_17_managed_images_have_a_cap_and_custom_images_come_slower",
    ),
    F(
        18,
        "Containers",
        "images are pulled during start-up or by the first task of a node, by size and bandwidth; tasks must say "
        "which container they run in",
        "registries and credentials",
        "test_row_18_an_image_is_pulled_by_the_first_task_of_a_node",
    ),
    F(
        19,
        "Dedicated and low-priority nodes",
        "two kinds in one pool with their own targets and prices; preemption gives tasks back without a retry and the "
        "node returns under its id",
        "",
        "test_row_19_two_kinds_of_nodes_share_the_work_and_one_is_taken_back",
    ),
    F(
        20,
        "Target and actual size",
        "both are recorded over time, by kind; limits and formulas bound them",
        "",
        "test_row_20_targets_and_currents_are_series_of_their_own",
    ),
    F(
        21,
        "Pricing",
        "every node is paid by the second and kind (dedicated, low-priority, spot) in every state with a machine; "
        "labels of the time sum to the bill; list prices of 58 regions, in a subscription of the user's own also OS "
        "disks, addresses and balancers",
        "storage and traffic: they are not part of a pool's price; reservations and savings plans but as a price",
        "test_row_21_the_bill_is_exact",
    ),
    F(
        22,
        "Size families",
        "the catalogue knows families, graphics processors and fast networks; unknown sizes are refused with near "
        "names",
        "graphics processors and fast networks themselves: how fast a task is stands in its run time",
        "test_row_22_the_catalogue_knows_gpus_and_fast_networks",
    ),
    F(
        23,
        "Autoscale",
        "formulas are checked, evaluated every interval and act on the targets; enabling, disabling and changing them "
        "has the service's guards",
        "",
        "test_row_23_autoscale_is_enabled_and_changed_within_its_guards",
    ),
    F(
        24,
        "Metrics of formulas",
        "samples every 30 s of tasks, nodes and processor use, with a delay before they can be read",
        "disk and network metrics: there is no such traffic (by option they are sampled as zero)",
        "test_row_24_metrics_are_sampled_every_half_minute",
    ),
    F(
        25,
        "Deallocation options",
        "requeue, terminate, taskcompletion and retaineddata; the last two hold back later targets until they are done",
        "",
        "test_row_25_options_decide_and_drains_block",
    ),
    F(
        26,
        "Empty the pool at the end of a job",
        "target zero with taskcompletion lets tasks end and the nodes go; an example ships with it",
        "",
        "test_row_26_the_tip_for_the_end_of_a_job_saves_money_and_loses_no_task",
    ),
    F(
        27,
        "Tasks per node",
        "slots of a node up to four per core and 256, never oversubscribed; the old name of the key is read",
        "",
        "test_row_27_slots_are_bounded_and_shared",
    ),
    F(
        28,
        "Fill type",
        "spread takes the emptiest node, pack the fullest that has room",
        "",
        "test_row_28_fill_type_decides_where_tasks_go",
    ),
    F(
        29,
        "Communication between nodes",
        "bounds a pool at 100 nodes (80 in a subscription of the user's own) and is needed by multi-instance tasks; "
        "with interNodeAllocationProbability below 1 such a pool gets only a part of the nodes it asks for",
        "ports between nodes: no traffic is simulated",
        "test_row_29_nodes_that_talk_are_fewer",
    ),
    F(
        30,
        "Multi-instance tasks",
        "several nodes start at one instant, coordinate, run and end together; one lost node sends all back, one where "
        "coordination fails ends the attempt",
        "what the processes say to each other",
        "test_row_30_a_multi_instance_task_starts_on_all_its_nodes_at_one_instant",
    ),
    F(
        31,
        "Start task",
        "runs on joining and after every reboot or reimage, with retries; a node whose start task failed stays, is "
        "paid for and takes no task",
        "users and rights it runs with",
        "test_row_31_a_start_task_runs_on_join_and_after_every_reboot",
    ),
    F(
        32,
        "Application packages",
        "are put on a node when it joins and after every reboot, by size and bandwidth; failing ones make it unusable; "
        "those of a task come before it starts, unless they are there, and fail it; "
        "applicationLicenses are paid for while the node is, at the prices of the pool's simulation",
        "licences of applications without a price, which the answer names",
        "test_row_32_packages_are_fetched_on_join_and_after_a_reboot",
    ),
    F(
        33,
        "Networks and identity",
        "pools in one subnet share its addresses",
        "authentication: a simulation needs no credentials",
        "test_row_33_a_subnet_needs_no_credentials_and_is_shared",
    ),
    F(
        34,
        "Lifetimes of pools",
        "pools made per job, made beforehand or scaled can be compared under the same draws: cost, waiting, idle time",
        "",
        "test_row_34_strategies_of_lifetime_trade_idle_nodes_for_waiting",
    ),
    F(
        35,
        "Scheduling as nodes become ready",
        "each node takes tasks as soon as it is ready; nobody waits for the whole pool",
        "",
        "test_row_35_tasks_start_as_soon_as_their_own_node_is_ready",
    ),
    F(
        36,
        "Reactive and predictive scaling",
        "formulas may look at the queue or at the clock; both can be compared under the same draws",
        "",
        "test_row_36_a_formula_that_knows_the_hour_has_its_nodes_before_the_work",
    ),
    F(
        37,
        "Lifetime of auto pools",
        "an auto pool goes with its job or its schedule, or stays if it is to be kept alive, and is paid for",
        "",
        "test_row_37_an_auto_pool_lives_as_long_as_its_job_unless_it_is_kept",
    ),
    F(
        38,
        "Certificates",
        "lengthen the boot before any task; those added later wait for the next reboot of each node",
        "their contents and stores: nothing is encrypted",
        "test_row_38_certificates_are_installed_at_boot_and_additions_wait_for_a_reboot",
    ),
    F(
        39,
        "Job manager task",
        "starts first in its job, can have its node alone, is kept longest in a shrink and can end its job",
        "what it would add to its job by itself: the workload says which tasks there are",
        "test_row_39_a_job_manager_starts_first_and_alone_and_ends_its_job",
    ),
    F(
        40,
        "Reboot and reimage",
        "with the four options for running tasks; start task and packages run again; id and allocation time stay",
        "",
        "test_row_40_a_reboot_has_four_options_and_a_reimage_needs_a_cloud_service",
    ),
    F(
        41,
        "Other operations",
        "nodes can be removed by name, deallocated and started again (interface of 2025-06), formulas be evaluated "
        "without effect, node agents be listed",
        "operations that only read: the record holds more than they would say",
        "test_row_41_nodes_are_removed_by_name_and_formulas_evaluated_without_effect",
    ),
)
