/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter's maps, and those that are created and pinned with them for user space. */
#ifndef MAPS_H
#define MAPS_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "front.h"
#include "sobig.h"

/* Maps with one entry here get their size before loading. */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct sobig_key4);
	__type(value, struct sobig_block);
	__uint(max_entries, 1);
} blocked4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__type(key, struct sobig_key6);
	__type(value, struct sobig_block);
	__uint(max_entries, 1);
} blocked6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sobig_network4);
	__type(value, struct sobig_network);
	__uint(max_entries, SOBIG_NETWORKS_MAX);
} networks4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sobig_network6);
	__type(value, struct sobig_network);
	__uint(max_entries, SOBIG_NETWORKS_MAX);
} networks6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct front_state);
	__uint(max_entries, 1);
} front SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct front_line4);
	__uint(max_entries, 1);
} front4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct front_line6);
	__uint(max_entries, 1);
} front6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct sobig_syn_rates);
	__uint(max_entries, 1);
} syn_rates SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__type(key, __u32);
	__type(value, __u64);
	__uint(max_entries, SOBIG_COUNTS);
} counters SEC(".maps");

/* The block info maps, the port bits and the statistics are for user space only. */

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sobig_key4);
	__type(value, struct sobig_block_info);
	__uint(max_entries, 1);
} block_info4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct sobig_key6);
	__type(value, struct sobig_block_info);
	__uint(max_entries, 1);
} block_info6 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct sobig_port_bits);
	__uint(max_entries, 1);
} port_bits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, struct sobig_stats);
	__uint(max_entries, 1);
} stats SEC(".maps");

#endif
