/* SPDX-License-Identifier: GPL-2.0-only */
/* The section [state] of the configuration: location, size and age limit of the history. */
#ifndef CONFIG_STATE_H
#define CONFIG_STATE_H

#include <stddef.h>
#include <stdint.h>

#define CONFIG_STATE_FOLDER "/var/lib/sobig-xdp"

struct config_state {
	char *folder;	  /* NULL: CONFIG_STATE_FOLDER */
	uint64_t size;	  /* limit in bytes */
	uint32_t history; /* seconds for which an unblocked or expired block is stored */
};

extern const struct config_state config_state_default;

/*
 * Applies "key = value". Returns 0; -ENOMEM; -EINVAL with the error's text in `why`, a buffer of
 * `size` bytes, and *state unchanged.
 */
int config_state_take(struct config_state *state, const char *key, const char *value, char *why,
		      size_t size);

/* Accepts a struct that is all zero. */
void config_state_free(struct config_state *state);

#endif
