/* SPDX-License-Identifier: GPL-2.0-only */
/* Macros of the libraries, for cppcheck, which does not read their headers. */
#define DECLARE_LIBBPF_OPTS(type, name, ...) struct type name = { 0 }
#define LIBBPF_OPTS(type, name, ...)	     struct type name = { 0 }
#define DECLARE_LIBXDP_OPTS(type, name, ...) struct type name = { 0 }
#define json_array_foreach(array, index, value) \
	for (index = 0; (value = json_array_get(array, index)); index++)
