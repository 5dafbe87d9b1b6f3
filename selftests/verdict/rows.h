/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of packets: each one that must be dropped, and the same from a neighbour, which passes.
 */
#ifndef ROWS_H
#define ROWS_H

#include "packets.h"

#define BANNED4	   "198.51.100.7"
#define NEIGHBOUR4 "198.51.100.8"
#define EXPIRED4   "198.51.100.9"
#define BANNED6	   "2001:db8:666:1::5"
#define SAME64	   "2001:db8:666:1:ffff::9"
#define NEIGHBOUR6 "2001:db8:666:2::5"
#define EXPIRED6   "2001:db8:666:3::5"

/* In the networks 203.0.113.0/28 and 2001:db8:bad::/48; the /29 in the first has expired. */
#define IN_NETWORK4	   "203.0.113.13"
#define IN_EXPIRED_SUBNET4 "203.0.113.2"
#define BESIDE_NETWORK4	   "203.0.113.16"
#define IN_NETWORK6	   "2001:db8:bad:ffff::1"
#define BESIDE_NETWORK6	   "2001:db8:bae::1"

/* A network whose blocks have expired, and a single IPv6 address. */
#define IN_EXPIRED_NETWORK4 "192.0.2.129"
#define SINGLE6		    "2001:db8:1:1::7"
#define BESIDE_SINGLE6	    "2001:db8:1:1::8"

#define PASSED(kind) .count = SOBIG_PASSED_##kind
#define DROPPED	     .count = SOBIG_DROPPED
#define HIDDEN	     .count = SOBIG_DROPPED_HIDDEN

/* Dropped from a blocked host; from its neighbour, a SYN that passes. */
#define SYN4(what, ...)                                                            \
	{ "banned_" what "_is_dropped", BANNED4, __VA_ARGS__, DROPPED },           \
	{                                                                          \
		"neighbours_" what "_passes", NEIGHBOUR4, __VA_ARGS__, PASSED(SYN) \
	}
#define SYN6(what, ...)                                                                 \
	{ "banned_ipv6_" what "_is_dropped", BANNED6, __VA_ARGS__, DROPPED },           \
	{                                                                               \
		"neighbours_ipv6_" what "_passes", NEIGHBOUR6, __VA_ARGS__, PASSED(SYN) \
	}
#define BOTH(what, ...) SYN4(what, __VA_ARGS__), SYN6(what, __VA_ARGS__)

/* Not known whether it is a SYN. */
#define HIDE4(what, ...)                                                                 \
	{ "banned_" what "_is_dropped", BANNED4, __VA_ARGS__, HIDDEN },                  \
	{                                                                                \
		"neighbours_" what "_passes", NEIGHBOUR4, __VA_ARGS__, PASSED(MALFORMED) \
	}
#define HIDE6(what, ...)                                                                      \
	{ "banned_ipv6_" what "_is_dropped", BANNED6, __VA_ARGS__, HIDDEN },                  \
	{                                                                                     \
		"neighbours_ipv6_" what "_passes", NEIGHBOUR6, __VA_ARGS__, PASSED(MALFORMED) \
	}

/* Passes although the host is blocked. */
#define FREE(what, ...)                                                            \
	{ "banned_" what "_passes", BANNED4, __VA_ARGS__, PASSED(OTHER) },         \
	{                                                                          \
		"banned_ipv6_" what "_passes", BANNED6, __VA_ARGS__, PASSED(OTHER) \
	}
/* The releases of clang-format differ here. */
/* clang-format off */
#define BROKEN4(what, ...) \
	{ what "_passes", BANNED4, SYN, __VA_ARGS__, PASSED(MALFORMED) }
#define BROKEN6(what, ...) \
	{ what "_passes", BANNED6, SYN, __VA_ARGS__, PASSED(MALFORMED) }
/* clang-format on */

#define KIND(protocol) .extension = (protocol) + 1

static const struct packet rows[] = {
	/* Sources. */
	BOTH("syn", SYN),
	{ "syn_of_the_same_64_is_dropped", SAME64, SYN, DROPPED },
	{ "syn_after_the_block_has_expired_passes", EXPIRED4, SYN, PASSED(EXPIRED) },
	{ "ipv6_syn_after_the_block_has_expired_passes", EXPIRED6, SYN, PASSED(EXPIRED) },
	{ "syn_from_a_banned_network_is_dropped", IN_NETWORK4, SYN,
	  .count = SOBIG_DROPPED_NETWORK },
	{ "syn_from_beside_a_banned_network_passes", BESIDE_NETWORK4, SYN, PASSED(SYN) },
	{ "syn_from_an_expired_network_in_a_banned_one_is_dropped", IN_EXPIRED_SUBNET4, SYN,
	  .count = SOBIG_DROPPED_NETWORK },
	{ "syn_from_an_expired_network_passes", IN_EXPIRED_NETWORK4, SYN, PASSED(EXPIRED) },
	{ "ipv6_syn_from_a_banned_network_is_dropped", IN_NETWORK6, SYN,
	  .count = SOBIG_DROPPED_NETWORK },
	{ "ipv6_syn_from_beside_a_banned_network_passes", BESIDE_NETWORK6, SYN, PASSED(SYN) },
	{ "syn_of_a_single_banned_ipv6_address_is_dropped", SINGLE6, SYN,
	  .count = SOBIG_DROPPED_NETWORK },
	{ "syn_from_beside_a_single_banned_ipv6_address_passes", BESIDE_SINGLE6, SYN, PASSED(SYN) },
	{ "syn_from_nowhere_passes", "0.0.0.0", SYN, PASSED(SYN) },
	{ "ipv6_syn_from_nowhere_passes", "::", SYN, PASSED(SYN) },

	/* TCP flags. */
	BOTH("syn_with_ece_and_cwr", SYN | ECE | CWR),
	BOTH("syn_with_psh", SYN | PSH),
	BOTH("syn_with_urg", SYN | URG),
	BOTH("syn_with_fin", SYN | FIN),
	BOTH("syn_with_rst", SYN | RST),
	BOTH("syn_with_all_but_ack", SYN | FIN | RST | PSH | URG | ECE | CWR),
	BOTH("syn_with_a_byte_of_data", SYN, .data = 1),
	BOTH("syn_with_data", SYN, .data = 1400),
	BOTH("syn_with_a_tcp_option", SYN, .tcp_options = 4),
	BOTH("syn_with_all_tcp_options", SYN, .tcp_options = 40),
	BOTH("syn_whose_tcp_header_claims_more_than_there_is", SYN, .doff = 15),
	FREE("syn_ack", SYN | ACK),
	FREE("syn_ack_with_fin", SYN | ACK | FIN),
	FREE("ack", ACK),
	FREE("data_of_a_live_connection", ACK | PSH, .data = 64),
	FREE("rst", RST),
	FREE("rst_ack", RST | ACK),
	FREE("fin", FIN | ACK),
	FREE("fin_without_ack", FIN),
	FREE("segment_without_flags", 0),
	FREE("segment_with_all_but_syn", FIN | RST | PSH | ACK | URG | ECE | CWR),

	/* Destinations. */
	FREE("syn_to_port_22", SYN, .port = 22),
	FREE("syn_to_port_24", SYN, .port = 24),
	FREE("syn_to_port_26", SYN, .port = 26),
	FREE("syn_to_port_465", SYN, .port = 465),
	FREE("syn_to_25_in_the_other_byte_order", SYN, .port = 25 << 8),
	FREE("udp", SYN, .protocol = IPPROTO_UDP),
	FREE("sctp", SYN, .protocol = IPPROTO_SCTP),
	FREE("esp", SYN, .protocol = IPPROTO_ESP),
	FREE("gre", SYN, .protocol = IPPROTO_GRE),
	{ "banned_icmp_passes", BANNED4, SYN, .protocol = IPPROTO_ICMP, PASSED(OTHER) },
	{ "banned_icmpv6_passes", BANNED6, SYN, .protocol = IPPROTO_ICMPV6, PASSED(OTHER) },
	{ "banned_ipv6_packet_that_ends_in_no_header_passes", BANNED6, SYN,
	  .protocol = IPPROTO_NONE, PASSED(OTHER) },
	FREE("arp", SYN, .ethertype = ETH_P_ARP),
	FREE("lldp", SYN, .ethertype = ETH_P_LLDP),
	FREE("frame_of_802_3", SYN, .ethertype = 46),

	/* VLAN tags. */
	BOTH("syn_behind_a_vlan_tag", SYN, .vlans = 1),
	BOTH("syn_behind_two_vlan_tags", SYN, .vlans = 2),
	/* Linux removes any number of them if they name no VLAN. */
	BOTH("syn_behind_three_vlan_tags", SYN, .vlans = 3),
	BOTH("syn_behind_twenty_vlan_tags", SYN, .vlans = 20),
	BOTH("syn_behind_as_many_vlan_tags_as_a_frame_holds", SYN, .vlans = 350),
	HIDE4("first_fragment_of_8_bytes_behind_three_vlan_tags", SYN, .fragment = FIRST,
	      .tcp_bytes = 8, .vlans = 3),
	BROKEN4("half_a_third_vlan_tag", .vlans = 3, .length = 24),
	FREE("ack_behind_three_vlan_tags", ACK, .vlans = 3),
	FREE("arp_behind_three_vlan_tags", ACK, .vlans = 3, .ethertype = ETH_P_ARP),
	FREE("ack_behind_a_vlan_tag", ACK, .vlans = 1),
	FREE("ack_behind_two_vlan_tags", ACK, .vlans = 2),

	/* Options and extension headers. */
	SYN4("syn_with_an_ip_option", SYN, .ip_options = 4),
	SYN4("syn_with_some_ip_options", SYN, .ip_options = 12),
	SYN4("syn_with_all_ip_options", SYN, .ip_options = 40),
	SYN4("syn_with_options_everywhere", SYN, .ip_options = 40, .tcp_options = 40, .vlans = 2),
	SYN6("syn_behind_hop_by_hop_options", SYN, .extensions = 1, KIND(IPPROTO_HOPOPTS)),
	SYN6("syn_behind_destination_options", SYN, .extensions = 1, KIND(IPPROTO_DSTOPTS)),
	SYN6("syn_behind_a_routing_header", SYN, .extensions = 1, KIND(IPPROTO_ROUTING)),
	SYN6("syn_behind_an_atomic_fragment_header", SYN, .fragment = ATOMIC),
	SYN6("syn_behind_two_extensions", SYN, .extensions = 2),
	SYN6("syn_behind_three_extensions", SYN, .extensions = 3),
	SYN6("syn_behind_five_extensions", SYN, .extensions = 5, .vlans = 2),
	SYN6("syn_behind_eight_extensions", SYN, .extensions = 8),
	SYN6("syn_behind_a_long_extension", SYN, .extensions = 1, .extension_len = 256),
	SYN6("syn_behind_the_longest_extension", SYN, .extensions = 2, .extension_len = 2048),
	SYN6("syn_behind_extensions_and_an_atomic_fragment_header", SYN, .extensions = 3,
	     .fragment = ATOMIC),
	SYN6("syn_behind_an_atomic_fragment_header_and_extensions", SYN, .extensions = 3,
	     .fragment = ATOMIC, .fragment_first = true),
	HIDE6("packet_behind_nine_extensions", SYN, .extensions = 9),
	HIDE6("packet_behind_twenty_extensions", SYN, .extensions = 20, KIND(IPPROTO_DSTOPTS)),
	{ "banned_ipv6_ack_behind_eight_extensions_passes", BANNED6, ACK, .extensions = 8,
	  PASSED(OTHER) },
	{ "banned_ipv6_udp_behind_eight_extensions_passes", BANNED6, ACK, .extensions = 8,
	  .protocol = IPPROTO_UDP, PASSED(OTHER) },
	{ "banned_ipv6_udp_behind_three_extensions_passes", BANNED6, ACK, .extensions = 3,
	  .protocol = IPPROTO_UDP, PASSED(OTHER) },
	/* Length 0: jumbograms (RFC 2675), and packets that are not segmented yet. */
	SYN6("syn_of_length_0_behind_hop_by_hop_options", SYN, .extensions = 1, .ip_length = -1),
	BOTH("syn_of_length_0", SYN, .ip_length = -1),
	SYN6("syn_of_length_0_behind_destination_options", SYN, .extensions = 1,
	     KIND(IPPROTO_DSTOPTS), .ip_length = -1),

	/* Fragments: the flags can be hidden in the second one. */
	BOTH("first_fragment", SYN, .fragment = FIRST, .data = 8),
	BOTH("first_fragment_that_ends_behind_the_flags", SYN, .fragment = FIRST, .tcp_bytes = 14),
	BOTH("first_fragment_of_16_bytes", SYN, .fragment = FIRST, .tcp_bytes = 16),
	HIDE4("first_fragment_that_ends_before_the_flags", SYN, .fragment = FIRST, .tcp_bytes = 13),
	HIDE6("first_fragment_that_ends_before_the_flags", SYN, .fragment = FIRST, .tcp_bytes = 13),
	HIDE4("first_fragment_of_8_bytes", SYN, .fragment = FIRST, .tcp_bytes = 8),
	HIDE6("first_fragment_of_8_bytes", SYN, .fragment = FIRST, .tcp_bytes = 8),
	HIDE4("first_fragment_with_ports_only", SYN, .fragment = FIRST, .tcp_bytes = 4),
	HIDE6("first_fragment_with_ports_only", SYN, .fragment = FIRST, .tcp_bytes = 4),
	HIDE4("first_fragment_without_ports", SYN, .fragment = FIRST, .tcp_bytes = 3),
	HIDE6("first_fragment_without_ports", SYN, .fragment = FIRST, .tcp_bytes = 3),
	/* The flags in the padding do not count. */
	HIDE4("first_fragment_padded_with_an_ack", SYN, .fragment = FIRST, .tcp_bytes = 8,
	      .padding = ACK),
	HIDE6("first_fragment_padded_with_an_ack", SYN, .fragment = FIRST, .tcp_bytes = 8,
	      .padding = ACK),
	HIDE4("first_fragment_of_8_bytes_behind_options_and_tags", SYN, .fragment = FIRST,
	      .tcp_bytes = 8, .ip_options = 8, .vlans = 2),
	HIDE6("first_fragment_of_8_bytes_behind_extensions_and_tags", SYN, .fragment = FIRST,
	      .tcp_bytes = 8, .extensions = 2, .vlans = 2),
	HIDE6("first_fragment_that_ends_in_its_extensions", SYN, .fragment = FIRST,
	      .fragment_first = true, .extensions = 2, .extension_len = 16, .ip_length = 20),
	HIDE6("first_fragment_that_ends_before_its_extensions", SYN, .fragment = FIRST,
	      .fragment_first = true, .extensions = 2, .length = 14 + 40 + 8),
	FREE("first_fragment_of_8_bytes_to_port_26", SYN, .port = 26, .fragment = FIRST,
	     .tcp_bytes = 8),
	FREE("first_fragment_of_an_ack", ACK, .fragment = FIRST, .data = 8),
	FREE("first_fragment_of_udp", SYN, .protocol = IPPROTO_UDP, .fragment = FIRST,
	     .tcp_bytes = 8),
	FREE("later_fragment", SYN, .fragment = LATER),
	FREE("later_fragment_behind_tags", SYN, .fragment = LATER, .vlans = 2),

	/* No receiver accepts these. */
	BROKEN4("a_header_of_0_words", .ihl = 16),
	BROKEN4("a_header_of_1_word", .ihl = 1),
	BROKEN4("a_header_of_4_words", .ihl = 4),
	BROKEN4("a_header_longer_than_the_packet", .ihl = 15),
	BROKEN4("a_header_longer_than_the_frame", .ihl = 15, .ip_length = 100),
	BROKEN4("version_0_in_an_ipv4_frame", .version = 16),
	BROKEN4("version_6_in_an_ipv4_frame", .version = 6),
	BROKEN6("version_4_in_an_ipv6_frame", .version = 4),
	BROKEN4("ipv4_shorter_than_its_header", .ip_length = 19),
	BROKEN4("a_packet_that_is_all_ip_header", .ip_length = 20),
	BROKEN4("a_packet_that_ends_before_the_flags", .tcp_bytes = 13),
	BROKEN6("an_ipv6_packet_that_ends_before_the_flags", .tcp_bytes = 13),
	BROKEN4("a_packet_that_is_padded_with_a_syn", .tcp_bytes = 8, .padding = SYN),
	BROKEN6("an_ipv6_packet_that_is_padded_with_a_syn", .tcp_bytes = 8, .padding = SYN),
	BROKEN6("an_extension_longer_than_the_packet", .extensions = 1, .extension_len = 256,
		.ip_length = 100),
	BROKEN6("an_extension_longer_than_the_frame", .extensions = 1, .extension_len = 256,
		.length = 14 + 40 + 200),
	BROKEN6("an_atomic_fragment_that_ends_before_the_flags", .fragment = ATOMIC,
		.tcp_bytes = 13),
	BROKEN4("a_tcp_header_of_0_words", .doff = 16),
	BROKEN4("a_tcp_header_of_1_word", .doff = 1),
	BROKEN4("a_tcp_header_of_4_words", .doff = 4),
	BROKEN6("an_ipv6_tcp_header_of_4_words", .doff = 4),
	BROKEN4("ethernet_alone", .length = 14),
	BROKEN4("half_a_vlan_tag", .vlans = 1, .length = 16),
	BROKEN4("half_a_second_vlan_tag", .vlans = 2, .length = 20),
	BROKEN4("half_an_ipv4_header", .length = 24),
	BROKEN6("half_an_ipv6_header", .length = 34),
	BROKEN4("half_a_tcp_header", .length = 44),
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

#endif
